"""Several sources in one run: names, weights, draws, caches."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from keras_colorizer import data
from keras_colorizer.data import mix
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
    assert [m["weight"] for m in mixed.members("train")] == [2.0, 1.0]


def test_sources_of_one_name_are_told_apart(tmp_path):
    paths = [folder_of(tmp_path / side / "photos", 20, 50) for side in ("x", "y")]
    mixed = data.open_source(paths)
    assert mixed.labels_of == ["photos", "photos-2"]
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


def test_photos_keep_their_place_when_their_shares_are_replaced(two):
    photos = data.load_photos(list(two), "validation", 16)
    assert len(dataclasses.replace(photos, shares=())) == sum(n for n, _ in photos.shares)
