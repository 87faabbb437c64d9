"""The tables of experiments are what its committed results give."""

import json
import shlex
from pathlib import Path

import pytest
import record

from keras_colorizer.evaluate import evaluate
from keras_colorizer.training import recipes
from keras_colorizer.training.recipes import overrides

HERE = Path(__file__).resolve().parents[2] / "experiments"


def test_the_committed_tables_are_current():
    tables, found = record.generated(), []
    for path in record.documents():
        text = path.read_text(encoding="utf-8")
        found += [section["name"] for section in record.SECTION.finditer(text)]
        assert record.written_anew(text, tables) == text, path.name
    assert sorted(found) == sorted(tables)  # each stands somewhere, once


def test_every_record_is_whole():
    runs, evaluations = (list((HERE / kind).iterdir()) for kind in ("runs", "evaluations"))
    assert runs and evaluations
    for folder in runs:
        found = {p.name for p in folder.iterdir()} - {record.NOTE}
        assert found == {*record.RUN_FILES, record.COMMAND}
    for folder in evaluations:
        assert {p.name for p in folder.iterdir()} == set(record.EVALUATION_FILES)


def test_every_evaluation_says_whose_mean_chroma_and_rarity_it_goes_by():
    assert record.evaluations_tables().count("Mean chroma and rarity: of ") == len(
        list((HERE / "evaluations").iterdir())
    )


def test_every_evaluation_says_how_it_was_made():
    paths = list((HERE / "evaluations").glob("*/results.json"))
    assert len(paths) >= 16
    for path in paths:
        protocol = record.tables.read(path).protocol
        words = shlex.split(protocol["command"])
        assert words[:3] == ["python", "-m", "keras_colorizer.evaluate"]
        assert evaluate.make_context("evaluate", words[3:]).params["models"]
        assert protocol["n"] and protocol["ids_sha256"] and protocol["versions"]
        assert not any(protocol["seen_ids"].values())  # no score on photos trained on


@pytest.mark.parametrize("kind", ["run", "evaluation"])
def test_what_is_unfinished_is_not_recorded(tmp_path, kind):
    extra = ["command"] if kind == "run" else []
    with pytest.raises(SystemExit, match="not finished, it lacks re"):
        getattr(record, f"record_{kind}")(tmp_path, "never", *extra, here=tmp_path / "here")
    assert not (tmp_path / "here").exists()


@pytest.fixture
def run(tmp_path):
    """A finished run of recipe gan with more epochs, but for its weights."""
    folder = tmp_path / "runs" / "gan"
    folder.mkdir(parents=True)
    for file in record.RUN_FILES:
        (folder / file).write_text("x")
    recipe = overrides.apply(recipes.get("gan"), ["epochs=40"])
    recipes.write(recipe, folder / "recipe.json")
    (folder / "environment.json").write_text(json.dumps({"commits": ["a" * 40]}))
    return folder


TRAIN = "python -m keras_colorizer.train"
COMMAND = f"{TRAIN} --set epochs=40"


@pytest.mark.parametrize("command", [COMMAND, f"{TRAIN} --recipe experiments/runs/new/recipe.json"])
def test_a_run_is_recorded_with_its_command_and_note(run, tmp_path, command):
    record.record_run(run, "new", command, " beside other work ", here=tmp_path)
    kept = tmp_path / "runs" / "new"
    assert {p.name for p in kept.iterdir()} == {*record.RUN_FILES, "command.txt", "note.txt"}
    assert (kept / "command.txt").read_text() == command + "\n"
    assert (kept / "note.txt").read_text() == "beside other work\n"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (f"{COMMAND} (twice)", "unexpected extra arg"),
        (f"{COMMAND}\ntwice", "not one line"),
        (f"{TRAIN} --set epoch=40", "did you mean 'epochs'"),
        (
            f"{TRAIN} --recipe unet",
            r"trains another recipe than .*\(.*discriminator, epochs.*write",
        ),
    ],
)
def test_a_command_that_trains_something_else_is_not_recorded(run, tmp_path, command, told):
    with pytest.raises(SystemExit, match=told):
        record.record_run(run, "new", command, here=tmp_path)
    assert not (tmp_path / "runs" / "new").exists()


@pytest.mark.parametrize("commits", [{}, {"commits": []}, {"commits": ["a", None]}])
def test_a_run_whose_commit_is_not_known_is_not_recorded(run, tmp_path, commits):
    (run / "environment.json").write_text(json.dumps(commits))
    with pytest.raises(SystemExit, match="does not know the commit of all of it"):
        record.record_run(run, "new", COMMAND, here=tmp_path)
    assert not (tmp_path / "runs" / "new").exists()


def test_every_benchmark_says_how_it_was_made():
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in HERE.glob("benchmarks/*")}
    assert found
    for name, each in found.items():
        assert each["part"] and each["measured"], name
        assert each["command"].startswith("python ")
        # Numbers of before there were records were copied by hand, and say from where.
        copied = "To be measured again on a quiet machine." in each.get("note", "")
        assert copied or (each["versions"] and each["cores"] and all(each["commits"])), name


def test_tables_are_written_where_their_markers_stand():
    line = "<!-- {}: python experiments/record.py tables -->"
    text = f"a\n\n{line.format('speed')}\nold\n<!-- end of speed -->\n\nb"
    assert record.written_anew(text, {"speed": "| new |"}) == text.replace("old", "| new |")
    with pytest.raises(SystemExit, match="no table is called 'speed'"):
        record.written_anew(text, {})
