"""What a command line means: files, folders, globs, links, and what is said where it is nothing."""

import os
from pathlib import Path

import pytest
from PIL import Image

from keras_colorizer.engine import inputs


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder of photos and other things, seen from the folder it stands in."""
    monkeypatch.chdir(tmp_path)
    names = ["b.jpg", "a.PNG", "sub/c.webp", "sub/deep/d.gif", "sub.x/e.tiff", ".hidden.jpg",
             ".hidden/f.jpg", "[1].png"]  # fmt: skip
    for name in names:
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(path)
    for name in ("notes.txt", "raw.xyz", "nosuffix"):
        (tmp_path / "photos" / name).write_text("no photo")
    return tmp_path / "photos"


def names(found):
    return [one.inside.as_posix() for one in found]


ALL = ["[1].png", "a.PNG", "b.jpg", "sub/c.webp", "sub/deep/d.gif", "sub.x/e.tiff"]


@pytest.mark.parametrize("argument", ["photos", "photos/", "./photos"])
def test_a_folder_gives_its_photos_in_sorted_order(photos, argument):
    found, problems = inputs.find([argument])
    assert names(found) == ALL and problems == []
    assert found[1].name == str(Path("photos/a.PNG")) and found[1].path.is_file()
    assert [one.format for one in found] == ["PNG", "PNG", "JPEG", "WEBP", "GIF", "TIFF"]


def test_a_file_counts_whatever_it_is_called(photos):
    found, problems = inputs.find(["photos/sub/c.webp", "photos/notes.txt", "photos/.hidden.jpg"])
    assert names(found) == ["c.webp", "notes.txt", ".hidden.jpg"] and problems == []
    assert [one.format for one in found] == ["WEBP", None, "JPEG"]


def test_each_photo_counts_once(photos):
    arguments = [
        "photos/b.jpg",
        "photos",
        "photos/../photos/b.jpg",
        str(photos / "b.jpg"),
        "photos",
    ]
    found, _ = inputs.find(arguments)
    assert sorted(names(found)) == sorted(ALL) and found[0].name == str(Path("photos/b.jpg"))
    found, _ = inputs.find(["http://example.org/a.jpg"] * 2)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("photos/*.jpg", ["b.jpg"]),
        ("photos/?.*", ["a.PNG", "b.jpg"]),
        ("photos/[ab].*", ["a.PNG", "b.jpg"]),
        ("photos/**/*.gif", ["d.gif"]),
        ("photos/sub/*", ["c.webp", "d.gif"]),
        ("photos/s*b", ["c.webp", "deep/d.gif"]),
        ("photos/**", ["[1].png", "a.PNG", "b.jpg", "c.webp", "d.gif", "e.tiff"]),
    ],
)
def test_a_glob_that_no_shell_expanded_is_expanded(photos, pattern, expected):
    found, problems = inputs.find([pattern])
    assert sorted(names(found)) == expected and problems == []
    found, _ = inputs.find([str(photos.parent / pattern)])
    assert sorted(names(found)) == expected


def test_a_file_goes_before_a_glob(photos):
    assert names(inputs.find(["photos/[1].png"])[0]) == ["[1].png"]


def test_a_link_gives_its_name(photos):
    (link,), problems = inputs.find(["https://example.org/roses/rose%201.jpg?size=3"])
    assert link.path is None and link.format is None and problems == []
    assert link.name == "https://example.org/roses/rose%201.jpg?size=3"
    assert names([link]) == ["rose 1.jpg"]


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("none.jpg", "none.jpg: no such file or folder"),
        ("photos/b.jpg/c.jpg", "no such file or folder"),
        ("photos/*.avif", "photos/*.avif: matches no image file"),
        ("empty", "empty: no image files in it or below; there may be jpg, jpeg,"),
        ("ftp://example.org/a.jpg", "only http and https links are followed"),
        ("file:///etc/passwd", "only http and https links are followed"),
        ("data:image/png;base64,AA", "only http and https links are followed"),
        ("", "'': no such file or folder"),
        ("a" * 5000, "File name too long"),
    ],
)
def test_what_gives_no_photo_is_one_line_and_the_rest_goes_on(photos, argument, told):
    (photos.parent / "empty").mkdir()
    found, problems = inputs.find([argument, "photos"])
    assert len(problems) == 1 and told in problems[0]
    assert names(found) == ALL


def test_results_are_no_photos(photos):
    """Not those of an earlier run, when all of the current folder is given."""
    out = photos / "sub"
    found, _ = inputs.find(["photos"], beside=out)
    assert names(found) == ["[1].png", "a.PNG", "b.jpg", "sub.x/e.tiff"]
    assert names(inputs.find(["photos/**/*.webp"], beside=out)[0]) == []
    assert names(inputs.find([str(out)], beside=out)[0]) == ["c.webp", "deep/d.gif"]


def test_links_to_folders_are_entered_only_if_given(photos):
    (photos / "sub" / "up").symlink_to(photos, target_is_directory=True)
    (photos / "z.jpg").symlink_to(photos / "b.jpg")
    assert names(inputs.find(["photos"])[0]) == [*ALL, "z.jpg"]
    assert len(inputs.find(["photos/sub/up"])[0]) == len(ALL) + 1


def test_what_cannot_be_looked_into_is_said(photos, monkeypatch):
    """As root any folder can be, so the system is made to say what it says to others."""
    really = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found, problems = inputs.find(["photos"])
    assert names(found) == ["[1].png", "a.PNG", "b.jpg", "sub.x/e.tiff"]
    assert problems == [f"{Path('photos/sub')}: cannot be read (Permission denied)"]


@pytest.mark.parametrize(
    ("name", "stem", "suffix"),
    [
        ("rose.JPG", "rose", ".JPG"),
        ("rose.v1.2", "rose.v1.2", ""),
        ("photo.php", "photo.php", ""),
        (".jpg", ".jpg", ""),
        ("sub/a.b.tiff", "sub/a.b", ".tiff"),
    ],
)
def test_only_an_images_suffix_is_one(name, stem, suffix):
    one = inputs.Input(name, Path(name), None, None)
    assert (one.stem.as_posix(), one.suffix) == (stem, suffix)


def test_a_pipe_is_not_read_to_see_what_it_is(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    (found,), _ = inputs.find([str(tmp_path)])
    assert found.format is None


def test_a_dangling_link_is_left_to_be_reported(tmp_path):
    (tmp_path / "a.jpg").symlink_to(tmp_path / "none.jpg")
    assert [one.format for one in inputs.find([str(tmp_path)])[0]] == [None]
    assert [one.format for one in inputs.find([str(tmp_path / "a.jpg")])[0]] == [None]
