"""The table of experiments is what its committed results give."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2] / "experiments"
spec = importlib.util.spec_from_file_location("record", HERE / "record.py")
record = importlib.util.module_from_spec(spec)
spec.loader.exec_module(record)


def test_the_committed_table_is_current():
    text = (HERE / "README.md").read_text(encoding="utf-8")
    assert f"{record.START}\n{record.table()}\n{record.END}" in text


def test_every_recorded_run_is_whole():
    folders = [path.parent for path in HERE.glob("*/recipe.json")]
    assert folders
    for folder in folders:
        assert {p.name for p in folder.iterdir()} >= {*record.FILES, "command.txt"}


def test_an_unfinished_run_is_not_recorded(tmp_path):
    with pytest.raises(SystemExit, match="it lacks recipe.json"):
        record.record(tmp_path, "never", "command")
    assert not (HERE / "never").exists()
