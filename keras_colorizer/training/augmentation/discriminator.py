"""How the pictures that a discriminator is shown are changed: reals as fakes, gradients pass.

What it sees is changed anew in every step, so it cannot learn photos by heart, and the generator
is asked for nothing but photos, because its fakes are changed alike.
"""

import keras
from keras import ops

from keras_colorizer.training.augmentation import photo
from keras_colorizer.utils.registry import Registry

# Zhao et al. 2020, section 4: translation by up to an eighth, cutout of half the side; brightness
# by up to 0.5 of pictures in ±1, which is 0.25 of pictures in 0..1.
SHIFT, CUTOUT, BRIGHTNESS = 1 / 8, 1 / 2, 0.25

# Functions of pictures, a seed generator and how many channels are conditions, to pictures.
SHOWN = Registry("shown")
register = SHOWN.register


@register("plain")
def plain(pictures, random, conditions=0):
    """The pictures (B, S, S, C) as they are."""
    return pictures


@register("rolled")
def rolled(pictures, random, conditions=0):
    """As ``augmentation.rolled``: mirrored and rolled around the edges."""
    return photo.rolled(pictures, random)


@register("diffaugment")
def differentiable(pictures, random, conditions=0):
    """DiffAugment with all its parts: colour, translation, cutout.

    Args:
        pictures: float tensor (B, S, S, C).
        random: a ``keras.random.SeedGenerator``.
        conditions: how many channels, the last, are no colour: they move with it, unchanged.

    Returns:
        Float tensor (B, S, S, C). Brightness moves by up to ±0.25, saturation (distance to each
        pixel's mean over the channels) by a factor in 0..2, contrast in 0.5..1.5; then a shift by
        up to S / 8 leaves 0 behind, and a square of side S / 2, its centre anywhere, becomes 0.
        Source: Zhao et al. 2020, section 4.
    """
    batch, side, width = ops.shape(pictures)[0], pictures.shape[1], pictures.shape[3] - conditions

    def draw(low, high):
        return keras.random.uniform((batch, 1, 1, 1), low, high, pictures.dtype, seed=random)

    colour, condition = pictures[..., :width], pictures[..., width:]
    colour = colour + draw(-BRIGHTNESS, BRIGHTNESS)
    mean = ops.mean(colour, axis=-1, keepdims=True)
    colour = mean + (colour - mean) * draw(0.0, 2.0)
    mean = ops.mean(colour, axis=(1, 2, 3), keepdims=True)
    colour = mean + (colour - mean) * draw(0.5, 1.5)
    pictures = ops.concatenate([colour, condition], axis=-1)
    places = ops.arange(side)

    # Shifts as one matrix for each picture and axis: what falls outside has a row of zeros.
    reach = int(side * SHIFT + 0.5)
    shift = keras.random.randint((2, batch, 1, 1), -reach, reach + 1, dtype="int32", seed=random)
    moved = ops.equal(places[:, None] + shift, places[None, :])
    moved = ops.cast(moved, pictures.dtype)
    pictures = ops.einsum("bij,bjwc->biwc", moved[0], pictures)
    pictures = ops.einsum("bij,bhjc->bhic", moved[1], pictures)

    cut = int(side * CUTOUT + 0.5)
    first = keras.random.randint((2, batch, 1), 0, side, dtype="int32", seed=random) - cut // 2
    inside = ops.logical_and(places >= first, places < first + cut)
    hole = ops.logical_and(inside[0][:, :, None], inside[1][:, None, :])
    return pictures * (1.0 - ops.cast(hole, pictures.dtype)[..., None])
