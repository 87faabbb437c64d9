"""Perceptual hashes: which photos are one picture, whatever their names, sizes and files.

A hash has a bit for each of the 8 × 8 lowest frequencies of a photo's luma: whether its cosine
transform is above the median there (Zauner 2010, "Implementation and benchmarking of perceptual
image hash functions", section 3.2; his reduction to 32 × 32 changes low frequencies next to
nothing, so it is left out).
"""

import base64
import binascii
import functools
from typing import NamedTuple

import numpy as np
from scipy import fft

from keras_colorizer.color.merging import LUMA
from keras_colorizer.errors import UserError

# Bits of 64 in which the hashes of two copies of a photo differ at most. Of copies of 5,331 photos
# at 128 px these were within it: all halved ones, all of JPEG quality 75 and 30 and of AVIF quality
# 50, all gray or mirrored ones; 99.8 % of JPEG quality 10; 98 % of those that lack 1 % at every
# side, 87 % that lack 2 %, 16 % that lack 5 %. Beside 20,174 photos of other sets, 139 of 4,325
# were within it, every one the same picture; of 13 more within 8 bits 10 were others, and of 77
# more within 10 bits nearly all.
NEAR = 6
# In levels of 255: where half of the frequencies are weaker, noise decides, and there is no hash.
# White noise of 30 levels gives 0.17; of those 20,174 photos 15 are below.
FLATTEST = 0.2
_SIDE = 8
_PIXELS = 2**22  # in RAM as floats at a time


class Hashes(NamedTuple):
    """Hashes of N photos.

    Attributes:
        plain, mirrored: uint64 [N], of the photos as they are and left to right.
        telling: bool [N], whether there is enough in the photo to tell it by.
    """

    plain: np.ndarray
    mirrored: np.ndarray
    telling: np.ndarray


@functools.lru_cache(maxsize=8)
def _cosines(size):
    """The 8 lowest waves of the orthonormal DCT-II of ``size`` samples, float32 [8, size]."""
    return fft.dct(np.eye(size), norm="ortho", axis=0)[:_SIDE].astype(np.float32)


def _lowest(images):
    """The 8 × 8 lowest frequencies of each photo's luma in levels, float32 [N, 64]."""
    count, height, width = images.shape[:3]
    # Luma and the transform along rows are one matrix product.
    rows = (_cosines(width)[:, :, None] * np.float32(LUMA)).reshape(_SIDE, -1).T
    columns = _cosines(height) / np.sqrt(np.float32(height * width))
    found = np.empty((count, _SIDE, _SIDE), np.float32)
    chunk = max(1, _PIXELS // (height * width))
    for start in range(0, count, chunk):
        part = np.asarray(images[start : start + chunk])
        part = part.reshape(-1, 3 * width).astype(np.float32) @ rows
        found[start : start + chunk] = columns @ part.reshape(-1, height, _SIDE)
    return found.reshape(count, -1)


def _bits(lowest):
    above = lowest > np.median(lowest[:, 1:], axis=1, keepdims=True)
    above[:, 0] = False  # of the mean level
    return np.ascontiguousarray(np.packbits(above, axis=1)).view(">u8")[:, 0].astype(np.uint64)


def hashes(images) -> Hashes:
    """Perceptual hashes of photos, some 10,000 a second at 128 px.

    Args:
        images: uint8 RGB [N, H, W, 3], an array, a memory map or `photos.Joined`. Photos below
            8 pixels a side are not told apart.
    """
    count, height, width = images.shape[:3]
    if not count or min(height, width) < _SIDE:
        empty = np.zeros(count, np.uint64)
        return Hashes(empty, empty, np.zeros(count, bool))
    lowest = _lowest(images)
    turned = lowest * np.tile(np.float32([1, -1]), _SIDE * _SIDE // 2)  # odd waves change sign
    telling = np.median(np.abs(lowest[:, 1:]), axis=1) >= FLATTEST
    return Hashes(_bits(lowest), _bits(turned), telling)


def near(photos: Hashes, known: np.ndarray, most: int = NEAR) -> np.ndarray:
    """For each of N photos the place in ``known`` of one that it is a copy of, else -1.

    Args:
        photos: their hashes. A photo that is too flat to tell is no copy.
        known: uint64 [M], plain hashes of telling photos.
        most: bits that may differ.

    Returns:
        int64 [N]. 1,000 photos beside 80,000 take about a second.
    """
    found = np.full(len(photos.plain), -1)
    if not len(known):
        return found
    telling = np.flatnonzero(photos.telling)
    rows = max(1, _PIXELS // len(known))
    for start in range(0, len(telling), rows):
        places = telling[start : start + rows]
        for own in (photos.plain, photos.mirrored):
            bits = np.bitwise_count(own[places, None] ^ known)
            closest = bits.argmin(axis=1)
            match = bits[np.arange(len(places)), closest] <= most
            found[places[match]] = closest[match]
    return found


def pack(plain: np.ndarray) -> str:
    """Hashes as text for a card: sorted, each once, 8 little-endian bytes each, in base64.

    Eleven characters a photo; hexadecimal digits would be sixteen.
    """
    return base64.b64encode(np.unique(plain).astype("<u8").tobytes()).decode("ascii")


def unpack(text: str) -> np.ndarray:
    """What ``pack`` wrote, uint64 [M].

    Raises:
        UserError: the text is damaged.
    """
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), "<u8").astype(np.uint64)
    except (TypeError, ValueError, binascii.Error) as error:
        raise UserError(f"damaged hashes of photos ({error}); restore or export it again") from None
