"""The list of training photos is well formed, and what it names can be rebuilt."""

import csv
import re
import subprocess

import numpy as np
import pytest
from click.testing import CliRunner
from photos import rebuild
from PIL import Image

from keras_colorizer.data import open_source

EXCLUDED = {
    "EliSchwartz/imagenet-sample-images",
    "imazen/codec-corpus",
    "ZhengyuZhao/PerC-Adversarial",
}
BLUE = (20, 40, 200)


def git(*arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def tiny(tmp_path):
    """Makes a repository of four pictures below a folder of checkouts, and returns its commit."""
    place = tmp_path / "checkouts" / "owner" / "tiny"
    (place / "a folder").mkdir(parents=True)
    Image.new("RGB", (900, 300), BLUE).save(place / "a folder" / "wide é.png")
    Image.new("RGB", (250, 250), BLUE).save(place / "face.png")
    Image.new("RGB", (100, 100), BLUE).save(place / "small.png")
    (place / "broken.jpg").write_bytes(b"no picture")
    git("init", "-q", place)
    git("-C", place, "add", ".")
    git("-C", place, "commit", "-q", "-m", "pictures")
    return git("-C", place, "rev-parse", "HEAD")


def run(tmp_path, rows, *more):
    listed = tmp_path / "list.csv"
    with listed.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rebuild.Row._fields, *rows])
    places = ["--checkouts", tmp_path / "checkouts", "--out", tmp_path / "out", "--list", listed]
    return CliRunner().invoke(rebuild.main, [*map(str, places), "--workers", "2", *more])


def row(commit, path, folder="things", repository="owner/tiny"):
    return rebuild.Row(folder, repository, commit, path, "CC0")


def test_the_list_is_well_formed():
    rows = rebuild.read_list()
    assert len(rows) > 30_000
    assert len({row.name for row in rows}) == len(rows)
    assert all(all(row) for row in rows)
    assert all(re.fullmatch(r"[\w.-]+", folder) for folder in {row.folder for row in rows})
    for repository, commit in rebuild.by_commit(rows):
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", repository)
        assert re.fullmatch(r"[0-9a-f]{40}", commit)
    assert not any("\n" in row.path or row.path.startswith("/") for row in rows)
    assert rebuild.LIST.stat().st_size < 1_500_000


def test_a_folder_comes_from_one_repository_and_states_one_licence():
    rows = rebuild.read_list()
    origins = {(row.folder, row.repository, row.commit, row.licence) for row in rows}
    assert len(origins) == len({row.folder for row in rows})


def test_nothing_that_is_excluded_is_listed():
    repositories = {row.repository for row in rebuild.read_list()}
    assert not repositories & EXCLUDED
    assert not [r for r in repositories if re.search("oxford|flowers.?102|kodak", r, re.I)]


def test_the_readme_counts_what_the_list_holds():
    text = (rebuild.LIST.parent / "README.md").read_text(encoding="utf-8")
    rows = rebuild.read_list()
    folders = [row.folder for row in rows]
    assert f"{len(rows):,} photos in {len(set(folders))} folders" in text
    for folder in set(folders):
        assert f"\n| {folder} | {folders.count(folder):,} |" in text


def test_photos_are_rebuilt(tmp_path, tiny):
    wide, face = row(tiny, "a folder/wide é.png"), row(tiny, "face.png", "lfw-faces")
    car = row(tiny, "face.png", "stanford-cars")
    result = run(tmp_path, [wide, face, car])
    assert result.exit_code == 0, result.output
    assert "3 of 3 photos" in result.output
    sizes = {}
    for one in (wide, face, car):
        with Image.open(tmp_path / "out" / one.name) as photo:
            sizes[one.folder] = photo.size
            pixel = np.asarray(photo, int)[50, 50]
        expected = BLUE[::-1] if one is car else BLUE
        assert abs(pixel - expected).max() < 6
    assert sizes == {"things": (410, 256), "lfw-faces": (170, 170), "stanford-cars": (250, 250)}
    assert len(list((tmp_path / "out").rglob("*"))) == 7  # folders, photos and their licences
    stated = open_source(tmp_path / "out").licences
    assert set(stated) == set(sizes) and stated["things"]["origin"] == wide.repository
    assert stated["things"]["licence"] == wide.licence


def test_a_bare_checkout_will_do_and_what_stands_is_left_alone(tmp_path, tiny):
    place = tmp_path / "checkouts" / "owner" / "tiny"
    git("clone", "-q", "--bare", place, tmp_path / "bare" / "owner+tiny")
    one = row(tiny, "face.png")
    (tmp_path / "out" / one.folder).mkdir(parents=True)
    (tmp_path / "out" / one.name).write_text("mine")
    result = run(
        tmp_path, [one, row(tiny, "a folder/wide é.png")], "--checkouts", f"{tmp_path}/bare"
    )
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / one.name).read_text() == "mine"


def test_what_is_missing_is_told_in_a_line_each_and_the_rest_goes_on(tmp_path, tiny):
    rows = [
        row(tiny, "face.png"),
        row(tiny, "broken.jpg"),
        row(tiny, "small.png"),
        row(tiny, "gone.png"),
        row("0" * 40, "face.png", "old"),
        row(tiny, "a.png", repository="owner/absent"),
        row(tiny, "b.png", repository="owner/absent"),
    ]
    result = run(tmp_path, rows)
    assert result.exit_code == 1
    assert (tmp_path / "out" / rows[0].name).exists()
    lines = result.output.splitlines()
    assert sum("owner/absent: no checkout in" in line for line in lines) == 1
    assert any("owner/absent" in line and "2 photos of it are missing" in line for line in lines)
    assert any(f"its checkout lacks commit {'0' * 40}" in line for line in lines)
    assert any("broken.jpg: cannot identify" in line for line in lines)
    assert any("small.png: 100x100 px" in line for line in lines)
    assert any("gone.png: no such file" in line for line in lines)
    assert "1 of 7 photos" in result.output
    assert lines[-1].endswith("6 photos are missing")


def test_one_folder_can_be_rebuilt_and_a_mistyped_one_is_named(tmp_path, tiny):
    rows = [row(tiny, "face.png"), row(tiny, "gone.png", "others")]
    assert run(tmp_path, rows, "--folder", "things").exit_code == 0
    assert "did you mean 'things'" in run(tmp_path, rows, "--folder", "thigns").output


def test_repositories_are_listed_with_their_commits(tmp_path, tiny):
    result = run(tmp_path, [row(tiny, "face.png"), row(tiny, "b.png")], "--repositories")
    assert result.output == f"owner/tiny {tiny}\n"
