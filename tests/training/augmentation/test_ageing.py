"""Old photos: range, draws, and what each kind of damage does."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops
from skimage import data

from keras_colorizer import models
from keras_colorizer.color import spaces
from keras_colorizer.errors import UserError
from keras_colorizer.training import recipes
from keras_colorizer.training.augmentation import ageing, photo
from keras_colorizer.training.recipes.sections import Augmentation, Loss, Part
from keras_colorizer.training.trainers.supervised import SupervisedColorizer


@pytest.fixture(scope="module")
def rgb():
    return np.repeat(data.chelsea()[None, :256:4, 100:356:4], 48, axis=0)


@pytest.fixture(scope="module")
def gray(rgb):
    return rgb.mean(axis=-1, keepdims=True, dtype="float32") / 255


def drawn(function, pictures, strength, seed=0):
    return np.asarray(function(ops.convert_to_tensor(pictures), strength, seeded(seed)))


def seeded(seed):
    return keras.random.SeedGenerator(seed)


def weights(strength, seed=0, count=48):
    return np.asarray(ageing.plates(np.float32(spaces.LUMA), count, strength, seeded(seed)))


KINDS = [ageing.frames, ageing.worn]


def given(function, rgb, gray):
    return gray if function is ageing.worn else rgb


@pytest.mark.parametrize("function", KINDS)
def test_strength_0_changes_nothing(function, rgb, gray):
    pictures = given(function, rgb, gray)
    assert np.array_equal(drawn(function, pictures, 0.0), pictures)
    # Nor does a little do much: what is not yet there does not jump in.
    assert np.abs(drawn(function, pictures, 1e-4) - 1.0 * pictures).mean() < 1e-3


@pytest.mark.parametrize("function", KINDS)
def test_draws_depend_on_the_seed_and_differ_from_photo_to_photo(function, rgb, gray):
    pictures = given(function, rgb, gray)
    one, again, other = (drawn(function, pictures, 1.0, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert len(np.unique(one.reshape(48, -1).mean(axis=1).round(6))) > 8
    assert one.shape == pictures.shape and one.dtype == pictures.dtype
    assert one.min() >= 0 and one.max() <= (255 if function is ageing.frames else 1)


@pytest.mark.parametrize(("height", "width"), [(32, 32), (45, 31), (128, 96)])
@pytest.mark.parametrize("count", [1, 5])
def test_photos_of_any_number_and_shape(height, width, count):
    flat = np.full((count, height, width, 3), 128, "uint8")
    assert drawn(ageing.frames, flat, 1.0).shape == flat.shape
    gray = drawn(ageing.worn, np.float32(flat[..., :1]) / 255, 1.0)
    assert gray.shape == (count, height, width, 1) and np.isfinite(gray).all()


def test_more_strength_is_more_damage(gray):
    off = [np.abs(drawn(ageing.worn, gray, s) - gray).mean() for s in (0.25, 0.5, 1.0)]
    assert off[0] < off[1] < off[2]
    assert 0.02 < off[2] < 0.2


def test_plates_make_red_darker_than_blue():
    assert np.allclose(weights(0.0), spaces.LUMA)
    film = weights(1.0)
    assert np.allclose(film.sum(axis=-1), 1, atol=1e-5)
    plate = np.abs(film - np.float32(spaces.LUMA)).max(axis=(1, 2, 3)) > 1e-6
    assert 0.25 < plate.mean() < 0.75
    assert film[plate, ..., 0].max() < 0.2 < 0.3 < film[plate, ..., 2].min()
    assert len(np.unique(film[plate, 0, 0, 0])) == plate.sum()


def test_the_film_sees_red_dark_where_photos_are_old():
    flat = np.zeros((48, 8, 8, 3), "float32")
    red, blue = flat + np.float32([1, 0, 0]), flat + np.float32([0, 0, 1])
    means = {}
    for age in (0.0, 1.0):
        seen = [photo.gray_of_film(c, 0.2, seeded(0), age) for c in (red, blue)]
        means[age] = [np.mean(s) for s in seen]
    assert means[0.0][0] > 1.5 * means[0.0][1]
    assert means[1.0][0] < means[0.0][0] - 0.05 and means[1.0][1] > means[0.0][1] + 0.05


def test_frames_are_neutral_paper_around_the_picture(rgb):
    framed = drawn(ageing.frames, rgb, 1.0)
    changed = np.any(framed != rgb, axis=-1)
    some = changed.any(axis=(1, 2))
    # Shares are rounded by chance, not drawn photo by photo.
    assert some.sum() in (int(48 * ageing.FRAMES), int(48 * ageing.FRAMES) + 1)
    outside = changed & ~_grown(~changed)
    assert outside.sum() > 1000
    assert np.ptp(framed[outside].astype(int), axis=-1).max() <= 1
    assert not changed[:, 24:40, 24:40].any()
    paper = np.array([np.median(f[o]) for f, o in zip(framed, outside, strict=True) if o.sum() > 9])
    assert paper.min() < 70 and paper.max() > 165


def _grown(mask):
    """Also the neighbours: the picture's edge is half covered."""
    for axis in (1, 2):
        mask = mask | np.roll(mask, 1, axis) | np.roll(mask, -1, axis)
    return mask


def test_a_photo_alone_is_framed_as_often_as_one_of_many(rgb):
    found = [np.any(drawn(ageing.frames, rgb[:1], 1.0, seed) != rgb[:1]) for seed in range(60)]
    assert 0.15 < np.mean(found) < 0.5


