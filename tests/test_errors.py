"""Errors that users cause: one line, a hint, exit code 1."""

import click
import pytest
from click.testing import CliRunner

from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError, choose, nearest


def test_a_user_error_is_one_line():
    assert str(UserError("photos: no such\n    folder;  give another")) == (
        "photos: no such folder; give another"
    )


def test_a_command_prints_it_and_exits_with_1():
    @click.command(cls=Command)
    def command():
        raise UserError("photos: no such folder")

    result = CliRunner().invoke(command)
    assert (result.exit_code, result.output) == (1, "Error: photos: no such folder\n")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("bacth", "; did you mean 'batch'?"),
        ("epochs", "; did you mean 'epochs'?"),
        ("zzzz", ""),
        ("", ""),
    ],
)
def test_nearest(word, hint):
    assert nearest(word, ["batch", "epochs"]) == hint


def test_nearest_of_nothing():
    assert nearest("batch", []) == ""


def test_choose():
    assert choose("codec", "rgb", iter(["rgb", "lab"])) == "rgb"
    with pytest.raises(UserError, match=r"unknown codec 'rbg': there are lab, rgb; .* 'rgb'\?"):
        choose("codec", "rbg", ["rgb", "lab"])
