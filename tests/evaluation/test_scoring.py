"""Scores and floors on photos whose values are known."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from keras_colorizer.evaluation import scoring


def pairs(rgb, batch):
    gray = np.round(rgb @ [0.299, 0.587, 0.114])[..., None].astype("uint8")
    return [(gray[i : i + batch], rgb[i : i + batch]) for i in range(0, len(rgb), batch)]


@pytest.fixture
def photos():
    return np.random.default_rng(0).integers(0, 256, (7, 8, 8, 3), "uint8")


def constant(colour):
    gray = keras.Input((8, 8, 1))
    out = keras.layers.Lambda(
        lambda x: ops.zeros_like(x) + ops.convert_to_tensor(colour, "float32"),
        output_shape=(8, 8, 3),
    )(gray)
    return keras.Model(gray, out)


def test_the_gray_floor_is_the_psnr_of_the_gray_photo(photos):
    scores, count = scoring.score({}, pairs(photos, 7), (0.0, 0.0))
    gray = np.repeat(pairs(photos, 7)[0][0], 3, axis=-1).astype("float64")
    errors = ((photos - gray) ** 2).mean(axis=(1, 2, 3))
    expected = (10 * np.log10(255**2 / errors)).mean()
    assert scores["gray"]["psnr"] == pytest.approx(expected, abs=1e-3)
    assert scores["gray"]["colourfulness"] == pytest.approx(0, abs=1e-3)
    assert scores["mean_chroma"]["psnr"] == pytest.approx(expected, abs=1e-3)
    assert math.isinf(scores["truth"]["psnr"]) and count == 7


def test_no_photo_is_dropped_whatever_the_batch(photos):
    model = {"net": (constant([0.9, 0.2, 0.1]), "rgb")}
    whole, _ = scoring.score(model, pairs(photos, 7), (0.05, -0.02))
    pieces, count = scoring.score(model, pairs(photos, 3), (0.05, -0.02))
    assert count == 7
    for name, row in whole.items():
        assert row == pytest.approx(pieces[name], rel=1e-4, nan_ok=True), name


def test_an_rgb_network_gets_a_raw_row_and_one_with_the_photos_luma(photos):
    flat = np.full((2, 8, 8, 3), (200, 100, 50), "uint8")
    model = {"net": (constant([200 / 255, 100 / 255, 50 / 255]), "rgb")}
    scores, _ = scoring.score(model, pairs(flat, 2), (0.0, 0.0))
    assert scores["net (raw)"]["psnr"] > 60 and scores["net"]["psnr"] > 50
    dark, _ = scoring.score(model, pairs(flat // 2, 2), (0.0, 0.0))
    assert dark["net"]["psnr"] > dark["net (raw)"]["psnr"] + 5  # the luma is the photo's own


def test_the_table_has_a_line_a_row(photos):
    scores, _ = scoring.score({}, pairs(photos, 4), (0.0, 0.0))
    lines = scoring.table(scores).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["gray", "mean_chroma", "truth"]
