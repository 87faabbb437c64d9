"""What commands are made of: errors, lines and bars."""

import logging

import click
from click.testing import CliRunner

from keras_colorizer.engine.commands import Command, Group, listening
from keras_colorizer.errors import KerasColorizerError, UserError
from keras_colorizer.utils import progress


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
def group(context):
    if context.invoked_subcommand is None:
        raise UserError("a group's own")


def refused(context, option, value):
    if value == "bad":
        raise UserError("--how bad: give another")
    return value


@group.command()
@click.option("--how", callback=refused)
def work(how):
    progress.log.info("begins")
    progress.log.warning("%d are bad", 2)
    with progress.bar(range(3), 3, "working") as items:
        assert list(items) == [0, 1, 2]
    raise UserError("nothing to do")


def test_errors_are_one_line_wherever_they_come_from():
    for words, told in (
        ([], "Error: a group's own\n"),
        (["work", "--how", "bad"], "Error: --how bad: give another\n"),
        (["work"], "begins\n2 are bad\n"),
    ):
        done = CliRunner().invoke(group, words)
        assert done.exit_code == 1 and told in done.output and "Traceback" not in done.output
    assert issubclass(UserError, KerasColorizerError) and isinstance(work, Command)


def test_warnings_go_to_stderr_and_the_rest_to_stdout():
    done = CliRunner().invoke(group, ["work"])
    assert done.stdout.splitlines()[0] == "begins"
    assert "2 are bad\n" in done.stderr and "begins" not in done.stderr


def test_a_bar_is_there_for_those_who_listen_alone():
    begun = []

    def bars(items, total, label):
        begun.append((total, label))
        return progress.contextlib.nullcontext(items)

    with progress.bar([1], 1, "alone") as items:
        assert items == [1]
    with (
        progress.show_bars(bars),
        progress.bar([1], 1, "few", least=2),
        progress.bar([1, 2], 2, "enough", least=2),
    ):
        assert begun == [(2, "enough")]
    with progress.bar([1], 1, "after"):
        pass
    assert begun == [(2, "enough")]


def test_listening_ends(caplog):
    with listening(), listening():
        assert len(progress.log.handlers) == 1 and progress.log.level == logging.INFO
    assert not progress.log.handlers and progress.log.level == logging.NOTSET
    progress.log.warning("for whoever logs")
    assert "for whoever logs" in caplog.text
