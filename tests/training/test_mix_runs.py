"""Runs on several sources: what they are chosen by, that they resume, what their card tells."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer.data import likeness
from keras_colorizer.data.sources.base import ROLES, role_of
from keras_colorizer.data.sources.garden import garden
from keras_colorizer.evaluate import evaluate
from keras_colorizer.models import card
from keras_colorizer.train import train
from keras_colorizer.training import fit, recipes, run_folder

TINY = ["--set", "generator.widths=4,6,8,10", "--set", "discriminator=none"]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two folders of photos, one of them with folders in it."""
    folder = tmp_path_factory.mktemp("sources")
    photos = garden(220, 32, 3000)
    for i, photo in enumerate(photos):
        path = folder / (f"many/{'ab'[i % 2]}/{i:03d}.png" if i < 160 else f"few/{i:03d}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo).save(path)
    return str(folder / "many"), str(folder / "few")


def call(command, *arguments):
    done = CliRunner().invoke(command, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def finished(two, tmp_path_factory):
    run = tmp_path_factory.mktemp("mix") / "run"
    told = call(
        train, "--recipe", "gan", "--smoke", "--data", two[0], "--data", f"{two[1]}=2",
        "--run", run, "--cache", run.parent / "cache", "--set", "monitor=val_folder_psnr", *TINY,
    )  # fmt: skip
    return run, told


def test_a_recipe_keeps_its_sources(finished, two):
    run, _ = finished
    data = json.loads((run / "recipe.json").read_text())["data"]["sources"]
    assert data == [two[0], f"{two[1]}=2"]
    assert recipes.read(run / "recipe.json").data.sources == tuple(data)


def test_one_source_stays_a_plain_text(tmp_path):
    recipe = recipes.get("gan").changed(data=["synthetic"])
    recipes.write(recipe, tmp_path / "recipe.json")
    assert recipes.read(tmp_path / "recipe.json").data.sources == "synthetic"


def test_a_run_tells_how_to_score_all_its_sources(finished, two, tmp_path):
    run, told = finished
    found = json.loads((run / "results.json").read_text())["protocol"]
    assert found["data"] == "many + few"
    assert f"--data {two[0]} --data {two[1]}=2 --split test" in found["command"]
    arguments = ["--data", two[0], "--data", f"{two[1]}=2", "--size", 32]
    call(evaluate, run, *arguments, "--out", tmp_path / "out")
    again = json.loads((tmp_path / "out" / "results.json").read_text())["protocol"]
    assert again["ids_sha256"] == found["ids_sha256"] and not any(again["seen_ids"].values())


def test_photos_of_a_mix_are_known_when_their_source_is_scored_alone(finished, two, tmp_path):
    run, _ = finished
    refused = CliRunner().invoke(
        evaluate, [str(run), "--data", two[1], "--split", "train", "--out", str(tmp_path / "out")]
    )
    assert refused.exit_code == 1 and "was trained on" in refused.output
    assert len(card.read(run)["data"]["id_hashes"].split()) == card.read(run)["data"]["photos"]


def test_the_card_lists_the_sources(finished):
    run, _ = finished
    data = card.read(run)["data"]
    many, few = data["sources"]
    assert (many["name"], many["weight"], few["name"], few["weight"]) == ("many", 1.0, "few", 2.0)
    assert many["photos"] + few["photos"] == data["photos"]
    assert many["licence"] == few["licence"] == "unknown"
    assert data["split"] == "train" and card.read(run)["licence"] == "many: unknown; few: unknown"


@pytest.mark.parametrize("roles", ["train", "train+validation"])
def test_a_mix_resumes_where_it_stopped(two, tmp_path, roles):
    recipe = recipes.smoke(recipes.get("gan")).changed(
        data=(two[0], f"{two[1]}=2"), size=16, epochs=3,
        discriminator=None, generator_options={"widths": (4, 6, 8, 10)}, train_on=roles,
        restraint="synthetic", restraint_batch=2,
    )  # fmt: skip
    whole, photos = fit.train(recipe, run_folder.Run.begin(tmp_path / "whole", recipe))
    assert len(photos) == sum(n for n, _ in photos.shares)
    short = recipe.changed(epochs=2)
    begun = run_folder.Run.begin(tmp_path / "begun", short)
    fit.train(short, begun)
    resumed, _ = fit.train(recipe, begun)
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)
    assert run_folder.Run(tmp_path / "whole").rows[-1] == pytest.approx(begun.rows[-1], rel=1e-4)


def test_copies_across_roles_are_left_out_and_counted(tmp_path):
    """One photo stands in every role under another name, a second in all but the test role."""
    folder = tmp_path / "photos"
    folder.mkdir()
    names = {role: [] for role in ROLES}
    for i in range(200):
        names[role_of(f"{i}.png")].append(f"{i}.png")
    scenes = iter(garden(200, 32, 5000))
    for role in ROLES:
        for name in names[role]:
            Image.fromarray(next(scenes)).save(folder / name)
    first = Image.open(folder / names["train"][0])
    second = Image.open(folder / names["train"][1])
    first.resize((50, 40)).save(folder / names["validation"][0])
    second.save(folder / names["validation"][3])
    first.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / names["test"][2])
    run = tmp_path / "run"
    told = call(train, "--smoke", "--data", folder, "--run", run, *TINY)
    held_out, tested = len(names["validation"]), len(names["test"])
    assert f"validation: 2 of {held_out} photos left out, near-duplicates of training" in told
    assert "test: 1 photos left out" in told
    data = card.read(run)["data"]
    assert data["left_out"] == {"validation": 2, "test": 1}
    assert json.loads((run / "environment.json").read_text())["validation_left_out"] == 2
    protocol = json.loads((run / "results.json").read_text())["protocol"]
    assert protocol["n"] == tested - 1 and protocol["dropped"] == [names["test"][2]]
    assert protocol["command"].endswith(" --drop-seen")
    assert len(likeness.unpack(data["photo_hashes"])) == len(names["train"])


def test_a_run_on_both_roles_leaves_no_validation_photo_out(two, tmp_path):
    run = tmp_path / "run"
    arguments = [
        "--set",
        "train_on=train+validation",
        "--set",
        "test_photos=2",
        "--run",
        run,
        *TINY,
    ]
    told = call(train, "--smoke", "--data", two[0], "--run", run, *arguments)
    assert "left out" not in told and "scoring 2 test photos" in told
    protocol = json.loads((run / "results.json").read_text())["protocol"]
    assert protocol["n"] == 2 and protocol["command"].endswith(" --photos 2")
    assert card.read(run)["data"]["left_out"] == {"validation": None, "test": 0}


def test_a_run_inherits_what_its_beginning_saw(finished, tmp_path):
    before, _ = finished
    run = tmp_path / "run"
    arguments = ["--init", before, "--set", "learning_rate=1e-4", "--run", run, *TINY]
    call(train, "--smoke", "--data", "synthetic", *arguments)
    old, new = (likeness.unpack(card.read(r)["data"]["photo_hashes"]) for r in (before, run))
    assert set(old) < set(new) and len(new) == len(old) + 1200
