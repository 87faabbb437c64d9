"""Bins of the ab plane: which there are, photos' colours as soft votes for them, and the way back.

Source: Zhang, Isola & Efros, "Colorful Image Colorization", ECCV 2016.
"""

import functools

import numpy as np
from keras import ops

from keras_colorizer.color import spaces
from keras_colorizer.color.grid import AB_CELLS, AB_GRID, AB_LOW, ab_cells

# Cells of 10 × 10 in which an sRGB colour lies. The paper counts 313, by a looser rule.
COUNT = 261
# Section 2.2: a colour is told by its nearest bins, by a Gaussian of this width in ab units.
NEIGHBOURS, SIGMA = 5, 5.0
# A softmax at T = 0 has no value; at this T it is the mode in all float32 digits but of near ties.
COLD = 1e-4
# Lumas at which a bin's chroma is known; between them it is interpolated. With 9, real photos are
# as near as with the exact colour (CIEDE2000 2.61 beside 2.60, 24 of Oxford's validation photos at
# T = 0.38), with 5 not quite (2.67).
KNOTS = np.linspace(0.0, 1.0, 9, dtype=np.float32)
# Grays between which L* is a straight line; closer where it bends. It is nowhere further off than
# 0.2, half of what a level of gray is.
GRAYS = np.linspace(0.0, 1.0, 17, dtype=np.float32) ** 1.7


@functools.cache
def centres() -> np.ndarray:
    """The bins' middles: float32 (COUNT, 2), a* and b* in multiples of 10, ordered by a, then b.

    A cell is a bin if it holds a colour of the RGB cube's surface: whatever lies inside the cube
    has the same ab as something on it, which differs in lightness only.
    """
    # Every third level: every cell is met by a margin, so rounding does not decide.
    levels = np.arange(0, 256, 3)
    faces = np.stack(np.meshgrid(levels, levels), axis=-1).reshape(-1, 2)
    surface = [np.insert(faces, axis, end, axis=1) for axis in range(3) for end in (0, 255)]
    rgb = np.concatenate(surface).astype(np.float32) / 255
    cells = np.unique(ab_cells(ops.convert_to_numpy(spaces.rgb_to_lab(rgb))[:, 1:]))
    return _middles(cells).astype(np.float32)


def _middles(cells):
    rows = np.stack(np.divmod(cells, AB_CELLS), axis=-1)
    return AB_LOW + AB_GRID * (rows + 0.5)


@functools.cache
def of_cells() -> np.ndarray:
    """The bin of each cell of `grid.ab_cells`, the nearest for cells that are none: int (529,)."""
    middles = _middles(np.arange(AB_CELLS * AB_CELLS))
    return np.square(middles[:, None] - centres()).sum(-1).argmin(1)


@functools.cache
def lightness_bends() -> np.ndarray:
    """By how much L* / 50 grows faster from each of `GRAYS` but the last on: float32 (16,)."""
    slopes = np.diff(ops.convert_to_numpy(spaces.lightness(GRAYS)) / 50) / np.diff(GRAYS)
    return np.diff(slopes, prepend=0).astype(np.float32)


def see(gray):
    """L* of gray photos, in straight lines.

    Exact L* has powers, which 8 bits hold so badly that a network sees another photo: a mean of
    11.5 L* off in an int8 file, where lines are 0.1.

    Args:
        gray: float tensor (B, H, W, 1) in 0..1, taken as neutral sRGB.

    Returns:
        Float tensor (B, H, W, 1), from -1 (black) to 1 (white): L* / 50 - 1.
    """
    above = ops.relu(ops.subtract(gray, GRAYS[:-1]))
    return ops.conv(above, lightness_bends()[None, None, :, None]) - 1.0


