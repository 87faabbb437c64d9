"""Image files and arrays to square 8-bit RGB photos, by Pillow alone."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from keras_colorizer.errors import choose
from keras_colorizer.images import levels
from keras_colorizer.utils.threads import cores, ordered_map

FITS = ("stretch", "crop")


def to_rgb(image: Image.Image) -> Image.Image:
    """Any Pillow image as 8-bit RGB: 16-bit scaled, not clipped; transparency over white."""
    colours, alpha = levels.split(image)
    rgb = colours.convert("RGB")
    return rgb if alpha is None else levels.over_white(rgb, alpha)


def _upright(image):
    upright = ImageOps.exif_transpose(image)
    upright.format = image.format  # by which it is known what its transparency means
    return upright


def decode(data: bytes, size: int) -> np.ndarray:
    """The bytes of an image file as upright uint8 RGB [H, W, 3].

    A JPEG far larger than ``size`` is decoded at a half, quarter or eighth of its resolution, never
    below twice ``size``: what is resized away need not be decoded.

    Raises:
        Exception: whatever Pillow raises on a file that it cannot read.
    """
    with Image.open(io.BytesIO(data)) as image:
        image.draft(None, (2 * size, 2 * size))
        return np.array(to_rgb(_upright(image)))


def fit_photo(photo: np.ndarray, size: int, fit: str) -> np.ndarray:
    """A uint8 RGB array [H, W, 3] brought to [size, size, 3] by Pillow's bilinear resize."""
    choose("fit", fit, FITS)
    height, width = photo.shape[:2]
    if fit == "crop" and height != width:
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        photo = photo[top : top + side, left : left + side]
    if photo.shape[:2] == (size, size):
        return np.array(photo)
    image = Image.fromarray(np.ascontiguousarray(photo))
    return np.array(image.resize((size, size), Image.Resampling.BILINEAR))


def stretch(photo: bytes | Path | np.ndarray, size: int) -> np.ndarray:
    """A whole photo as uint8 RGB [size, size, 3], decoded at full size, by Pillow's LANCZOS.

    Args:
        photo: the bytes or the path of an image file, or uint8 RGB [H, W, 3].
        size: side in pixels; at the photo's own size nothing is changed.

    Raises:
        Exception: whatever Pillow or the file system raises on a file that cannot be read.
    """
    if isinstance(photo, np.ndarray):
        image = Image.fromarray(np.ascontiguousarray(photo))
    else:
        data = photo if isinstance(photo, bytes) else photo.read_bytes()
        with Image.open(io.BytesIO(data)) as file:
            image = to_rgb(_upright(file))
    return np.array(image.resize((size, size), Image.Resampling.LANCZOS))


def stretch_all(
    photos: Iterable[tuple[str, bytes | Path | np.ndarray]], size: int
) -> Iterator[tuple[str, np.ndarray | None]]:
    """`stretch` of (id, photo) pairs in their order, on all cores; None for what cannot be read.

    Only a few photos more than there are cores are read ahead, however slowly the results are
    taken.
    """

    def work(named):
        photo_id, photo = named
        try:
            return photo_id, stretch(photo, size)
        except Exception:  # Pillow raises many kinds, SyntaxError and struct.error among them
            return photo_id, None

    # Threads, because Pillow decodes and resizes without Python's lock.
    return ordered_map(work, photos, min(8, cores()))
