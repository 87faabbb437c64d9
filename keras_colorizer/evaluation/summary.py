"""From the columns of many photos to the table's numbers, with 95 % bootstrap intervals."""

import dataclasses

import numpy as np

FLOORS = ("gray", "mean_chroma", "truth")  # rows that stand in every table
RAW = " (raw)"  # ends the name of a row that is a network's own RGB, luma included
DRAWS, SEED = 2000, 0
EXACT = 100.0  # dB, what a photo without any error counts in a mean


@dataclasses.dataclass(frozen=True)
class Metric:
    """One metric of the table.

    Attributes:
        unit: of its values.
        better: ``higher``, ``lower``, ``truth`` (the nearer to the truth's own the better), or
            an empty string where no direction is better.
        digits: decimals that a table shows.
        source: what it is, and where it is defined.
        columns: of `measures.measure`, that it is made of.
        join: from their means (…, columns) to the value (…).
    """

    unit: str
    better: str
    digits: int
    source: str
    columns: tuple[str, ...]
    join: object = None


def _first(means):
    return means[..., 0]


def _size(means):
    return np.abs(means[..., 0])


def _part(means):
    own, more = means[..., 0], means[..., 1]
    truth = own - more
    return np.divide(own, truth, out=np.full(own.shape, np.nan), where=truth > 0)


def _hue(means):
    a, b = means[..., 0], means[..., 1]
    # Below half a unit there is no hue to speak of: gray results, and what rounding leaves.
    return np.where(np.hypot(a, b) < 0.5, np.nan, np.degrees(np.arctan2(b, a)) % 360.0)


_AB = "distance in the ab plane of CIE Lab (D65, 2°)"
METRICS = {
    "psnr": Metric(
        "dB", "higher", 2,
        "RGB PSNR, mean of the photos' own values; a photo without error counts as 100 dB",
        ("psnr",),
    ),
    "ssim": Metric(
        "0..1", "higher", 3,
        "structural similarity of RGB, Gaussian window of sigma 1.5 (Wang et al. 2004)",
        ("ssim",),
    ),
    "ciede2000": Metric(
        "ΔE00", "lower", 2, "mean colour difference (CIE 142-2001; Sharma et al. 2005)",
        ("ciede2000",),
    ),
    "truer_than_gray": Metric(
        "share", "higher", 3,
        "of the photos, those whose mean CIEDE2000 is below that of the same photo left gray",
        ("truer_than_gray",),
    ),
    "much_worse": Metric(
        "share", "lower", 3,
        "of the photos, those whose mean CIEDE2000 is more than 4 above the same photo's left gray",
        ("much_worse",),
    ),
    "ab_error": Metric("ab units", "lower", 2, f"mean {_AB}", ("ab_error",)),
    "auc": Metric(
        "0..1", "higher", 4,
        f"area under the cumulative curve of {_AB}, thresholds 0 to 150 (Zhang et al. 2016)",
        ("auc",),
    ),
    "auc_rebalanced": Metric(
        "0..1", "higher", 4,
        "the same, pixels weighted by the rarity of their true colour among Oxford's training "
        "photos (Zhang et al. 2016, section 3.1, eq. 4 with lambda 0)",
        ("auc_rebalanced",),
    ),
    "colourfulness": Metric(
        "M3", "truth", 1,
        "Hasler & Süsstrunk 2003, eq. 3, with signed opponent channels on the 0..255 scale",
        ("colourfulness",),
    ),
    "colourfulness_ratio": Metric(
        "of the truth's", "truth", 3, "mean colourfulness over the truth's mean colourfulness",
        ("colourfulness", "delta_cf"), _part,
    ),
    "delta_cf": Metric(
        "M3", "lower", 1, "difference of the mean colourfulness to the truth's", ("delta_cf",),
        _size,
    ),
    "delta_cf_per_image": Metric(
        "M3", "lower", 1, "mean of the photos' own differences of colourfulness to the truth's",
        ("delta_cf_per_image",),
    ),
    "saturation_ratio": Metric(
        "of the truth's", "truth", 3, "mean C* over the truth's mean C*", ("saturation_ratio",)
    ),
    "neutral_drift": Metric(
        "C*", "lower", 2,
        "mean C* where the truth is neutral and light (C* < 8, L* > 70): the report's white "
        "flowers that turned purple; the truth's own is the least to expect",
        ("neutral_drift",),
    ),
    "neutral_hue": Metric(
        "degrees", "", 0,
        "hue of the mean ab there: 0 red, 90 yellow, 180 green, 270 blue, 320 purple",
        ("neutral_a", "neutral_b"), _hue,
    ),
    "hue_confusion": Metric(
        "share", "lower", 3,
        "of the pixels whose true C* is above 30, those that get another of 12 hue sectors, or "
        "none (C* < 8)",
        ("hue_confusion",),
    ),
    "bleeding": Metric(
        "ratio", "lower", 3,
        "mean ab error within 3 px of the truth's chroma edges (top 5 % Sobel of ab) over that "
        "elsewhere",
        ("bleeding",),
    ),
    "fid_keras": Metric(
        "squared distance", "lower", 2,
        "Fréchet distance of InceptionV3 features (Heusel et al. 2017, eq. 6) with the weights of "
        "keras.applications: comparable only with itself, at equal N",
        (),
    ),
    "kid_keras": Metric(
        "squared distance", "lower", 5,
        "kernel distance of the same features (Bińkowski et al. 2018, unbiased, cubic kernel)",
        (),
    ),
    "fd_lite2": Metric(
        "squared distance", "lower", 2,
        "Fréchet distance of EfficientNet-Lite2's 1,280 pooled features (260 px): results of one "
        "half of the photos against truths of the other; the truth's own is the floor",
        (),
    ),
    "kd_lite2": Metric(
        "squared distance", "lower", 5, "kernel distance of the same features (unbiased, cubic)",
        (),
    ),
}  # fmt: skip
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
    found = (metric.join or _first)(means)
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
