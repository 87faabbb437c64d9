"""Any photo as gray: upright, 8 bits, with the metadata that its result will carry."""

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageChops

from keras_colorizer.errors import UserError
from keras_colorizer.images import formats, guard, levels, profiles, repairs, scans, tiff
from keras_colorizer.images import metadata as exifs

MAX_PIXELS = 178_956_970  # twice Pillow's Image.MAX_IMAGE_PIXELS, where Pillow itself refuses
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ARRAYS = "(H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"

Source = str | os.PathLike | bytes | Image.Image | np.ndarray


@dataclass(eq=False)
class Photo:
    """A photo to colorize.

    Attributes:
        gray: ``PIL.Image`` L, upright, full size: Rec. 601 luma of the values stored.
        deep: the same in 16 bits, uint16 (H, W); None where the file holds no more than 8.
        alpha: L, upright, or None where everything is opaque.
        deep_alpha: the same in 16 bits beside ``deep``, uint16 (H, W), or None.
        exif: bytes, or None; orientation is 1, the thumbnail is gone.
        icc: an RGB profile's bytes, or None.
        format: Pillow's name of the input's format ("JPEG", …), None for arrays.
        lossless: the input was a lossless WebP.
        notes: remarks for the user, one line each, without the photo's name.
    """

    gray: Image.Image
    deep: np.ndarray | None = None
    alpha: Image.Image | None = None
    deep_alpha: np.ndarray | None = None
    exif: bytes | None = None
    icc: bytes | None = None
    format: str | None = None
    lossless: bool = False
    notes: list[str] = field(default_factory=list)
    _colour: Callable[[], Image.Image | None] = lambda: None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, upright."""
        return self.gray.size

    def colour(self) -> Image.Image | None:
        """The photo's own colours: RGB, upright, decoded now; None where all of it is gray.

        Raises:
            UserError: the file has changed or gone since it was read.
        """
        return self._colour()


def read(source: Source, what: str = "", max_pixels: int = MAX_PIXELS) -> Photo:
    """Reads a photo of any kind.

    Of an animation or several pages the first is taken, previews passed over; ``transparency`` of
    any kind becomes ``alpha``. Gray of a JPEG is the luma that it stores: its colours are not
    decoded. Notes say what is not as in the file.

    Args:
        source: a path, a file's bytes, a ``PIL.Image``, or a uint8 array of shape (H, W),
            (H, W, 1), (H, W, 3) or (H, W, 4).
        what: what errors call it; by default the path.
        max_pixels: larger photos are refused, against decompression bombs; more than the default
            needs ``PIL.Image.MAX_IMAGE_PIXELS`` raised as well.

    Raises:
        UserError: not there, not readable, not a photo, damaged, cut off, too large; one line.
    """
    what = what or _name(source)
    with guard.reading(what), _opened(source, what, max_pixels) as given:
        return _photo(given, source, what, max_pixels)


class _Given(NamedTuple):
    """A source that is open and of a size that is allowed, not decoded yet.

    Attributes:
        image: Pillow's; None where only tifffile decodes it.
        file: None for images and arrays.
        tiff: what `scans.opened` found; None for all others.
        note: what had to be mended to open it, or None.
    """

    image: Image.Image | None
    file: BinaryIO | None = None
    tiff: scans.Tiff | None = None
    note: str | None = None

    @property
    def several(self) -> bool:
        """Whether there are more pictures than one."""
        if self.tiff is not None:
            return self.tiff.pages > 1
        try:
            return getattr(self.image, "is_animated", False)
        except Exception:  # the second picture is damaged: there is one, and it does not matter
            return True


def _photo(given, source, what, max_pixels):
    notes = [given.note] if given.note else []
    if given.several:
        notes.append("holds several pictures: the first one is taken")
    scan = _scan(given)
    work = _of_scan if scan is not None else _of_image
    photo, orientation = work(given, source, notes, scan)

    def colour():
        with guard.reading(what), _opened(source, what, max_pixels) as again:
            rgb = _colours(again)
        # A few pixels tell of nearly every colour photo; only for the others all are compared.
        if rgb is None:
            return None
        if _is_gray(rgb.resize((64, 64), Image.Resampling.NEAREST)) and _is_gray(rgb):
            return None
        return _turned(rgb, orientation)

    photo._colour = colour
    return photo


def _scan(given, colour=False):
    """The picture as numbers, where it has more than 8 bits or Pillow does not decode it."""
    if given.tiff is not None and given.tiff.page is not None:
        return scans.decode(given.tiff.page, colour)
    image = given.image
    if given.file is None or image.format != "PNG" or not levels.is_deep(image):
        return None
    if not image.mode.startswith("I;16"):
        given.file.seek(0)
        return scans.decode_png(given.file.read(), colour)
    image.load()
    gray, alpha = levels.split(image)
    deep = np.asarray(image).astype(np.uint16)
    alpha = None if alpha is None else np.asarray(alpha) * np.uint16(257)
    return scans.Scan(np.asarray(gray), deep, alpha, None)


def _of_scan(given, source, notes, scan):
    image = given.image
    stored_profile = given.tiff.profile if given.tiff else image.info.get("icc_profile")
    is_gray = given.tiff.page.photometric != 2 if given.tiff else image.mode.startswith("I;16")
    scan, icc, profile_note = profiles.apply_to_scan(scan, stored_profile, is_gray)
    if given.tiff is None and not stored_profile:
        scan = _without_gamma(scan, image)
    if given.tiff is None:
        data, orientation, note = _exif(image)
    else:
        orientation, note = given.tiff.orientation, None
        try:
            data = tiff.exif_at(given.file, given.tiff.page.offset)
        except Exception:  # Pillow raises many kinds
            data, note = None, _BAD_EXIF
    notes += [line for line in (note, profile_note) if line]
    alpha = scan.alpha
    if alpha is not None and alpha.min() == 65535:
        alpha = None
    alpha = scans.turned(alpha, orientation)
    photo = Photo(
        gray=scans.as_image(scans.turned(scan.gray, orientation)),
        deep=scans.turned(scan.deep, orientation),
        alpha=scans.as_image(alpha),
        deep_alpha=alpha,
        exif=data,
        icc=icc,
        format="TIFF" if given.tiff else "PNG",
        notes=notes,
    )
    return photo, orientation


def _without_gamma(scan, image):
    table = levels.gamma_table(image, 65535)
    return scan if table is None or scan.deep is None else scans.converted(scan, table)


def _of_image(given, source, notes, _):
    image = given.image
    is_file = given.file is not None
    if levels.is_deep(image):
        notes.append("16-bit: the result has 8 bits a channel")
    lossless = is_file and image.format == "WEBP" and formats.is_lossless_webp(image.fp)
    stored = image.mode
    if is_file and image.format in ("JPEG", "MPO"):
        image.draft("L", None)
    image.load()
    data, orientation, note = _exif(image)
    colours, alpha = levels.split(image)
    stored = stored if stored == "RGB" else colours.mode  # a profile is that of what is stored
    colours, icc, other_note = profiles.apply(colours, image.info.get("icc_profile"), stored)
    colours = levels.without_gamma(colours, image)
    notes += [line for line in (note, other_note) if line]
    plain = colours.mode == "L" and colours is not source  # then a copy would be for nothing
    gray = colours if plain else colours.convert("L")
    gray.info = {}
    if alpha is not None and alpha.getextrema()[0] == 255:
        alpha = None
    photo = Photo(
        gray=_turned(gray, orientation),
        alpha=None if alpha is None else _turned(alpha, orientation),
        exif=data,
        icc=icc,
        format="JPEG" if image.format == "MPO" else image.format,
        lossless=lossless,
        notes=notes,
    )
    return photo, orientation


def _colours(given):
    """RGB as stored, not turned; None where there is gray alone."""
    scan = _scan(given, colour=True)
    if scan is not None:
        return (
            None
            if scan.rgb is None
            else levels.without_gamma(scans.as_image(scan.rgb), given.image)
        )
    image = given.image
    image.load()
    rgb, _ = levels.split(image)
    rgb = profiles.apply(rgb, image.info.get("icc_profile"), rgb.mode)[0]
    rgb = levels.without_gamma(rgb, image).convert("RGB")
    rgb.info = {}
    return rgb


def _is_gray(rgb):
    red, green, blue = rgb.split()
    pairs = ((red, green), (green, blue))
    return not any(ImageChops.difference(*pair).getbbox() for pair in pairs)


def _turned(image, orientation):
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


_BAD_EXIF = "its EXIF is damaged and is left out"


def _exif(image):
    """The photo's EXIF, the orientation that is still to be applied, and a note or None."""
    try:
        if image.format == "TIFF":
            return tiff.exif(image.getexif()), 1, None  # Pillow has turned it upright
        data = image.info.get("exif")
        if data is None and (text := image.info.get("Raw profile type exif")):
            data = exifs.in_png_text(text)
        data, orientation = exifs.upright(bytes(data or b""))
        note = None
    except Exception:  # Pillow raises many kinds
        data, orientation, note = None, None, _BAD_EXIF
    if orientation is None:
        orientation = exifs.xmp_orientation(exifs.xmp_of(image.info))
    return data, orientation or 1, note


