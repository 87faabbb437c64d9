"""Any of Pillow's modes at 8 bits a channel, with transparency apart."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

DEEP = np.float32(257)  # 16-bit levels in one of 8 bits
_STRIP = 1 << 20  # pixels: numbers are turned to floats for so many at a time


def split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """An image's colours at 8 bits, and its transparency.

    16-bit values are scaled, not clipped. Modes I and F do not name their range: it is 0..1 for
    floats up to 1, 0..255 and 0..65535 for what fits there, else up to the largest value.

    Returns:
        ``(colours, alpha)``: an image of mode L, RGB, RGBA (its fourth band to be ignored), YCbCr
        or CMYK that may be ``image`` itself, and an L image, or None without transparency.

    Raises:
        ValueError: a mode that Pillow cannot convert, as LAB.
    """
    key = image.info.get("transparency")
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.uint16, copy=False)
        alpha = (values != key) if isinstance(key, int) else None
        colours = Image.fromarray(eight(values))
        return colours, None if alpha is None else Image.fromarray(alpha.astype(np.uint8) * 255)
    if image.mode in ("I", "F"):
        return _scaled(image), None
    if image.mode in ("L", "1"):
        alpha = None if key is None else image.convert("LA").getchannel("A")
        return image if image.mode == "L" else image.convert("L"), alpha
    if image.mode in ("LA", "La"):
        return image.convert("LA").split()
    if image.format == "BMP" and image.mode == "RGBA" and not image.getchannel("A").getbbox():
        return image.convert("RGB"), None  # its fourth byte is padding: all is opaque
    if image.mode in ("RGBA", "RGBa", "PA") or key is not None:
        if image.mode == "RGB" and max(key) > 255:
            image = image.copy()  # a colour of 16 bits, which 8 bits cannot tell from others
            del image.info["transparency"]
            return image, None
        image = image.convert("RGBA")
        return image, image.getchannel("A")
    return image if image.mode in ("RGB", "YCbCr", "CMYK") else image.convert("RGB"), None


def eight(deep: np.ndarray) -> np.ndarray:
    """A uint16 array of levels in 8 bits, rounded: uint8, of its shape."""
    return np.rint(deep / DEEP).astype(np.uint8)


def is_deep(image: Image.Image) -> bool:
    """Whether a file just opened, and not loaded yet, holds more than 8 bits a channel."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return True
    tiles = getattr(image, "tile", None)  # RGB of 16 bits gets mode RGB; the decoder's name tells
    return bool(tiles) and ";16" in str(tiles[0][3])


def gamma_table(image: Image.Image, white: int) -> np.ndarray | None:
    """What each level of a PNG file becomes for a display of gamma 2.2, by its gAMA chunk.

    Args:
        image: the file; nothing is to be done where it has a profile, or an sRGB chunk.
        white: the highest level, 255 or 65535.

    Returns:
        uint8 or uint16 (white + 1,), or None where nothing is to be done.
        Source: PNG, third edition, sections 11.3.2.2 and 13.13.
    """
    gamma = image.info.get("gamma")
    if not gamma or "icc_profile" in image.info or "srgb" in image.info:
        return None
    power = 1 / (2.2 * gamma)
    if abs(power - 1) < 0.02 or not 0.1 <= power <= 10:
        return None
    shares = np.linspace(0, 1, white + 1) ** power
    return np.rint(white * shares).astype(np.uint8 if white == 255 else np.uint16)


def without_gamma(image: Image.Image, file: Image.Image | None) -> Image.Image:
    """An L, RGB or RGBA image as a display of gamma 2.2 shows it, by its PNG file's gAMA."""
    if file is None or file.format != "PNG" or image.mode not in ("L", "RGB", "RGBA"):
        return image
    table = gamma_table(file, 255)
    if table is None:
        return image
    bands = [*table] * len(image.mode.removesuffix("A"))
    return image.point(bands + list(range(256)) * image.mode.endswith("A"))


def top(high: float, tops: tuple[int, ...]) -> float:
    """What white is in numbers that do not name their range, of which the largest is ``high``.

    The first of ``tops`` that holds it, those from 255 on with a level to spare; else itself.
    """
    return next((top for top in tops if high <= top or 255.0 <= top > high - 1), high)


def over_white(image: Image.Image, alpha: Image.Image) -> Image.Image:
    """An RGB or YCbCr image as it looks on white paper where ``alpha`` is below 255."""
    white = (255, 128, 128) if image.mode == "YCbCr" else (255, 255, 255)
    paper = Image.new(image.mode, image.size, white)
    paper.paste(image, mask=alpha)
    return paper


def _strips(image: Image.Image) -> Iterator[tuple[int, np.ndarray]]:
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        yield top, np.asarray(image.crop(box), np.float32)


def _scaled(image):
    finite = (values[np.isfinite(values)] for _, values in _strips(image))
    high = max((float(values.max()) for values in finite if values.size), default=0.0)
    white = top(high, (1, 255, 65535) if image.mode == "F" else (255, 65535))
    result = np.empty((image.height, image.width), np.uint8)
    for start, values in _strips(image):
        values = np.nan_to_num(values, nan=0, posinf=white, neginf=0)
        levels = np.clip(values, 0, white) / np.float32(white) * 255
        result[start : start + len(values)] = np.rint(levels).astype(np.uint8)
    return Image.fromarray(result)
