r"""What was measured once on Oxford Flowers 102's training photos, and counts for every evaluation.

The file beside this one was written by

    python -m keras_colorizer.statistics --data oxford_flowers102 --split train --size 128
        --out keras_colorizer/evaluation/oxford_flowers102.json

on a copy of the set whose photos were shrunk to a short side of 256 px (JPEG, quality 75). It is
committed, so that every evaluation has the same floor and weights, whatever copy it reads.
"""

import dataclasses
import functools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from keras_colorizer.color.grid import AB_GRID, AB_LOW
from keras_colorizer.data.statistics import (
    ab_cells,
    ab_histogram,
    rebalancing_weights,
)
from keras_colorizer.data.statistics import mean_chroma as mean_chroma_of

OXFORD = "Oxford's training photos"


@functools.cache
def _measured():
    path = Path(__file__).with_name("oxford_flowers102.json")
    return json.loads(path.read_text(encoding="utf-8"))


def mean_chroma() -> tuple[float, float]:
    """(Cb, Cr) in ±0.5: the one colour that suits the training photos best, a floor for models.

    Source: this module's command.
    """
    return tuple(_measured()["mean_chroma"])


@functools.cache
def _weigher():
    ab = _measured()["ab"]
    return _weigh_by(np.array(ab["counts"]), ab["low"], ab["grid"])


def _weigh_by(counts, low=AB_LOW, grid=AB_GRID):
    """The function `pixel_weights` for other photos than Oxford's."""
    weights = rebalancing_weights(counts, smoothing=5.0, mix=0.0, grid=grid)
    weights = weights.astype(np.float32).ravel()
    return lambda ab: weights[ab_cells(ab, low, grid, len(counts))]


def pixel_weights(ab: np.ndarray) -> np.ndarray:
    """What each pixel counts in a class-rebalanced score: the rarer its colour, the more.

    Args:
        ab: float (..., 2), CIE Lab's a* and b* of the truth.

    Returns:
        float32 (...), positive; their mean over the training photos is about 1. Source: Zhang,
        Isola & Efros 2016, equation 4 with λ = 0 (section 3.1), p by this module's command.
    """
    return _weigher()(ab)


@dataclasses.dataclass(frozen=True)
class Reference:
    """The photos behind the floor mean_chroma and the rarity of colours.

    Attributes:
        name: what they are, for results.json.
        mean_chroma: (Cb, Cr) in ±0.5.
        weigh: function as `pixel_weights`.
        ids_sha256: SHA-256 of the photos' names; None for Oxford's.
    """

    name: str = OXFORD
    mean_chroma: tuple[float, float] = dataclasses.field(default_factory=mean_chroma)
    weigh: Callable = pixel_weights
    ids_sha256: str | None = None


def reference_of(photos) -> Reference:
    """The `Reference` that other photos are, measured as Oxford's were.

    Args:
        photos: `evaluation.photos.TestPhotos`, of a split that nothing is scored on.
    """
    name = f"{photos.name} {photos.split}, {len(photos):,} photos at {photos.images.shape[1]} px"
    weigh = _weigh_by(ab_histogram(photos.images))
    return Reference(name, mean_chroma_of(photos.images), weigh, photos.ids_sha256)