def only(monkeypatch, **kept):
    """Switches all wear off but what is named."""
    off = {"BURNT": (0.0, 0.0), "FADE": (0.0, 0.0), "BEND": 0.0, "UNEVEN": 0.0, "SCRATCHED": 0.0}
    for name, limit in (off | {"TEXTURE": np.zeros(4, "float32"), "WORN": 1.0} | kept).items():
        monkeypatch.setattr(ageing, name, limit)


def test_scratches_and_dust_are_few_local_light_and_dark(gray, monkeypatch):
    only(monkeypatch, SCRATCHED=0.4)
    off = drawn(ageing.worn, gray, 1.0) - gray
    there = np.abs(off) > 1e-3
    some = there.any(axis=(1, 2, 3))
    assert 0.2 < some.mean() < 0.6
    assert 0.001 < there[some].mean() < 0.15
    assert off.min() < -0.2 and off.max() > 0.2


def test_grain_is_alike_in_neighbours_and_has_no_mean(monkeypatch):
    only(monkeypatch, TEXTURE=ageing.TEXTURE)
    flat = np.full((48, 64, 64, 1), 0.5, "float32")
    off = drawn(ageing.worn, flat, 1.0) - flat
    strongest = np.argsort(off.std(axis=(1, 2, 3)))[-10:]
    off = off[strongest]
    assert off.std() > 0.02 and abs(off.mean()) < 0.01
    near, far = (np.mean(off[:, n:] * off[:, :-n]) / np.mean(off**2) for n in (1, 30))
    assert near > 0.5 and abs(far) < 0.25


def test_light_falls_off_smoothly(monkeypatch):
    only(monkeypatch, UNEVEN=0.3)
    flat = np.full((48, 64, 64, 1), 0.5, "float32")
    worn = drawn(ageing.worn, flat, 1.0)
    assert 0.05 < np.ptp(worn, axis=(1, 2, 3)).max() < 0.4
    assert max(np.abs(np.diff(worn, 2, axis=axis)).max() for axis in (1, 2)) < 1e-3


def test_tones_keep_their_order_and_fading_narrows_their_range(monkeypatch):
    only(monkeypatch, BEND=ageing.BEND, BURNT=ageing.BURNT, FADE=ageing.FADE)
    ramp = np.broadcast_to(np.linspace(0, 1, 64, dtype="float32")[:, None, None], (48, 64, 8, 1))
    worn = drawn(ageing.worn, ramp, 1.0)[:, :, 0, 0]
    assert np.diff(worn, axis=1).min() > -1e-5
    flat = (np.diff(worn, axis=1) < 1e-5).mean(axis=1)  # burnt away
    assert np.median(worn[:, 0]) < 0.1 < worn[:, 0].max() <= ageing.FADE[0]
    assert worn[:, -1].min() < 0.9 and 0.05 < flat.max() < 0.4


def test_without_age_not_one_number_more_is_drawn(gray, rgb):
    random = [seeded(0), seeded(0)]
    one = photo.gray_of_film(rgb[:4] / np.float32(255), 0.5, random[0])
    two = photo.gray_of_film(rgb[:4] / np.float32(255), 0.5, random[1], 0.0)
    assert np.array_equal(one, two)
    assert np.array_equal(*(np.asarray(r.state) for r in random))


def trainer(age):
    keras.utils.set_random_seed(0)
    network = models.build("chroma", 32, widths=(4, 6, 6, 8, 8), depths=(0, 0, 0, 0, 0))
    found = SupervisedColorizer(
        network,
        codec=Part("ycbcr"),
        loss=Loss("huber"),
        augmentation=Augmentation(film=0.5, age=age),
    )
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
    assert framed[:, 3:5, 3:5].min() > 0.2
    assert framed[:, 0].mean() < 0.75 * plain[:, 0].mean()
    assert np.mean(framed[:, 0] < 0.5 * plain[:, 0]) > 0.2 and framed[:, 0].min() < 1e-2


def test_validation_and_runs_without_age_see_what_they_saw():
    plain, aged = trainer(0.0), trainer(1.0)
    for a, b in zip(*(t.prepare((batch(),), training=False) for t in (plain, aged)), strict=True):
        assert np.array_equal(a, b)
    assert plain.get_config()["augmentation"]["age"] == 0.0
    again = SupervisedColorizer.from_config(aged.get_config())
    assert again.augmentation.age == 1.0


def test_a_step_learns_from_aged_photos():
    one = trainer(1.0)
    losses = [float(one.train_on_batch(batch())[0]) for _ in range(2)]
    assert np.isfinite(losses).all()


ON_TORCH = """
import keras, numpy as np
from keras_colorizer.errors import UserError
from keras_colorizer.training import ageing, augmentation, recipes
random = keras.random.SeedGenerator(0)
rgb = keras.ops.convert_to_tensor(np.full((3, 45, 31, 3), 99, "uint8"))
framed = ageing.frames(rgb, 1.0, random)
gray = augmentation.gray_of_film(keras.ops.cast(framed, "float32") / 255, 0.5, random, 1.0)
print(keras.backend.backend(), *gray.shape, framed.dtype, gray.dtype, bool(gray.min() >= 0))
"""


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="torch is not installed")
def test_photos_age_on_torch_too():
    done = subprocess.run(
        [sys.executable, "-c", ON_TORCH], capture_output=True, text=True, check=False,
        env={**os.environ, "KERAS_BACKEND": "torch", "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    expected = "torch 3 45 31 1 torch.uint8 torch.float32 True"
    assert done.stdout.strip() == expected, done


def test_an_age_beyond_1_is_refused_in_one_line():
    with pytest.raises(UserError, match=r"^recipe field age is 1\.5: it must be 0 to 1$"):
        recipes.Recipe().changed(age=1.5)
