"""Luma and chroma to 8-bit RGB, and chroma back, in NumPy: where Keras is not."""

import numpy as np

# ITU-R BT.601-7, section 2.5.1: E'Y = 0.299 E'R + 0.587 E'G + 0.114 E'B.
LUMA = (0.299, 0.587, 0.114)
# JFIF 1.02, section 7: B - Y = 1.772 Cb and R - Y = 1.402 Cr for Cb, Cr in ±0.5.
BLUE, RED = 1.772, 1.402


def offsets(cb, cr):
    """What R, G and B are above luma, in the unit of Cb and Cr: a list of three."""
    wr, wg, wb = LUMA
    return [RED * cr, (-wr * RED / wg) * cr + (-wb * BLUE / wg) * cb, BLUE * cb]


def fit(luma: np.ndarray, parts: list[np.ndarray], blend: float = 1.0) -> np.ndarray:
    """By what chroma is to be scaled so that R, G and B fit into 0..255 at constant luma.

    Args:
        luma: float array, 0..255.
        parts: `offsets`, of luma's shape and unit, after they were multiplied by ``blend``.
        blend: 0..1; the scale is the one from before that: what does not fit stays in proportion.

    Returns:
        float array of luma's shape, in 0..1; 1 where it fits.
    """
    most = np.maximum(np.maximum(parts[0], parts[1]), parts[2])
    least = np.minimum(np.minimum(parts[0], parts[1]), parts[2])
    above = (np.float32(255) - luma) / np.maximum(most, np.float32(1e-4))
    below = luma / np.maximum(-least, np.float32(1e-4))
    scale = np.minimum(above, below, out=above)
    return np.minimum(np.float32(blend) * scale, np.float32(1), out=scale)


def merge(gray: np.ndarray, cbcr: np.ndarray) -> np.ndarray:
    """8-bit RGB whose luma is the gray photo's, within a level: the three channels are rounded.

    Colour outside the gamut is desaturated at constant luma (chroma scaled towards zero until all
    three channels fit), not clipped, because clipping one channel changes luma and hue.

    Args:
        gray: uint8 array of shape (..., 1), 0..255.
        cbcr: finite float array of shape (..., 2), full-range Cb and Cr, about ±0.5.

    Returns:
        uint8 array of shape (..., 3). Source: JFIF 1.02, section 7; ``spaces.merge``.
    """
    level = gray.astype(np.float32)
    parts = offsets(255.0 * cbcr[..., :1], 255.0 * cbcr[..., 1:])
    scale = fit(level, parts)
    merged = [np.clip(level + part * scale, 0.0, 255.0) for part in parts]
    return np.rint(np.concatenate(merged, axis=-1)).astype(np.uint8)


def chroma(rgb: np.ndarray) -> np.ndarray:
    """The chroma planes of 8-bit RGB, as ``spaces.chroma`` gives them.

    Args:
        rgb: uint8 array of shape (..., 3).

    Returns:
        float32 array of shape (..., 2): full-range Cb and Cr in ±0.5. Source: JFIF 1.02, section 7.
    """
    rgb = rgb.astype(np.float32) / 255.0
    luma = rgb @ np.float32(LUMA)
    return np.stack([(rgb[..., 2] - luma) / BLUE, (rgb[..., 0] - luma) / RED], axis=-1)
