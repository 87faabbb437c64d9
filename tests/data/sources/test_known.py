"""Known folders of photos: their lists are whole, and sources and cards name their licences."""

import json
from pathlib import Path

import list_photos
import pytest

from keras_colorizer.data import open_source
from keras_colorizer.data.sources import known
from keras_colorizer.data.sources.base import role_of
from keras_colorizer.models.card import id_hash

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", known.sets())
def test_a_known_set_is_listed_photo_by_photo(name):
    about, ids = known.sets()[name], list_photos.ids(name)
    assert len(ids) == len(set(ids)) == about["photos"]
    assert known.digest(ids) == about["ids_sha256"]
    assert (ROOT / about["ids"]).read_text("utf-8") == list_photos.written(name, ids)
    told = known.licence_of(ids[::-1], "any name")
    assert about["licence"] in told and about["ids"] in told
    assert known.licence_of(ids[1:], name) is None
    assert known.licence_of([*ids[1:], "another.jpg"], name) is None


def test_every_folder_of_photos_has_its_licence_and_its_row():
    parts = known.sets()["photos"]["parts"]
    assert set(parts) == {photo.partition("/")[0] for photo in list_photos.ids("photos")}
    text = (ROOT / "experiments" / "data_sets" / "README.md").read_text("utf-8")
    for folder, part in parts.items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {folder} |")]
        pairs = [photo.split("/") for photo in list_photos.ids("photos")]
        own = [number for group, number in pairs if group == folder]
        assert f"| {len(own)} |" in row and f"| {part['licence']} |" in row
        assert part["photos"] == len(own)
        assert known.licence_of(own, folder).startswith(part["licence"])
        assert known.licence_of(own, "my photos") is None


def test_a_known_sets_folders_have_their_licences():
    told = known.licences_of(list_photos.ids("photos"))
    assert len(told) == 30 and told["ccp-fashion"] == {"licence": "Apache-2.0 (repo LICENSE)"}
    assert known.licences_of(list_photos.ids("photos")[1:]) == {}
    assert known.licences_of(list_photos.ids("caltech101_diverse")) == {}


def test_a_folder_is_known_by_its_photos_whatever_it_is_called(tmp_path, monkeypatch):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"")
    assert open_source(tmp_path).licence == "unknown"
    digest = known.digest(["a.jpg", "b.jpg"])
    about = {"photos": 2, "ids_sha256": digest, "licence": "CC0", "ids": "list.txt"}
    about["parts"] = {".": {"ids_sha256": "", "licence": "CC0 1.0"}}
    monkeypatch.setattr(known, "sets", lambda: {"two": about})
    (tmp_path / "licences.csv").write_text("folder,licence\n")  # states nothing
    assert open_source(tmp_path).licence == "CC0 (the photos: list.txt)"
    assert open_source(tmp_path).licences == {".": {"licence": "CC0 1.0"}}


def test_the_shipped_models_photos_of_restraint_are_the_lists():
    shipped = ROOT / "saved_models" / "flowers"
    card = json.loads((shipped / "card.json").read_text("utf-8"))
    (restraint, name) = (card["data"]["restraint"], card["data"]["restraint"]["name"])
    trained = [photo for photo in list_photos.ids(name) if role_of(photo) == restraint["split"]]
    assert len(trained) == restraint["photos"]
    assert {id_hash(photo) for photo in trained} <= set(card["data"]["id_hashes"].split())
    licence = known.licence_of(list_photos.ids(name), name)
    assert card["licence"].endswith(f"; of the photos of restraint ({name}): {licence}")
    assert f"({name}): {licence}." in (shipped / "README.md").read_text("utf-8")
