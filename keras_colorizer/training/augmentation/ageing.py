"""Photos of 1850 to 1940: plates that see no red, paper around the picture, a century's damage.

Each photo draws its own. All of it takes two fifths of what ``augmentation.gray_of_film`` takes:
for 32 photos of 128 px at strength 0.5, 4 to 5.5 ms beside 10 to 12 (TensorFlow, two cores that
also ran a training; at a load of 7 on them, 7.5 to 9 beside 18 to 23).
"""

import numpy as np
from keras import ops

from keras_colorizer.training.augmentation import chance

# Channel weights of orthochromatic and older plates before they are brought to sum 1: they hardly
# see red and see blue best, so skin and brick are dark and skies are white.
PLATE = np.float32([[0.05, 0.3, 0.4], [0.15, 0.55, 0.6]])
# Shares of photos, at strength 1: on such plates, with something around the picture, worn at all,
# scratched; of the framed ones: with a line along the picture, rounded or oval, written on.
PLATES, FRAMES, WORN, SCRATCHED, LINED, ROUND, WRITTEN = 0.5, 0.3, 0.8, 0.3, 0.3, 0.3, 0.4
# Of the borders: dark ones of negatives, the rest is light paper; the widest, in sides of a photo.
NEGATIVES, MARGIN = 0.45, 0.13
# At strength 1, the most of each: how much of black and of white is burnt away, bend of the tone
# curve, unevenness of the exposure, fading of black and white.
BURNT, BEND, UNEVEN, FADE = (0.15, 0.2), 1.0, 0.3, (0.35, 0.35)
# Amplitudes of the texture in clumps of 2, 4, 8 and 16 pixels: grain, then the mottling of paper.
TEXTURE = np.float32([0.15, 0.09, 0.05, 0.06])
# Scratches and hairs: half their width in pixels, how light or dark. Dust: the largest part of the
# texture's points that have some, in clumps of 2 pixels and of 4, and how light or dark they are.
REACH, STROKE, DUST, SPECK = (0.45, 0.9), 0.55, (0.004, 0.001), (0.9, 0.6)


class _Draws:
    """Uniform numbers for each photo of a batch, out of one call: (B, 1, 1, 1) or (B, 1, 1, n)."""

    def __init__(self, batch, count, random):
        self.numbers = chance.uniform((batch, 1, 1, count), 0.0, 1.0, random)
        self.used = 0

    def __call__(self, low, high, count=1):
        self.used += count
        return low + (high - low) * self.numbers[..., self.used - count : self.used]

    def chance(self, share):
        """1.0 for about ``share`` of the photos, else 0.0."""
        return ops.cast(self(0.0, 1.0) < share, "float32")


def _places(side, axis):
    """Where pixels are along an axis of (B, H, W, 1), from -1 to 1."""
    shape = [1, 1, 1, 1]
    shape[axis] = side
    return ops.convert_to_tensor(np.linspace(-1, 1, side, dtype="float32").reshape(shape))


def plates(film, batch, strength, random):
    """Channel weights of which some are those of orthochromatic plates: red dark, blue light.

    Source: Mees & James, The Theory of the Photographic Process, 1966, chapter 11 (plates without
    sensitiser see below 520 nm, orthochromatic ones below 590 nm).

    Args:
        film: float32, (3,) or (B, 1, 1, 3): weights of R, G and B of sum 1.
        batch: B, a number or a scalar tensor.
        strength: 0 changes none; at 1 half of the photos have such plates.
        random: as of `chance.uniform`.

    Returns:
        Float32 tensor (B, 1, 1, 3), sum 1.
    """
    draw = _Draws(batch, 4, random)
    plate = draw(*map(ops.convert_to_tensor, PLATE), 3)
    plate = plate / ops.sum(plate, axis=-1, keepdims=True)
    chosen = draw.chance(PLATES * strength)
    return chosen * plate + (1.0 - chosen) * ops.convert_to_tensor(film)


