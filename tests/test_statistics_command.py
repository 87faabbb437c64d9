"""``python -m keras_colorizer.statistics``, as a user types it."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer.statistics import statistics


@pytest.fixture
def folder(tmp_path):
    """Three photos, one of them broken, and what two of them must give."""
    photos = tmp_path / "my photos"
    photos.mkdir()
    Image.new("RGB", (20, 10), (255, 0, 0)).save(photos / "a.png")
    Image.new("RGB", (10, 30), (0, 0, 255)).save(photos / "b.png")
    (photos / "c.jpg").write_text("no photo")
    return photos


def run(*arguments):
    return CliRunner().invoke(statistics, [str(a) for a in arguments])


def test_it_measures_a_folder(folder, tmp_path):
    out = tmp_path / "out/colours.json"
    done = run("--data", folder, "--split", "all", "--size", 8, "--out", out)
    assert done.exit_code == 0, done.output
    assert "unreadable, not counted: c.jpg" in done.stderr
    assert "2 photos at 8 px" in done.output and "128 pixels in 2 cells" in done.output
    found = json.loads(out.read_text("utf-8"))
    assert [found[k] for k in ("data", "split", "size", "photos")] == ["my photos", "all", 8, 2]
    # Red is Cb -0.1687, Cr 0.5 and blue Cb 0.5, Cr -0.0813 (JFIF 1.02).
    assert found["mean_chroma"] == pytest.approx([0.16563, 0.20934], abs=2e-5)
    assert (found["ab"]["grid"], found["ab"]["low"]) == (10, -115)
    counts = np.array(found["ab"]["counts"])
    assert counts.shape == (23, 23) and counts.sum() == 128
    assert counts[19, 18] == counts[19, 0] == 64  # red 80, 67 and blue 79, -108
    assert "numpy" in found["versions"]
    assert found["command"].endswith("--data 'my photos' --split all --size 8 --out colours.json")
    assert str(tmp_path) not in out.read_text("utf-8")
    assert list(out.parent.iterdir()) == [out]


def test_it_overwrites_only_when_told(tmp_path):
    out = tmp_path / "colours.json"
    out.write_text("mine")
    arguments = ["--data", "synthetic", "--split", "validation", "--size", 4, "--out", out]
    refused = run(*arguments)
    assert refused.exit_code == 1 and "give another --out, or --overwrite" in refused.output
    assert out.read_text() == "mine"
    assert run(*arguments, "--overwrite").exit_code == 0
    assert json.loads(out.read_text("utf-8"))["photos"] == 120


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--split", "valid"], "unknown split 'valid'"),
        (["--data", "./none"], "no such folder"),
    ],
)
def test_mistakes_are_one_line(tmp_path, arguments, message):
    done = run("--data", "synthetic", *arguments, "--out", tmp_path / "x.json")
    assert done.exit_code == 1 and message in done.output
    assert done.output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
