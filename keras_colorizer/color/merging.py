"""Luma and chroma to 8-bit RGB, and chroma back, in NumPy: where Keras is not."""

import numpy as np

# The numbers of ``keras_colorizer.color.spaces``, which imports Keras; a test holds them equal.
LUMA = (0.299, 0.587, 0.114)
BLUE, RED = 1.772, 1.402


def merge(gray: np.ndarray, cbcr: np.ndarray) -> np.ndarray:
    """8-bit RGB whose luma is the gray photo's, within a level: the three channels are rounded.

    Colour outside the gamut is desaturated at constant luma (chroma scaled towards zero until all
    three channels fit), not clipped, because clipping one channel changes luma and hue.

    Args:
        gray: uint8 array of shape (..., 1), 0..255.
        cbcr: finite float array of shape (..., 2), full-range Cb and Cr, about ±0.5.

    Returns:
        uint8 array of shape (..., 3). Source: JFIF 1.02, section 7; ``spaces.merge``.

    Example:
        >>> merge(np.uint8([[76]]), np.float32([[-0.1687, 0.5]]))  # red
        array([[255,   0,   0]], dtype=uint8)
    """
    level = gray.astype(np.float32)
    cb, cr = 255.0 * cbcr[..., :1], 255.0 * cbcr[..., 1:]
    wr, wg, wb = LUMA
    offsets = [RED * cr, -(wr * RED * cr + wb * BLUE * cb) / wg, BLUE * cb]
    scale = np.ones_like(level)
    for offset in offsets:
        room = np.where(offset > 0, 255.0 - level, level)
        np.minimum(scale, room / np.maximum(np.abs(offset), 1e-4), out=scale)
    merged = [np.clip(level + offset * scale, 0.0, 255.0) for offset in offsets]
    return np.rint(np.concatenate(merged, axis=-1)).astype(np.uint8)


def chroma(rgb: np.ndarray) -> np.ndarray:
    """The chroma planes of 8-bit RGB, as ``spaces.chroma`` gives them.

    Args:
        rgb: uint8 array of shape (..., 3).

    Returns:
        float32 array of shape (..., 2): full-range Cb and Cr in ±0.5. Source: JFIF 1.02, section 7.

    Example:
        >>> chroma(np.uint8([[0, 0, 255]]))  # [[0.5, -0.081]]
    """
    rgb = rgb.astype(np.float32) / 255.0
    luma = rgb @ np.float32(LUMA)
    return np.stack([(rgb[..., 2] - luma) / BLUE, (rgb[..., 0] - luma) / RED], axis=-1)
