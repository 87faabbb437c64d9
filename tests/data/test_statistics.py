"""Histograms of ab and the weights made of them, against numbers computed by hand."""

import math

import numpy as np
import pytest
from skimage import color, data

from keras_colorizer.data import ab_histogram, rebalancing_weights
from keras_colorizer.data.statistics import AB_CELLS, ab_cells


def cell(a, b):
    return int(ab_cells(np.float32([a, b])))


def test_cells_are_counted_row_by_row():
    assert [cell(-110, -110), cell(-110, -96), cell(-104, -110), cell(109, 109)] == [0, 1, 23, 528]
    assert cell(500, -500) == cell(109, -110)
    ab = np.random.default_rng(0).uniform(-114, 114, (4, 5, 2)).astype("float32")
    wanted = np.floor((ab + 115) / 10).astype(int)
    np.testing.assert_array_equal(ab_cells(ab), wanted[..., 0] * 23 + wanted[..., 1])


def test_gray_is_in_one_cell_however_it_is_rounded():
    around = [cell(a, b) for a in (-3e-3, 0, 5e-3) for b in (-3e-3, 0, 5e-3)]
    assert set(around) == {cell(4, -4)}
    grays = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1), 3, axis=-1)
    counts = ab_histogram(grays)
    assert counts[11, 11] == counts.sum() == 256


def test_the_histogram_counts_known_colours():
    # sRGB primaries in CIE Lab (D65): red 80.1, 67.2; green -86.2, 83.2; blue 79.2, -107.9.
    photo = np.zeros((1, 2, 2, 3), np.uint8)
    photo[0, 0, 0, 0] = photo[0, 0, 1, 1] = photo[0, 1, 0, 2] = photo[0, 1, 1, 2] = 255
    counts = ab_histogram(photo)
    assert counts.shape == (AB_CELLS, AB_CELLS) and counts.dtype == np.int64
    found = {tuple(map(int, place)): int(counts[tuple(place)]) for place in np.argwhere(counts)}
    assert found == {(19, 18): 1, (2, 19): 1, (19, 0): 2}


def test_the_histogram_is_that_of_real_photos_in_chunks():
    photos = np.stack([data.astronaut()[:200, :300], data.coffee()[:200, :300]])
    lab = color.rgb2lab(photos / np.float32(255))
    edges = np.linspace(-115, 115, 24)
    wanted = np.histogram2d(lab[..., 1].ravel(), lab[..., 2].ravel(), bins=(edges, edges))[0]
    counts = ab_histogram(photos, chunk=1)
    np.testing.assert_array_equal(counts, ab_histogram(photos))
    # The two libraries round their constants differently: a few pixels on edges may change cells.
    assert np.abs(counts - wanted).sum() < 0.002 * counts.sum()


def test_weights_without_smoothing():
    # p = 3/4, 1/4: 1/p = 4/3, 4; their mean over p is 2, so half of each.
    np.testing.assert_allclose(rebalancing_weights([[3, 1]], smoothing=0), [[2 / 3, 2]])


def test_weights_mixed_with_the_uniform_distribution():
    # Half of p and half of 1/2: 5/8 and 3/8; 8/5 and 8/3 have mean 28/15 over p.
    wanted = [[24 / 28, 40 / 28]]
    np.testing.assert_allclose(rebalancing_weights([[3, 1]], smoothing=0, mix=0.5), wanted)
    np.testing.assert_allclose(rebalancing_weights([[3, 1]], smoothing=0, mix=1), [[1, 1]])


def test_weights_are_smoothed():
    counts = np.zeros((9, 9))
    counts[4, 4] = 7
    weights = rebalancing_weights(counts, smoothing=5, grid=10)
    # Half a cell of standard deviation: a neighbour has exp(-1 / (2 / 4)) of the centre's share.
    assert weights[4, 5] / weights[4, 4] == pytest.approx(math.exp(2))
    assert weights[5, 5] / weights[4, 4] == pytest.approx(math.exp(4))
    wider = rebalancing_weights(counts, smoothing=5, grid=5)
    assert wider[4, 5] / wider[4, 4] == pytest.approx(math.exp(0.5))


def test_what_does_not_occur_weighs_as_its_nearest_neighbour():
    weights = rebalancing_weights([[6, 0, 0, 0, 2]], smoothing=0)
    np.testing.assert_allclose(weights[0, [0, 1, 3, 4]], [2 / 3, 2 / 3, 2, 2])
    assert weights[0, 2] in (weights[0, 0], weights[0, 4])
    # One pixel in ten million is no class of its own.
    rare = rebalancing_weights([[5_000_000, 4_999_999, 1]], smoothing=0)
    np.testing.assert_allclose(rare, [[1, 1, 1]], rtol=1e-6)


@pytest.mark.parametrize("mix", [0, 0.5])
def test_weights_have_mean_one_over_the_pixels_they_were_made_of(mix):
    counts = np.random.default_rng(0).integers(1, 1000, (22, 22))
    weights = rebalancing_weights(counts, smoothing=0, mix=mix)
    assert np.average(weights, weights=counts) == pytest.approx(1)


def test_no_pixels_and_wrong_mixes_are_refused():
    with pytest.raises(ValueError, match="no pixels"):
        rebalancing_weights(np.zeros((22, 22)))
    with pytest.raises(ValueError, match="mix 2"):
        rebalancing_weights([[1, 2]], mix=2)
