"""The path that keeps luma, with networks whose chroma is known."""

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.inference.backends import base as models

SIZES = [(1, 1), (1, 40), (32, 32), (31, 33), (101, 77), (300, 451)]


class Painted(models.Model):
    """Gives the chroma or RGB it was made with, and keeps what it was shown."""

    def __init__(self, chroma=None, rgb=None, size=32):
        super().__init__("painted", {}, size)
        self.given, self.own, self.predicts_rgb = chroma, rgb, rgb is not None

    def chroma(self, gray):
        self.seen = gray
        return np.repeat(self.given, len(gray), axis=0)

    def rgb(self, gray):
        return np.repeat(self.own, len(gray), axis=0)


def flat(*values, size=8):
    return np.full((1, size, size, len(values)), values, "float32")


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def pillow_gray(rgb):
    return np.asarray(Image.fromarray(rgb).convert("L")).astype(int)


@pytest.mark.parametrize("shape", SIZES)
def test_luma_is_the_photos_own_at_any_size(shape):
    chroma = np.random.default_rng(1).uniform(-0.5, 0.5, (1, 8, 8, 2)).astype("float32")
    gray = noise(3, *shape, 1)
    result = Painted(chroma).colorize(gray)
    assert result.shape == (3, *shape, 3) and result.dtype == np.uint8
    for photo, colour in zip(gray, result, strict=True):
        assert np.abs(pillow_gray(colour) - photo[..., 0]).max() <= 1


def test_the_network_decides_the_hue_and_each_photo_gets_its_own():
    class Two(Painted):
        def chroma(self, gray):
            return np.concatenate([flat(0.0, 0.2), flat(0.2, 0.0)])

    red, blue = Two().colorize(np.full((2, 50, 61, 1), 120, "uint8"))
    assert np.all(red == [round(120 + 255 * 1.402 * 0.2), round(120 - 255 * 0.1428), 120])
    assert np.all(blue[..., 2] == round(120 + 255 * 1.772 * 0.2)) and np.all(blue[..., 0] == 120)


def test_the_network_sees_the_photo_as_training_shows_it(photo):
    gray = np.asarray(Image.fromarray(photo).convert("L"))
    model = Painted(flat(0.0, 0.0))
    model.colorize(gray[None, ..., None])
    small = Image.fromarray(gray).resize((32, 32), Image.Resampling.BILINEAR)
    assert model.seen.shape == (1, 32, 32, 1) and model.seen.dtype == np.float32
    assert np.array_equal(model.seen[0, ..., 0], np.asarray(small, "float32") / 255)
    stripes = np.tile(np.uint8([[0], [254]]), (256, 512))
    assert np.all(np.abs(models.shrink(stripes[None, ..., None], 32) * 255 - 127) < 2.5)


def test_raw_is_the_networks_own_picture():
    own = np.random.default_rng(2).uniform(0, 1, (1, 32, 32, 3)).astype("float32")
    model = Painted(rgb=own)
    same = model.raw(noise(2, 32, 32, 1))
    assert same.dtype == np.uint8 and np.array_equal(same[1], np.rint(own[0] * 255))
    image = Image.fromarray(same[0]).resize((45, 31), Image.Resampling.BILINEAR)
    assert np.array_equal(model.raw(noise(1, 31, 45, 1))[0], np.asarray(image))
    assert Painted(flat(0.0, 0.0)).raw(noise(1, 9, 9, 1)) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_named_not_hidden(bad):
    with pytest.raises(UserError, match="'painted' gave NaN or infinite chroma"):
        Painted(flat(0.1, bad)).colorize(noise(1, 9, 9, 1))
    with pytest.raises(UserError, match="'painted' gave NaN or infinite RGB"):
        Painted(rgb=flat(0.1, bad, 0.1)).raw(noise(1, 9, 9, 1))


@pytest.mark.parametrize("shape", [(1, 8, 8, 3), (1, 8, 8, 1), (2, 8, 8, 2), (8, 8), (1, 0, 8, 2)])
def test_a_wrong_shape_is_named(shape):
    with pytest.raises(UserError, match="'painted' gave chroma of shape.*for 1 photos"):
        Painted(np.zeros(shape, "float32")).colorize(noise(1, 9, 9, 1))


@pytest.mark.parametrize("call", ["colorize", "raw"])
def test_only_gray_photos_are_taken(call):
    model = getattr(Painted(flat(0.0, 0.0)), call)
    with pytest.raises(TypeError, match="uint8.*float64"):
        model(noise(1, 9, 9, 1) / 255)
    for shape in [(9, 9), (9, 9, 1), (1, 9, 9, 3), (0, 9, 9, 1), (1, 0, 9, 1)]:
        with pytest.raises(ValueError, match=r"\(B, H, W, 1\)"):
            model(np.zeros(shape, "uint8"))
