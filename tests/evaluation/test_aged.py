"""Aged copies: the same for everybody, the photo's chroma on another luma, borders without any."""

import numpy as np
import pytest
from skimage import data

from keras_colorizer.color import merging
from keras_colorizer.evaluation import aged, photos
from keras_colorizer.training.augmentation import ageing

STRENGTH = 1.0


@pytest.fixture(scope="module")
def test():
    cat = data.chelsea()[:256:4, 100:356:4]
    ids = [f"cats/{i}.png" for i in range(12)]
    return photos.TestPhotos(np.stack([cat] * 12), ids, None, [], "cats", "all", "none")


@pytest.fixture(scope="module")
def copies(test):
    return aged.copies(test, STRENGTH)


def test_they_are_the_same_for_everybody(copies):
    # Mean levels of the gray copies; also so on torch. Another ageing makes earlier results of
    # --aged incomparable: say so in CHANGELOG.md when these change.
    means = photos.gray_of(copies.images).mean(axis=(1, 2, 3))
    expected = [89.8, 90.6, 77.8, 113.8, 85.9, 108.1, 115.8, 64.5, 95.9, 24.8, 92.6, 54.8]
    assert means == pytest.approx(expected, abs=0.3)


def test_they_depend_on_the_id_alone(test, copies):
    places = [7, 2]
    few = photos.TestPhotos(
        test.images[places], ["x", "y"], None, [], "other", "test", "none",
        [test.ids[i] for i in places],
    )  # fmt: skip
    assert np.array_equal(aged.copies(few, STRENGTH).images, copies.images[places])
    assert len(np.unique(copies.images.reshape(12, -1), axis=0)) == 12


def test_only_the_pictures_change(test, copies):
    assert copies.aged == STRENGTH and test.aged == 0.0
    assert copies.images.shape == test.images.shape and copies.images.dtype == np.uint8
    assert copies.ids_sha256 == test.ids_sha256 and copies.name == test.name
    assert np.array_equal(test.images[0], test.images[-1])


def test_chroma_is_the_photos_where_the_aged_luma_leaves_room(test, copies):
    gray = photos.gray_of(copies.images)[..., 0].astype(int)
    moved = np.abs(gray - photos.gray_of(test.images)[..., 0])
    assert moved.mean() > 5
    before, after = merging.chroma(test.images), merging.chroma(copies.images)
    kept = np.abs(after - before).max(axis=-1) < 0.01
    assert kept.mean() > 0.6
    # Elsewhere it is paler, and never of another hue.
    cross = before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0]
    sizes = np.linalg.norm(before, axis=-1), np.linalg.norm(after, axis=-1)
    assert (np.abs(cross) < 0.02 * sizes[0] + 0.002).all() and (sizes[1] < sizes[0] + 0.01).all()


def test_borders_have_no_chroma(test, monkeypatch):
    monkeypatch.setattr(ageing, "FRAMES", 10.0)
    vivid = np.full_like(test.images, (200, 40, 40))
    found = [aged.aged(rgb, 1.0, seed) for seed, rgb in enumerate(vivid)]
    chroma = np.linalg.norm(merging.chroma(np.stack(found)), axis=-1)
    bare = [np.mean(c < 0.01) for c in chroma]
    assert min(bare) > 0.01 and chroma[:, 28:36, 28:36].min() > 0.03


def test_strength_0_is_the_photo(test):
    apart = aged.aged(test.images[0], 0.0, 0).astype(int) - test.images[0]
    assert np.abs(apart).max() <= 2  # merged anew from luma and chroma of whole levels
