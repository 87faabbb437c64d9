r"""What was measured once on Oxford Flowers 102's training photos, and counts for every evaluation.

The file beside this one was written by

    python -m keras_colorizer.statistics --data oxford_flowers102 --split train --size 128
        --out keras_colorizer/evaluation/oxford_flowers102.json

on a copy of the set whose photos were shrunk to a short side of 256 px (JPEG, quality 75). It is
committed, so that every evaluation has the same floor and weights, whatever copy it reads.
"""

import functools
import json
from pathlib import Path

import numpy as np

from keras_colorizer.data.statistics import ab_cells, rebalancing_weights


@functools.cache
def _measured():
    path = Path(__file__).with_name("oxford_flowers102.json")
    return json.loads(path.read_text(encoding="utf-8"))


def mean_chroma() -> tuple[float, float]:
    """(Cb, Cr) in ±0.5: the one colour that suits the training photos best, a floor for models.

    Source: this module's command.

    Example:
        >>> mean_chroma()[1] > 0  # flowers are rather red
        True
    """
    return tuple(_measured()["mean_chroma"])


@functools.cache
def _weights():
    ab = _measured()["ab"]
    weights = rebalancing_weights(np.array(ab["counts"]), smoothing=5.0, mix=0.0, grid=ab["grid"])
    return weights.astype(np.float32).ravel(), ab["low"], ab["grid"], len(ab["counts"])


def pixel_weights(ab: np.ndarray) -> np.ndarray:
    """What each pixel counts in a class-rebalanced score: the rarer its colour, the more.

    Args:
        ab: float (..., 2), CIE Lab's a* and b* of the truth.

    Returns:
        float32 (...), positive; their mean over the training photos is about 1. Source: Zhang,
        Isola & Efros 2016, equation 4 with λ = 0 (section 3.1), p by this module's command.

    Example:
        >>> pixel_weights(np.float32([80, -90])) > pixel_weights(np.float32([-10, 20]))
        True
    """
    weights, low, grid, cells = _weights()
    return weights[ab_cells(ab, low, grid, cells)]
