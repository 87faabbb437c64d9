"""Rows of the table: floors, models with and without RGB of their own, nothing dropped."""

import numpy as np
import pytest
from skimage import data

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import photos, scoring, summary


class Painter:
    """A model that answers with one colour, as fast as can be."""

    size, kind, card = 32, "test", {}

    def __init__(self, colour=(200, 60, 40), predicts_rgb=True, change=None):
        self.colour, self.predicts_rgb, self.change = colour, predicts_rgb, change

    def colorize(self, gray):
        result = np.clip(gray + np.int32(self.colour) - 100, 0, 255).astype(np.uint8)
        return self.change(result) if self.change else result

    def raw(self, gray):
        return np.broadcast_to(np.uint8(self.colour), (*gray.shape[:3], 3)).copy()


@pytest.fixture(scope="module")
def images():
    photo = data.astronaut()
    return np.stack([photo[i : i + 32, i : i + 32] for i in range(0, 350, 50)])


def test_floors_stand_around_the_models_and_rgb_gets_a_raw_row(images):
    rows = scoring.score({"a": Painter(), "b": Painter(predicts_rgb=False)}, images)
    assert [row.name for row in rows] == ["gray", "mean_chroma", "a", "a (raw)", "b", "truth"]


def test_no_photo_is_dropped_whatever_the_batch(images):
    whole = scoring.score({"a": Painter()}, images)
    pieces = scoring.score({"a": Painter()}, images, batch=3)
    for one, other in zip(whole, pieces, strict=True):
        assert (one.hues == other.hues).all() and (one.histogram == other.histogram).all()
        for key, values in one.columns.items():
            assert values.shape == (len(images),)
            assert values == pytest.approx(other.columns[key], rel=1e-6), (one.name, key)


def test_the_gray_floor_is_the_gray_photos_psnr(images):
    gray = photos.gray_of(images).repeat(3, axis=-1).astype(float)
    expected = 10 * np.log10(255**2 / ((images - gray) ** 2).mean(axis=(1, 2, 3)))
    row = scoring.score({}, images)[0]
    assert row.name == "gray" and row.columns["psnr"] == pytest.approx(expected)


def test_the_floor_of_one_colour_has_that_colour(images):
    flat = np.full((1, 16, 16, 3), (180, 140, 100), np.uint8)
    cb, cr = (100 - 147.4) / 1.772 / 255, (180 - 147.4) / 1.402 / 255
    own = scoring.score({}, flat, tint=(cb, cr))
    assert own[1].name == "mean_chroma"
    assert own[1].columns["ab_error"] < 1 < scoring.score({}, flat)[1].columns["ab_error"]


def test_features_are_taken_of_every_row_in_order(images):
    rows = scoring.score({"a": Painter()}, images, extract=lambda rgb: rgb[:, 0, 0], batch=3)
    by_name = {row.name: row.features for row in rows}
    assert (by_name["truth"] == images[:, 0, 0]).all()
    assert (by_name["a (raw)"] == [200, 60, 40]).all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda x: x[:, :16],
            r"model odd: gives uint8 \[7, 16, 32, 3\] where uint8 \[7, 32, 32, 3\]",
        ),
        (lambda x: x / 255, "model odd: gives float64"),
    ],
)
def test_a_model_that_gives_something_else_is_named(images, change, told):
    with pytest.raises(UserError, match=told):
        scoring.score({"good": Painter(), "odd": Painter(change=change)}, images)


def test_time_in_the_model_is_told_apart(images):
    rows = {row.name: row for row in scoring.score({"a": Painter()}, images)}
    assert rows["a"].model_seconds > 0 == rows["gray"].model_seconds


def test_a_better_model_scores_better(images):
    def half(result):
        return ((images.astype(int) + photos.gray_of(images)) // 2).astype(np.uint8)

    rows = scoring.score({"half": Painter(change=half, predicts_rgb=False)}, images)
    found = {row.name: summary.summarize(row.columns, summary.resamples(7)) for row in rows}
    for key in ("psnr", "ssim", "auc", "auc_rebalanced", "saturation_ratio"):
        assert found["half"][key]["mean"] > found["gray"][key]["mean"], key
    for key in ("ciede2000", "ab_error", "delta_cf"):
        assert found["half"][key]["mean"] < found["gray"][key]["mean"], key
