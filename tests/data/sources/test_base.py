"""Names become sources; roles are disjoint and stay; mistakes end in one clear line."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.data import load_photos, open_source
from keras_colorizer.data.sources.base import ROLES, role_of
from keras_colorizer.errors import UserError


def roles_of(source):
    return {photo_id: role for role in ROLES for photo_id in source.ids(role)}


@pytest.mark.parametrize("name", ["synthetic", "folder", "three_splits", "one_split"])
def test_roles_are_disjoint_and_all_is_their_union(name, folder, tfds_dir):
    source = open_source(folder if name == "folder" else name, tfds_dir)
    everything = source.ids("all")
    parts = [source.ids(role) for role in ROLES]
    assert all(parts)
    assert len(set(everything)) == len(everything) == sum(map(len, parts))
    assert set().union(*parts) == set(everything)


def test_a_hash_splits_80_10_10():
    counts = dict.fromkeys(ROLES, 0)
    for i in range(5000):
        counts[role_of(f"some/photo-{i}.jpg")] += 1
    shares = [counts[role] / 5000 for role in ROLES]
    np.testing.assert_allclose(shares, [0.8, 0.1, 0.1], atol=0.02)


def test_adding_photos_to_a_folder_moves_none(folder, tmp_path):
    grown = tmp_path / "grown"
    shutil.copytree(folder, grown)
    before = roles_of(open_source(grown))
    for i in range(40):
        Image.new("RGB", (4, 4)).save(grown / f"new-{i}.png")
    after = roles_of(open_source(grown))
    assert len(after) == len(before) + 40
    assert before.items() <= after.items()


def test_a_folder_is_read_recursively_without_hidden_files(folder):
    ids = open_source(folder).ids("all")
    assert len(ids) == 60
    assert "b/c/000.PNG" in ids and not any("hidden" in i or "notes" in i for i in ids)


def test_unreadable_files_are_skipped_and_listed_once(folder, caplog):
    source = open_source(folder)
    photos = load_photos(source, "all", 16)
    load_photos(source, "all", 16)
    assert len(photos) == len(photos.ids) == 58
    assert not {"a/truncated.jpg", "a/words.jpg"} & set(photos.ids)
    said = caplog.text
    assert said.count("2 unreadable files skipped") == 1
    assert said.count("a/truncated.jpg") == said.count("a/words.jpg") == 1


def test_a_folder_of_unreadable_files_is_one_error(tmp_path):
    (tmp_path / "a.jpg").write_text("no")
    with pytest.raises(UserError, match="not one photo of split 'all' could be read"):
        load_photos(tmp_path, "all", 16)


def test_an_empty_role_is_one_error(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "only.png")
    empty = next(role for role in ROLES if role != role_of("only.png"))
    with pytest.raises(UserError, match=f"no photo in split '{empty}'.*add photos"):
        load_photos(tmp_path, empty, 16)


def test_errors_of_names(tmp_path, tfds_dir):
    (tmp_path / "notes.txt").write_text("no photo")
    for name, message in [
        (tmp_path, "no image files in it or below"),
        (tmp_path / "none", "no such folder"),
        ("./none", "no such folder"),
        (tmp_path / "notes.txt", "a file; `data` takes a folder"),
        (tmp_path / "none.npz", "no such file"),
        ("oxford_flower102", "did you mean 'oxford_flowers102'"),
        ("my/photos", "neither a folder here"),
        ("imagenette/12px", "imagenette/12px: tfds cannot open it"),
    ]:
        with pytest.raises(UserError, match=message) as caught:
            open_source(name, tfds_dir)
        assert "\n" not in caught.value.message


def test_errors_of_splits(folder):
    with pytest.raises(UserError, match="unknown split 'trian'.*did you mean 'train'"):
        open_source("synthetic").ids("trian")
    with pytest.raises(UserError, match="needs a tfds data set"):
        open_source(folder).ids("tfds:train")
    with pytest.raises(UserError, match="size 0"):
        load_photos("synthetic", "test", 0)
    with pytest.raises(UserError, match="unknown fit 'streched'"):
        load_photos("synthetic", "test", 8, fit="streched")


def test_descriptions_name_counts_and_licence(folder):
    text = open_source("synthetic").describe()
    assert "train 1200, validation 120, test 150" in text and "Apache-2.0" in text
    assert "licence: unknown" in open_source(folder).describe()
    assert str(folder.parent) not in open_source(folder).describe()


def test_the_package_and_the_garden_need_no_tensorflow():
    code = (
        "import sys\n"
        "from keras_colorizer.data import load_photos, open_source, batch_arrays, mean_chroma\n"
        "photos = load_photos('synthetic', 'validation', 16)\n"
        "next(batch_arrays(photos, 4, None, 0, 1, 0))\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