def frames(rgb, strength, random):
    """Photos with the border of their print or negative, which has no colour.

    White to light gray paper or a nearly black rebate, each side of its own width, corners square
    to oval, on some a line along the picture and a line of writing.

    Args:
        rgb: uint8 tensor (B, H, W, 3), in random order; H and W static.
        strength: 0 changes nothing; at 1 three photos in ten are framed.
        random: as of `chance.uniform`.

    Returns:
        Uint8 tensor (B, H, W, 3), R = G = B on borders. What is under them is lost. It is the first
        photos of the batch that are framed: the others cost nothing.
    """
    if not strength:
        return rgb
    batch = ops.cast(ops.shape(rgb)[0], "float32")
    # Rounded up or down by chance: the expected number, also where that is below one.
    count = FRAMES * strength * batch + chance.uniform((), 0.0, 1.0, random)
    count = ops.cast(ops.minimum(ops.floor(count), batch), "int32")
    return ops.concatenate([_framed(rgb[:count], random), rgb[count:]], axis=0)


def _framed(rgb, random):
    """Uint8 photos (B, H, W, 3), all of them with a border."""
    height, width = rgb.shape[1:3]
    batch, pixel = ops.shape(rgb)[0], 2.0 / min(height, width)
    draw = _Draws(batch, 24, random)
    down, right = _places(height, 1), _places(width, 2)
    # Products of two numbers: most borders are narrow, some are on one side alone.
    margins = 2.0 * MARGIN * draw(0.0, 1.0, 4) * draw(0.2, 1.0)
    top, bottom, left, far = (margins[..., i : i + 1] for i in range(4))
    # Two pixels at least, so that below 0 is the whole picture; ovals where it is large.
    radius = 2.0 * pixel + draw.chance(ROUND) * ops.square(draw(0.0, 1.0)) * 0.8
    vertical = ops.abs(down - 0.5 * (top - bottom)) - (1.0 - 0.5 * (top + bottom)) + radius
    across = ops.abs(right - 0.5 * (left - far)) - (1.0 - 0.5 * (left + far)) + radius
    outside = ops.sqrt(ops.square(ops.relu(vertical)) + ops.square(ops.relu(across))) - radius
    cover = ops.clip(outside / pixel + 0.5, 0.0, 1.0)
    negative = draw.chance(NEGATIVES)
    tone = 1.0 - 0.35 * ops.square(draw(0.0, 1.0))
    tone = tone + negative * (0.25 * ops.square(draw(0.0, 1.0)) - tone)
    ink = draw(0.3, 0.8) * (2.0 * negative - 1.0)
    # A line along the picture's edge, one or two pixels wide and as far outside.
    line = ops.relu(1.0 - ops.abs(outside / pixel - draw(1.0, 3.0)) / draw(0.6, 1.5))
    line = line * draw.chance(LINED)
    # Writing at this size is a row of specks along the top or the bottom border.
    upper = draw.chance(0.5)
    row = upper * (0.5 * top - 1.0) + (1.0 - upper) * (1.0 - 0.5 * bottom)
    row = ops.cast(ops.abs(down - row) < draw(0.5, 1.5) * pixel, "float32")
    begin = draw(-0.9, 0.8)
    letters = chance.uniform((batch, 1, width, 1), 0.0, 1.0, random)
    letters = ops.relu(3.0 * letters - 1.5) * ops.cast(right > begin, "float32")
    letters = letters * ops.cast(right < begin + draw(0.2, 1.0), "float32")
    marks = line + row * (letters * draw.chance(WRITTEN))
    paper = 255.0 * ops.clip(tone + ink * marks, 0.0, 1.0)
    return ops.cast((1.0 - cover) * ops.cast(rgb, "float32") + (cover * paper + 0.5), "uint8")


