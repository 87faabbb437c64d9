"""Changes of training photos, drawn anew for each: windows, and gray as old photos have it."""

import keras
import numpy as np
from keras import ops

from keras_colorizer.color import spaces
from keras_colorizer.training.augmentation import ageing, chance, jpeg

# At strength 1: how far each of the three channel weights is drawn towards another film's, the
# largest change of gamma (as a factor) and of contrast, of brightness, and the grain's deviation.
MIX, GAMMA, CONTRAST, BRIGHTNESS, GRAIN = 0.5, 1.35, 0.15, 0.08, 0.012
# The largest variance of blur in square pixels (a bilinear enlargement by two has 1), how far
# black rises and white falls, and by how much JPEG's quality is below 100 in half of the photos.
BLUR, FADE, JPEG = 2.0, 0.2, (5.0, 70.0)
# How far past the photo the blend of blurred and photo may go: photos brought to size by a sharper
# filter than training's bilinear one, which a window softens once more, are what users have.
SHARPEN = 0.8


def window(rgb, zoom, random):
    """A random window of each photo, brought back to the photo's size (bilinear).

    Args:
        rgb: float tensor (B, S, S, 3).
        zoom: the window's sides are drawn, one by one, between S / (1 + zoom) and S.
        random: a ``keras.random.SeedGenerator``.

    Returns:
        Float tensor (B, S, S, 3).
    """
    batch = ops.shape(rgb)[0]
    sides = 1.0 / keras.random.uniform((batch, 2), 1.0, 1.0 + zoom, seed=random)
    starts = keras.random.uniform((batch, 2), seed=random) * (1.0 - sides) * (rgb.shape[1] - 1)
    none = ops.zeros((batch, 1))
    row = [sides[:, :1], none, starts[:, :1], none, sides[:, 1:], starts[:, 1:], none, none]
    return ops.image.affine_transform(rgb, ops.concatenate(row, axis=1), fill_mode="nearest")


def blurred(gray, deviation):
    """Photos as a lens out of focus, or an enlargement, shows them: a Gaussian along both sides.

    Args:
        gray: float32 tensor (B, H, W, 1); H and W static.
        deviation: float32 tensor (B, 1, 1) of positive standard deviations in pixels.

    Returns:
        Float32 tensor (B, H, W, 1); at the borders, the mean of what is inside.
    """

    def spread(side):
        # As a matrix for each photo: on CPUs quicker than padding, slicing and adding.
        away = np.square(np.subtract.outer(np.arange(side), np.arange(side)), dtype="float32")
        return ops.softmax(ops.divide(-away, 2.0 * ops.square(deviation)), axis=-1)

    columns = ops.transpose(spread(gray.shape[2]), (0, 2, 1))
    gray = ops.matmul(ops.matmul(spread(gray.shape[1]), gray[..., 0]), columns)
    return gray[..., None]


def gray_of_film(rgb, strength, random, age=0.0):
    """The gray photo as another film, exposure, lens, print and file would have shown it.

    Channel weights move from Rec. 601 towards random ones (orthochromatic film sees no red, an
    average sees all alike), then gamma, contrast and brightness change; then come blur or its
    opposite, grain, a print's fading, and, in every other photo, JPEG. Photos draw one by one.

    Args:
        rgb: float tensor (B, H, W, 3), 0..1; H and W static.
        strength: 0 gives Rec. 601 luma; 1 draws up to the module's limits.
        random: as of `chance.uniform`.
        age: strength of what `ageing` adds: other plates before, a century's damage after the
            print. 0 adds nothing and draws nothing.

    Returns:
        Float32 tensor (B, H, W, 1), 0..1.
    """
    rgb = ops.cast(rgb, "float32")
    if not strength and not age:
        return spaces.luma(rgb)
    batch = ops.shape(rgb)[0]

    def draw(low, high, *sizes):
        sizes = (batch, *(sizes or (1, 1, 1)))
        return chance.uniform(sizes, low, high, random)

    film = _film(strength, draw) if strength else np.float32(spaces.LUMA)
    if age:
        film = ageing.plates(film, batch, age, random)
    gray = sum(rgb[..., c : c + 1] * film[..., c : c + 1] for c in range(3))
    if strength:
        gray = _print(gray, strength, draw)
    if age:
        gray = ageing.worn(gray, age, random)
    if not strength:
        return gray
    filed = jpeg.quantised(gray, 100.0 - strength * draw(*JPEG))
    return ops.where(draw(0.0, 1.0) < 0.5, filed, gray)


def _film(strength, draw):
    """Weights of R, G and B, (B, 1, 1, 3)."""
    mix = MIX * strength * draw(0.0, 1.0)
    other = draw(0.02, 1.0, 1, 1, 3)
    film = other / ops.sum(other, axis=-1, keepdims=True)
    return mix * film + ops.multiply(np.float32(spaces.LUMA), 1.0 - mix)


def _print(gray, strength, draw):
    """From what the film saw to a print of it, (B, H, W, 1)."""
    gamma = ops.exp(np.log(GAMMA) * strength * draw(-1.0, 1.0))
    gray = ops.power(gray, gamma)
    mean = ops.mean(gray, axis=(1, 2), keepdims=True)
    gray = mean + (gray - mean) * (1.0 + CONTRAST * strength * draw(-1.0, 1.0))
    gray = gray + BRIGHTNESS * strength * draw(-1.0, 1.0)
    # Deviations are drawn evenly, so most photos stay about sharp; 0.01 px is none.
    soft = blurred(gray, 0.01 + (BLUR * strength) ** 0.5 * draw(0.0, 1.0, 1, 1))
    gray = gray + (soft - gray) * draw(-SHARPEN, 1.0)
    # Uniform numbers of deviation 1: normal ones cost more and look the same.
    grain = draw(-(3**0.5), 3**0.5, *gray.shape[1:]) * draw(0.0, 1.0)
    gray = ops.clip(gray + GRAIN * strength * grain, 0.0, 1.0)
    # Squared, so that most prints hardly fade: real scans often fill the whole range.
    faded = FADE * strength * ops.square(draw(0.0, 1.0, 1, 1, 2))
    black, white = faded[..., :1], 1.0 - faded[..., 1:]
    return black + (white - black) * gray


def rolled(pictures, random):
    """Each picture mirrored with probability 1/2 and rolled around its edges by a random shift.

    What a discriminator sees is moved so in every step, fakes as reals, and gradients pass: it can
    no longer learn photos by heart. Source: Zhao et al. 2020 (DiffAugment); Karras et al. 2020,
    whose integer translation wraps around likewise.

    Args:
        pictures: float tensor (B, S, S, C).
        random: a ``keras.random.SeedGenerator``.

    Returns:
        Float tensor (B, S, S, C).
    """
    batch, side = ops.shape(pictures)[0], pictures.shape[1]
    mirror = keras.random.uniform((batch, 1, 1, 1), seed=random) < 0.5
    pictures = ops.where(mirror, ops.flip(pictures, axis=2), pictures)
    # A permutation matrix for each picture and axis: a gather whose gradient every backend has.
    shifts = keras.random.randint((2, batch, 1), 0, side, seed=random)
    places = ops.one_hot((ops.arange(side) + shifts) % side, side, dtype=pictures.dtype)
    pictures = ops.einsum("bij,bjwc->biwc", places[0], pictures)
    return ops.einsum("bij,bhjc->bhic", places[1], pictures)
