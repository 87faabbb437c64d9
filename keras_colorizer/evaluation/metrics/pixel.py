"""What is measured on every photo of every row, as columns that sums and means are made of.

A column ``NAME`` with a column ``NAME_weight`` beside it is averaged with those weights (pixels, or
the truth's own amount); all others are averaged over photos alike. `registry.METRICS` says how each
metric of the table comes from these columns.
"""

import numpy as np
from skimage import color, metrics

from keras_colorizer.color.thresholds import NEUTRAL_CHROMA
from keras_colorizer.evaluation.metrics.registry import METRICS
from keras_colorizer.evaluation.metrics.truth import (
    SECTORS,
    chroma_of,
    colourfulness,
    sector_of,
    to_lab,
)

AUC_LIMIT = 150  # the largest threshold of ab error, in ab units
MUCH_WORSE = 4.0  # ΔE00 by which a photo is much worse than the same photo left gray


def auc(error):
    """Each pixel's share of the area under the cumulative curve of ab error.

    The curve is the share of pixels whose error is at most t, for t = 0, 1 … 150, joined by
    straight lines; its area is divided by 150. A mean of these shares over pixels is that area.

    Args:
        error: float (...), distance in the ab plane.

    Returns:
        float (...) in 0..1; 1 for no error. Source: Zhang, Isola & Efros 2016, section 3.1.
    """
    # A pixel counts at every t from its own error on; the two ends of the curve count by half.
    steps = AUC_LIMIT - np.ceil(error) + 0.5 * (error > 0)
    return np.maximum(steps, 0) / AUC_LIMIT


def _ratio(part, whole):
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _mean(values, mask=None):
    """Means over the pixels of each photo, of those in ``mask`` only, and how many those are."""
    if mask is None:
        return values.mean(axis=(1, 2), dtype=np.float64)
    count = mask.sum(axis=(1, 2)).astype(np.float64)
    return _ratio((values * mask).sum(axis=(1, 2), dtype=np.float64), count), count


def psnr(truth, result):
    """Peak signal-to-noise ratio of uint8 RGB photos (B, H, W, 3), in dB; infinite if equal."""
    error = np.square(truth.astype(np.int32) - result.astype(np.int32)).mean(axis=(1, 2, 3))
    with np.errstate(divide="ignore"):
        return 10 * np.log10(255.0**2 / error)


def ssim(truth, result):
    """Structural similarity of uint8 RGB photos (B, H, W, 3), mean over channels, by scikit-image.

    Gaussian window of sigma 1.5, as in Wang et al. 2004; photos below 11 px have none (NaN).
    """
    if min(truth.shape[1:3]) < 11:
        return np.full(len(truth), np.nan)
    options = {"channel_axis": -1, "data_range": 1.0, "gaussian_weights": True, "sigma": 1.5}
    a, b = (x.astype(np.float32) / np.float32(255) for x in (truth, result))
    pairs = zip(a, b, strict=True)
    found = [
        metrics.structural_similarity(p, q, use_sample_covariance=False, **options)
        for p, q in pairs
    ]
    return np.array(found, np.float64)


def measure(truth, rgb):
    """Every column of a few photos of one row.

    Args:
        truth: the photos' `Truth`.
        rgb: uint8 (B, H, W, 3), the row's results for them.

    Returns:
        ``(columns, hues, histogram)``: dict of name → float64 (B,); int64 (12, 13) pixels by true
        and predicted hue sector, the last column for those predicted without hue (C* < 8); int64
        (3, 256) counts of R, G and B values.
    """
    lab = to_lab(rgb)
    chroma = chroma_of(lab)
    error = np.hypot(*np.moveaxis(lab[..., 1:] - truth.lab[..., 1:], -1, 0))
    areas = auc(error)
    weights = truth.weights.sum(axis=(1, 2), dtype=np.float64)
    rebalanced = (areas * truth.weights).sum(axis=(1, 2), dtype=np.float64)
    drift, neutral = _mean(chroma, truth.neutral)
    near, near_count = _mean(error, truth.near)
    away, away_count = _mean(error, ~truth.near)
    has_edges = (near_count > 0) & (away_count > 0)
    truth_chroma, vividness = _mean(truth.chroma), colourfulness(rgb)
    hues, wrong, coloured = _hues(truth, lab, chroma)
    difference = _mean(color.deltaE_ciede2000(truth.lab, lab))
    columns = {
        "psnr": psnr(truth.rgb, rgb),
        "ssim": ssim(truth.rgb, rgb),
        "ciede2000": difference,
        "truer_than_gray": (difference < truth.left_gray).astype(np.float64),
        "much_worse": (difference > truth.left_gray + MUCH_WORSE).astype(np.float64),
        "ab_error": _mean(error),
        "auc": _mean(areas),
        "auc_rebalanced": rebalanced / weights,
        "auc_rebalanced_weight": weights,
        "colourfulness": vividness,
        "delta_cf": vividness - truth.colourfulness,
        "delta_cf_per_image": np.abs(vividness - truth.colourfulness),
        "saturation_ratio": _ratio(_mean(chroma), truth_chroma),
        "saturation_ratio_weight": truth_chroma,
        "neutral_drift": drift,
        "neutral_a": _mean(lab[..., 1], truth.neutral)[0],
        "neutral_b": _mean(lab[..., 2], truth.neutral)[0],
        "neutral_drift_weight": neutral,
        "hue_confusion": wrong,
        "hue_confusion_weight": coloured,
        "bleeding": _ratio(near, away),
        "bleeding_weight": np.where(has_edges, away, 0.0),
    }
    for name, metric in METRICS.items():
        if metric.measured:
            found = metric.measured(truth, rgb)
            values, amounts = found if isinstance(found, tuple) else (found, None)
            columns[name] = np.asarray(values, np.float64)
            if amounts is not None:
                columns[f"{name}_weight"] = np.asarray(amounts, np.float64)
    counts = [np.bincount(rgb[..., i].ravel(), minlength=256) for i in range(3)]
    return columns, hues, np.stack(counts).astype(np.int64)


def _hues(truth, lab, chroma):
    """Pixels by true and predicted sector, and for each photo the share that is wrong."""
    found = np.where(chroma < NEUTRAL_CHROMA, SECTORS, sector_of(lab))
    cells = truth.sectors * (SECTORS + 1) + found
    hues = np.bincount(cells[truth.coloured], minlength=SECTORS * (SECTORS + 1))
    wrong, count = _mean(found != truth.sectors, truth.coloured)
    return hues.reshape(SECTORS, SECTORS + 1), wrong, count
