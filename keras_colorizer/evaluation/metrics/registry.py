"""The registry of metrics: what each is, and from which columns of measures it comes."""

import dataclasses
from collections.abc import Callable

import numpy as np

from keras_colorizer.utils.registry import Registry


def _first(means):
    return means[..., 0]


@dataclasses.dataclass(frozen=True)
class Metric:
    """One metric of the table.

    Attributes:
        short: its heading in tables.
        unit: of its values.
        better: ``higher``, ``lower``, ``truth`` (the nearer to the truth's own the better), or
            an empty string where no direction is better.
        digits: decimals that a table shows.
        source: what it is, and where it is defined.
        columns: of `pixel.measure`, that it is made of.
        join: from their means (…, columns) to the value (…).
        measured: what gives its own column, see `metric`; None where `pixel.measure` does.
    """

    short: str
    unit: str
    better: str
    digits: int
    source: str
    columns: tuple[str, ...]
    join: Callable = _first
    measured: Callable | None = None


METRICS = Registry("metric")


def metric(name, short, unit, better, digits, source):
    """Makes a function a metric of every table: the decorator of those that are added.

    Args:
        name: its key in results.json and per_image.csv.
        short, unit, better, digits, source: as in `Metric`.

    Returns:
        A decorator of functions from a `truth.Truth` of B photos and uint8 RGB (B, H, W, 3), a
        row's results for them, to float (B,); or to two of them, values and what each counts.
    """

    def decorate(function):
        METRICS.register(name)(
            Metric(short, unit, better, digits, source, (name,), measured=function)
        )
        return function

    return decorate


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
_KNOWN = {
    "psnr": Metric(
        "PSNR", "dB", "higher", 2,
        "RGB PSNR, mean of the photos' own values; a photo without error counts as 100 dB",
        ("psnr",),
    ),
    "ssim": Metric(
        "SSIM", "0..1", "higher", 3,
        "structural similarity of RGB, Gaussian window of sigma 1.5 (Wang et al. 2004)",
        ("ssim",),
    ),
    "ciede2000": Metric(
        "CIEDE2000", "ΔE00", "lower", 2,
        "mean colour difference (CIE 142-2001; Sharma et al. 2005)",
        ("ciede2000",),
    ),
    "ab_error": Metric("ab error", "ab units", "lower", 2, f"mean {_AB}", ("ab_error",)),
    "auc": Metric(
        "AuC", "0..1", "higher", 4,
        f"area under the cumulative curve of {_AB}, thresholds 0 to 150 (Zhang et al. 2016)",
        ("auc",),
    ),
    "auc_rebalanced": Metric(
        "AuC rebalanced", "0..1", "higher", 4,
        "the same, pixels weighted by the rarity of their true colour among Oxford's training "
        "photos (Zhang et al. 2016, section 3.1, eq. 4 with lambda 0)",
        ("auc_rebalanced",),
    ),
    "colourfulness": Metric(
        "colourfulness", "M3", "truth", 1,
        "Hasler & Süsstrunk 2003, eq. 3, with signed opponent channels on the 0..255 scale",
        ("colourfulness",),
    ),
    "delta_cf": Metric(
        "ΔCF", "M3", "lower", 1,
        "difference of the mean colourfulness to the truth's", ("delta_cf",),
        _size,
    ),
    "delta_cf_per_image": Metric(
        "ΔCF per photo", "M3", "lower", 1,
        "mean of the photos' own differences of colourfulness to the truth's",
        ("delta_cf_per_image",),
    ),
    "saturation_ratio": Metric(
        "saturation", "of the truth's", "truth", 3,
        "mean C* over the truth's mean C*", ("saturation_ratio",)
    ),
    "neutral_drift": Metric(
        "neutral drift", "C*", "lower", 2,
        "mean C* where the truth is neutral and light (C* < 8, L* > 70): the report's white "
        "flowers that turned purple; the truth's own is the least to expect",
        ("neutral_drift",),
    ),
    "neutral_hue": Metric(
        "its hue", "degrees", "", 0,
        "hue of the mean ab there: 0 red, 90 yellow, 180 green, 270 blue, 320 purple",
        ("neutral_a", "neutral_b"), _hue,
    ),
    "hue_confusion": Metric(
        "hue confusion", "share", "lower", 3,
        "of the pixels whose true C* is above 30, those that get another of 12 hue sectors, or "
        "none (C* < 8)",
        ("hue_confusion",),
    ),
    "bleeding": Metric(
        "bleeding", "ratio", "lower", 3,
        "mean ab error within 3 px of the truth's chroma edges (top 5 % Sobel of ab) over that "
        "elsewhere",
        ("bleeding",),
    ),
    "fid_keras": Metric(
        "FID (Keras)", "squared distance", "lower", 2,
        "Fréchet distance of InceptionV3 features (Heusel et al. 2017, eq. 6) with the weights of "
        "keras.applications: comparable only with itself, at equal N",
        (),
    ),
    "kid_keras": Metric(
        "KID (Keras)", "squared distance", "lower", 5,
        "kernel distance of the same features (Bińkowski et al. 2018, unbiased, cubic kernel)",
        (),
    ),
    "truer_than_gray": Metric(
        "truer than gray", "share", "higher", 3,
        "of the photos, those whose mean CIEDE2000 is below that of the same photo left gray",
        ("truer_than_gray",),
    ),
    "much_worse": Metric(
        "much worse", "share", "lower", 3,
        "of the photos, those whose mean CIEDE2000 is more than 4 above the same photo's left gray",
        ("much_worse",),
    ),
    "colourfulness_ratio": Metric(
        "colourfulness ratio", "of the truth's", "truth", 3,
        "mean colourfulness over the truth's mean colourfulness",
        ("colourfulness", "delta_cf"), _part,
    ),
    "fd_lite2": Metric(
        "FD (Lite2)", "squared distance", "lower", 2,
        "Fréchet distance of EfficientNet-Lite2's 1,280 pooled features (260 px): results of one "
        "half of the photos against truths of the other; the truth's own is the floor",
        (),
    ),
    "kd_lite2": Metric(
        "KD (Lite2)", "squared distance", "lower", 5,
        "kernel distance of the same features (unbiased, cubic)",
        (),
    ),
}  # fmt: skip
for _name, _metric in _KNOWN.items():
    METRICS.register(_name)(_metric)
