"""Old photos: range, draws, and what each kind of damage does."""

import keras
import numpy as np
import pytest
from keras import ops
from skimage import data

from keras_colorizer import models
from keras_colorizer.training import ageing
from keras_colorizer.training.supervised import SupervisedColorizer


@pytest.fixture(scope="module")
def rgb():
    cat = data.chelsea()[:256:4, 100:356:4] / 255
    return np.repeat(np.float32(cat)[None], 48, axis=0)


@pytest.fixture(scope="module")
def gray(rgb):
    return rgb.mean(axis=-1, keepdims=True)


def drawn(function, pictures, strength, seed=0):
    return np.asarray(function(ops.convert_to_tensor(pictures), strength, seeded(seed)))


def seeded(seed):
    return keras.random.SeedGenerator(seed)


KINDS = [ageing.plates, ageing.frames, ageing.worn]


def given(function, rgb, gray):
    return gray if function is ageing.worn else rgb


@pytest.mark.parametrize("function", KINDS)
def test_strength_0_changes_nothing(function, rgb, gray):
    pictures = given(function, rgb, gray)
    assert np.allclose(drawn(function, pictures, 0.0), pictures, atol=1e-6)


@pytest.mark.parametrize("function", KINDS)
def test_draws_depend_on_the_seed_and_differ_from_photo_to_photo(function, rgb, gray):
    pictures = given(function, rgb, gray)
    one, again, other = (drawn(function, pictures, 1.0, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert len(np.unique(one.reshape(48, -1).mean(axis=1).round(6))) > 8
    assert one.shape == pictures.shape and one.min() >= 0 and one.max() <= 1


def test_more_strength_is_more_damage(gray):
    off = [np.abs(drawn(ageing.worn, gray, s) - gray).mean() for s in (0.25, 0.5, 1.0)]
    assert off[0] < off[1] < off[2]
    assert 0.01 < off[2] < 0.2


def test_plates_make_red_darker_than_blue(rgb):
    red, blue = (np.zeros_like(rgb) + np.float32(c) for c in ([1, 0, 0], [0, 0, 1]))
    seen = [drawn(ageing.plates, pictures, 1.0) for pictures in (red, blue)]
    plate = np.ptp(seen[0], axis=-1).max(axis=(1, 2)) < 1e-6  # three equal planes
    assert 0.25 < plate.mean() < 0.75
    assert seen[0][plate].max() < 0.2 < 0.3 < seen[1][plate].min()
    assert np.allclose(seen[0][~plate], red[~plate])


def test_frames_are_neutral_paper_around_the_picture(rgb):
    framed = drawn(ageing.frames, rgb, 1.0)
    changed = np.any(np.abs(framed - rgb) > 1e-6, axis=-1)
    some = changed.any(axis=(1, 2))
    assert 0.1 < some.mean() < 0.45
    paper = framed[changed]
    assert np.ptp(paper, axis=-1).max() < 1e-6
    middle = slice(16, 48)
    assert not changed[:, middle, middle].any()


def test_scratches_are_few_and_local(gray, monkeypatch):
    for name in ("FADE", "BEND", "UNEVEN", "MOTTLE", "GRAIN"):
        monkeypatch.setattr(ageing, name, 0.0)
    off = np.abs(drawn(ageing.worn, gray, 1.0) - gray) > 1e-3
    some = off.any(axis=(1, 2, 3))
    assert 0.2 < some.mean() < 0.6
    assert 0.001 < off[some].mean() < 0.15


def trainer(age):
    keras.utils.set_random_seed(0)
    network = models.build("chroma", 32, widths=(4, 6, 6, 8, 8), depths=(0, 0, 0, 0, 0))
    found = SupervisedColorizer(network, "ycbcr", "huber", augment=0.5, age=age)
    found.compile(keras.optimizers.Adam(1e-3))
    return found


def batch(count=16):
    return np.random.default_rng(0).integers(0, 255, (count, 32, 32, 3), "uint8")


def test_targets_on_paper_have_no_chroma(monkeypatch):
    vivid = np.zeros((64, 32, 32, 3), "uint8") + np.uint8([200, 40, 40])
    found = []
    for share in (0.0, 10.0):
        monkeypatch.setattr(ageing, "FRAMES", share)
        _, x, target = trainer(1.0).prepare((vivid,), training=True)
        assert x.shape == (64, 32, 32, 1)
        found.append(np.abs(np.asarray(target)).max(axis=-1))
    plain, framed = found
    assert plain.min() > 0.2  # without paper all is red, however aged what the network sees
    assert framed[:, 2:-2, 2:-2].min() > 0.2 and framed[:, 0].mean() < 0.75 * plain[:, 0].mean()
    assert np.mean(framed[:, 0] < 1e-2) > 0.1


def test_validation_and_runs_without_age_see_what_they_saw():
    plain, aged = trainer(0.0), trainer(1.0)
    for a, b in zip(*(t.prepare((batch(),), training=False) for t in (plain, aged)), strict=True):
        assert np.array_equal(a, b)
    assert plain.get_config()["age"] == 0.0
    again = SupervisedColorizer.from_config(aged.get_config())
    assert again.age == 1.0


def test_a_step_learns_from_aged_photos():
    one = trainer(1.0)
    losses = [float(one.train_on_batch(batch())[0]) for _ in range(2)]
    assert np.isfinite(losses).all()
