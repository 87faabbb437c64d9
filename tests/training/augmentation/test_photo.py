"""Augmentation: what changes, and what does not."""

import keras
import numpy as np
import pytest
import skimage.data
from keras import ops
from PIL import Image

from keras_colorizer.color import spaces
from keras_colorizer.training.augmentation import photo as augment
from keras_colorizer.training.trainers import backend


@pytest.fixture
def random():
    return keras.random.SeedGenerator(0)


@pytest.fixture
def rgb():
    return np.random.default_rng(0).uniform(size=(6, 16, 16, 3)).astype("float32")


@pytest.fixture
def cat():
    """A real gray photo, uint8 (64, 64)."""
    photo = Image.fromarray(skimage.data.chelsea()[:300, 80:380]).convert("L")
    return np.asarray(photo.resize((64, 64), Image.Resampling.BOX))


def film(rgb, strength, seed=0):
    random = keras.random.SeedGenerator(seed)
    return ops.convert_to_numpy(augment.gray_of_film(rgb, strength, random))


def only(monkeypatch, **kept):
    """Switches every change of gray_of_film off but those named, which get the given limits."""
    off = {
        "SHARPEN": -1.0,
        "MIX": 0.0,
        "GAMMA": 1.0,
        "CONTRAST": 0.0,
        "BRIGHTNESS": 0.0,
        "GRAIN": 0.0,
    }
    for name, limit in (off | {"BLUR": 0.0, "FADE": 0.0, "JPEG": (0.0, 1e-3)} | kept).items():
        monkeypatch.setattr(augment, name, limit)


def test_film_without_strength_is_luma(rgb):
    assert np.array_equal(film(rgb, 0.0), ops.convert_to_numpy(spaces.luma(rgb)))


def test_film_vanishes_with_its_strength(rgb):
    # Half a level is what JPEG's rounding costs at quality 100; two and a half are seen at 0.2.
    assert np.abs(film(rgb, 1e-4) - spaces.luma(rgb)).max() < 2.5 / 255
    apart = [np.abs(film(rgb, s) - spaces.luma(rgb)).mean() for s in (1e-4, 0.1, 0.3, 1.0)]
    assert apart == sorted(apart) and apart[0] < 0.3 / 255 and apart[-1] > 10 / 255


def test_film_is_drawn_from_the_seed(rgb):
    assert np.array_equal(film(rgb, 1.0, seed=3), film(rgb, 1.0, seed=3))
    assert not np.allclose(film(rgb, 1.0, seed=3), film(rgb, 1.0, seed=4), atol=0.01)


def test_film_is_float32_whatever_the_policy_in_a_graph_of_any_batch(rgb):
    class Film(keras.layers.Layer):
        random = keras.random.SeedGenerator(0)
        kinds = set()

        def call(self, x):
            gray = augment.gray_of_film(x, 1.0, self.random)
            self.kinds.add(keras.backend.standardize_dtype(gray.dtype))
            return gray

    model = keras.Sequential([keras.Input((16, 16, 3)), Film(dtype="mixed_bfloat16")])
    seen = [model.predict(some, verbose=0) for some in (rgb, rgb[:5])]
    assert Film.kinds == {"float32"}
    assert [gray.shape for gray in seen] == [(6, 16, 16, 1), (5, 16, 16, 1)]
    assert np.isfinite(seen[0]).all() and np.isfinite(seen[1]).all()


def test_fading_narrows_the_range_and_keeps_the_order(monkeypatch):
    only(monkeypatch, FADE=0.2)
    ramp = np.broadcast_to(np.linspace(0, 1, 64, dtype="float32")[:, None], (64, 64))
    gray = film(np.repeat(np.repeat(ramp[None, ..., None], 40, axis=0), 3, axis=-1), 1.0)
    black, white = gray.min((1, 2, 3)), gray.max((1, 2, 3))
    assert black.min() >= -1e-6 and white.max() <= 1 + 1e-6
    assert 0.1 < black.max() < 0.21 and 0.79 < white.min() < 0.9
    assert np.median(black) < 0.08 and abs(np.corrcoef(black, white)[0, 1]) < 0.6
    assert (np.diff(gray[:, :, 0, 0], axis=1) > 0.005).all()


def test_film_blurs_and_files_some_photos_more_than_others(monkeypatch, cat):
    photos = np.repeat(np.repeat(cat[None, ..., None] / np.float32(255), 40, axis=0), 3, axis=-1)
    only(monkeypatch, BLUR=2.0)
    sharp = np.abs(np.diff(film(photos, 1.0), axis=1)).mean((1, 2, 3))
    before = np.abs(np.diff(cat / 255, axis=0)).mean()
    assert sharp.min() < 0.7 * before and sharp.max() > 0.95 * before
    only(monkeypatch, BLUR=2.0, SHARPEN=0.8)
    sharp = np.abs(np.diff(film(photos, 1.0), axis=1)).mean((1, 2, 3))
    assert sharp.min() < 0.8 * before and sharp.max() > 1.1 * before
    only(monkeypatch, JPEG=(50.0, 70.0))
    changed = np.abs(film(photos, 1.0) - photos[..., :1]).mean((1, 2, 3)) > 1 / 255
    assert 10 <= changed.sum() <= 30


