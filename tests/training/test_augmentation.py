"""Augmentation: what changes, and what does not."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_colorizer.color import spaces
from keras_colorizer.training import augmentation, gradients


@pytest.fixture
def random():
    return keras.random.SeedGenerator(0)


@pytest.fixture
def rgb():
    return np.random.default_rng(0).uniform(size=(6, 16, 16, 3)).astype("float32")


def test_film_without_strength_is_luma(rgb, random):
    gray = ops.convert_to_numpy(augmentation.gray_of_film(rgb, 0.0, random))
    assert np.allclose(gray, np.clip(spaces.luma(rgb), 1e-3, 1), atol=1e-6)


def test_film_differs_from_photo_to_photo_and_stays_in_range(rgb, random):
    rgb = np.repeat(rgb[:1], 6, axis=0)
    gray = ops.convert_to_numpy(augmentation.gray_of_film(rgb, 1.0, random))
    assert gray.shape == (6, 16, 16, 1) and gray.min() >= 0 and gray.max() <= 1
    assert len({round(float(g.mean()), 5) for g in gray}) == 6
    # Still the same photo.
    for one in gray:
        assert np.corrcoef(one.ravel(), np.ravel(spaces.luma(rgb[:1])))[0, 1] > 0.8


def test_film_sees_colours_otherwise(random):
    flat = np.broadcast_to(np.float32([0.9, 0.2, 0.2]), (64, 4, 4, 3))
    gray = ops.convert_to_numpy(augmentation.gray_of_film(flat, 1.0, random)).mean((1, 2, 3))
    assert gray.max() - gray.min() > 0.15


def test_a_window_is_part_of_the_photo(random):
    rows, columns = np.meshgrid(np.arange(32.0), np.arange(32.0), indexing="ij")
    photo = np.stack([rows, columns, 0 * rows], axis=-1).astype("float32")
    photos = np.repeat(photo[None], 40, axis=0)
    seen = ops.convert_to_numpy(augmentation.window(photos, 0.5, random))
    assert seen.min() >= 0 and seen.max() <= 31
    sides = seen[:, -1, 0, 0] - seen[:, 0, 0, 0], seen[:, 0, -1, 1] - seen[:, 0, 0, 1]
    for side in sides:
        assert side.min() >= 31 / 1.5 - 1e-3 and side.max() <= 31 + 1e-3
        assert side.max() - side.min() > 5
    assert np.allclose(np.diff(seen[..., 0], 2, axis=1), 0, atol=1e-3)  # straight lines stay so


def test_no_zoom_is_the_photo(rgb, random):
    assert np.allclose(augmentation.window(rgb, 0.0, random), rgb, atol=1e-5)


def test_rolled_pictures_are_rolls_and_mirrors(random):
    pictures = np.random.default_rng(0).uniform(size=(20, 8, 8, 3)).astype("float32")
    moved = ops.convert_to_numpy(augmentation.rolled(pictures, random))
    ways = set()
    for before, after in zip(pictures, moved, strict=True):
        found = {
            (mirror, down, right)
            for mirror in (1, -1)
            for down in range(8)
            for right in range(8)
            if np.allclose(np.roll(before[:, ::mirror], (down, right), (0, 1)), after, atol=1e-6)
        }
        assert len(found) == 1
        ways |= found
    assert len(ways) > 10 and {mirror for mirror, _, _ in ways} == {1, -1}


def test_gradients_pass_through_rolls(rgb, random):
    weights = np.random.default_rng(1).uniform(size=rgb.shape).astype("float32")
    _, _, (gradient,) = gradients.value_and_gradients(
        lambda v: (ops.sum(augmentation.rolled(v[0], random) * weights), None),
        [ops.convert_to_tensor(rgb)],
    )
    # A permutation of the weights of each picture, and nothing lost.
    found = ops.convert_to_numpy(gradient).reshape(6, -1)
    assert np.allclose(np.sort(found), np.sort(weights.reshape(6, -1)), atol=1e-6)
