"""Masks and colours of the truth, on photos whose values are computed by hand."""

import numpy as np
import pytest
from skimage import color

from keras_colorizer.evaluation.metrics import truth


def flat(rgb, size=16):
    return np.full((1, size, size, 3), rgb, np.uint8)


def test_colourfulness_by_hand():
    # Half red, half blue: rg is 255 and 0, yb is 127.5 and -255.
    photo = np.zeros((1, 2, 4, 3), np.uint8)
    photo[:, 0, :, 0] = 255
    photo[:, 1, :, 2] = 255
    spread = np.hypot(127.5, 191.25)
    mean = np.hypot(127.5, -63.75)
    assert truth.colourfulness(photo) == pytest.approx(spread + 0.3 * mean)


def test_opponent_channels_are_signed():
    # Red and green halves: signed rg averages to 0, absolute values would average to 255.
    photo = np.zeros((1, 2, 4, 3), np.uint8)
    photo[:, 0, :, 0] = photo[:, 1, :, 1] = 255
    assert truth.colourfulness(photo) == pytest.approx(255 + 0.3 * 127.5)


@pytest.mark.parametrize(
    ("degrees", "sector"), [(0, 0), (29.9, 0), (30, 1), (179, 5), (-1, 11), (-1e-6, 11)]
)
def test_sectors_of_30_degrees_begin_at_red(degrees, sector):
    angle = np.radians(degrees)
    lab = np.float32([50, 40 * np.cos(angle), 40 * np.sin(angle)])
    assert truth.sector_of(lab) == sector


def test_neutral_is_light_and_without_chroma():
    for rgb, neutral, coloured in [
        ((240, 240, 240), True, False),
        ((60, 60, 60), False, False),  # neutral, but dark
        ((255, 230, 90), False, True),  # light, but yellow
    ]:
        found = truth.Truth(flat(rgb))
        assert found.neutral.all() == neutral and found.neutral.any() == neutral, rgb
        assert found.coloured.all() == coloured and found.coloured.any() == coloured, rgb


def test_near_is_within_three_pixels_of_a_chroma_edge():
    lab = np.zeros((40, 40, 3))
    lab[:, 20:, 1] = 50  # one vertical edge, between columns 19 and 20; Sobel answers in both
    near = truth.near_edges(lab)
    assert near[20].nonzero()[0].tolist() == list(range(16, 24))
    assert near.all(axis=0).sum() == 8


def test_edges_of_lightness_alone_are_none():
    lab = np.zeros((40, 40, 3))
    lab[:, 20:, 0] = 90
    assert not truth.near_edges(lab).any()
    gray = np.random.default_rng(0).integers(0, 256, (16, 16, 1), np.uint8).repeat(3, axis=-1)
    assert not truth.near_edges(truth.to_lab(gray)).any()


def test_lab_is_scikit_images():
    photo = np.random.default_rng(0).integers(0, 256, (4, 4, 3), np.uint8)
    assert truth.to_lab(photo) == pytest.approx(color.rgb2lab(photo), abs=1e-2)
    assert truth.to_lab(photo).dtype == np.float32
