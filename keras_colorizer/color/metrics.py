"""Colour metrics in ``keras.ops``, for training logs and evaluation alike."""

import math

from keras import ops

from keras_colorizer.color import spaces
from keras_colorizer.color.thresholds import NEUTRAL_CHROMA, NEUTRAL_LIGHTNESS


def psnr(truth, result):
    """Peak signal-to-noise ratio of each photo, in dB; higher is better.

    Args:
        truth, result: float RGB (B, H, W, 3), 0..1.

    Returns:
        Float tensor (B,); photos that are equal give 100 dB.
    """
    error = ops.mean(ops.square(truth - result), axis=(1, 2, 3))
    return -10 / math.log(10) * ops.log(ops.maximum(error, 1e-10))


def colourfulness(rgb, epsilon=0.0):
    """Hasler–Süsstrunk colourfulness of each photo, with signed opponent channels.

    Args:
        rgb: float RGB (B, H, W, 3), 0..1. Luma does not matter: opponents hold none.
        epsilon: added under both roots; above 0 gradients stay finite on a gray photo.

    Returns:
        Float tensor (B,): 0 for gray, about 70 for flower photos.
        Source: Hasler & Süsstrunk 2003, eq. 3 (M^(3)), on the 0..255 scale.
    """
    r, g, b = (rgb[..., i] * 255.0 for i in range(3))
    opponents = ops.stack([r - g, 0.5 * (r + g) - b], axis=-1)
    mean = ops.mean(opponents, axis=(1, 2))
    variance = ops.mean(ops.square(opponents - mean[:, None, None, :]), axis=(1, 2))
    spread = ops.sqrt(ops.sum(variance, axis=-1) + epsilon)
    return spread + 0.3 * ops.sqrt(ops.sum(mean * mean, axis=-1) + epsilon)


def neutral_drift(truth, result):
    """The chroma that a result puts where the truth is neutral and light (white petals).

    Args:
        truth, result: float RGB (B, H, W, 3), 0..1.

    Returns:
        ``(drift, pixels)``, each (B,): mean C* of the result over those pixels of each photo
        (0 where it has none), and their number, to weight a mean by. The report stopped training
        when white flowers grew purple.
    """
    lightness, chroma = _lightness_chroma(truth)
    neutral = ops.logical_and(chroma < NEUTRAL_CHROMA, lightness > NEUTRAL_LIGHTNESS)
    neutral = ops.cast(neutral, "float32")
    pixels = ops.sum(neutral, axis=(1, 2))
    total = ops.sum(neutral * _lightness_chroma(result)[1], axis=(1, 2))
    return total / ops.maximum(pixels, 1.0), pixels


def _lightness_chroma(rgb):
    lab = spaces.rgb_to_lab(rgb)
    return lab[..., 0], ops.sqrt(ops.square(lab[..., 1]) + ops.square(lab[..., 2]))
