"""Which photos are scored, and which of them a model has seen."""

import hashlib

import numpy as np
import pytest
from PIL import Image
from skimage import data

from keras_colorizer.data import open_source
from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import photos


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos") / "mixed"
    for place, name in enumerate(["roses/a.png", "roses/b.jpg", "tulips/c.png"]):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data.chelsea()[:, place * 20 :]).save(path)
    (folder / "tulips" / "broken.jpg").write_bytes(b"\xff\xd8\xff no jpeg")
    return folder


def test_the_truth_is_pillows_lanczos_stretch_and_gray_its_convert(folder):
    found = photos.load(open_source(folder), "all", 48)
    assert found.ids == ["roses/a.png", "roses/b.jpg", "tulips/c.png"]
    photo = Image.open(folder / "roses/a.png").resize((48, 48), Image.Resampling.LANCZOS)
    assert (found.images[0] == np.asarray(photo)).all()
    gray = photos.gray_of(found.images)
    assert gray.shape == (3, 48, 48, 1) and gray.dtype == np.uint8
    assert (gray[0, :, :, 0] == np.asarray(photo.convert("L"))).all()


def test_an_unreadable_photo_is_set_apart(folder):
    found = photos.load(open_source(folder), "all", 16)
    assert found.excluded == ["tulips/broken.jpg"]
    assert len(found) == len(found.ids) == len(found.labels) == 3
    assert found.labels == ["roses", "roses", "tulips"]


def test_nothing_but_unreadable_photos_is_an_error(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no png")
    with pytest.raises(UserError, match="not one photo of split 'all' could be read"):
        photos.load(open_source(tmp_path), "all", 16)


def test_an_empty_split_is_an_error(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "one.png")
    source = open_source(tmp_path)
    empty = next(role for role in ("train", "validation", "test") if not source.ids(role))
    with pytest.raises(UserError, match=f"no photo in split '{empty}'; .* `split=all`"):
        photos.load(source, empty, 16)


def test_the_whole_split_is_read_in_its_order():
    source = open_source("synthetic")
    found = photos.load(source, "validation", 16)
    assert found.ids == source.ids("validation") and len(found) == 120
    assert not found.excluded and found.labels is None


def test_the_sheets_photos_are_the_same_whatever_else_there_is(folder):
    source = open_source("synthetic")
    few, many = (photos.load(source, split, 16) for split in ("test", "all"))
    chosen = {many.ids[i] for i in many.fixed(300)} & set(few.ids)
    assert {few.ids[i] for i in few.fixed(len(chosen))} == chosen
    assert few.fixed(1000) == list(range(len(few)))


def test_photos_that_a_card_counts_as_seen():
    def card(*ids):
        return {
            "data": {"id_hashes": " ".join(hashlib.sha256(i.encode()).hexdigest()[:8] for i in ids)}
        }

    assert photos.seen_ids(card("a", "b"), ["b", "c"]) == ["b"]
    assert photos.seen_ids(card("a"), ["b", "c"]) == []
    assert photos.seen_ids({}, ["b"]) is None


def test_some_photos_are_the_same_number_of_each_folder(folder):
    found = photos.load(open_source(folder), "all", 16).spread(2)
    assert found.ids == ["roses/a.png", "tulips/c.png"] and len(found.images) == 2
    mixed = photos.load(open_source([str(folder), "synthetic"]), "all", 16).spread(9)
    assert sum(i.startswith("mixed/") for i in mixed.ids) == 3
    assert sum(i.startswith("synthetic/") for i in mixed.ids) == 6
