"""Curves along the length of chroma."""

import numpy as np
import pytest

from keras_colorizer.color import curves
from keras_colorizer.errors import UserError

ANGLES = np.linspace(0, 2 * np.pi, 97)
STEP = curves.checked([(0.04, 1), (0.1, -1)])


def ring(length):
    """CbCr of one length in every direction, (1, 97, 1, 2)."""
    around = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=-1)
    return np.float32(length * around)[None, :, None]


def added(length, curve=STEP):
    return np.asarray(curves.bend(ring(length), curve))


@pytest.mark.parametrize("length", [0.0, 0.02, 0.04])
def test_up_to_the_knee_nothing_is_added(length):
    assert np.abs(added(length)).max() < 1e-7


@pytest.mark.parametrize("length", [0.05, 0.08, 0.1, 0.15, 0.3])
def test_equal_slopes_add_the_same_hue_and_nearly_the_same_in_all(length):
    chroma, more = ring(length), added(length)
    assert np.ptp(np.linalg.norm(more, axis=-1)) < 0.04 * length
    across = chroma[..., 0] * more[..., 1] - chroma[..., 1] * more[..., 0]
    assert np.abs(across / length).max() < 0.04 * length  # hue turns by 2° at most
    assert (more * chroma).sum(-1).min() > 0


def test_slopes_come_to_what_was_asked_and_opposite_ones_end_them():
    def length(at, curve):
        return np.linalg.norm(added(at, curve), axis=-1).mean()

    plain = curves.checked([(0.04, 1.5)])
    assert length(0.6, plain) - length(0.5, plain) == pytest.approx(0.15, rel=0.02)
    found = [length(at, STEP) for at in np.arange(0.04, 0.6, 0.02)]
    assert (np.diff(found) > -1e-3).all() and found[-1] < 4 / np.pi * 0.06


def test_a_slope_of_one_direction_lengthens_its_hue_alone():
    slopes = [0.0] * curves.DIRECTIONS
    slopes[4] = 2.0  # 120°: between -Cb and Cr, where skin is
    more = added(0.1, curves.checked([(0.02, slopes)]))[0, :, 0]
    lengths = np.linalg.norm(more, axis=-1)
    assert np.degrees(ANGLES[lengths.argmax()]) == pytest.approx(120, abs=4)
    assert lengths[np.abs(np.degrees(ANGLES) - 300) < 60].max() == 0


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        ([(0.9, 1)], "knee of codec.curve"),
        ([(0.1, 9)], "slope of codec.curve"),
        ([(0.1, [1, 2])], "is not a knee and a slope, or 12 slopes"),
        ([0.1], "is not a knee and a slope"),
    ],
)
def test_what_is_no_curve(curve, words):
    with pytest.raises(UserError, match=words):
        curves.checked(curve)