def encode(ab):
    """Colours as soft votes for their nearest bins.

    Args:
        ab: float tensor (..., 2), a* and b*.

    Returns:
        Float tensor (..., COUNT) of sum 1: `NEIGHBOURS` bins, or more where some are equally near,
        in proportion to a Gaussian of their distance; the rest is 0. Source: section 2.2.
    """
    a, b = centres().T
    # ops.subtract, not "-": torch tensors and NumPy arrays do not mix by themselves.
    squares = ops.square(ops.subtract(ab[..., :1], a)) + ops.square(ops.subtract(ab[..., 1:], b))
    last = -ops.top_k(-squares, NEIGHBOURS)[0][..., -1:]
    # From the nearest on, so that not all of them underflow far outside.
    beyond = squares - ops.min(squares, axis=-1, keepdims=True)
    votes = ops.where(squares <= last, ops.exp(-beyond / (2 * SIGMA**2)), 0.0)
    return votes / ops.sum(votes, axis=-1, keepdims=True)


def encode_quickly(ab):
    """The same Gaussian votes for all bins instead of the nearest: a sixth of `encode`'s time.

    A Gaussian of squared distances is a softmax of straight lines in ab, so nothing is sorted. Bins
    beyond the nearest five get what the Gaussian has for them, 7 % of all at most.

    Args, Returns:
        As for `encode`.
    """
    slopes = centres().T / SIGMA**2
    heights = np.square(centres()).sum(-1) / (2 * SIGMA**2)
    return ops.softmax(ops.subtract(ops.matmul(ab, slopes), heights), axis=-1)


def annealed_mean(logits, temperature, values=None):
    """The mean of what bins stand for, once their distribution is sharpened.

    Args:
        logits: float tensor (B, h, w, COUNT).
        temperature: number or scalar tensor in 0..1: 0 takes the likeliest bin alone (vivid, not
            always coherent), 1 the mean (coherent, dull).
        values: float array (COUNT, C), what each bin stands for; `centres` by default.

    Returns:
        Float tensor (B, h, w, C). Source: equation 5.
    """
    values = centres() if values is None else values
    share = ops.softmax(logits / ops.maximum(temperature, COLD), axis=-1)
    return ops.conv(share, values[None, None])  # 1 × 1: every delegate has that


@functools.cache
def chroma_of_bins() -> np.ndarray:
    """CbCr of each bin at each of `KNOTS`: float32 (COUNT, 2 · len(KNOTS)), all Cb, then all Cr.

    The photo's luma is given, so of all colours of one ab, one has it: its lightness is searched
    for by halving. L* of the gray photo would be another's (of pure blue 11 instead of 32). No
    value is beyond ±0.5, which no luma has room for.
    """
    ab = np.repeat(centres()[:, None], len(KNOTS), axis=1)
    low, high = np.full_like(ab[..., :1], -100), np.full_like(ab[..., :1], 200)
    for _ in range(32):
        middle = (low + high) / 2
        rgb = spaces.lab_to_rgb(np.concatenate([middle, ab], axis=-1))
        darker = ops.convert_to_numpy(spaces.luma(rgb)) < KNOTS[:, None]
        low, high = np.where(darker, middle, low), np.where(darker, high, middle)
    cbcr = ops.convert_to_numpy(spaces.chroma(rgb))
    cbcr = cbcr * (0.5 / np.maximum(np.abs(cbcr).max(-1, keepdims=True), 0.5))
    return np.concatenate([cbcr[..., 0], cbcr[..., 1]], axis=-1)


def chroma(logits, luma, temperature):
    """The annealed mean as chroma, each bin's at the luma of its place.

    Neither powers nor cubes, so that it is as exact in 8 bits as the network before it.

    Args:
        logits: float tensor (B, h, w, COUNT).
        luma: float tensor (B, h, w, 1) in 0..1.
        temperature: as for `annealed_mean`.

    Returns:
        Float tensor (B, h, w, 2): CbCr in ±0.5.
    """
    count = len(KNOTS)
    at_knots = annealed_mean(logits, temperature, chroma_of_bins())
    away = ops.subtract(luma, np.tile(KNOTS, 2)) * (count - 1.0)
    near = ops.relu(ops.minimum(1.0 + away, 1.0 - away))  # of each knot, 0..1; two are not 0
    summed = np.repeat(np.eye(2, dtype=np.float32), count, axis=0)
    return ops.conv(at_knots * near, summed[None, None])
