"""JPEG in the training step: what real JPEG files do."""

import io

import numpy as np
import pytest
import skimage.data
from keras import ops
from PIL import Image

from keras_colorizer.training.augmentation import jpeg


@pytest.fixture
def gray():
    """A real gray photo, uint8 (96, 96)."""
    photo = Image.fromarray(skimage.data.chelsea()[:300, 80:380]).convert("L")
    return np.asarray(photo.resize((96, 96), Image.Resampling.BOX))


def coded(gray, *qualities):
    """The photo (levels, H, W) at each quality, in levels, from the function under test."""
    batch = np.repeat(np.float32(gray)[None, ..., None] / 255, len(qualities), axis=0)
    quality = np.float32(qualities).reshape(-1, 1, 1, 1)
    seen = jpeg.quantised(ops.convert_to_tensor(batch), ops.convert_to_tensor(quality))
    return 255 * ops.convert_to_numpy(seen)[..., 0]


def filed(gray, quality):
    """The photo as Pillow's JPEG of it."""
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "JPEG", quality=quality)
    return np.float32(Image.open(file))


def borders_and_insides(levels):
    """Mean steps between neighbours across the borders of 8×8 blocks, and inside blocks."""
    across = np.abs(np.diff(levels, axis=1))
    border = np.arange(across.shape[1]) % 8 == 7
    return across[:, border].mean(), across[:, ~border].mean()


@pytest.mark.parametrize("quality", [10, 30, 49, 50, 75, 95, 100])
def test_agrees_with_a_real_jpeg_file(gray, quality):
    apart = np.abs(np.round(coded(gray, quality)[0]) - filed(gray, quality))
    # libjpeg rounds halves of a step the other way, and whole levels have many.
    assert apart.mean() < 0.5 and (apart <= 1).mean() > 0.9


def test_agrees_with_a_real_jpeg_file_of_odd_sides(gray):
    gray = gray[:43, :30]
    apart = np.abs(np.round(coded(gray, 30)[0]) - filed(gray, 30))
    assert apart.shape == (43, 30) and apart.mean() < 0.5 and (apart <= 1).mean() > 0.9


def test_each_photo_has_its_own_quality(gray):
    together = coded(gray, 30, 75, 95)
    for quality, seen in zip((30, 75, 95), together, strict=True):
        assert np.allclose(seen, coded(gray, quality)[0], atol=1e-3)


def test_better_quality_changes_less(gray):
    apart = np.abs(coded(gray, 10, 30, 60, 90, 100) - gray).mean((1, 2))
    assert (np.diff(apart) < 0).all() and apart[0] > 4 and apart[-1] < 0.4


@pytest.mark.parametrize("level", [0, 77, 255])
def test_flat_photos_stay_flat(level):
    seen = coded(np.full((16, 24), level), 30)
    assert np.ptp(seen) < 1e-3 and abs(seen.mean() - level) <= 2


def test_low_quality_shows_the_blocks():
    # A slope has equal steps everywhere until blocks are flattened.
    slope = np.broadcast_to(np.linspace(60, 90, 64), (64, 64))
    border, inside = borders_and_insides(coded(slope, 10)[0])
    assert border > 3 * inside
    border, inside = borders_and_insides(coded(slope, 100)[0])
    assert border < 1.5 * inside


def test_results_stay_in_range():
    noise = np.random.default_rng(0).choice([0, 255], size=(32, 32))
    seen = coded(noise, 10)
    assert seen.min() >= 0 and seen.max() <= 255
