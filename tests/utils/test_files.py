"""Files that appear whole or not at all."""

import pytest

from keras_colorizer.utils.files import replace_atomically, write_text


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_with_its_folders(tmp_path):
    path = tmp_path / "run" / "samples" / "recipe.json"
    with replace_atomically(path) as temporary:
        assert temporary.suffix == ".json"
        assert temporary.parent.parent == path.parent  # one file system: a rename suffices
        temporary.write_text("{}")
        assert not path.exists()
    assert path.read_text() == "{}"
    assert names(path.parent) == ["recipe.json"]


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "notes.txt"
    write_text(path, "old")
    write_text(str(path), "new: Y′ é")
    assert path.read_text(encoding="utf-8") == "new: Y′ é"
    assert names(tmp_path) == ["notes.txt"]


def test_a_folder_appears_whole(tmp_path):
    path = tmp_path / "saved_model"
    with replace_atomically(path) as temporary:
        temporary.mkdir()
        (temporary / "card.json").write_text("{}")
        assert not path.exists()
    assert names(path) == ["card.json"]
    assert names(tmp_path) == ["saved_model"]


def test_a_folder_is_replaced_not_merged(tmp_path):
    path = tmp_path / "saved_model"
    path.mkdir()
    (path / "old.json").write_text("old")
    with replace_atomically(path) as temporary:
        temporary.mkdir()
        (temporary / "new.json").write_text("new")
        assert names(path) == ["old.json"]
    assert names(path) == ["new.json"]
    assert names(tmp_path) == ["saved_model"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_error_leaves_what_stood_there(tmp_path, kind, error):
    path = tmp_path / "result"
    write_text(path, "old")
    with pytest.raises(error), replace_atomically(path) as temporary:
        if kind == "folder":
            temporary.mkdir()
            (temporary / "half").write_text("half")
        else:
            temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["result"]


def test_an_error_leaves_nothing_where_nothing_stood(tmp_path):
    with pytest.raises(ValueError), replace_atomically(tmp_path / "result.png") as temporary:
        temporary.write_text("half")
        raise ValueError
    assert names(tmp_path) == []


def test_writing_nothing_is_an_error_and_keeps_the_old(tmp_path):
    path = tmp_path / "result"
    write_text(path, "old")
    with pytest.raises(FileNotFoundError), replace_atomically(path):
        pass
    assert path.read_text() == "old"
    assert names(tmp_path) == ["result"]
