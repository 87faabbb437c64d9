"""From columns to values and intervals, against arithmetic done by hand."""

import numpy as np
import pytest

from keras_colorizer.evaluation import summary
from keras_colorizer.evaluation.summary import METRICS, value


def test_a_plain_metric_is_the_mean_over_photos():
    assert value(METRICS["psnr"], {"psnr": np.array([20.0, 30.0, 40.0])}) == 30


def test_an_exact_photo_counts_100_db_and_only_exact_ones_are_infinite():
    assert value(METRICS["psnr"], {"psnr": np.array([20.0, np.inf])}) == 60
    exact = summary.summarize({"psnr": np.array([np.inf, np.inf]), **others(2)}, times(2))
    assert exact["psnr"]["mean"] is None and exact["psnr"]["low"] is None


def test_delta_cf_of_means_cancels_and_per_photo_does_not():
    columns = {"delta_cf": np.array([-30.0, 30.0, 3.0])}
    columns["delta_cf_per_image"] = np.abs(columns["delta_cf"])
    assert value(METRICS["delta_cf"], columns) == pytest.approx(1)
    assert value(METRICS["delta_cf_per_image"], columns) == pytest.approx(21)


def test_neutral_drift_is_a_mean_over_pixels():
    columns = {
        "neutral_drift": np.array([10.0, 40.0]),
        "neutral_drift_weight": np.array([300, 100]),
    }
    assert value(METRICS["neutral_drift"], columns) == pytest.approx(17.5)
    columns["neutral_drift_weight"] = np.zeros(2)
    assert np.isnan(value(METRICS["neutral_drift"], columns))


@pytest.mark.parametrize(
    ("a", "b", "hue"), [(10, 0, 0), (0, 10, 90), (10, -10, 315), (-5, -5, 225)]
)
def test_neutral_hue_is_the_angle_of_the_mean(a, b, hue):
    columns = {
        "neutral_a": np.array([a, 99.0]),
        "neutral_b": np.array([b, 99.0]),
        "neutral_drift_weight": np.array([7.0, 0.0]),
    }
    assert value(METRICS["neutral_hue"], columns) == pytest.approx(hue)


def test_gray_has_no_hue():
    columns = {k: np.array([1e-3, 2e-3]) for k in ("neutral_a", "neutral_b")}
    assert np.isnan(value(METRICS["neutral_hue"], columns | {"neutral_drift_weight": np.ones(2)}))


def test_a_hues_interval_may_cross_zero():
    low, high = summary.interval(METRICS["neutral_hue"], 2.0, np.array([358.0, 2.0, 6.0] * 100))
    assert low == pytest.approx(-2) and high == pytest.approx(6)


def others(count):
    """Columns of all metrics, all alike."""
    names = {name for metric in METRICS.values() for name in metric.columns} - {"psnr"}
    return {name: np.full(count, 5.0) for name in names} | {"neutral_drift_weight": np.ones(count)}


def times(count):
    return summary.resamples(count, draws=200)


def test_resamples_draw_as_many_photos_as_there_are_and_repeat():
    draws = summary.resamples(50, draws=300)
    assert draws.shape == (300, 50) and (draws.sum(axis=1) == 50).all()
    assert (draws == summary.resamples(50, draws=300)).all()
    assert (draws != summary.resamples(50, draws=300, seed=1)).any()
    assert draws.mean() == 1 and draws.var() == pytest.approx(49 / 50, abs=0.05)


def test_the_interval_is_that_of_the_mean():
    numbers = np.random.default_rng(3).normal(20, 4, 400)
    columns = {"psnr": numbers}
    draws = value(METRICS["psnr"], columns, summary.resamples(400))
    low, high = summary.interval(METRICS["psnr"], numbers.mean(), draws)
    error = 1.96 * numbers.std() / np.sqrt(400)
    assert low == pytest.approx(numbers.mean() - error, abs=0.05)
    assert high == pytest.approx(numbers.mean() + error, abs=0.05)


def test_differences_are_paired_by_photo():
    draw = np.random.default_rng(0)
    hard = draw.normal(20, 5, 300)  # photos differ far more than models do
    one, two = {"psnr": hard}, {"psnr": hard + draw.normal(0.2, 0.3, 300)}
    found = summary.difference(METRICS["psnr"], two, one, summary.resamples(300))
    assert found["mean"] == pytest.approx((two["psnr"] - one["psnr"]).mean(), rel=1e-4)
    assert 0 < found["low"] < found["mean"] < found["high"] < 0.3
    same = summary.difference(METRICS["psnr"], one, one, summary.resamples(300))
    assert same["mean"] == same["low"] == same["high"] == 0


def test_every_metric_is_described():
    for key, metric in METRICS.items():
        assert (
            metric.unit and metric.source and metric.better in ("higher", "lower", "truth", "")
        ), key


def test_a_summary_has_every_metric_that_columns_give():
    found = summary.summarize({"psnr": np.array([10.0, 20.0]), **others(2)}, times(2))
    assert set(found) == {key for key, metric in METRICS.items() if metric.columns}
    assert found["psnr"] == {"mean": 15.0, "low": 10.0, "high": 20.0, "unit": "dB"}
