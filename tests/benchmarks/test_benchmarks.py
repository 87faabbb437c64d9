"""Timings are of whole processes beside their floors; no test asserts a speed."""

import json
import math
import re
import sys
import time

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer import models
from keras_colorizer.__main__ import main
from keras_colorizer.benchmarks import network as costs
from keras_colorizer.benchmarks import pipeline, processes, training
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import operators
from keras_colorizer.inference.backends import tflite
from keras_colorizer.models import card, presets
from keras_colorizer.training import run_folder


def test_a_process_is_timed_and_its_memory_seen():
    small = processes.process([sys.executable, "-c", "pass"])
    program = "import time; x = b'1' * int(2e8); time.sleep(0.3)"
    large = processes.process([sys.executable, "-c", program])
    assert large[0] > small[0] > 0 and large[0] >= 0.3
    assert large[1] > small[1] + 150


def test_a_process_that_fails_is_told_with_its_last_line():
    with pytest.raises(UserError, match="failed: ValueError: no such luck"):
        processes.process([sys.executable, "-c", "raise ValueError('no such luck')"])


def test_the_floor_decodes_and_encodes(tmp_path):
    source = tmp_path / "a.jpg"
    processes.picture(60, 40, "L").save(source)
    (tmp_path / "out").mkdir()
    processes.process(processes.floor_command([source], tmp_path / "out"))
    with Image.open(tmp_path / "out" / "a.jpg") as written:
        assert written.size == (60, 40) and written.mode == "L"


def test_pictures_are_photo_like_and_repeatable():
    one, same, other = (np.asarray(processes.picture(80, 50, seed=s)) for s in (1, 1, 2))
    assert one.shape == (50, 80, 3) and (one == same).all() and (one != other).any()
    assert one.std() > 20


def test_commands_are_timed_in_turns(monkeypatch):
    calls = []
    times = {"a": iter([(9, 1), (3, 5), (2, 7)]), "b": iter([(9, 1), (4, 1), (6, 2)])}
    monkeypatch.setattr(processes, "process", lambda c: (calls.append(c), next(times[c]))[1])
    found = processes.beside({"a": "a", "b": "b"}, 2)
    assert calls == ["a", "b"] * 3
    assert found == {
        "a": {"best": 2, "median": 2.5, "peak": 7},
        "b": {"best": 4, "median": 5, "peak": 2},
    }


def test_photo_and_folder_show_ratios(monkeypatch, capsys):
    def measured(commands, repeats):
        assert set(commands) == {"floor", "ours"} and repeats == 2
        assert commands["ours"][2] == "keras_colorizer.colorize"
        times = {"best": 0.2, "median": 0.2, "peak": 30.0}
        return {"floor": times, "ours": times | {"best": 0.7}}

    monkeypatch.setattr(processes, "beside", measured)
    monkeypatch.setattr(processes, "SIZES", {"1 MP": (40, 30)})
    rows = processes.photo(None, 2) | processes.folder("flowers", 2, 3)
    shown = capsys.readouterr().out
    assert shown.count("3.5x") == 3
    assert "4.3 photos/s; the floor 15.0 (one thread)" in shown
    assert list(rows) == ["1 MP, colour", "1 MP, gray", "folder"]
    for row in rows.values():
        assert row["seconds"] == 0.7 and row["floor_seconds"] == 0.2
        assert row["ratio"] == pytest.approx(3.5)
        assert row["peak_mb"] == row["floor_peak_mb"] == 30.0
    assert rows["folder"]["photos"] == 3
    assert rows["folder"]["photos_per_s"] == pytest.approx(3 / 0.7)


