"""Curves along the length of chroma, of operations that 8 bits and mobile GPUs can hold."""

import numpy as np
from keras import ops

from keras_colorizer.errors import UserError, within

# Of the CbCr plane, 30° apart from Cb on towards Cr. So many that what is added with equal slopes
# depends on the hue by less than 4 % of the chroma's length.
DIRECTIONS = 12


def checked(curve):
    """A curve as a list of ``(knee, slopes)``, slopes a list of ``DIRECTIONS`` floats.

    Args:
        curve: pairs of a knee, a length of chroma from 0 to 0.7, and the slope that is added beyond
            it, -8 to 8: one number, or one for each of ``DIRECTIONS``.

    Raises:
        UserError: it is none.
    """
    found = []
    for pair in curve:
        try:
            knee, slopes = pair
            slopes = list(np.broadcast_to(np.asarray(slopes, float), (DIRECTIONS,)))
        except (TypeError, ValueError):
            raise UserError(
                f"codec.curve: {pair!r} is not a knee and a slope, or {DIRECTIONS} slopes"
            ) from None
        slopes = [within("a slope of codec.curve", float(slope), -8, 8) for slope in slopes]
        found.append((within("a knee of codec.curve", knee, 0, 0.7), slopes))
    return found


def bend(chroma, curve):
    """What a curve adds to chroma: beyond each knee its slope more, by hue.

    Along each of ``DIRECTIONS`` the part beyond the knee is kept and brought back along it; with
    equal slopes that is chroma of the same hue. Two 1 × 1 convolutions and a ReLU: a root, which
    lengths need, has no 8-bit form. Beyond a knee the slope comes softly.

    Args:
        chroma: float tensor (B, H, W, 2).
        curve: as `checked` gives it, not empty.

    Returns:
        Float tensor (B, H, W, 2), to be added to the chroma.
    """
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    along = np.stack([np.cos(angles), np.sin(angles)])
    ahead = np.concatenate([along] * len(curve), axis=1).astype("float32")
    bends = np.repeat([knee for knee, _ in curve], DIRECTIONS).astype("float32")
    # Half of the directions see a hue, by the cosine's square of which the mean is a half.
    slopes = np.concatenate([slopes for _, slopes in curve]) * (4 / DIRECTIONS)
    back = (ahead * slopes).T.astype("float32")
    beyond = ops.relu(ops.conv(chroma, ops.convert_to_tensor(ahead[None, None])) - bends)
    return ops.conv(beyond, ops.convert_to_tensor(back[None, None]))
