"""The train command: whole runs of every recipe, and every mistake answered in one line."""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer.train import chosen, train
from keras_colorizer.training import recipes, run_folder

ROOT = Path(__file__).resolve().parents[1]
TINY = ["--set", "generator.widths=4,6,8,10", "--set", "discriminator.widths=4,6,8,10"]


def call(*arguments):
    return CliRunner().invoke(train, [str(a) for a in arguments])


# Those that differ from another in an option run on its path:
# tests/training/recipes/test_published.py takes a step of each.
VARIED = {n for n in recipes.names() if n.startswith("gan-") or n == "chroma-l"}
# They have test files of their own: they need another model to begin or to learn from.
VARIED |= {"finetune", "photos-gan", "photos-mobile"}


@pytest.mark.parametrize("name", sorted(set(recipes.names()) - VARIED))
def test_a_recipe_trains_and_exports(name, tmp_path):
    run = tmp_path / "run"
    done = call("--recipe", name, "--smoke", "--data", "synthetic", "--run", run)
    assert done.exit_code == 0, done.output
    extra = {"prior.json"} if recipes.get(name).loss.name == "cross_entropy" else set()
    assert {p.name for p in run.iterdir()} == extra | {
        "recipe.json", "environment.json", "metrics.csv", "curves.png", "samples", "checkpoints",
        "generator.keras", "card.json", "saved_model", "results.json",
    }  # fmt: skip
    for told in (f"SavedModel:   {run / 'saved_model'}", f"{run / 'samples' / 'test.png'}",
                 "gray", "mean_chroma", "next:"):  # fmt: skip
        assert told in done.output
    scores = json.loads((run / "results.json").read_text())["models"]
    assert {"gray", "mean_chroma", name, "truth"} <= set(scores)
    card = json.loads((run / "card.json").read_text())
    assert card["data"]["photos"] == len(card["data"]["id_hashes"].split()) == 1200
    with Image.open(run / "samples" / "test.png") as sheet:
        assert sheet.width > 100


def test_the_list_names_every_recipe():
    done = call("--list")
    assert done.exit_code == 0
    for name in recipes.names():
        assert name in done.output and recipes.get(name).expect in done.output


def test_a_recipe_is_also_read_from_a_file(tmp_path):
    file = str(tmp_path / "recipe.json")
    recipes.write(chosen("chroma", ["stages.1.epochs=5"]), file)
    recipe = chosen(file, ["seed=7"], data="photos/", init="runs/a", smoke=True)
    assert (recipe.name, recipe.data.sources, recipe.run.init, recipe.run.seed) == (
        "chroma",
        "photos/",
        "runs/a",
        7,
    )
    assert [stage["epochs"] for stage in recipe.stages] == [1, 1, 1]
    assert [stage["epochs"] for stage in chosen(file).stages] == [5, 24, 1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--recipe", "gann"], "unknown recipe 'gann'.*did you mean 'gan'"),
        (["--recipe", "gone/recipe.json"], "gone/recipe.json: no such file"),
        (["--set", "epoch=3"], "did you mean 'epochs'"),
        (["--resume"], "no run to resume"),
        (["--resume", "--run", "nowhere"], "recipe.json: no such file"),
        (["--resume", "--smoke"], "leave out --data, --init, --teacher and --smoke"),
        (["--resume", "--init", "run"], "leave out --data, --init, --teacher and --smoke"),
        (["--data", "no/such/folder"], "no/such/folder"),
        (["--strategy", "multi-worker", "--smoke", "--data", "synthetic"], "use --strategy mirr"),
        (["--recipe", "quickstart", "--set", "size=50", "--run", "run"], "multiple of 8"),
    ],
)
def test_mistakes_are_one_clear_line(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = call(*arguments)
    assert done.exit_code == 1
    (line,) = [x for x in done.output.splitlines() if x.startswith("Error: ")]
    assert re.search(told, line), line
    assert not list(tmp_path.rglob("recipe.json"))


def test_a_run_is_not_trained_over(tmp_path):
    run_folder.Run.begin(tmp_path / "run", recipes.get("gan"))
    done = call("--smoke", "--data", "synthetic", "--run", tmp_path / "run")
    assert done.exit_code == 1 and "add --resume" in done.output


def test_a_run_can_begin_from_another(tmp_path):
    done = call("--smoke", "--data", "synthetic", "--run", tmp_path / "a", *TINY)
    assert done.exit_code == 0, done.output
    again = ["--init", tmp_path / "a", "--run", tmp_path / "b", "--set", "learning_rate=1e-4"]
    done = call("--smoke", "--data", "synthetic", *again, *TINY)
    assert done.exit_code == 0, done.output
    recipe = json.loads((tmp_path / "b" / "recipe.json").read_text())
    assert recipe["run"]["init"] == str(tmp_path / "a")
    assert json.loads((tmp_path / "b" / "environment.json").read_text())["init"]["run"] == "a"


def test_a_resumed_run_keeps_its_recipe(tmp_path):
    run_folder.Run.begin(tmp_path / "run", recipes.get("gan"))
    done = call("--run", tmp_path / "run", "--resume", "--set", "batch=8")
    assert done.exit_code == 1 and "a resumed run keeps its batch" in done.output


@pytest.mark.skipif(importlib.util.find_spec("tensorboard"), reason="TensorBoard is installed")
def test_tensorboard_that_is_not_installed_is_one_clear_line(tmp_path):
    done = call("--smoke", "--data", "synthetic", "--tensorboard", "--run", tmp_path / "run", *TINY)
    assert done.exit_code == 1
    assert "Error: --tensorboard: TensorBoard is not installed; run: python -m pip" in done.output


def start(folder):
    options = ["--smoke", "--data", "synthetic", "--run", str(folder), *TINY]
    command = [sys.executable, "-m", "keras_colorizer.train", *options]
    command += ["--set", "noise_interval=2"]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "ctrl-c"])
def test_a_killed_process_is_resumed_to_the_same_weights(tmp_path, blow):
    whole = start(tmp_path / "whole")
    text = whole.communicate()[0]
    assert whole.returncode == 0, text
    broken = start(tmp_path / "broken")
    waited = time.monotonic() + 120
    while not run_folder.Run(tmp_path / "broken").epochs_done:
        assert broken.poll() is None and time.monotonic() < waited
        time.sleep(0.01)
    broken.send_signal(blow)
    text = broken.communicate()[0]
    assert broken.returncode != 0
    if blow == signal.SIGINT:
        assert f"--run {tmp_path / 'broken'} --resume" in text
    assert not (tmp_path / "broken" / "generator.keras").exists()
    done = call("--run", tmp_path / "broken", "--resume")
    assert done.exit_code == 0, done.output
    one, two = (
        keras.saving.load_model(tmp_path / name / "generator.keras", compile=False).get_weights()
        for name in ("whole", "broken")
    )
    for a, b in zip(one, two, strict=True):
        assert np.allclose(a, b, atol=1e-6)