def _doubled(side):
    """A matrix (side, ceil(side / 2)) that brings a field to twice its size, bilinear."""
    small = -(-side // 2)
    at = np.clip((np.arange(side) + 0.5) / 2 - 0.5, 0, small - 1)[:, None]
    return np.maximum(1 - np.abs(at - np.arange(small)), 0).astype("float32")


def _texture(shape, batch, weights, dust, random):
    """Random fields (B, H, W) of clumps of 2, 4, 8 and 16 pixels, added up.

    Args:
        shape: (H, W).
        batch: B.
        weights: float32 (B, 1, 1, 4), each clump's amplitude.
        dust: float32 (B, 1, 1, 4): the part of points with light dust in clumps of 2 and 4 pixels,
            then with dark dust.
        random: as of `chance.uniform`.
    """
    sides = [shape]
    for _ in range(weights.shape[-1]):
        sides.append(tuple(-(-side // 2) for side in sides[-1]))
    field = None
    for level in reversed(range(weights.shape[-1])):
        size = sides[level + 1]
        noise = chance.uniform((batch, *size), -1.0, 1.0, random)
        here = weights[:, 0, :, level : level + 1] * noise
        if level < 2:  # The noise's own peaks are the dust: no further numbers to draw.
            light, dark = dust[:, 0, :, level : level + 1], dust[:, 0, :, level + 2 : level + 3]
            peaks = ops.cast(noise > 1.0 - 2.0 * light, "float32")
            peaks = peaks - ops.cast(noise < 2.0 * dark - 1.0, "float32")
            here = here + SPECK[level] * peaks
        field = here if field is None else field + here
        rows, columns = (_doubled(side) for side in sides[level])
        field = ops.matmul(ops.matmul(rows, field), columns.T)
    return field


def _stroke(draw, along, across, pixel):
    """A scratch or hair along one axis, a parabola at most: light or dark, soft at its edges."""
    middle, length = draw(-1.0, 1.0), draw(0.1, 1.0)
    there = ops.cast(ops.abs(along - middle) < length, "float32")
    along = along - middle
    path = draw(-1.0, 1.0) + draw(-0.7, 0.7) * along + draw(-0.3, 0.3) * ops.square(along)
    sharp = 1.0 / (pixel * draw(*REACH))
    shade = draw(-STROKE, STROKE) * there
    return ops.relu(1.0 - ops.abs(across * sharp - path * sharp)) * shade


def worn(gray, strength, random):
    """Prints and negatives as they come out of a drawer: mottled, scratched, uneven, burnt, faded.

    Grain and mottling in clumps; dust, hairs and scratches on some; light that falls off to a side
    or to the corners; blacks and whites that run together; then black rises and white falls.

    Args:
        gray: float32 tensor (B, H, W, 1), 0..1; H and W static.
        strength: 0 changes nothing; 1 draws up to the module's limits.
        random: as of `chance.uniform`.

    Returns:
        Float32 tensor (B, H, W, 1), 0..1.
    """
    if not strength:
        return gray
    height, width = gray.shape[1:3]
    batch, pixel = ops.shape(gray)[0], 2.0 / min(height, width)
    draw = _Draws(batch, 48, random)
    down, right = _places(height, 1), _places(width, 2)
    wear = strength * draw.chance(WORN)
    scratched = draw.chance(SCRATCHED * strength)
    # Squares and cubes: most photos have little of it, few have much.
    weights = ops.convert_to_tensor(TEXTURE) * wear * draw(0.0, 1.0) * draw(0.0, 1.0, 4)
    dust = (
        scratched * ops.convert_to_tensor(np.float32(DUST + DUST)) * ops.square(draw(0.0, 1.0, 4))
    )
    field = _texture((height, width), batch, weights, dust, random)[..., None]
    upright, lying = _stroke(draw, down, right, pixel), _stroke(draw, right, down, pixel)
    one, two = scratched * draw.chance(0.6), scratched * draw.chance(0.4)
    gray = gray + field + one * upright + two * lying
    # Light: a slope and a fall towards the corners, a sum of what rows and columns have.
    fall = draw(-0.3, 1.0)
    rows = draw(-0.5, 0.5) * down + fall * 0.5 * down * down
    columns = draw(-0.5, 0.5) * right + fall * 0.5 * right * right
    light = UNEVEN * wear * ops.square(draw(0.0, 1.0))
    gray = gray * ((1.0 - light * rows) - light * columns)
    # The curve: levels stretched until they clip, then an S or its opposite.
    low, high = (limit * wear * draw(0.0, 1.0) for limit in BURNT)
    slope = 1.0 / (1.0 - low - high)
    gray = ops.clip(gray * slope - low * slope, 0.0, 1.0)
    gray = gray + (BEND * wear * draw(-0.6, 1.0)) * (gray * (1.0 - gray) * (2.0 * gray - 1.0))
    black, fallen = (limit * wear * draw(0.0, 1.0) ** 3 for limit in FADE)
    return gray * (1.0 - fallen - black) + black