def _name(source):
    if isinstance(source, Image.Image):
        return str(getattr(source, "filename", "") or "the photo")
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(source)
    return "the photo"


@contextlib.contextmanager
def _opened(source, what, max_pixels) -> Iterator[_Given]:
    with contextlib.ExitStack() as stack:
        if isinstance(source, Image.Image):
            given = _Given(source)
        elif isinstance(source, np.ndarray):
            given = _Given(_of_array(source, what))
        else:
            given = _of_file(stack.enter_context(_file(source, what)), what, stack)
        is_plain = given.tiff is None or given.tiff.page is None
        width, height = given.image.size if is_plain else given.tiff.size
        if width * height > max_pixels:
            raise guard.too_large(what, width * height, max_pixels)
        if not width * height:
            raise UserError(f"{what}: it has no pixels ({width} x {height}); give another photo")
        if not is_plain:
            scans.check(given.tiff.page, scans.length_of(given.file), what)
        yield given


@contextlib.contextmanager
def _file(source, what):
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
        return
    try:
        path = Path(os.fsdecode(source))
        if path.is_dir():
            raise UserError(f"{what}: a folder, not a photo; give a file in it")
        if path.exists() and not path.is_file():
            raise UserError(f"{what}: a device or pipe, not a photo; give a file")
        file = path.open("rb")
    except OSError as error:
        raise guard.unreadable(what, error) from error
    except ValueError:
        raise UserError(f"{what}: no file can have this name; check it") from None
    with file:
        yield file


