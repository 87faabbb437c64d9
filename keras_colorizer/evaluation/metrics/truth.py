"""What every row of the table is held against: the photos' own colours, masks and edges."""

import numpy as np
from scipy import ndimage
from skimage import color

from keras_colorizer.color.thresholds import NEUTRAL_CHROMA, NEUTRAL_LIGHTNESS
from keras_colorizer.evaluation import constants
from keras_colorizer.evaluation.photos import gray_of

HUE_CHROMA = 30.0  # above this C* the truth has a hue that one can name
SECTORS = 12  # of 30 degrees each; the first begins at 0, the direction of +a*
EDGE_SHARE, EDGE_REACH = 0.05, 3.0  # the strongest Sobel responses; pixels around them


def to_lab(rgb):
    """uint8 RGB (..., 3) as float32 CIE Lab (D65, 2°), by scikit-image."""
    return color.rgb2lab(rgb.astype(np.float32) / np.float32(255))


def chroma_of(lab):
    """C* of Lab (..., 3): the distance from neutral gray, 0 to about 130."""
    return np.hypot(lab[..., 1], lab[..., 2])


def sector_of(lab):
    """The hue's sector of Lab (..., 3): 0 for 0°..30°, 11 for 330°..360°."""
    degrees = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360.0
    # A tiny negative angle becomes 360.0 in float32: the last sector ends there.
    return np.minimum((degrees // (360 / SECTORS)).astype(np.int64), SECTORS - 1)


def colourfulness(rgb):
    """Hasler–Süsstrunk colourfulness (M3, eq. 3, 2003) of uint8 photos, signed opponent channels.

    Args:
        rgb: uint8 (B, H, W, 3).

    Returns:
        float64 (B,), 0 for gray, about 65 for flower photos.
    """
    r, g, b = (rgb[..., i].astype(np.float64) for i in range(3))
    red_green, yellow_blue = r - g, 0.5 * (r + g) - b
    axes = (1, 2)
    spread = np.hypot(red_green.std(axis=axes), yellow_blue.std(axis=axes))
    return spread + 0.3 * np.hypot(red_green.mean(axis=axes), yellow_blue.mean(axis=axes))


def near_edges(lab):
    """Pixels within 3 px of a photo's chroma edges, the top 5 % of Sobel magnitude of ab.

    Args:
        lab: float (H, W, 3).

    Returns:
        bool (H, W); all False where the photo has no chroma edge at all.
    """
    parts = [ndimage.sobel(lab[..., i], axis=axis) for i in (1, 2) for axis in (0, 1)]
    strength = np.sqrt(sum(part * part for part in parts))
    # A step of an eighth of an ab unit is none: what rounding leaves in photos of one colour.
    edges = (strength >= np.quantile(strength, 1 - EDGE_SHARE)) & (strength > 0.5)
    if not edges.any():
        return edges
    return ndimage.distance_transform_edt(~edges) <= EDGE_REACH


class Truth:
    """A few photos, and all of them that the measures of every row share.

    Args:
        rgb: uint8 (B, H, W, 3).
        weigh: what pixels count by their ab, as ``constants.pixel_weights``.

    Attributes:
        lab, chroma, colourfulness: of the photos.
        neutral, coloured: bool (B, H, W), light neutral pixels and those with a hue.
        sectors: int (B, H, W) of the hue.
        near: bool (B, H, W), within 3 px of a chroma edge.
        weights: float32 (B, H, W), for class-rebalanced scores.
        left_gray: float (B,), mean CIEDE2000 of each photo that is left gray.
    """

    def __init__(self, rgb, weigh=constants.pixel_weights):
        self.rgb = rgb
        self.lab = to_lab(rgb)
        self.chroma = chroma_of(self.lab)
        self.colourfulness = colourfulness(rgb)
        light = self.lab[..., 0] > NEUTRAL_LIGHTNESS
        self.neutral = light & (self.chroma < NEUTRAL_CHROMA)
        self.coloured = self.chroma > HUE_CHROMA
        self.sectors = sector_of(self.lab)
        self.near = np.stack([near_edges(lab) for lab in self.lab])
        self.weights = weigh(self.lab[..., 1:])
        gray = to_lab(np.repeat(gray_of(rgb), 3, axis=-1))
        self.left_gray = color.deltaE_ciede2000(self.lab, gray).mean(axis=(1, 2), dtype=np.float64)
