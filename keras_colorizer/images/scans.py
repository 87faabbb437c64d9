"""Scans: pictures of more than 8 bits a channel, and TIFF files that Pillow cannot decode.

Source: TIFF 6.0; TIFF Technical Note 1 (subfile types); PNG, third edition, section 11.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images import levels

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601-7, section 2.5.1
_STRIP = 1 << 20  # pixels that are turned to floats at a time
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3  # sample formats
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2  # photometric interpretations
_PHOTOMETRIC = {
    3: "a palette", 4: "a mask", 5: "CMYK", 6: "YCbCr", 8: "CIELab", 9: "ICCLab", 10: "ITULab",
    32844: "LogL", 32845: "LogLuv",
}  # fmt: skip
_RAW = (32803, 34892)  # photometric: a camera's sensor
_ASSOCIATED, _UNASSOCIATED = 1, 2  # kinds of extra samples that are transparency
_PLAIN_BITS = (1, 2, 4, 8)
_LATER = 64  # pages that are looked at for the picture of which the first is a preview

# tifffile logs what is odd about a file; nobody who has not set up logging shall see that.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


class Scan(NamedTuple):
    """A decoded scan.

    Attributes:
        gray: uint8 (H, W), Rec. 601 luma of the values stored, rounded once.
        deep: the same in 16 bits: uint16 (H, W); None for what has no more than 8.
        alpha: uint16 (H, W), or None where there is none.
        rgb: uint8 (H, W, 3), or None where the file holds gray alone.
    """

    gray: np.ndarray
    deep: np.ndarray | None
    alpha: np.ndarray | None
    rgb: np.ndarray | None


class Tiff(NamedTuple):
    """What a TIFF file holds.

    Attributes:
        index: the page that is the picture: 0, unless that is a preview of a later one.
        pages: how many pages there are, previews not counted.
        size: width and height in pixels, as stored.
        profile: the page's ICC profile, or None.
        orientation: 1 to 8.
        page: tifffile's page where Pillow does not decode it, else None.
    """

    index: int
    pages: int
    size: tuple[int, int]
    profile: bytes | None
    orientation: int
    page: object | None


@contextlib.contextmanager
def opened(file: BinaryIO, what: str) -> Iterator[Tiff | None]:
    """Looks into a TIFF file; None where its structure is odd, and Pillow may try alone.

    Args:
        file: at any place; it is left at its beginning.
        what: what errors call it.

    Raises:
        UserError: a camera's raw file, or a kind of picture that nothing here decodes.
    """
    import tifffile  # ordinary photos go without

    file.seek(0)
    try:
        held = tifffile.TiffFile(file)
        found = _look(held, what)
    except UserError:
        raise
    except Exception:  # tifffile raises many kinds
        held, found = None, None
    file.seek(0)
    with contextlib.ExitStack() as stack:
        if held is not None:
            stack.callback(held.close)
        yield found


def _look(held, what):
    pages = held.pages
    index, count = 0, len(pages)
    first = pages[0]
    if first.is_reduced:
        full = (i for i in range(1, min(count, _LATER)) if not pages[i].is_reduced)
        index = next(full, 0)
    page = pages[index]
    # DNG, NEF and others are TIFF files whose first picture is a thumbnail.
    if 50706 in first.tags or page.is_reduced or page.photometric in _RAW:
        raise UserError(f"{what}: it is a camera's raw file; develop it to JPEG or TIFF first")
    orientation = page.tags[274].value if 274 in page.tags else 1
    profile = page.tags[34675].value if 34675 in page.tags else None
    return Tiff(
        index=index,
        pages=sum(not pages[i].is_reduced for i in range(min(count, _LATER))),
        size=(page.imagewidth, page.imagelength),
        profile=profile if isinstance(profile, bytes) else None,
        orientation=int(orientation) if orientation in range(1, 9) else 1,
        page=None if _is_plain(page) else page,
    )


def _is_plain(page):
    """Whether Pillow decodes a page as it should."""
    bits, kind = page.bitspersample, page.sampleformat
    if kind == _SIGNED and page.samplesperpixel == 1:
        return True  # by Pillow's rule for numbers without a range
    if kind != _UNSIGNED or bits not in _PLAIN_BITS:
        return False
    gray = page.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
    extra = page.samplesperpixel - (1 if gray else 3)
    # Pillow knows gray with transparency of BlackIsZero alone.
    return not (gray and extra) or (page.photometric == _BLACK_IS_ZERO and extra == 1)


def check(page, length: int, what: str) -> None:
    """Holds a page against what is decoded here and the length of its file, before it is.

    Args:
        page: tifffile's.
        length: of the file in bytes.
        what: what errors call it.

    Raises:
        UserError: it is of a kind that is not decoded; the line says which.
        ValueError: it lacks parts.
    """
    bits, kind, colour = page.bitspersample, page.sampleformat, page.photometric
    base = 3 if colour == _RGB else 1
    odd = None
    if colour not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB):
        odd = f"{_PHOTOMETRIC.get(colour, f'colour space {int(colour)}')} of {bits} bits"
    elif kind not in (_UNSIGNED, _FLOAT):
        odd = "signed numbers" if kind == _SIGNED else f"samples of format {int(kind)}"
    elif kind == _UNSIGNED and not 1 <= bits <= 32 or kind == _FLOAT and bits not in (16, 32, 64):
        odd = f"{'float' if kind == _FLOAT else 'integer'} samples of {bits} bits"
    elif page.imagedepth != 1 or not base <= page.samplesperpixel <= base + 4:
        odd = f"{page.samplesperpixel} channels"
    if odd:
        raise UserError(
            f"{what}: a TIFF file of {odd}, which is not read; save it as gray or RGB of 16 bits"
        )
    parts = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if len(parts) < int(np.prod(page.chunked)) or any(
        not size or place + size > length for place, size in parts
    ):
        raise ValueError("parts of the picture are missing")
    stored = page.imagewidth * page.imagelength * page.samplesperpixel * bits // 8
    if page.compression == 1 and sum(size for _, size in parts) < stored:
        raise ValueError("parts of the picture are missing")


def decode(page, colour: bool = False) -> Scan:
    """Decodes a page that `check` let pass, and that is not too large.

    Args:
        page: tifffile's.
        colour: ``rgb`` is wanted as well.

    Raises:
        Exception: whatever tifffile and its decoders raise on damaged data.
    """
    values = page.asarray(maxworkers=1)
    shape = (page.imagelength, page.imagewidth, page.samplesperpixel)
    if page.planarconfig == 2 and page.samplesperpixel > 1:
        values = np.moveaxis(values.reshape(shape[2], *shape[:2]), 0, 2)
    values = values.reshape(shape)
    is_float = page.sampleformat == _FLOAT
    top = _float_top(values) if is_float else (1 << page.bitspersample) - 1
    base = 3 if page.photometric == _RGB else 1
    kinds = [int(kind) for kind in page.extrasamples]
    extra = next((i for i, k in enumerate(kinds) if k in (_ASSOCIATED, _UNASSOCIATED)), None)
    return _scaled(
        values[..., :base],
        top,
        inverted=page.photometric == _WHITE_IS_ZERO,
        alpha=None if extra is None else values[..., base + extra],
        associated=extra is not None and kinds[extra] == _ASSOCIATED,
        is_deep=is_float or top > 255,
        colour=colour,
    )


def decode_png(data: bytes, colour: bool = False) -> Scan:
    """Decodes a PNG file of 16 bits, without its gamma and profile.

    Raises:
        Exception: whatever imagecodecs raises on damaged data.
    """
    import imagecodecs  # ordinary photos go without

    values = imagecodecs.png_decode(data)
    values = values.reshape(*values.shape[:2], -1)
    base = values.shape[2] - (values.shape[2] in (2, 4))
    alpha = values[..., base] if base < values.shape[2] else None
    return _scaled(values[..., :base], 65535, alpha=alpha, colour=colour)


def encode_png(rgb: np.ndarray) -> bytes:
    """A PNG file of 16 bits without metadata, of uint16 (H, W, 3 or 4)."""
    import imagecodecs  # ordinary photos go without

    return imagecodecs.png_encode(np.ascontiguousarray(rgb), level=2)


def turned(array: np.ndarray | None, orientation: int) -> np.ndarray | None:
    """An array (H, W, …) upright, by EXIF's orientation of 1 to 8."""
    if array is None or orientation == 1:
        return array
    if orientation in (5, 6, 7, 8):
        array = array.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)


