"""tfds sets: roles, ids, raw expressions, and a machine without network or data."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.data import load_photos, open_source
from keras_colorizer.data.sources import network
from keras_colorizer.data.sources.base import role_of
from keras_colorizer.data.sources.garden import garden
from keras_colorizer.errors import UserError


def test_named_splits_are_the_roles(tfds_dir):
    source = open_source("three_splits", tfds_dir)
    assert [len(source.ids(r)) for r in ("train", "validation", "test")] == [30, 7, 9]
    assert source.to_download() is None
    assert set(source.ids("validation")) == {f"validation-{i:03d}.png" for i in range(7)}


def test_oxford_trains_on_tfds_test(tfds_dir):
    # The real builder of this name asks for its own version, so the tiny set poses as it.
    source = open_source("three_splits", tfds_dir)
    source._builder.name = "oxford_flowers102"
    assert all(i.startswith("test-") for i in source.ids("train"))
    assert all(i.startswith("train-") for i in source.ids("test"))
    assert all(i.startswith("validation-") for i in source.ids("validation"))
    assert len(source.ids("all")) == 46


def test_a_set_that_lacks_a_split_is_pooled_by_hash(tfds_dir):
    source = open_source("one_split", tfds_dir)
    assert sorted(source.ids("all")) == sorted(f"train/{i}" for i in range(60))
    for role in ("train", "validation", "test"):
        assert all(role_of(i) == role for i in source.ids(role))


def test_ids_belong_to_their_photos(tfds_dir):
    """The photo named validation-003.png is the garden's, whichever shard it lies in."""
    for role in ("validation", "all"):
        photos = load_photos("three_splits", role, 24, data_dir=tfds_dir)
        for i in range(7):
            wanted = garden(1, 24, 10_000 + i)[0][:, 0]
            found = photos.images[photos.ids.index(f"validation-{i:03d}.png")]
            np.testing.assert_array_equal(found[:, 0], wanted)


def test_pooled_photos_are_the_same_in_their_role_and_in_all(tfds_dir):
    source = open_source("one_split", tfds_dir)
    everything = load_photos(source, "all", 16)
    part = load_photos(source, "test", 16)
    assert 0 < len(part) < 60
    for photo_id, photo in zip(part.ids, part.images, strict=True):
        np.testing.assert_array_equal(photo, everything.images[everything.ids.index(photo_id)])


def test_labels_are_class_names(tfds_dir):
    source = open_source("three_splits", tfds_dir)
    kinds = dict(zip(source.ids("all"), source.labels("all"), strict=True))
    assert len(kinds) == 46
    for photo_id, kind in kinds.items():
        number = int(photo_id.removesuffix(".png").rpartition("-")[2])
        assert kind == ("rose" if number % 3 else "unlabelled")
    assert source.labels("test") == [kinds[i] for i in source.ids("test")]
    assert open_source("one_split", tfds_dir).labels("test") is None


@pytest.mark.parametrize("name", ["three_splits", "one_split"])
@pytest.mark.parametrize("split", ["test", "all"])
def test_stretched_photos_are_the_files_by_lanczos(tfds_dir, name, split):
    source = open_source(name, tfds_dir)
    found = list(source.stretched(split, 10))
    assert [photo_id for photo_id, _ in found] == source.ids(split)
    for (_, photo), data in zip(found, source.encoded(split), strict=True):
        image = Image.open(io.BytesIO(data))
        np.testing.assert_array_equal(photo, image.resize((10, 10), Image.Resampling.LANCZOS))


def test_raw_expressions(tfds_dir):
    source = open_source("one_split", tfds_dir)
    first = source.ids("tfds:train[:50%]")
    second = source.ids("tfds:train[50%:]")
    assert len(first) == len(second) == 30
    assert first + second == source.ids("all")
    with pytest.raises(UserError, match="cannot read split 'valid'; it has train"):
        source.ids("tfds:valid")


def test_photos_are_resized_whole_or_cropped(tfds_dir):
    source = open_source("three_splits", tfds_dir)
    stretched, cropped = (load_photos(source, "test", 12, fit=f) for f in ("stretch", "crop"))
    assert stretched.images.shape == cropped.images.shape == (9, 12, 12, 3)
    assert (stretched.images != cropped.images).any()


def test_no_network_and_no_data_ends_soon_in_one_line(tmp_path):
    start = time.monotonic()
    source = open_source("oxford_flowers102", tmp_path)
    assert source.to_download() == "about 330 MB"
    assert "not prepared yet" in source.describe()
    with pytest.raises(UserError) as caught:
        load_photos(source, "train", 16)
    assert time.monotonic() - start < 30
    for part in ("oxford_flowers102", "`data=FOLDER`", "`data_dir=", "`data=synthetic`"):
        assert part in caught.value.message


def test_a_host_that_never_answers_is_given_up(monkeypatch):
    def never(*args, **kwargs):
        time.sleep(4)
        raise TimeoutError

    monkeypatch.setattr(network.urllib.request, "urlopen", never)
    start = time.monotonic()
    assert not network.answers("https://example.org", 0.2)
    assert time.monotonic() - start < 3


def test_a_set_without_photos_is_refused_before_any_download(tmp_path):
    with pytest.raises(UserError, match="no photos in this tfds set"):
        load_photos("imdb_reviews", "train", 16, data_dir=tmp_path)
