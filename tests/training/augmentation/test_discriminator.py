"""How what a discriminator is shown is changed."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_colorizer.training.augmentation.discriminator import SHOWN, differentiable
from keras_colorizer.training.trainers.backend import value_and_gradients


@pytest.fixture
def random():
    return keras.random.SeedGenerator(3)


@pytest.fixture
def pictures():
    return np.random.default_rng(0).uniform(0.2, 1.0, (32, 16, 16, 4)).astype("float32")


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_shapes_and_gradients(name, pictures, random):
    pictures = ops.convert_to_tensor(pictures)
    shown = SHOWN.find(name)(pictures, random, conditions=1)
    assert shown.shape == pictures.shape and shown.dtype == pictures.dtype
    _, _, (gradient,) = value_and_gradients(
        lambda v: (ops.sum(SHOWN.find(name)(v[0], random, conditions=1)), None), [pictures]
    )
    gradient = np.abs(ops.convert_to_numpy(gradient)).sum(axis=(1, 2, 3))
    assert np.all(np.isfinite(gradient)) and np.all(gradient > 0)


def test_half_a_side_is_cut_and_what_is_left_was_there(pictures, random):
    shown = ops.convert_to_numpy(differentiable(ops.convert_to_tensor(pictures), random, 1))
    gray, seen = pictures[..., 3], shown[..., 3]
    zeros = (seen == 0).mean(axis=(1, 2))
    # At least a quarter of the hole is inside; at most the hole and both margins are gone.
    assert zeros.min() >= 1 / 16 and zeros.max() <= 1 / 4 + 2 / 8
    assert len(set(zeros)) > 5
    for before, after in zip(gray, seen, strict=True):
        kept = after[after > 0]
        assert np.isin(kept.round(5), before.round(5)).all()  # conditions are moved, not repainted


def test_colour_and_condition_move_together(random):
    stripes = np.tile(np.linspace(0.2, 1.0, 16, dtype="float32")[:, None, None], (8, 1, 16, 4))
    shown = ops.convert_to_numpy(differentiable(ops.convert_to_tensor(stripes), random, 1))
    for picture in shown:
        there = picture[..., 3] > 0
        # One line through brightness and contrast: colour is where its condition is.
        gray, red = picture[..., 3][there], picture[..., 0][there]
        assert np.allclose(np.polyval(np.polyfit(gray, red, 1), gray), red, atol=1e-3)
        assert np.all(picture[~there] == 0)


def test_colours_are_repainted(random):
    plain = np.full((64, 8, 8, 3), (0.8, 0.5, 0.2), "float32")
    shown = ops.convert_to_numpy(differentiable(ops.convert_to_tensor(plain), random))
    places = shown.reshape(64, -1, 3)
    colours = np.stack([p[np.abs(p).sum(axis=1).argmax()] for p in places])
    spread = colours[:, 0] - colours[:, 2]
    assert spread.min() < 0.3 and spread.max() > 0.8  # 0.6 times 0..2 times 0.5..1.5
    assert np.ptp(colours.mean(axis=1)) > 0.3
