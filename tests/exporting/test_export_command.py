"""``python -m keras_colorizer.export`` as a user meets it."""

import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from keras_colorizer.export import export
from keras_colorizer.exporting import package, parity
from keras_colorizer.inference import layout
from keras_colorizer.models import card


def call(*arguments):
    return CliRunner().invoke(export, [str(argument) for argument in arguments])


def test_it_names_the_folder_its_size_and_its_signatures(run, tmp_path):
    command = [sys.executable, "-m", "keras_colorizer.export", run, "--out", tmp_path / "model"]
    command.append("--no-tflite")
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith(f"exported: {tmp_path / 'model'} (") and first.endswith(" MB)")
    assert (
        second
        == "signatures of its SavedModel: chroma, colorize, colorize_encoded, raw, serving_default"
    )
    assert card.read(tmp_path / "model") == card.read(run)


def test_a_second_time_it_asks_for_overwrite(run, saved_model, tmp_path):
    refused = call(run, "--no-tflite")
    assert refused.exit_code == 1 and "add --overwrite" in refused.output
    done = call(run, "--no-tflite", "--overwrite")
    assert done.exit_code == 0 and str(saved_model) in done.output


@pytest.mark.parametrize(
    ("files", "words"),
    [(None, "no such folder"), ([], "no run folder"), (["recipe.json"], "finish it")],
)
def test_what_is_no_finished_run_is_one_clear_line(tmp_path, files, words):
    folder = tmp_path / "run"
    for name in files or []:
        folder.mkdir(exist_ok=True)
        (folder / name).write_text("{}")
    if files == []:
        folder.mkdir()
    done = call(folder)
    assert call(folder, "--no-tflite").output == done.output
    assert done.exit_code == 1
    assert done.output.startswith("Error: ") and done.output.count("\n") == 1
    assert words in done.output and str(folder) in done.output


def test_all_files_are_written_measured_and_told(mobile_run, tmp_path, monkeypatch):
    monkeypatch.setattr(package, "CALIBRATION_PHOTOS", 8)
    monkeypatch.setattr(package, "PARITY_PHOTOS", 2)
    monkeypatch.setattr(parity, "ENLARGED", 2)
    monkeypatch.setattr(parity, "SECONDS", 0)
    out = tmp_path / "flowers"
    done = call(mobile_run, "--out", out)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith(f"exported: {out} (") and lines[-1] == f"model card: {out}/README.md"
    for file in layout.FILES:
        (row,) = [line for line in lines if line.startswith(f"{file} ")]
        assert f"{(out / file).stat().st_size / 1e6:.2f}" in row
    assert card.read(out)["name"] == "flowers"


@pytest.mark.parametrize(
    ("named", "options", "words"),
    [
        (None, [], "its card names none; give --data"),
        ("summer", [], "'summer' is neither a folder here"),
        ("summer", ["--data", "./nowhere"], "./nowhere: no such folder"),
        ("oxford_flowers102", [], "oxford_flowers102, not here yet (about 330 MB to fetch)"),
    ],
)
def test_photos_that_cannot_be_had_are_one_clear_line(
    mobile_run, tmp_path, monkeypatch, named, options, words
):
    run = shutil.copytree(mobile_run, tmp_path / "run")
    card.write(run, card.read(run) | {"data": {"name": named} if named else {}})
    monkeypatch.chdir(tmp_path)
    done = call(run, "--out", tmp_path / "out", *options)
    assert done.exit_code == 1 and words in done.output, done.output
    assert done.output.startswith("Error: ") and done.output.count("\n") == 1
    assert "--data" in done.output and "--no-tflite" in done.output
    assert not (tmp_path / "out").exists()


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from keras_colorizer.export import export\n"
        "try: export(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--overwrite" in done.stdout
