"""Timings are of whole processes beside their floors; no test asserts a speed."""

import re
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer import benchmarks, clocks
from keras_colorizer.__main__ import main
from keras_colorizer.errors import UserError


def test_a_process_is_timed_and_its_memory_seen():
    small = clocks.process([sys.executable, "-c", "pass"])
    program = "import time; x = b'1' * int(2e8); time.sleep(0.3)"
    large = clocks.process([sys.executable, "-c", program])
    assert large[0] > small[0] > 0 and large[0] >= 0.3
    assert large[1] > small[1] + 150


def test_a_process_that_fails_is_told_with_its_last_line():
    with pytest.raises(UserError, match="failed: ValueError: no such luck"):
        clocks.process([sys.executable, "-c", "raise ValueError('no such luck')"])


def test_the_floor_decodes_and_encodes(tmp_path):
    source = tmp_path / "a.jpg"
    clocks.picture(60, 40, "L").save(source)
    (tmp_path / "out").mkdir()
    clocks.process(clocks.floor_command([source], tmp_path / "out"))
    with Image.open(tmp_path / "out" / "a.jpg") as written:
        assert written.size == (60, 40) and written.mode == "L"


def test_pictures_are_photo_like_and_repeatable():
    one, same, other = (np.asarray(clocks.picture(80, 50, seed=s)) for s in (1, 1, 2))
    assert one.shape == (50, 80, 3) and (one == same).all() and (one != other).any()
    assert one.std() > 20


def test_commands_are_timed_in_turns(monkeypatch):
    calls = []
    times = {"a": iter([(9, 1), (3, 5), (2, 7)]), "b": iter([(9, 1), (4, 1), (6, 2)])}
    monkeypatch.setattr(clocks, "process", lambda c: (calls.append(c), next(times[c]))[1])
    found = clocks.beside({"a": "a", "b": "b"}, 2)
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

    monkeypatch.setattr(clocks, "beside", measured)
    monkeypatch.setattr(benchmarks, "SIZES", {"1 MP": (40, 30)})
    benchmarks.photo(None, 2)
    benchmarks.folder("flowers", 2, 3)
    shown = capsys.readouterr().out
    assert shown.count("3.5x") == 3
    assert "4.3 photos/s; the floor 15.0 (one thread)" in shown


def test_the_pipeline_is_timed_without_data_of_the_users(capsys):
    benchmarks.pipeline_of_pictures(20)
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
