"""Curves along the length of chroma."""

import numpy as np
import pytest

from keras_colorizer.color import curves

ANGLES = np.linspace(0, 2 * np.pi, 97)


def ring(length):
    """CbCr of one length in every direction, (1, 97, 1, 2)."""
    around = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)
    return np.float32(length * around)[None, :, None]


@pytest.mark.parametrize("length", [0.0, 0.02, 0.04])
def test_up_to_the_knee_nothing_is_added(length):
    assert np.abs(curves.expand(ring(length), 0.04, 0.1)).max() < 1e-7


@pytest.mark.parametrize("length", [0.05, 0.08, 0.1, 0.15, 0.3])
def test_what_is_added_has_the_same_hue_and_depends_on_it_little(length):
    chroma = ring(length)
    added = np.asarray(curves.expand(chroma, 0.04, 0.1))
    lengths = np.linalg.norm(added, axis=-1)
    assert np.ptp(lengths) < 0.04 * length
    across = chroma[..., 0] * added[..., 1] - chroma[..., 1] * added[..., 0]
    assert np.abs(across / length).max() < 0.04 * length  # hue turns by 2° at most
    assert (added * chroma).sum(-1).min() > 0


def test_more_is_added_to_longer_chroma_up_to_a_little_more_than_from_knee_to_ceiling():
    found = [np.linalg.norm(curves.expand(ring(m), 0.04, 0.1), axis=-1).mean()
             for m in np.arange(0.04, 0.6, 0.02)]  # fmt: skip
    assert (np.diff(found) > -1e-3).all() and found[-1] < 4 / np.pi * 0.06
    without = np.linalg.norm(curves.expand(ring(0.5), 0.04, 9.0), axis=-1).mean()
    steeper = np.linalg.norm(curves.expand(ring(0.6), 0.04, 9.0), axis=-1).mean() - without
    assert steeper == pytest.approx(0.1, rel=0.02)  # the slope comes to 1
