"""Several sources in one run: names, weights, draws, caches."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_colorizer import data
from keras_colorizer.data import mix, pipeline
from keras_colorizer.data.photos import Joined
from keras_colorizer.errors import UserError


def folder_of(path, count, level):
    for i in range(count):
        file = path / f"{'ab'[i % 2]}/{i:03d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 16), (level, i, 255 - level)).save(file)
    return str(path)


@pytest.fixture
def two(tmp_path):
    return folder_of(tmp_path / "one", 40, 10), folder_of(tmp_path / "two", 90, 200)


@pytest.mark.parametrize(
    "text, name, weight",
    [("photos", "photos", 1.0), ("a=2", "a", 2.0), ("a=b=.5", "a=b", 0.5), ("a=b", "a=b", 1.0)],
)
def test_what_follows_the_last_equals_sign_is_a_weight_if_it_is_a_number(text, name, weight):
    assert mix.parse(text) == (name, weight)


@pytest.mark.parametrize("text", ["a=0", "a=-1", "a=inf", "a=nan", "=2"])
def test_weights_that_are_none_are_refused(text):
    with pytest.raises(UserError, match="weight above 0"):
        mix.parse(text)


def test_each_source_keeps_its_ids_roles_and_licence(two):
    mixed = data.open_source([f"{two[0]}=2", two[1]])
    for role in ("train", "validation", "test", "all"):
        parts = [[f"{n}/{i}" for i in data.open_source(path).ids(role)] for n, path in
                 zip(("one", "two"), two, strict=True)]  # fmt: skip
        assert mixed.ids(role) == parts[0] + parts[1]
    assert mixed.licence == "one: unknown; two: unknown"
    told = mix.members(mixed, mixed.ids("train"))
    assert [(m["name"], m["weight"], m["licence"]) for m in told] == [
        ("one", 2.0, "unknown"), ("two", 1.0, "unknown"),
    ]  # fmt: skip
    assert [m["photos"] for m in told] == [len(data.open_source(p).ids("train")) for p in two]


def test_sources_of_one_name_are_told_apart(tmp_path):
    paths = [folder_of(tmp_path / side / "photos", 20, 50) for side in ("x", "y")]
    mixed = data.open_source(paths)
    assert mixed.names == ["photos", "photos-2"]
    assert len(set(mixed.ids("all"))) == 40


def test_a_source_named_twice_is_refused(two):
    with pytest.raises(UserError, match="named twice"):
        data.open_source([two[0], f"{two[0]}=2"])


@pytest.mark.parametrize("weights", [(1.0, 2.0), (1.0, 1.0), (3.0, 0.1)])
def test_shares_follow_weights_whatever_the_sizes(weights):
    draw = mix.Draw(tuple(zip((10, 500), weights, strict=True)), seed=3)
    places = draw(0, 20 * mix.BLOCK)
    share = np.mean(places >= 10)
    assert share == pytest.approx(weights[1] / sum(weights), abs=0.001)
    # Every pass over a source holds each of its photos once.
    first = [p for p in places if p < 10]
    assert all(sorted(first[i : i + 10]) == list(range(10)) for i in range(0, len(first) - 9, 10))


def test_draws_depend_on_seed_and_position_alone():
    draw = mix.Draw(((7, 1.0), (0, 5.0), (30, 0.3)), seed=1)
    whole = draw(0, 1500)
    for start, stop in [(0, 1), (255, 257), (300, 812), (1000, 1500)]:
        assert np.array_equal(draw(start, stop), whole[start:stop])
    assert whole.max() == 36
    assert not np.array_equal(whole, mix.Draw(draw.shares, seed=2)(0, 1500))


@pytest.mark.parametrize("cached", [False, True])
def test_a_mix_is_loaded_and_drawn_from(two, tmp_path, cached):
    options = {"cache": tmp_path / "cache"} if cached else {}
    photos = data.load_photos([two[0], f"{two[1]}=4"], "train", 16, **options)
    assert [n for n, _ in photos.shares] == [len(data.open_source(p).ids("train")) for p in two]
    batches = np.concatenate(list(data.batch_arrays(photos, 32, 320, 0, 2, seed=0)))
    assert len(batches) == 640
    assert np.mean(batches[:, 0, 0, 0] == 200) == pytest.approx(0.8, abs=0.01)
    again = list(data.batch_arrays(photos, 32, 320, 1, 2, seed=0))
    assert np.array_equal(np.concatenate(again), batches[320:])


def test_a_plain_source_is_drawn_as_ever(two):
    photos = data.load_photos(two[1], "train", 16)
    assert photos.shares == ()
    one = next(data.batch_arrays(photos, 8, None, 0, 1, seed=5))
    order = np.random.default_rng([5, 0]).permutation(len(photos))[:8]
    assert np.array_equal(one, photos.images[order])


def test_a_cap_keeps_the_same_photos_of_each_folder(two):
    whole = data.open_source(two[1])
    capped = data.open_source(two[1], cap=7)
    train = capped.ids("train")
    assert sorted({i[0] for i in train}) == ["a", "b"]
    assert all(sum(i.startswith(f) for i in train) == 7 for f in "ab")
    assert set(train) <= set(whole.ids("train"))
    assert capped.ids("test") == whole.ids("test")
    more = data.open_source(two[1], cap=8).ids("train")
    assert set(train) <= set(more)


def test_folders_may_state_their_licences(two):
    file = Path(two[0]) / "licences.csv"
    file.write_text("folder,licence,origin\na, CC0 ,\n.,CC BY 4.0,me\n", "utf-8")
    source = data.open_source(two[0])
    assert source.licence == "2 licences, by folder"
    ids = ["a/000.png", "a/002.png", "b/001.png", "top.png"]
    assert mix.members(source, ids)[0]["folders"] == [
        {"folder": ".", "photos": 1, "licence": "CC BY 4.0", "origin": "me"},
        {"folder": "a", "photos": 2, "licence": "CC0"},
        {"folder": "b", "photos": 1, "licence": "unknown"},
    ]
    mixed = data.open_source(list(two))
    assert mixed.licence == "one: 2 licences, by folder; two: unknown"
    told = mix.members(mixed, [f"one/{i}" for i in ids] + ["two/a/000.png"])
    assert [len(m.get("folders", [])) for m in told] == [3, 0]
    file.write_text("folder,licence\n.,CC0\n", "utf-8")
    assert data.open_source(two[0]).licence == "CC0"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"folder,license\na,CC0\n", "needs a folder and its licence"),
        (b"folder,licence\na,CC0\na/,CC0\n", "folder a stands there twice"),
        (b"folder,licence\n\xff,CC0\n", "cannot be read as CSV"),
    ],
)
def test_a_licence_file_that_is_none_is_one_clear_error(two, text, told):
    (Path(two[0]) / "licences.csv").write_bytes(text)
    with pytest.raises(UserError, match=f"licences.csv: .*{told}"):
        data.open_source(two[0])


def test_a_photos_own_id_is_that_in_its_source(tmp_path):
    (tmp_path / "x").mkdir()
    paths = [folder_of(tmp_path / side / "photos", 6, 50) for side in "xy"]
    mixed = data.open_source(paths)
    assert mixed.own_id("photos-2/a/000.png") == "a/000.png"
    assert data.open_source(paths[0]).own_id("a/000.png") == "a/000.png"


def test_a_source_keeps_its_array_and_its_cache_in_every_mix(two, tmp_path):
    cache = tmp_path / "cache"
    alone = data.load_photos(two[0], "train", 16, cache=cache)
    mixed = data.load_photos(list(two), "train", 16, cache=cache)
    assert len(list(cache.iterdir())) == 2
    assert [type(part) for part in mixed.images.parts] == [np.memmap, np.memmap]
    assert np.array_equal(mixed.images[: len(alone)], alone.images)
    assert mixed.ids[: len(alone)] == [f"one/{i}" for i in alone.ids]


def test_joined_photos_are_indexed_as_one_array():
    parts = [np.arange(12 * n, dtype=np.uint8).reshape(n, 2, 2, 3) + n for n in (3, 1, 4)]
    joined, whole = Joined(parts), np.concatenate(parts)
    assert joined.shape == whole.shape and len(joined) == 8 and joined.dtype == np.uint8
    for key in (0, 3, -1, slice(2, 6), slice(None), np.array([7, 0, 3, 3]), whole[:, 0, 0, 0] > 9,
                np.array([], int)):  # fmt: skip
        assert np.array_equal(joined[key], whole[key])
    with pytest.raises(IndexError):
        joined[8]


def test_a_mix_too_large_for_memory_asks_for_a_cache(two, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "MOST_BYTES", 16 * 16 * 3 * 50)
    with pytest.raises(UserError, match=r"one \+ two: \d+ photos at 16 px take .*`cache=FOLDER`"):
        data.load_photos(list(two), "train", 16)
    assert len(data.load_photos(list(two), "train", 16, cache=tmp_path / "cache")) > 50
    assert len(data.load_photos(two[1], "train", 16)) > 50  # one source: as ever


def test_a_source_without_photos_of_a_role_has_no_share_of_it(two, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    Image.new("RGB", (8, 8)).save(few / "a.png")
    (role,) = (r for r in ("train", "validation", "test") if data.open_source(few).ids(r))
    other = next(r for r in ("train", "validation", "test") if r != role)
    photos = data.load_photos([str(few), two[0]], other, 8)
    assert photos.shares[0] == (0, 1.0) and photos.shares[1][0] == len(photos)
    assert next(data.batch_arrays(photos, 2, None, 0, 1, seed=0)).shape == (2, 8, 8, 3)
    with pytest.raises(UserError, match="no photo in split"):
        data.load_photos([str(few), str(few) + "/"], other, 8)


def test_tensorflow_and_numpy_draw_alike_from_a_mix(two):
    photos = data.load_photos([two[0], f"{two[1]}=3"], "train", 8)
    others = data.load_photos("synthetic", "validation", 8)
    order = (photos, 16, 40, 1, 3, 7, others, 3)
    arrays = list(data.batch_arrays(*order))
    assert [len(a) for a in arrays] == [19, 19, 11] * 2
    for tensor, array in zip(data.training_batches(*order).as_numpy_iterator(), arrays,
                             strict=True):  # fmt: skip
        assert np.array_equal(tensor, array)


def test_a_folder_is_the_first_of_the_path_and_in_a_mix_the_sources_too():
    ids = ["a/b/c.jpg", "a/d.jpg", "e.jpg"]
    assert mix.folders_of(ids, is_mix=False) == ["a", "a", ""]
    assert mix.folders_of([f"one/{i}" for i in ids], is_mix=True) == ["one/a", "one/a", "one"]


@pytest.mark.parametrize(("count", "each"), [(9, (2, 3, 4)), (6, (2, 2, 2)), (None, (2, 10, 50))])
def test_photos_are_drawn_evenly_over_folders(count, each):
    folders = ["x"] * 50 + ["y"] * 2 + ["z"] * 10
    places = mix.spread(folders, count)
    assert list(places) == sorted(set(places)) and len(places) == (count or 62)
    found = [sum(folders[place] == folder for place in places) for folder in "yzx"]
    assert tuple(found) == each or (count == 9 and found[0] == 2 and sum(found) == 9)
    of_x = [place for place in places if folders[place] == "x"]
    assert of_x[0] == 0 and of_x[-1] == 49  # from one end of the folder to the other
