"""A package from outside that adds one part of each kind, used by the commands of a shell."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HERE = Path(__file__).parent / "outside"


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Runs a command in an empty folder, with the package installed beside this one, or not."""
    site = tmp_path_factory.mktemp("site")
    (site / "colour_extras.py").write_bytes((HERE / "colour_extras.py").read_bytes())
    facts = site / "colour_extras-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: colour-extras\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[keras_colorizer.parts]\nall = colour_extras\n")
    place = tmp_path_factory.mktemp("work")

    def run(*arguments, installed=True, cwd=place):
        paths = [str(site)] * installed + [os.environ.get("PYTHONPATH", "")]
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}, check=False,
        )  # fmt: skip

    run.place = place
    return run


@pytest.fixture(scope="module")
def run(shell):
    """A finished run of the package's recipe."""
    done = shell("keras_colorizer.train", "--recipe", "confetti-gan", "--run", "run")
    assert done.returncode == 0, done.stdout + done.stderr
    return shell.place / "run"


def test_a_recipe_of_parts_from_outside_trains(run):
    with (run / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 and float(rows[-1]["cubic"]) > 0 and float(rows[-1]["val_cubic"]) > 0
    assert float(rows[-1]["update_rate"]) == 0  # the rule's word counts
    card = json.loads((run / "card.json").read_text())
    assert card["licence"] == "CC0-1.0"
    assert card["codec"] == "ab" and card["generator"]["name"] == "dots"


def test_a_new_loss_has_its_curve():
    from keras_colorizer.training import callbacks
    from keras_colorizer.training.losses.pixel import LOSSES

    assert set(callbacks.panels()["pixel loss"]) >= {*LOSSES, *(f"val_{name}" for name in LOSSES)}


def test_a_metric_has_its_column_in_results_and_tables(run, shell):
    done = shell("keras_colorizer.evaluate", run, "--data", "confetti:200", "--out", "scores")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((shell.place / "scores/results.json").read_text())
    assert found["models"]["gray"]["metrics"]["redness"]["unit"] == "levels"
    assert found["models"]["truth"]["metrics"]["redness"]["mean"] == 0
    assert "redness (levels) → truth" in (shell.place / "scores/table.md").read_text()


def test_a_format_is_read_and_written(run, shell):
    photos = np.random.default_rng(0).integers(0, 256, (40, 48), np.uint8)
    (shell.place / "photos").mkdir()
    Image.fromarray(photos).save(shell.place / "photos/old.sgi")
    done = shell("keras_colorizer.colorize", "photos", "--model", run / "saved_model")
    assert done.returncode == 0, done.stdout + done.stderr
    with Image.open(shell.place / "colorized/old.sgi") as result:
        assert result.size == (48, 40) and result.mode == "RGB"
    done = shell("keras_colorizer.colorize", "photos", "--model", run / "saved_model",
                 "--format", "sgi", "--out", "again")  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_ab_codec_is_not_taken_for_cbcr(shell):
    done = shell("keras_colorizer.train", "--recipe", "confetti-gan", "--set", "neutral_weight=1",
                 "--run", "other")  # fmt: skip
    assert done.returncode == 1 and "codec 'ab' predicts no chroma" in done.stderr
    assert not (shell.place / "other").exists()


def test_a_module_that_is_not_installed_is_imported_by_name(shell, tmp_path):
    (tmp_path / "mine.py").write_bytes((HERE / "colour_extras.py").read_bytes())
    for start in (["keras_colorizer.train"], ["keras_colorizer", "train"]):
        shown = shell(*start, "--import", "mine", "--list", installed=False, cwd=tmp_path)
        assert shown.returncode == 0 and "confetti-gan" in shown.stdout, shown.stderr
        done = shell(*start, "--import", "nine", "--list", installed=False, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("Error: nine: cannot be imported (ModuleNotFoundError:")


def test_a_broken_package_is_left_out_with_a_line(shell, tmp_path):
    facts = tmp_path / "broken-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[keras_colorizer.parts]\nall = broken_parts\n")
    (tmp_path / "broken_parts.py").write_text("1 / 0\n")
    done = shell("keras_colorizer.train", "--list", cwd=tmp_path)
    assert done.returncode == 0 and "quickstart" in done.stdout and "confetti-gan" in done.stdout
    assert "broken: its parts are left out, because broken_parts cannot be" in done.stderr
