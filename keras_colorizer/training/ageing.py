"""Old photos: what a century does to a gray picture, drawn anew for each training photo."""

import keras
import numpy as np
from keras import ops

# Weights of orthochromatic and older plates, which hardly see red and see blue best.
PLATE_LOW, PLATE_HIGH = np.float32([0.03, 0.33, 0.4]), np.float32([0.14, 0.55, 0.6])
# At strength 1, the shares of photos that have each kind of damage.
PLATES, FRAMES, WORN, SCRATCHED = 0.5, 0.25, 0.75, 0.4
# At strength 1, the largest: rise of black and fall of white, bend of the tone curve, unevenness
# of the exposure, mottling of the paper, deviation of the grain.
FADE, BEND, UNEVEN, MOTTLE, GRAIN = 0.35, 0.9, 0.35, 0.06, 0.07
LINES, SPECKS = 3, 0.004  # scratches in a scratched photo; share of half-size pixels with dust


class _Draw:
    """Random numbers of one batch, each photo its own."""

    def __init__(self, batch, random):
        self.batch, self.random = batch, random

    def __call__(self, low, high, *sizes):
        sizes = (self.batch, *(sizes or (1, 1, 1)))
        return keras.random.uniform(sizes, low, high, dtype="float32", seed=self.random)

    def chance(self, share):
        """1.0 for about ``share`` of the photos, else 0.0: (B, 1, 1, 1)."""
        return ops.cast(self(0.0, 1.0) < share, "float32")

    def field(self, shape, cells):
        """A smooth field in ±1 of about ``cells`` waves a side: (B, H, W, 1)."""
        coarse = self(-1.0, 1.0, cells, cells, 1)
        return ops.image.resize(coarse, shape, interpolation="bilinear")


def plates(rgb, strength, random):
    """Photos as orthochromatic plates saw them: red dark, blue light.

    Args:
        rgb: float32 tensor (B, H, W, 3), 0..1.
        strength: 0 changes nothing; at 1 half of the photos are changed.
        random: a ``keras.random.SeedGenerator``.

    Returns:
        Float32 tensor (B, H, W, 3); what is changed has three equal planes.
        Source: spectral sensitivity of orthochromatic emulsions, Mees & James 1966, chapter 11.
    """
    draw = _Draw(ops.shape(rgb)[0], random)
    weights = PLATE_LOW + (PLATE_HIGH - PLATE_LOW) * draw(0.0, 1.0, 1, 1, 3)
    weights = weights / ops.sum(weights, axis=-1, keepdims=True)
    plate = ops.sum(rgb * weights, axis=-1, keepdims=True)
    chosen = draw.chance(PLATES * strength)
    return rgb + chosen * (plate - rgb)


