"""A network's chroma at a photo's size: up along the photo's own edges, in NumPy and Pillow."""

import math

import numpy as np
from PIL import Image

GRID = 1_000_000  # pixels: finer than this chroma only repeats itself, and takes time
# Variance of luma (0..1) in 3 × 3 cells below which texture or grain, rather than an edge, is what
# the luma shows. experiments/upsampling.py compares values.
TEXTURE = 0.01
_BILINEAR = Image.Resampling.BILINEAR


def resized(plane: np.ndarray, width: int, height: int) -> np.ndarray:
    """A float plane (h, w) at another size: bilinear, antialiased where it gets smaller."""
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize((width, height), _BILINEAR))


def grid_size(width: int, height: int, limit: int = GRID) -> tuple[int, int]:
    """Width and height of at most about ``limit`` pixels, in the photo's proportions."""
    shrink = min(1.0, math.sqrt(limit / (width * height)))
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def enlarge(chroma: np.ndarray, gray: Image.Image, limit: int = GRID) -> np.ndarray:
    """Brings low-resolution chroma up, so that it changes where the photo's luma does.

    Bilinear enlarging smears colour over the photo's edges, and lowers the cells' means. Here the
    cells are sharpened so that bilinear enlarging gives back their means, and where chroma follows
    luma from cell to cell, it follows the photo's luma inside of them by the same slope: least
    squares over 3 × 3 cells, as a guided filter has it (He, Sun & Tang 2013, eq. 5 to 8), with the
    cells' own mean kept. It costs little because slopes are computed on the cells.

    Args:
        chroma: float array (h, w, 2): CbCr, in any unit.
        gray: the photo, ``PIL.Image`` of mode L, any size.
        limit: pixels that the result has at most.

    Returns:
        float32 array (2, H, W) of ``grid_size``, the two planes; chroma itself at that size
        already, and plainly resized where the photo is smaller.
    """
    chroma = np.asarray(chroma, np.float32).transpose(2, 0, 1)
    rows, columns = chroma.shape[1:]
    width, height = grid_size(*gray.size, limit)
    if (columns, rows) == (width, height):
        return chroma
    # Whole from twice the size on; nothing at the same size, where every cell is a pixel.
    gain = min(1.0, width / columns - 1.0, height / rows - 1.0)
    if gain <= 0:
        return np.stack([resized(plane, width, height) for plane in chroma])
    if gray.size != (width, height):
        gray = gray.resize((width, height), _BILINEAR, reducing_gap=1.0)
    luma = np.asarray(gray, np.float32) * np.float32(1 / 255)
    cells = np.asarray(Image.fromarray(luma).resize((columns, rows), Image.Resampling.BOX))
    slopes = gain * _slopes(cells, chroma)
    rest = chroma - slopes * cells
    rest += gain * (rest - _blurred(rest, 1 / 8))
    result = np.empty((2, height, width), np.float32)
    for slope, base, plane in zip(slopes, rest, result, strict=True):
        np.multiply(resized(slope, width, height), luma, out=plane)
        plane += resized(base, width, height)
    return result


def _slopes(luma, chroma):
    """How much chroma changes with luma around each cell: (2, h, w)."""
    mean, means = _blurred(luma, 1 / 3), _blurred(chroma, 1 / 3)
    variance = _blurred(luma * luma, 1 / 3) - mean * mean
    covariance = _blurred(luma * chroma, 1 / 3) - mean * means
    return _blurred(covariance / (np.maximum(variance, 0) + TEXTURE), 1 / 3)


def _blurred(values, side):
    """Means of 3 × 3 with weights (side, 1 - 2 side, side) along the last two axes."""
    for _ in range(2):
        padded = np.concatenate([values[..., :1], values, values[..., -1:]], axis=-1)
        values = (padded[..., :-2] + padded[..., 2:]) * np.float32(side)
        values += padded[..., 1:-1] * np.float32(1 - 2 * side)
        values = values.swapaxes(-1, -2)
    return values