def _of_file(file, what, stack):
    head = file.read(formats.HEAD)
    if not head:
        raise UserError(f"{what}: empty, zero bytes; copy or download it again")
    name, problem = formats.recognise(head)
    if name is None:
        raise UserError(f"{what}: {problem}")
    file.seek(0)
    found = stack.enter_context(scans.opened(file, what)) if name == "TIFF" else None
    if found is not None and found.page is not None:
        return _Given(None, file, found)
    if not formats.supported(name):
        raise UserError(f"{what}: this Pillow reads no {name}; update it, or convert the photo")
    file, note = repairs.mended(file, name)
    image = stack.enter_context(Image.open(file, formats=[name]))
    if name == "TIFF":
        if found is not None and found.index:
            image.seek(found.index)
        _check_tiff(image, what)
    return _Given(image, file, found, note)


def _check_tiff(image, what):
    tags, parts = image.tag_v2, image.tile
    if 50706 in tags or tags.get(254, 0) & 1:
        # DNG, NEF and others are TIFF files whose first picture is a thumbnail.
        raise UserError(f"{what}: it is a camera's raw file; develop it to JPEG or TIFF first")
    right, low = parts[-1][1][2:] if parts else (0, 0)
    if right < tags[256] or low < tags[257]:  # Pillow would leave black what has no data
        raise ValueError("parts of the picture are missing")


def _of_array(array, what):
    if array.dtype != np.uint8 or array.ndim not in (2, 3):
        raise UserError(
            f"{what}: {array.dtype} of shape {array.shape}; give a uint8 array of shape {_ARRAYS}"
        )
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4):
        raise UserError(f"{what}: an array of shape {array.shape}; give one of shape {_ARRAYS}")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if 0 in array.shape:
        raise UserError(f"{what}: it has no pixels, shape {array.shape}; give another photo")
    return Image.fromarray(np.ascontiguousarray(array))