def frames(rgb, strength, random):
    """Photos with the paper around them, which has no colour: a network is to leave it alone.

    Args:
        rgb: float32 tensor (B, H, W, 3), 0..1; H and W static.
        strength: 0 changes nothing; at 1 a quarter of the photos has a border.
        random: a ``keras.random.SeedGenerator``.

    Returns:
        Float32 tensor (B, H, W, 3); borders are neutral, from a dark mount to white paper, each
        side up to a fifth of the photo wide, some with a line along the picture.
    """
    height, width = rgb.shape[1:3]
    draw = _Draw(ops.shape(rgb)[0], random)
    margins = draw(0.0, 1 / 5, 1, 1, 4) * draw(0.2, 1.0)
    down = np.linspace(0, 1, height, dtype="float32").reshape(1, height, 1, 1)
    right = np.linspace(0, 1, width, dtype="float32").reshape(1, 1, width, 1)
    # How far inside the picture a pixel is, in parts of the side.
    inside = ops.minimum(
        ops.minimum(down - margins[..., :1], 1.0 - down - margins[..., 1:2]),
        ops.minimum(right - margins[..., 2:3], 1.0 - right - margins[..., 3:]),
    )
    tone = 1.0 - 0.75 * ops.square(draw(0.0, 1.0))
    paper = tone + 0.03 * draw.field((height, width), max(height // 8, 1))
    line = ops.cast(ops.abs(inside + 0.012) < 0.004, "float32") * draw.chance(0.3)
    paper = ops.clip(paper - line * draw(0.2, 0.6), 0.0, 1.0)
    outside = ops.cast(inside < 0.0, "float32") * draw.chance(FRAMES * strength)
    return rgb + outside * (paper - rgb)


def worn(gray, strength, random):
    """Prints and negatives as they come out of a drawer: faded, uneven, grainy, scratched.

    Args:
        gray: float32 tensor (B, H, W, 1), 0..1; H and W static.
        strength: 0 changes nothing; 1 draws up to the module's limits.
        random: a ``keras.random.SeedGenerator``.

    Returns:
        Float32 tensor (B, H, W, 1), 0..1.
    """
    shape = height, width = gray.shape[1:3]
    draw = _Draw(ops.shape(gray)[0], random)
    wear = strength * draw.chance(WORN)
    # The tone curve: an S, or its opposite, where shadows and lights have run together.
    bend = BEND * wear * draw(-1.0, 1.0)
    gray = gray + bend * gray * (1.0 - gray) * (2.0 * gray - 1.0)
    down = np.linspace(-1, 1, height, dtype="float32").reshape(1, height, 1, 1)
    right = np.linspace(-1, 1, width, dtype="float32").reshape(1, 1, width, 1)
    slope = draw(-0.5, 0.5) * down + draw(-0.5, 0.5) * right
    corners = draw(-0.3, 1.0) * 0.5 * (down * down + right * right)
    gray = gray * (1.0 - UNEVEN * wear * draw(0.0, 1.0) * (slope + corners))
    mottle = draw.field(shape, max(height // 16, 1)) + draw.field(shape, max(height // 4, 1))
    gray = gray + MOTTLE * wear * ops.square(draw(0.0, 1.0)) * mottle
    # Grain in clumps of about two pixels; the film's own fine grain is drawn elsewhere.
    grain = draw.field(shape, max(height // 2, 1))
    gray = gray + GRAIN * wear * ops.square(draw(0.0, 1.0)) * grain
    gray = ops.clip(_scratched(gray, strength, draw), 0.0, 1.0)
    faded = FADE * wear * ops.square(draw(0.0, 1.0, 1, 1, 2))
    black, white = faded[..., :1], 1.0 - faded[..., 1:]
    return black + (white - black) * gray


def _scratched(gray, strength, draw):
    """Lines across the picture and specks on it, white or black."""
    height, width = gray.shape[1:3]
    chosen = draw.chance(SCRATCHED * strength)
    down = np.linspace(-1, 1, height, dtype="float32").reshape(1, height, 1, 1)
    right = np.linspace(-1, 1, width, dtype="float32").reshape(1, 1, width, 1)
    angle = draw(0.0, np.pi, 1, 1, LINES)
    across = ops.cos(angle) * right + ops.sin(angle) * down
    along = ops.cos(angle) * down - ops.sin(angle) * right
    away = across - draw(-1.0, 1.0, 1, 1, LINES) - draw(-0.2, 0.2, 1, 1, LINES) * ops.square(along)
    # Wide in pixels, whatever the size: half a pixel to one and a half.
    reach = draw(0.5, 1.5, 1, 1, LINES) * (2.0 / height)
    there = ops.abs(along - draw(-1.0, 1.0, 1, 1, LINES)) < draw(0.1, 1.2, 1, 1, LINES)
    strokes = ops.relu(1.0 - ops.abs(away) / reach) * ops.cast(there, "float32")
    strokes = ops.sum(strokes * draw(-0.6, 0.9, 1, 1, LINES), axis=-1, keepdims=True)
    half = (max(height // 2, 1), max(width // 2, 1))
    dust = ops.cast(draw(0.0, 1.0, *half, 1) < SPECKS, "float32") * draw(-0.8, 1.0, *half, 1)
    dust = ops.image.resize(dust, (height, width), interpolation="bilinear")
    return gray + chosen * (strokes + dust)
