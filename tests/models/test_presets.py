"""Shipped models by name."""

from pathlib import Path

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.models import card, presets


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A checkout's folder with two models, beside a package that has none of its own."""
    for name in ("flowers", "photos"):
        card.write(tmp_path / name, {"name": name, "codec": "rgb", "size": 32})
    (tmp_path / "drafts").mkdir()
    (tmp_path / "README.md").write_text("not a model")
    monkeypatch.setattr(presets, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    return tmp_path


def test_models_are_found_by_name(folder):
    assert presets.names() == ["flowers", "photos"]
    assert presets.find("photos") == folder / "photos"


def test_a_bare_name_is_the_shipped_model_whatever_stands_beside(folder, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("photos").mkdir()
    assert presets.locate("photos") == folder / "photos" and presets.shadowed("photos") is None
    for path in ("./photos", "photos/", str(Path("photos").absolute()), "photos.tflite", "others"):
        assert presets.locate(path) == Path(path) and presets.shadowed(path) is None
    assert presets.locate(Path("photos")) == Path("photos")
    assert presets.existing("photos") == folder / "photos"
    assert presets.existing("./photos") == presets.existing(Path("photos")) == Path("photos")
    assert presets.existing(Path("flowers")) == folder / "flowers"
    told = "`init=none`: no such folder, and no shipped model is called 'none'"
    with pytest.raises(UserError, match=told):
        presets.existing("none", "init")
    card.write("photos", {"name": "mine", "codec": "rgb", "size": 32})
    assert presets.locate("photos") == folder / "photos"
    assert presets.shadowed("photos").startswith("photos: the shipped model; the model in the")
    assert presets.shadowed("./photos") is None and presets.shadowed("flowers") is None


def test_an_unknown_name_meets_the_nearest_and_all(folder):
    with pytest.raises(UserError, match="there are flowers, photos; did you mean 'flowers'"):
        presets.find("flower")
    with pytest.raises(UserError, match="'drafts': there are flowers, photos"):
        presets.find("drafts")


def test_what_the_package_has_goes_before_the_checkout(folder, monkeypatch):
    installed = folder / "package" / "saved_models"
    card.write(installed / "faces", {"name": "faces", "codec": "rgb", "size": 32})
    monkeypatch.setattr(presets, "FOLDERS", (installed, folder))
    assert presets.names() == ["faces"]


def test_when_none_is_shipped_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(presets, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    assert presets.names() == []
    with pytest.raises(UserError, match="'flowers': none is shipped$"):
        presets.find("flowers")


def test_the_default_is_photos_or_the_only_one(folder, monkeypatch):
    assert presets.default() == presets.DEFAULT == "photos"
    (folder / "photos" / card.CARD).unlink()
    assert presets.default() == "flowers"
    card.write(folder / "faces", {"name": "faces", "codec": "rgb", "size": 32})
    with pytest.raises(UserError, match="'photos' is missing; name one of faces, flowers"):
        presets.default()
    monkeypatch.setattr(presets, "FOLDERS", (folder / "package",))
    with pytest.raises(UserError, match="no model is shipped .* name one"):
        presets.default()


def test_every_model_that_ships_has_a_card_of_its_name():
    assert "flowers" in presets.names()
    for name in presets.names():
        assert card.read(presets.find(name))["name"] == name
