"""The command group: every help without a heavy import, every row of its table real."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import keras_colorizer
from keras_colorizer.__main__ import COMMANDS, main

HEAVY = ["tensorflow", "keras", "tensorflow_datasets", "torch", "matplotlib", "numpy", "PIL"]
# Runs a module as `python -m` does and prints, last, which heavy modules that imported.
PROBE = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=False)
except SystemExit as exit:
    assert not exit.code, exit.code
print("IMPORTED", *sorted(set({heavy!r}) & set(sys.modules)))
print("COMMANDS", *sorted(set({modules!r}) & set(sys.modules)))
"""


def run_help(module, *arguments):
    """The standard output of ``python -m module *arguments --help`` and what that imported."""
    probe = PROBE.format(heavy=HEAVY, modules=[row[0] for row in COMMANDS.values()])
    command = [sys.executable, "-c", probe, module, *arguments, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    *text, imported, commands = done.stdout.splitlines()
    return "\n".join(text), imported.split()[1:], commands.split()[1:]


def test_the_probe_sees_heavy_imports(tmp_path, monkeypatch):
    (tmp_path / "heavy.py").write_text("import numpy")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert run_help("heavy") == ("", ["numpy"], [])


def test_the_groups_help_imports_no_command():
    text, imported, commands = run_help("keras_colorizer")
    assert imported == []
    assert commands == []
    for name, (_, summary) in COMMANDS.items():
        assert f"  {name} " in text
        assert summary in text


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_help_imports_nothing_heavy(name):
    text, imported, commands = run_help("keras_colorizer", name)
    assert imported == []
    assert commands == [COMMANDS[name][0]]
    assert text.startswith("Usage: ")
    assert "Options:" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_runs_as_a_module(name):
    module = COMMANDS[name][0].removesuffix(".__main__")
    text, imported, _ = run_help(module)
    assert imported == []
    assert text.startswith("Usage: ")


def parts_of_groups():
    """(command, part) for every command that is itself a group, such as benchmark."""
    commands = {name: main.get_command(None, name) for name in COMMANDS}
    groups = {name: found for name, found in commands.items() if isinstance(found, click.Group)}
    return [(name, part) for name, group in groups.items() for part in group.commands]


def test_the_help_of_parts_of_commands_imports_nothing_heavy():
    assert ("benchmark", "photo") in parts_of_groups()
    for name, part in parts_of_groups():
        text, imported, _ = run_help("keras_colorizer", name, part)
        assert imported == []
        assert text.startswith(f"Usage: keras-colorizer {name} {part} ")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_row_names_a_click_command(name):
    command = main.get_command(None, name)
    assert isinstance(command, click.Command)
    assert command.name == name


def test_version():
    result = CliRunner().invoke(main, ["--version"])
    assert result.output == f"keras-colorizer, version {keras_colorizer.__version__}\n"


def test_a_mistyped_command_is_met_with_the_nearest():
    result = CliRunner().invoke(main, ["trian"])
    assert result.exit_code == 2
    assert "no such command 'trian'; did you mean 'train'?" in result.output


def test_a_mistyped_option_is_no_mistyped_command():
    result = CliRunner().invoke(main, ["--versoin"])
    assert result.exit_code == 2
    assert "--version" in result.output


@pytest.mark.parametrize("name", keras_colorizer.__all__)
def test_the_packages_names_exist(name):
    assert name in dir(keras_colorizer)
    assert getattr(keras_colorizer, name) is not None


def test_the_packages_other_names_do_not():
    with pytest.raises(AttributeError, match="no attribute 'colourize'"):
        keras_colorizer.colourize  # noqa: B018
