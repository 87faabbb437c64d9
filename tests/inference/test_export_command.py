"""``python -m keras_colorizer.export`` as a user meets it."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from keras_colorizer.export import export
from keras_colorizer.models import card


def call(*arguments):
    return CliRunner().invoke(export, [str(argument) for argument in arguments])


def test_it_names_the_folder_its_size_and_its_signatures(run, tmp_path):
    command = [sys.executable, "-m", "keras_colorizer.export", run, "--out", tmp_path / "model"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith(f"SavedModel: {tmp_path / 'model'} (") and first.endswith(" MB)")
    assert second == "signatures: chroma, colorize, colorize_encoded, raw, serving_default"
    assert card.read(tmp_path / "model") == card.read(run)


def test_a_second_time_it_asks_for_overwrite(run, saved_model, tmp_path):
    refused = call(run)
    assert refused.exit_code == 1 and "add --overwrite" in refused.output
    done = call(run, "--overwrite")
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
    assert done.exit_code == 1
    assert done.output.startswith("Error: ") and done.output.count("\n") == 1
    assert words in done.output and str(folder) in done.output


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
