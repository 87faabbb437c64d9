"""The tables of experiments are what its committed results give."""

from pathlib import Path

import pytest
import record

HERE = Path(__file__).resolve().parents[2] / "experiments"


def test_the_committed_tables_are_current():
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for name, section in record.sections().items():
        assert section in text, name


def test_every_record_is_whole():
    runs, evaluations = (list((HERE / kind).iterdir()) for kind in ("runs", "evaluations"))
    assert runs and evaluations
    for folder in runs:
        assert {p.name for p in folder.iterdir()} == {*record.RUN_FILES, "command.txt"}
    for folder in evaluations:
        assert {p.name for p in folder.iterdir()} == set(record.EVALUATION_FILES)


def test_every_evaluation_says_how_it_was_made():
    for path in (HERE / "evaluations").glob("*/results.json"):
        protocol = record.tables.read(path).protocol
        assert protocol["command"].startswith("python -m keras_colorizer.evaluate ")
        assert protocol["n"] and protocol["ids_sha256"] and protocol["versions"]
        assert not any(protocol["seen_ids"].values())  # no score on photos trained on


@pytest.mark.parametrize("kind", ["run", "evaluation"])
def test_what_is_unfinished_is_not_recorded(tmp_path, kind):
    extra = ["command"] if kind == "run" else []
    with pytest.raises(SystemExit, match="not finished, it lacks re"):
        getattr(record, f"record_{kind}")(tmp_path, "never", *extra, here=tmp_path / "here")
    assert not (tmp_path / "here").exists()
