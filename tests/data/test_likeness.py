"""Perceptual hashes: copies are near, other photos far, flat ones unlike any."""

import io

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageOps

from keras_colorizer.data import garden, likeness
from keras_colorizer.data.photos import Joined
from keras_colorizer.errors import UserError

NAMES = ["astronaut", "chelsea", "coffee", "rocket", "camera", "immunohistochemistry"]


def photo(name):
    return Image.fromarray(getattr(skimage.data, name)()).convert("RGB")


def square(image, size=128, resample=Image.Resampling.LANCZOS):
    return np.asarray(image.resize((size, size), resample))


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return Image.open(file).convert("RGB")


def cropped(image, share):
    width, height = image.size
    x, y = round(width * share), round(height * share)
    return image.crop((x, y, width - x, height - y))


@pytest.fixture(scope="module")
def known():
    return likeness.hashes(np.stack([square(photo(name)) for name in NAMES])).plain


COPIES = {
    "another size": lambda p: square(p, 96),
    "a small size": lambda p: square(p, 32),
    "another filter": lambda p: square(p, 128, Image.Resampling.BILINEAR),
    "JPEG": lambda p: square(encoded(p, "JPEG", quality=30)),
    "AVIF": lambda p: square(encoded(p, "AVIF", quality=40)),
    "gray": lambda p: square(p.convert("L").convert("RGB")),
    "mirrored": lambda p: square(ImageOps.mirror(p)),
    "1 % less at every side": lambda p: square(cropped(p, 0.01)),
    "mirrored, less and JPEG": lambda p: square(
        encoded(cropped(ImageOps.mirror(p), 0.01), "JPEG", quality=60)
    ),
}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_a_copy_is_found(known, change):
    copies = np.stack([change(photo(name)) for name in NAMES])
    assert likeness.near(likeness.hashes(copies), known).tolist() == list(range(len(NAMES)))


def test_other_photos_are_far(known):
    for place, name in enumerate(NAMES):
        others = np.delete(known, place)
        hashes = likeness.hashes(square(photo(name))[None])
        assert likeness.near(hashes, others, most=12) == [-1]
    scenes = likeness.hashes(garden(300, 32))
    later = likeness.hashes(garden(100, 32, 300))
    assert (likeness.near(later, scenes.plain) == -1).all()


def test_photos_of_nearly_one_tone_are_unlike_any():
    draw = np.random.default_rng(0)
    y, x = np.mgrid[:64, :64] / 63
    tones = [np.full((64, 64), 90.0), np.full((64, 64), 91.0), 60 + 120 * y, 60 + 120 * (x + y) / 2]
    tones += [draw.normal(120, 3, (64, 64)) for _ in range(3)]
    flat = np.repeat(np.stack(tones)[..., None], 3, axis=-1).round().astype(np.uint8)
    hashes = likeness.hashes(flat)
    assert not hashes.telling.any()
    assert (likeness.near(hashes, hashes.plain) == -1).all()


def test_arrays_of_any_shape_and_kind():
    photos = garden(9, 32)
    whole = likeness.hashes(photos)
    joined = likeness.hashes(Joined([photos[:4], photos[4:]]))
    assert np.array_equal(whole.plain, joined.plain)
    wide = likeness.hashes(photos.repeat(2, axis=2))
    assert (likeness.near(wide, whole.plain) == np.arange(9)).all()
    for tiny in (photos[:0], photos[:, :4, :4]):
        assert not likeness.hashes(tiny).telling.any()
    assert likeness.near(whole, np.zeros(0, np.uint64)).tolist() == [-1] * 9


def test_hashes_travel_as_text():
    plain = np.array([2**63 + 5, 7, 2**63 + 5], np.uint64)
    text = likeness.pack(plain)
    assert likeness.unpack(text).tolist() == [7, 2**63 + 5]
    assert likeness.unpack(likeness.pack(plain[:0])).tolist() == []
    for damaged in ("not base64!", text[:-4], 7):
        with pytest.raises(UserError, match="damaged"):
            likeness.unpack(damaged)


def test_a_thousand_photos_beside_eighty_thousand_take_seconds():
    draw = np.random.default_rng(1)
    known = draw.integers(0, 2**63, 80_000, dtype=np.uint64)
    wanted = draw.integers(0, 80_000, 1000)
    hashes = likeness.Hashes(known[wanted] ^ np.uint64(0b111), known[:1000] * 0, wanted >= 0)
    assert np.array_equal(likeness.near(hashes, known), wanted)
