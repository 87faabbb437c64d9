"""From the columns of many photos to the table's numbers, with 95 % bootstrap intervals."""

import numpy as np

from keras_colorizer.evaluation.metrics.registry import METRICS

FLOORS = ("gray", "mean_chroma", "truth")  # rows that stand in every table
RAW = " (raw)"  # ends the name of a row that is a network's own RGB, luma included
DRAWS, SEED = 2000, 0
EXACT = 100.0  # dB, what a photo without any error counts in a mean
WEIGHTS = {"neutral_a": "neutral_drift_weight", "neutral_b": "neutral_drift_weight"}


def resamples(count, draws=DRAWS, seed=SEED):
    """How often each of ``count`` photos is in each draw: float32 (draws, count).

    One seed for every row, so that rows are compared on the same draws: paired by photo.
    """
    chosen = np.random.default_rng(seed).integers(0, count, (draws, count))
    flat = (chosen + np.arange(draws)[:, None] * count).ravel()
    return np.bincount(flat, minlength=draws * count).reshape(draws, count).astype(np.float32)


def value(metric, columns, times=None):
    """A metric of one row: over all photos, or in every draw of `resamples`.

    Args:
        metric: a `Metric` with columns.
        columns: dict of name → float (N,), as measured.
        times: None, or float (draws, N).

    Returns:
        float64, or (draws,); NaN where nothing can be said (no pixel of the kind), infinite where
        every photo is exact.
    """
    first = next(iter(columns.values()))
    times = np.ones((1, len(first)), np.float32) if times is None else times
    means = np.stack([_mean(name, columns, times) for name in metric.columns], axis=-1)
    found = metric.join(means)
    return found[0] if len(found) == 1 else found


def _mean(name, columns, times):
    values = columns[name]
    if len(values) and np.isposinf(values).all():
        return np.full(len(times), np.inf)
    values = np.where(np.isposinf(values), EXACT, values)
    weights = columns.get(WEIGHTS.get(name, f"{name}_weight"))
    weights = np.ones(len(values)) if weights is None else weights
    total = times @ weights
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, (times @ (values * weights)) / total, np.nan)


def interval(metric, point, draws, share=0.95):
    """The percentile interval of a metric's draws; hues are taken around their own value."""
    draws = draws[np.isfinite(draws)]
    if not np.isfinite(point) or not len(draws):
        return np.nan, np.nan
    if metric.unit == "degrees":
        draws = point + (draws - point + 180) % 360 - 180
    low, high = np.quantile(draws, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def summarize(columns, times):
    """Every metric of one row that its columns give.

    Args:
        columns: dict of name → float (N,).
        times: of `resamples`.

    Returns:
        Dict of key → {"mean", "low", "high", "unit"}; NaN and infinity are None.
    """
    found = {}
    for key, metric in METRICS.items():
        if not metric.columns:
            continue
        point = value(metric, columns)
        low, high = interval(metric, point, value(metric, columns, times))
        found[key] = {
            "mean": plain(point), "low": plain(low), "high": plain(high), "unit": metric.unit,
        }  # fmt: skip
    return found


def plain(number):
    """A number for JSON: rounded to six significant digits, None for NaN and infinity."""
    return float(f"{number:.6g}") if np.isfinite(number) else None


def difference(metric, columns, others, times):
    """How much more one row has of a metric than another, on the same photos.

    Args:
        metric: a `Metric` with columns.
        columns, others: of the two rows, photo by photo the same.
        times: of `resamples`.

    Returns:
        {"mean", "low", "high", "unit"}: paired by photo, so photos that are hard for both cancel.
    """
    point = value(metric, columns) - value(metric, others)
    draws = value(metric, columns, times) - value(metric, others, times)
    if metric.unit == "degrees":
        point = (point + 180) % 360 - 180
    low, high = interval(metric, point, draws)
    return {"mean": plain(point), "low": plain(low), "high": plain(high), "unit": metric.unit}
