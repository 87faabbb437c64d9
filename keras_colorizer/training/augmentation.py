"""Changes of training photos, drawn anew for each: windows, and gray as old photos have it."""

import keras
from keras import ops

from keras_colorizer.color import spaces

# At strength 1: how far each of the three channel weights is drawn towards another film's, the
# largest change of gamma (as a factor) and of contrast, of brightness, and the grain's deviation.
MIX, GAMMA, CONTRAST, BRIGHTNESS, GRAIN = 0.5, 1.35, 0.15, 0.08, 0.012


def window(rgb, zoom, random):
    """A random window of each photo, brought back to the photo's size (bilinear).

    Args:
        rgb: float tensor (B, S, S, 3).
        zoom: the window's sides are drawn, one by one, between S / (1 + zoom) and S.
        random: a ``keras.random.SeedGenerator``.

    Returns:
        Float tensor (B, S, S, 3).

    Example:
        >>> window(rgb, 0.3, keras.random.SeedGenerator(0))
    """
    batch = ops.shape(rgb)[0]
    sides = 1.0 / keras.random.uniform((batch, 2), 1.0, 1.0 + zoom, seed=random)
    starts = keras.random.uniform((batch, 2), seed=random) * (1.0 - sides) * (rgb.shape[1] - 1)
    none = ops.zeros((batch, 1))
    row = [sides[:, :1], none, starts[:, :1], none, sides[:, 1:], starts[:, 1:], none, none]
    return ops.image.affine_transform(rgb, ops.concatenate(row, axis=1), fill_mode="nearest")


def gray_of_film(rgb, strength, random):
    """The gray photo as another film, exposure and print would have shown it.

    Channel weights move from Rec. 601 towards random ones (orthochromatic film sees no red, an
    average sees all alike), then gamma, contrast, brightness and grain change.

    Args:
        rgb: float tensor (B, H, W, 3), 0..1.
        strength: 0 leaves Rec. 601 luma; 1 draws up to the module's limits.
        random: a ``keras.random.SeedGenerator``.

    Returns:
        Float tensor (B, H, W, 1), 0..1.

    Example:
        >>> gray_of_film(rgb, 0.5, keras.random.SeedGenerator(0))
    """
    batch = ops.shape(rgb)[0]

    def draw(low, high, channels=1):
        return keras.random.uniform((batch, 1, 1, channels), low, high, seed=random)

    mix = MIX * strength * draw(0.0, 1.0)
    other = draw(0.02, 1.0, channels=3)
    film = other / ops.sum(other, axis=-1, keepdims=True)
    film = mix * film + (1.0 - mix) * ops.reshape(ops.convert_to_tensor(spaces.LUMA), (1, 1, 1, 3))
    gray = sum(rgb[..., c : c + 1] * film[..., c : c + 1] for c in range(3))
    gamma = ops.exp(ops.log(GAMMA) * strength * draw(-1.0, 1.0))
    # The power's base is kept away from 0, where its gradient is infinite.
    gray = ops.power(ops.clip(gray, 1e-3, 1.0), gamma)
    mean = ops.mean(gray, axis=(1, 2), keepdims=True)
    gray = mean + (gray - mean) * (1.0 + CONTRAST * strength * draw(-1.0, 1.0))
    gray = gray + BRIGHTNESS * strength * draw(-1.0, 1.0)
    # Uniform numbers of deviation 1: normal ones cost more and look the same.
    grain = keras.random.uniform(ops.shape(gray), -(3**0.5), 3**0.5, seed=random) * draw(0.0, 1.0)
    return ops.clip(gray + GRAIN * strength * grain, 0.0, 1.0)


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

    Example:
        >>> rolled(pictures, keras.random.SeedGenerator(0))
    """
    batch, side = ops.shape(pictures)[0], pictures.shape[1]
    mirror = keras.random.uniform((batch, 1, 1, 1), seed=random) < 0.5
    pictures = ops.where(mirror, ops.flip(pictures, axis=2), pictures)
    # A permutation matrix for each picture and axis: a gather whose gradient every backend has.
    shifts = keras.random.randint((2, batch, 1), 0, side, seed=random)
    places = ops.one_hot((ops.arange(side) + shifts) % side, side, dtype=pictures.dtype)
    pictures = ops.einsum("bij,bjwc->biwc", places[0], pictures)
    return ops.einsum("bij,bhjc->bhic", places[1], pictures)
