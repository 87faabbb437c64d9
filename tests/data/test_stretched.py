"""The photos and class names that evaluation takes: whole, in order, none skipped."""

import itertools

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.data import load_photos, open_source
from keras_colorizer.data.decoding import stretch, stretch_all
from keras_colorizer.data.sources.garden import garden
from keras_colorizer.data.sources.npz import write
from keras_colorizer.errors import UserError

LANCZOS = Image.Resampling.LANCZOS


def save(path, seed=0, size=(30, 20)):
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.fromarray(garden(1, 30, seed)[0]).resize(size).save(path)
    return path


def test_a_folders_photos_are_whole_and_in_order(folder):
    source = open_source(folder)
    found = list(source.stretched("all", 16))
    assert [i for i, _ in found] == source.ids("all")
    unreadable = {i for i, photo in found if photo is None}
    assert unreadable == {"a/truncated.jpg", "a/words.jpg"}
    for photo_id, photo in found:
        if photo_id not in unreadable:
            wanted = Image.open(folder / photo_id).convert("RGB").resize((16, 16), LANCZOS)
            assert photo.dtype == np.uint8
            np.testing.assert_array_equal(photo, wanted)


def test_a_file_that_went_away_is_unreadable(tmp_path):
    save(tmp_path / "a.png")
    gone = save(tmp_path / "b.png")
    save(tmp_path / "c.png")
    source = open_source(tmp_path)
    gone.unlink()
    assert [photo is None for _, photo in source.stretched("all", 8)] == [False, True, False]


def test_jpegs_are_decoded_at_full_size(tmp_path):
    path = save(tmp_path / "large.jpg", size=(640, 480))
    wanted = Image.open(path).convert("RGB").resize((24, 24), LANCZOS)
    np.testing.assert_array_equal(stretch(path.read_bytes(), 24), wanted)


def test_exif_orientation_and_transparency_are_honoured(tmp_path):
    upright = np.zeros((8, 16, 3), np.uint8)
    upright[:, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # stored upside down
    Image.fromarray(upright[::-1, ::-1].copy()).save(tmp_path / "a.png", exif=exif)
    Image.new("RGBA", (5, 9), (9, 9, 9, 0)).save(tmp_path / "b.png")
    photos = dict(open_source(tmp_path).stretched("all", 8))
    assert photos["a.png"][:, :3].min() > 200 and photos["a.png"][:, 5:].max() < 50
    assert (photos["b.png"] == 255).all()


def test_the_garden_is_drawn_at_the_size():
    found = list(open_source("synthetic").stretched("test", 12))
    assert [i for i, _ in found] == open_source("synthetic").ids("test")
    np.testing.assert_array_equal([photo for _, photo in found], garden(150, 12, 1320))


def test_an_archive_is_itself_at_its_size_and_by_lanczos_at_others(folder, tmp_path):
    write(tmp_path / "photos.npz", open_source(folder), 16)
    source, photos = open_source(tmp_path / "photos.npz"), load_photos(folder, "train", 16)
    same, half = (dict(source.stretched("train", size)) for size in (16, 8))
    assert list(same) == list(half) == photos.ids == source.ids("train")
    np.testing.assert_array_equal(list(same.values()), photos.images)
    wanted = Image.fromarray(photos.images[3]).resize((8, 8), LANCZOS)
    np.testing.assert_array_equal(half[photos.ids[3]], wanted)
    assert source.labels("train") is None


def test_few_photos_are_read_ahead():
    taken = itertools.count()
    photos = ((str(next(taken)), np.zeros((4, 4, 3), np.uint8)) for _ in range(1000))
    found = stretch_all(photos, 2)
    assert next(found)[0] == "0"
    found.close()
    assert next(taken) < 50


def test_errors_of_sizes_and_splits(folder):
    source = open_source(folder)
    with pytest.raises(UserError, match="size 0"):
        source.stretched("all", 0)
    with pytest.raises(UserError, match="unknown split 'tset'.*did you mean 'test'"):
        source.stretched("tset", 8)
    with pytest.raises(UserError, match="unknown split 'tset'"):
        open_source("synthetic").labels("tset")


def test_subfolders_are_classes(folder):
    source = open_source(folder)
    assert source.labels("all") == [i[0] for i in source.ids("all")]
    assert set(source.labels("all")) == {"a", "b"}
    assert len(source.labels("test")) == len(source.ids("test"))


def test_a_csv_file_tells_classes(tmp_path):
    for name in ("1.png", "2.png", "sub/3.png", "4.png"):
        save(tmp_path / name)
    source = open_source(tmp_path)
    assert source.labels("all") is None
    (tmp_path / "notes.csv").write_bytes(b"what,why\nna\xefve,\n")
    assert source.labels("all") is None
    table = "id,label,file\n0,0,1.png\n1,wild rose,sub/3.png\n2,,4.png\n3,7,none.png\n"
    (tmp_path / "labels.CSV").write_text(table, encoding="utf-8-sig")
    assert source.ids("all") == ["1.png", "2.png", "4.png", "sub/3.png"]
    assert source.labels("all") == ["0", "unlabelled", "unlabelled", "wild rose"]


def test_wrong_label_files_are_one_error(tmp_path):
    save(tmp_path / "1.png")
    (tmp_path / "a.csv").write_text("file,label\n1.png,0\n")
    (tmp_path / "b.csv").write_text("file, label\n1.png, 1\n")
    with pytest.raises(UserError, match="a.csv and b.csv both have columns file and label"):
        open_source(tmp_path).labels("all")
    (tmp_path / "a.csv").unlink()
    assert open_source(tmp_path).labels("all") == ["1"]
    (tmp_path / "b.csv").write_bytes(b"file,label\n1.png,na\xefve\n")
    with pytest.raises(UserError, match="b.csv: not a readable CSV file"):
        open_source(tmp_path).labels("all")


@pytest.mark.parametrize("name", ["synthetic", "folder", "three_splits", "archive"])
def test_a_sample_is_spread_evenly(name, folder, tfds_dir, tmp_path):
    place = {"folder": folder, "archive": tmp_path / "photos.npz"}.get(name, name)
    if name == "archive":
        write(place, open_source(folder), 20)
    source = open_source(place, tfds_dir)
    whole = [x for x in source.stretched("train", 16) if x[1] is not None]
    sample = source.sample("train", 16, 5)
    assert 4 <= len(sample) <= 5  # one may be broken
    truth, ids = dict(whole), source.ids("train")
    assert all(np.array_equal(photo, truth[photo_id]) for photo_id, photo in sample)
    places = [ids.index(photo_id) for photo_id, _ in sample]
    assert places == sorted(set(places)) and np.diff(places).min() >= (len(ids) - 1) // 4
    assert [x for x, _ in source.sample("train", 16, 10**6)] == [x for x, _ in whole]
