"""Hue as one of N directions of the CbCr plane, beside how strong the colour is.

A mean of likely colours is pale where they disagree. Here they disagree in hue alone, which is a
distribution; the strength is one number and is regressed. Source: the distribution and its annealed
mean are those of Zhang, Isola & Efros, "Colorful Image Colorization", ECCV 2016, on a circle
instead of the plane.
"""

import math

import numpy as np
from keras import ops

from keras_colorizer.color import bins

# What a network predicts as strength is |CbCr| times this: 8 bits hold it beside the logits, whose
# range they share.
SCALE = 20.0


def directions(count):
    """Unit vectors of the CbCr plane, the first along +Cb: float32 (count, 2)."""
    angles = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)


def encode(cbcr, count):
    """Chroma as soft votes for its two nearest directions, and its strength.

    Args:
        cbcr: float tensor (..., 2) in ±0.5.
        count: number of directions.

    Returns:
        Float tensor (..., count + 1): shares of sum 1, by nearness in angle, of gray all for the
        first; then |CbCr| · ``SCALE``.
    """
    place = ops.arctan2(cbcr[..., 1:], cbcr[..., :1]) * (count / (2 * math.pi))
    around = ops.mod(ops.subtract(place, np.arange(count, dtype=np.float32)), count)
    votes = ops.relu(1.0 - ops.minimum(around, count - around))
    strength = ops.sqrt(ops.sum(ops.square(cbcr), axis=-1, keepdims=True))
    return ops.concatenate([votes, SCALE * strength], axis=-1)


def chroma(prediction, temperature):
    """The annealed mean direction times the strength.

    The mean of directions that disagree is shorter than 1, so what is unsure stays pale; the lower
    the temperature, the less so.

    Args:
        prediction: float tensor (B, h, w, N + 1): logits of directions, then strength · ``SCALE``;
            below 0 it counts as 0.
        temperature: as for ``bins.annealed_mean``.

    Returns:
        Float tensor (B, h, w, 2): CbCr.
    """
    logits, strength = prediction[..., :-1], prediction[..., -1:]
    mean = bins.annealed_mean(logits, temperature, directions(logits.shape[-1]))
    return ops.relu(strength) * (1.0 / SCALE) * mean
