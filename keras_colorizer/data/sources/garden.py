"""The procedural garden: photos made of arithmetic, whose colours depend on their shapes.

Every brightness is drawn at random, so the gray level of a pixel says little about its colour. What
says it is form: three broad petals are red, five round ones yellow, six pointed and striped ones
pink, eight thin ones blue-violet, a ring of many narrow ones white around a yellow disc; upright
blades are green grass, grains are brown soil, smoothness is sky. So a network that beats the mean
colour on the garden has learned to look at shapes.
"""

import functools

import numpy as np

SPLITS = {"train": range(0, 1200), "validation": range(1200, 1320), "test": range(1320, 1470)}
LICENCE = "Apache-2.0 (made by this package)"

_LUMA = np.float32([0.299, 0.587, 0.114])
_FLOWERS = 5  # the most flowers in one photo
_CHUNK = 16  # photos at a time: their planes stay in the processor's cache

# petals, width of their ring, sharpness of their tips, disc radius (of the flower's), stripes
_FORMS = np.float32(
    [
        [3, 0.62, 0.55, 0.17, 0.0],
        [5, 0.38, 0.75, 0.20, 0.0],
        [6, 0.22, 1.60, 0.12, 0.30],
        [8, 0.12, 2.60, 0.16, 0.0],
        [15, 0.42, 1.10, 0.36, 0.0],
    ]
)
_PETALS = [(205, 28, 38), (250, 205, 20), (238, 110, 170), (96, 72, 214), (240, 240, 236)]
_DISCS = [(70, 62, 40), (214, 140, 20), (248, 226, 90), (244, 214, 70), (240, 176, 16)]
_GROUNDS = [(72, 128, 44), (134, 92, 58), (96, 158, 226)]  # foliage, soil, sky


def _tints(colours):
    """(Cb, Cr) per unit of luma of each sRGB colour: float32 [n, 2]."""
    rgb = np.float32(colours) / 255
    luma = rgb @ _LUMA
    cb, cr = (rgb[:, 2] - luma) / 1.772, (rgb[:, 0] - luma) / 1.402
    return np.stack([cb / luma, cr / luma], axis=1).astype(np.float32)


_PETAL_TINTS, _DISC_TINTS, _GROUND_TINTS = _tints(_PETALS), _tints(_DISCS), _tints(_GROUNDS)


@functools.lru_cache(maxsize=64)
def _weights(size, points):
    """Smoothstep interpolation from ``points`` knots to ``size`` pixels: float32 [size, points]."""
    place = (np.arange(size, dtype=np.float32) + 0.5) / size * (points - 1)
    left = np.minimum(place.astype(int), points - 2)
    t = place - left
    t = t * t * (3 - 2 * t)
    weights = np.zeros((size, points), np.float32)
    weights[np.arange(size), left] = 1 - t
    weights[np.arange(size), left + 1] += t
    return weights


class _Draws:
    """Uniform numbers in 0..1, a row per photo, handed out in a fixed order."""

    def __init__(self, indices):
        self.rows = np.stack(
            [np.random.default_rng([1021, int(i)]).random(1900, np.float32) for i in indices]
        )
        self.used = 0

    def take(self, count):
        self.used += count
        return self.rows[:, self.used - count : self.used]

    def between(self, low, high):
        return (low + (high - low) * self.take(1))[:, :, None]

    def noise(self, size, down, across):
        """Smooth noise in ±1 of ``down`` x ``across`` knots: [n, size, size]."""
        knots = self.take(down * across).reshape(-1, down, across) * 2 - 1
        return _weights(size, down) @ knots @ _weights(size, across).T


def _ground(draws, size, x, y):
    """Luma [n, S, S] and chroma per luma [n, S, S, 2] of sky, foliage and soil."""
    blades = draws.noise(size, 5, 30) * 0.55 + draws.noise(size, 7, 7) * 0.35
    grains = draws.noise(size, 34, 34) * 0.5 + draws.noise(size, 5, 5) * 0.15
    clouds = draws.noise(size, 4, 4) * 0.10 + (y - 0.5) * 0.25
    foliage = draws.between(0.24, 0.56) * (1 + blades * 0.7)
    soil = draws.between(0.24, 0.56) * (1 + grains * 0.7)
    sky = draws.between(0.42, 0.80) * (1 + clouds)
    edge = y - draws.between(0.2, 0.6) - draws.between(-0.25, 0.25) * (x - 0.5)
    edge = edge + draws.noise(size, 2, 9) * 0.03
    below = np.clip(edge * size / 2 + 0.5, 0, 1)
    scene = draws.between(0, 1)
    top_is_sky, low_is_soil = scene > 0.4, (scene > 0.2) & (scene < 0.65)
    upper = np.where(top_is_sky, sky, foliage)
    lower = np.where(low_is_soil, soil, foliage)
    luma = upper + (lower - upper) * below
    upper_tint = np.where(top_is_sky[..., None], _GROUND_TINTS[2], _GROUND_TINTS[0])
    lower_tint = np.where(low_is_soil[..., None], _GROUND_TINTS[1], _GROUND_TINTS[0])
    return luma, upper_tint + (lower_tint - upper_tint) * below[..., None]


