"""Whole ordered pairs, exact gray, caches that are reused, batches that resume."""

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.data import (
    batch_arrays,
    load_photos,
    pairs,
    steps_per_epoch,
    training_batches,
)
from keras_colorizer.errors import UserError


def gathered(dataset):
    grays, rgbs = zip(*dataset.as_numpy_iterator(), strict=True)
    return np.concatenate(grays), np.concatenate(rgbs)


def test_pairs_are_the_whole_split_in_order():
    photos = load_photos("synthetic", "validation", 16)
    dataset = pairs("synthetic", "validation", size=16, batch=32)
    assert [rgb.shape[0] for _, rgb in dataset] == [32, 32, 32, 24]
    assert dataset.element_spec[0].shape.as_list() == [None, 16, 16, 1]
    for _ in range(2):
        _, rgb = gathered(dataset)
        np.testing.assert_array_equal(rgb, photos.images)


@pytest.mark.parametrize("fit", ["stretch", "crop"])
def test_gray_is_pillows(folder, fit):
    gray, rgb = gathered(pairs(folder, "all", size=24, batch=7, fit=fit))
    assert gray.dtype == rgb.dtype == np.uint8 and len(rgb) == 58
    for i in range(len(rgb)):
        np.testing.assert_array_equal(gray[i, ..., 0], Image.fromarray(rgb[i]).convert("L"))


def test_pairs_take_loaded_photos(small_photos):
    _, rgb = gathered(pairs(small_photos, "train", batch=10))
    np.testing.assert_array_equal(rgb, small_photos.images)


def test_resizing_is_antialiased(tmp_path):
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "stripes.png")
    photo = load_photos(tmp_path, "all", 8).images[0].astype(int)
    assert np.abs(photo - 127).max() <= 8


def test_a_cache_is_reused_and_equals_memory(folder, tmp_path, monkeypatch):
    wanted = load_photos(folder, "train", 16)
    first = load_photos(folder, "train", 16, cache=tmp_path / "cache")
    assert isinstance(first.images, np.memmap)
    from keras_colorizer.data.sources.folder import Folder

    monkeypatch.setattr(Folder, "photos", None)  # a second decoding would fail
    again = load_photos(folder, "train", 16, cache=tmp_path / "cache")
    for photos in (first, again):
        np.testing.assert_array_equal(photos.images, wanted.images)
        assert photos.ids == wanted.ids and photos.ids_sha256 == wanted.ids_sha256


def test_a_cache_of_something_else_or_half_a_cache_is_not_used(tmp_path):
    photos, cache = tmp_path / "photos", tmp_path / "cache"
    photos.mkdir()
    Image.new("RGB", (8, 8), (10, 20, 30)).save(photos / "a.png")
    assert load_photos(photos, "all", 8, cache=cache).images[0, 0, 0].tolist() == [10, 20, 30]
    Image.new("RGB", (9, 8), (70, 80, 90)).save(photos / "a.png")
    changed = np.array(load_photos(photos, "all", 8, cache=cache).images)
    assert changed[0, 0, 0].tolist() == [70, 80, 90]
    load_photos(photos, "all", 4, cache=cache)
    load_photos(photos, "all", 8, cache=cache, fit="crop")
    made = sorted(cache.iterdir())
    assert len(made) == 4
    for folder in made:
        (folder / "images.uint8").write_bytes(b"half")
    mended = load_photos(photos, "all", 8, cache=cache)
    np.testing.assert_array_equal(mended.images, changed)
    assert sorted(cache.iterdir()) == made


def test_a_cache_that_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot write the cache"):
        load_photos("synthetic", "validation", 8, cache=tmp_path / "file")


def indices(batches):
    return [batch[:, 0, 0, 0].tolist() for batch in batches]


@pytest.mark.parametrize("epoch_photos", [None, 10, 37, 100])
def test_batches_follow_passes_over_the_photos(small_photos, epoch_photos):
    epochs = 8
    batches = indices(batch_arrays(small_photos, 4, epoch_photos, 0, epochs, seed=5))
    per_epoch = epoch_photos or 37
    steps = steps_per_epoch(per_epoch, 4)
    assert len(batches) == epochs * steps
    for epoch in range(epochs):
        sizes = [len(b) for b in batches[epoch * steps : (epoch + 1) * steps]]
        assert sum(sizes) == per_epoch and set(sizes[:-1]) <= {4}
    order = [i for batch in batches for i in batch]
    passes = [order[start : start + 37] for start in range(0, len(order) - 36, 37)]
    assert all(sorted(p) == list(range(37)) for p in passes)
    assert len({tuple(p) for p in passes}) == len(passes)
    wanted = np.random.default_rng([5, 1]).permutation(37).tolist()
    assert passes[1] == wanted


@pytest.mark.parametrize("epoch_photos", [None, 10, 50])
def test_tensorflow_and_numpy_give_the_same_batches(small_photos, epoch_photos):
    options = (small_photos, 4, epoch_photos, 1, 4)
    dataset = training_batches(*options, seed=3)
    assert dataset.element_spec.shape.as_list() == [None, 8, 8, 3]
    arrays = list(batch_arrays(*options, seed=3))
    assert dataset.cardinality() == len(arrays)
    for tensor, array in zip(dataset.as_numpy_iterator(), arrays, strict=True):
        np.testing.assert_array_equal(tensor, array)


@pytest.mark.parametrize("make", [batch_arrays, training_batches])
def test_a_restart_equals_the_tail_of_the_whole_run(small_photos, make):
    def run(first, last):
        return indices(np.asarray(b) for b in make(small_photos, 4, 10, first, last, seed=3))

    assert run(0, 3) + run(3, 9) == run(0, 9)
    assert run(9, 9) == []


def test_seeds_differ_and_memory_maps_serve(small_photos, folder, tmp_path):
    one, two = (indices(batch_arrays(small_photos, 4, None, 0, 1, seed=s)) for s in (0, 1))
    assert one != two
    mapped = load_photos(folder, "train", 8, cache=tmp_path)
    assert next(batch_arrays(mapped, 5, None, 0, 1, seed=0)).shape == (5, 8, 8, 3)


def test_nonsense_is_refused(small_photos):
    for arguments in [(0, None, 0, 1), (4, -1, 0, 1), (4, None, 2, 1)]:
        with pytest.raises(ValueError, match="batch"):
            next(batch_arrays(small_photos, *arguments, seed=0))
