"""Curves along the length of chroma, of operations that 8 bits and mobile GPUs can hold."""

import numpy as np
from keras import ops

# Of the CbCr plane. So many that the result's length depends on the hue by less than 4 % of the
# chroma's own length.
DIRECTIONS = 12


def expand(chroma, knee, ceiling):
    """What long chroma is to be lengthened by: nothing below the knee, no more above the ceiling.

    Along each of ``DIRECTIONS`` the part beyond the knee, up to the ceiling, is kept; together they
    give chroma of the same hue. Two 1 × 1 convolutions and a ReLU: a root, which lengths need, has
    no 8-bit form. The slope comes and goes softly; without a ceiling it would come to 1. Very long
    chroma is lengthened by 4/π of the way from knee to ceiling.

    Args:
        chroma: float tensor (B, H, W, 2).
        knee, ceiling: lengths of chroma, the knee below the ceiling.

    Returns:
        Float tensor (B, H, W, 2), to be added to the chroma, times a factor.
    """
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    along = np.stack([np.cos(angles), np.sin(angles)])
    both = np.concatenate([along, along], axis=1).astype("float32")
    bends = np.repeat([knee, ceiling], DIRECTIONS).astype("float32")
    back = np.concatenate([along, -along], axis=1).T.astype("float32") * (4 / DIRECTIONS)
    beyond = ops.relu(ops.conv(chroma, ops.convert_to_tensor(both[None, None])) - bends)
    return ops.conv(beyond, ops.convert_to_tensor(back[None, None]))