def _plant(draws, luma, tint, size, x, y, number):
    """Paints one flower over ``luma`` and ``tint``, in place; later numbers are nearer, larger."""
    kind = np.minimum((draws.take(1)[:, 0] * len(_FORMS)).astype(int), len(_FORMS) - 1)
    petals, ring, tip, disc, stripes = (_FORMS[kind, i][:, None, None] for i in range(5))
    radius = draws.between(0.11, 0.17) * (1 + 0.28 * number)
    here = draws.between(0, 1) < (1.0 if number >= _FLOWERS - 2 else 0.6)
    dx, dy = x - draws.between(0.08, 0.92), y - draws.between(0.12, 0.92)
    lean, squash = draws.between(-0.25, 0.25), draws.between(1.0, 1.35)
    dy = (dy + lean * dx) * squash
    r = np.sqrt(dx * dx + dy * dy) / radius
    angle = np.arctan2(dy, dx) + draws.between(0, 6.2832)
    wave = np.abs(np.cos(angle * (petals / 2)))  # 1 along a petal, 0 between two
    outline = ring + (1 - ring) * wave**tip
    sharp = radius * size * 0.7
    cover = np.clip((outline - r) * sharp + 0.5, 0, 1) * here
    heart = np.clip((disc - r) * sharp + 0.5, 0, 1)

    base = draws.between(0.38, 0.78) * np.where(kind == 4, 1.12, 1.0)[:, None, None]
    petal = base * (0.72 + 0.26 * np.minimum(r, 1.2)) * (0.70 + 0.36 * wave)
    petal = petal * (1 - stripes * (np.cos(angle * petals * 3) > 0.2) * (r < 0.75))
    middle = draws.between(0.30, 0.72) * (1.1 - 0.45 * (r / disc) ** 2)
    shine = petal + (middle - petal) * heart
    shadow = 1 - 0.3 * here * np.clip(1.35 - r, 0, 1)
    luma *= shadow
    luma += (shine - luma) * cover

    vivid = draws.between(0.85, 1.05)[..., None]
    petal_tint = _PETAL_TINTS[kind][:, None, None, :] * vivid
    disc_tint = _DISC_TINTS[kind][:, None, None, :]
    flower = petal_tint + (disc_tint - petal_tint) * heart[..., None]
    tint += (flower - tint) * cover[..., None]


def _to_rgb(luma, tint):
    """RGB uint8 of exactly this luma; colour that does not fit is paled, not clipped."""
    luma = np.clip(luma, 0.03, 0.97)
    cb, cr = tint[..., 0] * luma, tint[..., 1] * luma
    offsets = np.stack([1.402 * cr, -0.344136 * cb - 0.714136 * cr, 1.772 * cb], axis=-1)
    room = np.where(offsets > 0, 1 - luma[..., None], luma[..., None])
    fit = (room / np.maximum(np.abs(offsets), 1e-6)).min(axis=-1, keepdims=True)
    rgb = luma[..., None] + offsets * np.minimum(fit, 1)
    return (rgb * 255 + 0.5).astype(np.uint8)


def _draw(indices, size):
    draws = _Draws(indices)
    place = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, y = place[None, None, :], place[None, :, None]
    luma, tint = _ground(draws, size, x, y)
    for number in range(_FLOWERS):
        _plant(draws, luma, tint, size, x, y, number)
    light = draws.between(0.82, 1.18) * (1 + draws.between(-0.3, 0.3) * (x - 0.5))
    return _to_rgb(luma * light, tint)


def garden(count: int, size: int, first: int = 0) -> np.ndarray:
    """Photos ``first`` … ``first + count - 1`` of the garden.

    Photo i depends on i alone: the same scene at every size, whichever photos are made with it.

    Args:
        count: how many photos.
        size: side in pixels.
        first: index of the first one.

    Returns:
        uint8 array of shape (count, size, size, 3), sRGB.

    Example:
        >>> garden(2, 64).shape
        (2, 64, 64, 3)
    """
    photos = np.empty((count, size, size, 3), np.uint8)
    for start in range(0, count, _CHUNK):
        stop = min(start + _CHUNK, count)
        photos[start:stop] = _draw(range(first + start, first + stop), size)
    return photos


def name(index: int) -> str:
    """The id of photo ``index``: ``garden-000123``."""
    return f"garden-{index:06d}"
