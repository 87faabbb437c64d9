"""The grid of the ab plane that colours are counted on, in NumPy alone."""

import numpy as np

# Cells of the ab plane, as Zhang, Isola & Efros 2016 (section 2.1) quantise it: 10 wide, their
# middles at multiples of 10, so that gray is on no edge. sRGB reaches from -86 to 98 in a and from
# -108 to 94 in b.
AB_GRID, AB_LOW, AB_CELLS = 10, -115, 23


def ab_cells(ab: np.ndarray, low: int = AB_LOW, grid: int = AB_GRID, cells: int = AB_CELLS):
    """The cell of each colour, counted row by row: ``cells`` times that of a, plus that of b.

    Args:
        ab: float (..., 2), CIE Lab's a* and b*; what lies outside counts to the cell at the border.
        low: where the first cell begins, in a and in b.
        grid: width of a cell.
        cells: how many there are along each axis.

    Returns:
        int32 (...), 0 to ``cells`` squared - 1.
    """
    # Positive before it becomes whole, which cuts the fraction off; NaN has no place in a table.
    a, b = (
        np.clip((ab[..., i] - np.float32(low)) / np.float32(grid), 0, cells - 1).astype(np.int32)
        for i in (0, 1)
    )
    return a * cells + b