def test_blur_at_deviation_1_is_like_an_enlargement_by_two(cat):
    halved = Image.fromarray(cat).reduce(2).resize((64, 64), Image.Resampling.BILINEAR)
    gray = ops.convert_to_tensor(np.float32(cat)[None, ..., None])
    seen = ops.convert_to_numpy(augment.blurred(gray, ops.ones((1, 1, 1))))[0, ..., 0]
    inside = (slice(4, -4), slice(4, -4))
    apart = np.abs(seen - np.float32(halved))[inside].mean()
    assert apart < 0.3 * np.abs(seen - cat)[inside].mean()


def test_blur_lowers_high_frequencies_and_keeps_the_mean(cat):
    deviations = np.float32([0.01, 0.5, 1.0, 1.4]).reshape(4, 1, 1)
    gray = np.repeat(np.float32(cat)[None, ..., None], 4, axis=0)
    seen = augment.blurred(ops.convert_to_tensor(gray), ops.convert_to_tensor(deviations))
    seen = ops.convert_to_numpy(seen)
    assert np.allclose(seen[0], gray[0], atol=1e-3)
    assert np.allclose(seen.mean((1, 2, 3)), cat.mean(), rtol=0.01)
    waves = np.abs(np.fft.fft2(seen[..., 0]))
    low, high = waves[:, 0, 1], waves[:, 24:40, 24:40].mean((1, 2))
    assert (np.diff(high) < 0).all() and high[3] < 0.1 * high[0] and low[3] > 0.95 * low[0]


def test_blur_leaves_flat_photos_flat():
    flat = np.full((1, 24, 16, 1), 0.3, "float32")
    seen = augment.blurred(ops.convert_to_tensor(flat), ops.ones((1, 1, 1)))
    assert np.allclose(ops.convert_to_numpy(seen), flat, atol=1e-6)


def test_film_keeps_oblong_photos_upright(rgb):
    assert film(rgb[:, :, :9], 1.0).shape == (6, 16, 9, 1)


def test_film_differs_from_photo_to_photo_and_stays_in_range():
    photo = skimage.data.chelsea()[:288:3, 80:368:3] / np.float32(255)
    gray = film(np.repeat(photo[None], 8, axis=0), 1.0)
    assert gray.shape == (8, 96, 96, 1) and gray.min() >= 0 and gray.max() <= 1
    assert len({round(float(g.mean()), 5) for g in gray}) == 8
    # Still the same photo.
    for one in gray:
        assert np.corrcoef(one.ravel(), np.ravel(spaces.luma(photo)))[0, 1] > 0.8


def test_film_sees_colours_otherwise(random):
    flat = np.broadcast_to(np.float32([0.9, 0.2, 0.2]), (64, 4, 4, 3))
    gray = ops.convert_to_numpy(augment.gray_of_film(flat, 1.0, random)).mean((1, 2, 3))
    assert gray.max() - gray.min() > 0.15


def test_a_window_is_part_of_the_photo(random):
    rows, columns = np.meshgrid(np.arange(32.0), np.arange(32.0), indexing="ij")
    photo = np.stack([rows, columns, 0 * rows], axis=-1).astype("float32")
    photos = np.repeat(photo[None], 40, axis=0)
    seen = ops.convert_to_numpy(augment.window(photos, 0.5, random))
    assert seen.min() >= 0 and seen.max() <= 31
    sides = seen[:, -1, 0, 0] - seen[:, 0, 0, 0], seen[:, 0, -1, 1] - seen[:, 0, 0, 1]
    for side in sides:
        assert side.min() >= 31 / 1.5 - 1e-3 and side.max() <= 31 + 1e-3
        assert side.max() - side.min() > 5
    assert np.allclose(np.diff(seen[..., 0], 2, axis=1), 0, atol=1e-3)  # straight lines stay so


def test_no_zoom_is_the_photo(rgb, random):
    assert np.allclose(augment.window(rgb, 0.0, random), rgb, atol=1e-5)


def test_rolled_pictures_are_rolls_and_mirrors(random):
    pictures = np.random.default_rng(0).uniform(size=(20, 8, 8, 3)).astype("float32")
    moved = ops.convert_to_numpy(augment.rolled(pictures, random))
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
    _, _, (gradient,) = backend.value_and_gradients(
        lambda v: (ops.sum(augment.rolled(v[0], random) * weights), None),
        [ops.convert_to_tensor(rgb)],
    )
    # A permutation of the weights of each picture, and nothing lost.
    found = ops.convert_to_numpy(gradient).reshape(6, -1)
    assert np.allclose(np.sort(found), np.sort(weights.reshape(6, -1)), atol=1e-6)