def converted(scan: Scan, table: np.ndarray) -> Scan:
    """A gray scan after ``table``, uint16 (65536,): what each of its levels becomes."""
    deep = table[scan.deep if scan.deep is not None else scan.gray.astype(np.uint16) * 257]
    return scan._replace(gray=levels.eight(deep), deep=None if scan.deep is None else deep)


def _float_top(values):
    """What white is in floats, which do not name their range."""
    finite = (part[np.isfinite(part)] for part in _strips(values))
    high = max((float(part.max()) for part in finite if part.size), default=0.0)
    return levels.top(high, (1, 255, 65535))


def _strips(values):
    rows = max(1, _STRIP // max(values.shape[1], 1))
    for start in range(0, len(values), rows):
        yield values[start : start + rows]


def _scaled(values, top, inverted=False, alpha=None, associated=False, is_deep=True, colour=False):
    """Numbers from 0 to ``top`` as gray in 8 and 16 bits, transparency and RGB."""
    height, width, channels = values.shape
    exact = np.float64 if values.dtype.itemsize > 2 else np.float32
    gray = np.empty((height, width), np.uint8)
    deep = np.empty((height, width), np.uint16) if is_deep else None
    clear = None if alpha is None else np.empty((height, width), np.uint16)
    rgb = np.empty((height, width, 3), np.uint8) if colour and channels == 3 else None
    weights = np.array(LUMA, exact)
    rows = max(1, _STRIP // max(width, 1))

    def shares(part):
        if values.dtype.kind == "f":
            part = np.nan_to_num(part.astype(exact), nan=0, posinf=top, neginf=0)
        return np.clip(part.astype(exact) / exact(top), 0, 1)

    for start in range(0, height, rows):
        place = slice(start, start + rows)
        part = shares(values[place])
        if inverted:
            part = 1 - part
        if alpha is not None:
            opaque = shares(alpha[place])
            clear[place] = np.rint(65535 * opaque)
            if associated:
                part = np.minimum(part / np.maximum(opaque, exact(1e-6))[..., None], 1)
        light = part[..., 0] if channels == 1 else part @ weights
        gray[place] = np.rint(np.minimum(255 * light, 255))
        if deep is not None:
            deep[place] = np.rint(np.minimum(65535 * light, 65535))
        if rgb is not None:
            rgb[place] = np.rint(255 * part)
    return Scan(gray, deep, clear, rgb)


def length_of(file: BinaryIO) -> int:
    """A file's length in bytes; its place is kept."""
    place = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(place)
    return end


def as_image(array: np.ndarray | None) -> Image.Image | None:
    """An array of 8 or 16 bits as ``PIL.Image`` of 8; None for None."""
    if array is None:
        return None
    if array.dtype == np.uint16:
        array = levels.eight(array)
    return Image.fromarray(np.ascontiguousarray(array))
