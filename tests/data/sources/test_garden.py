"""The garden: deterministic, one scene at every size, coloured by shape, not gray level."""

import numpy as np
import pytest

from keras_colorizer.data import mean_chroma
from keras_colorizer.data.sources.garden import SPLITS, garden, name

LUMA = np.float32([0.299, 0.587, 0.114])


@pytest.fixture(scope="module")
def photos():
    return garden(96, 64)


def chroma(photos):
    rgb = photos / np.float32(255)
    luma = rgb @ LUMA
    return luma, np.stack([(rgb[..., 2] - luma) / 1.772, (rgb[..., 0] - luma) / 1.402], axis=-1)


def test_a_photo_depends_on_its_index_alone(photos):
    assert photos.shape == (96, 64, 64, 3) and photos.dtype == np.uint8
    np.testing.assert_array_equal(garden(5, 64, first=30), photos[30:35])
    assert len({photo.tobytes() for photo in photos}) == 96


def test_it_is_the_same_scene_at_every_size(photos):
    large = garden(8, 128).reshape(8, 64, 2, 64, 2, 3).mean(axis=(2, 4))
    small = photos[:8].astype(float)
    same = np.abs(large - small).mean()
    other = np.abs(large - small[::-1]).mean()
    assert same < other / 4


def test_it_is_colourful_and_has_every_hue(photos):
    _, cbcr = chroma(photos)
    strong = cbcr[np.hypot(*np.moveaxis(cbcr, -1, 0)) > 0.1]
    hues = np.histogram(np.arctan2(strong[:, 1], strong[:, 0]), bins=6, range=(-np.pi, np.pi))[0]
    assert len(strong) > 0.5 * cbcr[..., 0].size
    assert (hues > 0).sum() >= 5


def test_gray_level_alone_does_not_tell_the_colour(photos):
    luma, cbcr = chroma(photos)
    level = (luma * 255).astype(int).ravel()
    count = np.maximum(np.bincount(level, minlength=256), 1)
    for plane in np.moveaxis(cbcr, -1, 0):
        by_level = (np.bincount(level, plane.ravel(), 256) / count)[level].reshape(plane.shape)
        assert np.var(plane - by_level) > 0.85 * np.var(plane)


def test_roles_are_disjoint_and_ids_sort():
    indices = [i for split in SPLITS.values() for i in split]
    assert len(set(indices)) == len(indices) == 1470
    assert name(123) == "garden-000123"


def test_mean_chroma_is_that_of_the_pixels(photos):
    _, cbcr = chroma(photos)
    np.testing.assert_allclose(mean_chroma(photos, chunk=10), cbcr.mean((0, 1, 2)), atol=1e-4)
    assert mean_chroma(np.full((1, 2, 2, 3), 77, np.uint8)) == pytest.approx((0, 0), abs=1e-9)
    with pytest.raises(ValueError, match="no photos"):
        mean_chroma(photos[:0])
