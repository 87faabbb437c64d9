"""Text that must fit into a picture: wrapped, then smaller, then with its middle left out."""

import functools
import re
from pathlib import Path

from PIL import ImageFont

_SIZES = (13, 12, 11, 10, 9)  # pixels; below 9 nobody reads


@functools.cache
def font(size: int = 13):
    """DejaVu Sans, which Matplotlib brings: Pillow's own font lacks Greek, and so ΔE."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(path, size)


def fit(text: str, width: int, lines: int = 2, sizes: tuple[int, ...] = _SIZES):
    r"""Breaks ``text`` into lines of at most ``width`` pixels, in the largest size that fits.

    Lines break after spaces, ``_``, ``-``, ``/``, ``.`` and before ``(``. What fits in no size
    breaks anywhere and loses its middle, whose place ``…`` takes.

    Args:
        text: any text; line breaks in it count as spaces.
        width: pixels.
        lines: how many at most.
        sizes: heights in pixels to try, largest first.

    Returns:
        ``(text, font)``: the text with line breaks, and its font.
    """
    text = re.sub(r"[^\S ]+", " ", str(text)).strip()
    pieces = re.findall(r"\(?[^\s_\-/.(]*[\s_\-/.]*", text)
    for size in sizes:
        found = _wrap(pieces, font(size), width)
        if _fits(found, font(size), width, lines):
            return "\n".join(found), font(size)
    smallest = font(sizes[-1])
    keep = min(len(text) - 1, lines * width // 2)
    while keep > 0:
        short = f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"
        found = _wrap(short, smallest, width)
        if _fits(found, smallest, width, lines):
            return "\n".join(found), smallest
        keep -= 1
    return "…", smallest


def _fits(found, font, width, lines):
    return len(found) <= lines and all(font.getlength(line) <= width for line in found)


def _wrap(pieces, font, width):
    lines = [""]
    for piece in pieces:
        if lines[-1] and font.getlength((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]
