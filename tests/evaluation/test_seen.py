"""Photos that a model was trained on, by their names or by their look, are refused or left out."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer.data import garden, likeness, open_source
from keras_colorizer.errors import UserError
from keras_colorizer.evaluate import evaluate
from keras_colorizer.evaluation import photos, seen
from keras_colorizer.models import card


class Model:
    def __init__(self, ids=None, images=None):
        data = {} if ids is None else {"id_hashes": " ".join(card.id_hash(i) for i in ids)}
        if images is not None:
            data["photo_hashes"] = likeness.pack(likeness.hashes(images).plain)
        self.card = {"data": data}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos") / "scored"
    folder.mkdir()
    for i, photo in enumerate(garden(6, 96)):
        Image.fromarray(photo).save(folder / f"{i}.jpg", quality=80)
    return folder


@pytest.fixture(scope="module")
def scored(folder):
    return photos.load(open_source(folder), "all", 48)


def test_names_and_looks_are_counted_apart(scored):
    models = {
        "silent": Model(),
        "old": Model(["2.jpg"]),
        "new": Model(["2.jpg"], garden(6, 32)[[1, 2]]),
        "other": Model([], garden(20, 32, 100)),
    }
    found = seen.find(models, scored)
    assert found["silent"] == seen.Seen(None, None)
    assert found["old"] == seen.Seen([2], None)
    assert found["new"] == seen.Seen([2], [1]) and found["new"].places == [1, 2]
    assert found["other"] == seen.Seen([], [])
    assert seen.counts(found) == {
        "seen_ids": {"silent": None, "old": 1, "new": 1, "other": 0},
        "near_duplicates": {"silent": None, "old": None, "new": 1, "other": 0},
    }


def test_refusals_say_how_many_and_an_example(scored):
    seen.refuse(seen.find({"silent": Model(), "new": Model([], garden(3, 32, 50))}, scored),
                scored)  # fmt: skip
    with pytest.raises(
        UserError, match=r"model m was trained on 1 of the 6 photos .*such as 4\.jp"
    ):
        seen.refuse(seen.find({"m": Model(["4.jpg"])}, scored), scored)
    copied = seen.find({"m": Model([], garden(2, 32, 3))}, scored)
    with pytest.raises(UserError, match=r"near-duplicates of 2 of the 6 photos .*such as 3\.jpg.*"):
        seen.refuse(copied, scored)


def test_what_was_seen_can_be_left_out(scored):
    found = seen.find({"m": Model(["4.jpg"]), "n": Model([], garden(2, 32, 3))}, scored)
    rest, dropped = seen.leave_out(found, scored)
    assert dropped == ["3.jpg", "4.jpg"] and rest.ids == ["0.jpg", "1.jpg", "2.jpg", "5.jpg"]
    assert np.array_equal(rest.images, scored.images[[0, 1, 2, 5]])
    assert seen.leave_out(seen.find({"m": Model([])}, scored), scored)[1] == []
    with pytest.raises(UserError, match="all 6 photos .*were trained on"):
        seen.leave_out(seen.find({"m": Model([], garden(6, 32))}, scored), scored)


def test_damaged_hashes_name_the_model(scored):
    model = Model([])
    model.card["data"]["photo_hashes"] = "?"
    with pytest.raises(UserError, match="model m: damaged hashes of photos"):
        seen.find({"m": model}, scored)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run trained on photos 1 and 2, under other names."""
    from keras_colorizer import models

    folder = tmp_path_factory.mktemp("runs") / "tiny"
    folder.mkdir()
    models.build("unet", 32, widths=(4, 6)).save(folder / card.WEIGHTS)
    trained = {"photo_hashes": likeness.pack(likeness.hashes(garden(2, 32, 1)).plain)}
    trained |= {"id_hashes": card.id_hash("x.jpg")}
    card.write(folder, {"name": "tiny", "codec": "rgb", "size": 32, "data": trained})
    return folder


def call(*arguments):
    return CliRunner().invoke(evaluate, [str(a) for a in arguments])


def test_the_command_refuses_leaves_out_or_allows(run, folder, tmp_path):
    shared = [run, "--data", folder, "--size", 32]
    refused = call(*shared, "--out", tmp_path / "a")
    assert refused.exit_code == 1 and "near-duplicates of 2 of the 6 photos" in refused.output
    assert "--drop-seen or --allow-seen" in refused.output and not (tmp_path / "a").exists()
    both = call(*shared, "--drop-seen", "--allow-seen")
    assert both.exit_code == 1 and "exclude each other" in both.output

    dropped = call(*shared, "--drop-seen", "--out", tmp_path / "b")
    assert dropped.exit_code == 0, dropped.output
    assert "left out: 2 photos that a model was trained on" in dropped.output
    protocol = json.loads((tmp_path / "b" / "results.json").read_text())["protocol"]
    assert protocol["n"] == 4 and protocol["dropped"] == ["1.jpg", "2.jpg"]
    assert protocol["near_duplicates"] == {"tiny": 0}
    assert "2 that were trained on as well" in (tmp_path / "b" / "table.md").read_text()

    fewer = call(*shared, "--drop-seen", "--photos", 3, "--out", tmp_path / "d")
    assert fewer.exit_code == 0, fewer.output
    protocol = json.loads((tmp_path / "d" / "results.json").read_text())["protocol"]
    assert protocol["n"] == 3 and protocol["command"].endswith("--photos 3 --size 32 --out "
        f"{tmp_path / 'd'} --drop-seen")  # fmt: skip

    allowed = call(*shared, "--allow-seen", "--out", tmp_path / "c")
    assert allowed.exit_code == 0, allowed.output
    protocol = json.loads((tmp_path / "c" / "results.json").read_text())["protocol"]
    assert protocol["n"] == 6 and protocol["near_duplicates"] == {"tiny": 2}
