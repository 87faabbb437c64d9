"""Colour spaces against Pillow, scikit-image and their own inverses."""

import numpy as np
import pytest
from keras import ops
from PIL import Image
from skimage import color, data

from keras_colorizer.color import spaces


@pytest.fixture(scope="module")
def photo():
    return data.astronaut()[::4, ::4]


def floats(rgb):
    return ops.convert_to_tensor(rgb.astype("float32") / 255.0)


def test_gray_is_pillows_to_the_last_bit():
    every = np.random.default_rng(0).integers(0, 256, (256, 256, 3), "uint8")
    ours = spaces.gray_uint8(every.astype("int32"))[..., 0]
    assert np.array_equal(ours, np.asarray(Image.fromarray(every).convert("L")))


def test_luma_agrees_with_gray(photo):
    ours = ops.convert_to_numpy(spaces.luma(floats(photo)))
    assert np.abs(ours * 255 - spaces.gray_uint8(photo.astype("int32"))).max() < 0.51


def test_ycbcr_is_jpegs(photo):
    ours = ops.convert_to_numpy(spaces.rgb_to_ycbcr(floats(photo))) * 255 + [0, 128, 128]
    assert np.abs(ours - np.asarray(Image.fromarray(photo).convert("YCbCr"))).max() < 1.01


def test_ycbcr_round_trip(photo):
    back = spaces.ycbcr_to_rgb(spaces.rgb_to_ycbcr(floats(photo)))
    assert np.abs(ops.convert_to_numpy(back) - photo / 255.0).max() < 1e-5


def test_lab_is_scikit_images(photo):
    ours = ops.convert_to_numpy(spaces.rgb_to_lab(floats(photo)))
    assert np.abs(ours - color.rgb2lab(photo)).max() < 0.05


def test_lab_round_trip(photo):
    back = spaces.lab_to_rgb(spaces.rgb_to_lab(floats(photo)))
    assert np.abs(ops.convert_to_numpy(back) - photo / 255.0).max() < 1e-3


def test_merge_gives_back_the_photo(photo):
    rgb = floats(photo)
    merged = spaces.merge(spaces.luma(rgb), spaces.chroma(rgb))
    assert np.abs(ops.convert_to_numpy(merged) - photo / 255.0).max() < 1e-5


def test_merge_keeps_luma_and_hue_whatever_the_chroma():
    draw = np.random.default_rng(1)
    gray = draw.uniform(size=(500, 1)).astype("float32")
    cbcr = draw.uniform(-0.5, 0.5, (500, 2)).astype("float32")
    merged = spaces.merge(ops.convert_to_tensor(gray), ops.convert_to_tensor(cbcr))
    rgb = ops.convert_to_numpy(merged)
    assert rgb.min() >= 0 and rgb.max() <= 1
    assert np.abs(ops.convert_to_numpy(spaces.luma(merged)) - gray).max() < 1e-5
    kept = ops.convert_to_numpy(spaces.chroma(merged))
    across = kept[:, 0] * cbcr[:, 1] - kept[:, 1] * cbcr[:, 0]
    along = (kept * cbcr).sum(axis=-1)
    assert np.abs(across).max() < 1e-5 and along.min() >= -1e-6