def test_what_a_part_measures_is_kept_as_json(tmp_path, monkeypatch):
    asked = []
    measured = {"gan": {"photos_per_s": 3.7}, "device": "GPU"}
    monkeypatch.setattr(training, "training", lambda *a: asked.append(a) or measured)
    options = ["--recipe", "chroma", "--set", "size=64", "--seconds", "12.0"]
    arguments = ["benchmark", "training", *options, "--json", str(tmp_path / "a" / "training.json")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert asked == [(("chroma",), ("size=64",), 12.0)]
    found = json.loads((tmp_path / "a" / "training.json").read_text())
    assert found["part"] == "training" and found["measured"] == {"gan": {"photos_per_s": 3.7}}
    assert found["command"] == f"python -m keras_colorizer.benchmark training {' '.join(options)}"
    assert found["device"] == "GPU" and found["cores"] and found["versions"]["keras"]
    assert found["commits"] == [run_folder.commit()]
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 1 and "training.json: exists; delete it or name" in again.output
    assert len(asked) == 1


def test_without_json_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(processes, "folder", lambda *a: {})
    assert CliRunner().invoke(main, ["benchmark", "folder"]).exit_code == 0
    assert not list(tmp_path.iterdir())


def test_the_pipeline_is_timed_without_data_of_the_users(capsys):
    found = pipeline.pipeline_of_pictures(20)
    assert found["data"] == "pictures" and found["bare"]["of_bare"] == 1.0
    for speed in ("cold", "warm"):
        ratio = found[speed]["photos_per_s"] / found["bare"]["photos_per_s"]
        assert found[speed]["of_bare"] == ratio > 0
    shown = capsys.readouterr().out
    assert shown.startswith("pictures: ") and shown.count("x bare") == 3


@pytest.mark.slow
def test_training_steps_are_timed_beside_the_report():
    arguments = ["benchmark", "training", "--recipe", "quickstart", "--seconds", "1"]
    result = CliRunner().invoke(main, [*arguments, "--set", "size=32", "--set", "batch=2"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["gan", "quickstart"]
    assert re.search(r" 1\.0x$", lines[2]) and re.search(r" [\d.]+x$", lines[3])


def operator(name, data, kernel, result, kind="FLOAT32"):
    """One with a kernel and a bias in the file; a transposed one is told its output's shape."""
    shape = [operators.Tensor("INT32", (4,), True)] if name == "TRANSPOSE_CONV" else []
    data, kernel = operators.Tensor("FLOAT32", data, False), operators.Tensor(kind, kernel, True)
    inputs = [*shape, kernel, data] if shape else [data, kernel]
    bias = operators.Tensor(kind, (result[-1],), True)
    return operators.Operator(name, (*inputs, bias), (operators.Tensor("FLOAT32", result, False),))


@pytest.mark.parametrize(
    ("found", "weights", "multiply_adds"),
    [
        (("CONV_2D", (1, 8, 8, 3), (5, 3, 3, 3), (1, 4, 4, 5)), 140, 4 * 4 * 5 * 27),
        (("DEPTHWISE_CONV_2D", (1, 8, 8, 3), (1, 3, 3, 3), (1, 8, 8, 3)), 30, 8 * 8 * 3 * 9),
        (("FULLY_CONNECTED", (1, 6), (7, 6), (1, 7)), 49, 42),
        (("TRANSPOSE_CONV", (1, 4, 4, 3), (5, 2, 2, 3), (1, 8, 8, 5)), 65, 8 * 8 * 5 * 3),
        (("ADD", (1, 4, 4, 3), (3,), (1, 4, 4, 3)), 6, 0),
    ],
)
def test_a_multiply_add_counts_two(monkeypatch, found, weights, multiply_adds):
    monkeypatch.setattr(operators, "read", lambda path: [operator(*found)] * 2)
    assert costs.count("any.tflite") == costs.Cost(2 * weights, 4 * multiply_adds)


@pytest.fixture(scope="module")
def folder():
    """A shipped model's, whose network is ``chroma``."""
    return presets.find("flowers")


def test_a_file_counts_what_its_convolutions_hold_and_do(folder):
    found = card.read(folder)
    generator = found["generator"]
    network = models.build(generator["name"], found["size"], **generator["options"])
    layers = [x for x in network.layers if isinstance(x, keras.layers.Conv2D)]
    # Batch norm is folded into kernels and biases.
    weights = sum(math.prod(x.kernel.shape) + x.filters for x in layers)
    each = [2 * math.prod(x.output.shape[1:3]) * math.prod(x.kernel.shape) for x in layers]
    assert costs.count(folder / "chroma_float32.tflite") == costs.Cost(weights, sum(each))
    assert weights < network.count_params()


@pytest.mark.parametrize("precision", costs.PRECISIONS)
def test_batch_norm_is_folded_away_in_shipped_files(folder, precision):
    found = operators.read(folder / f"chroma_{precision}.tflite")
    # What is left of batch norm would be a product or a sum with weights.
    weighted = {
        x.name
        for x in found
        if any(y.constant and y.dtype != "INT32" for y in x.inputs) and x.name != "DEQUANTIZE"
    }
    assert weighted <= {"CONV_2D"}
    assert {x.name for x in found} & {"MUL", "SUB", "RSQRT"} == set()


def test_files_are_timed_in_turns(monkeypatch):
    calls = []

    class Counted(tflite.ChromaModel):
        def __init__(self, path, threads):
            self.path, self.size = path, 4
            assert threads == 2

        def chroma(self, gray):
            assert gray.shape == (1, 4, 4, 1) and gray.dtype == np.float32
            calls.append(self.path)
            time.sleep(0.004 if self.path == "slow.tflite" else 0)

    monkeypatch.setattr(tflite, "open_tflite", Counted)
    monkeypatch.setattr(costs, "_SECONDS", 0.0)
    found = costs.in_turns({"a": "slow.tflite", "b": "fast.tflite"}, 2, 3)
    once = 1 + costs._CALLS
    assert calls == (["slow.tflite"] * once + ["fast.tflite"] * once) * 3
    assert 4 <= found["a"]["best"] <= found["a"]["median"]
    assert found["b"]["best"] < found["a"]["best"]


def test_only_a_network_alone_is_timed(folder):
    with pytest.raises(UserError, match=r"colorize\.tflite: takes whole photos"):
        costs.in_turns({"a": folder / "colorize.tflite"}, 1, 1)


def test_a_model_is_timed_as_its_files_are(folder, monkeypatch, capsys):
    report = {"float32": folder / "chroma_float32.tflite"}  # converting the real one takes long
    monkeypatch.setattr(
        costs, "_of_recipe", lambda recipe, to: report if recipe.data.size else None
    )
    monkeypatch.setattr(costs, "_SECONDS", 0.0)
    found = costs.network(folder.name, "chroma", [], None, 1, 1)
    first, told, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("one photo of ") and "threads: 1, " in first
    assert told == f"{folder.name}: the network of {folder.name}"
    rows = [line.split() for line in lines[2:-1]]
    assert [row[:2] for row in rows] == [
        ["report", "float32"], *([folder.name, precision] for precision in costs.PRECISIONS)
    ]  # fmt: skip
    assert rows[0][-2:] == ["1.0x", "1.0x"]
    assert (found["size"], found["threads"]) == (card.read(folder)["size"], 1)
    kept = found[f"{folder.name} int8"]
    assert kept["weights"] == int(rows[-1][2].replace(",", ""))
    assert [f"{kept[key]:.2f}" for key in ("gflop", "mb", "best_ms")] == [
        rows[-1][place] for place in (3, 4, 6)
    ]
    sizes = [float(row[4]) for row in rows]
    assert sizes[0] == sizes[1] > 1.9 * sizes[2] > 3.6 * sizes[3]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--model", "no-such"], "no shipped model is called 'no-such'"),
        (["--model", presets.default(), "--size", "32"], "leave --size 32 out"),
        (["--model", presets.default(), "--set", "size=32"], "leave it out with --model"),
        (["--recipe", "crhoma"], "did you mean 'chroma'"),
        (["--size", "100"], "it must be a multiple of 32"),
    ],
)
def test_what_cannot_be_timed_is_one_line(options, error):
    result = CliRunner().invoke(main, ["benchmark", "network", *options])
    assert result.exit_code == 1
    assert error in result.output and result.output.startswith("Error: ")


@pytest.mark.slow
def test_a_recipes_network_is_timed_beside_the_reports():
    arguments = ["--size", "32", "--repeats", "1", "--threads", "1"]
    tiny = ["--set", "generator.widths=4,4,4,4,4"]
    result = CliRunner().invoke(main, ["benchmark", "network", *arguments, *tiny])
    assert result.exit_code == 0, result.output
    told, rows = result.output.splitlines()[1:3], result.output.splitlines()[4:-1]
    assert "recipe chroma, fresh weights" in told[0] and "recipe gan, fresh" in told[1]
    names = [
        f"{name} {precision}" for name in ("report", "chroma") for precision in costs.PRECISIONS
    ]
    assert [" ".join(row.split()[:2]) for row in rows] == names
    weights = [int(row.split()[2].replace(",", "")) for row in rows]
    assert weights[:3] == [5_508_297] * 3 and max(weights[3:]) < 5000


def test_each_stage_of_a_recipe_is_timed_by_itself():
    from keras_colorizer.training import recipes

    (alone,) = training._stages(recipes.plan(recipes.get("gan")))
    assert alone == ("gan", recipes.get("gan"))
    names = [name for name, _ in training._stages(recipes.plan(recipes.get("chroma")))]
    assert names[0] == "chroma, stage 1" and len(set(names)) == len(names) > 1
