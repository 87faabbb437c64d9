"""What commands are made of: errors in one line, and the lines and bars of long work."""

import contextlib
import logging
import re
import sys

import click

from keras_colorizer.errors import UserError
from keras_colorizer.utils import progress
from keras_colorizer.utils.registry import import_parts

_ARGUMENT = re.compile(r"`([^`=\s]+)(?:=([^`]*))?`")


def as_flags(text):
    """A message of the library with the options that this command's user knows for its arguments.

    Arguments stand there between backticks, with or without a value: ``init=RUN`` becomes --init
    RUN. What the command has no option for is a field of a recipe: ``--set loss=huber``.
    """
    context = click.get_current_context(silent=True)
    words = [word for each in context.command.params for word in each.opts] if context else []
    options = {word[2:].replace("-", "_"): word for word in words if word.startswith("--")}

    def flag(found):
        name, value = found.groups()
        if value == "False" and f"no_{name}" in options:
            return options[f"no_{name}"]
        if name not in options:
            return f"--set {name}" if value is None else f"--set {name}={value}"
        return options[name] if value in (None, "True") else f"{options[name]} {value}"

    return _ARGUMENT.sub(flag, text)


class _Echo(logging.Handler):
    """The package's log as a command's output: warnings on stderr, the rest on stdout."""

    def emit(self, record):
        """Writes one line, at once."""
        click.echo(as_flags(record.getMessage()), err=record.levelno >= logging.WARNING)


def _bar(items, total, label):
    return click.progressbar(
        items, length=total, label=label, show_pos=True, file=sys.stderr,
        update_min_steps=max(1, total // 1000),
    )  # fmt: skip


@contextlib.contextmanager
def listening():
    """Shows the package's lines and bars in the block."""
    if any(isinstance(handler, _Echo) for handler in progress.log.handlers):
        yield  # a group listens for its commands
        return
    echo, level, propagates = _Echo(), progress.log.level, progress.log.propagate
    progress.log.addHandler(echo)
    progress.log.setLevel(logging.INFO)
    progress.log.propagate = False
    try:
        with progress.show_bars(_bar):
            yield
    finally:
        progress.log.removeHandler(echo)
        progress.log.setLevel(level)
        progress.log.propagate = propagates


@contextlib.contextmanager
def _in_one_line():
    try:
        yield
    except UserError as error:
        raise click.ClickException(as_flags(error.message)) from error


def _import(_context, _option, modules):
    for module in modules:
        import_parts(module)


class Command(click.Command):
    """A click command whose users' errors end in ``Error: …`` and exit code 1.

    Each has ``--import MODULE`` for parts of the user's own.
    """

    def __init__(self, *args, params=None, **kwargs):
        own = click.Option(
            ["--import"],
            multiple=True,
            metavar="MODULE",
            is_eager=True,  # other options may name what it brings
            expose_value=False,
            callback=_import,
            help="Import a module that registers parts of your own; repeatable.",
        )
        super().__init__(*args, params=[*(params or []), own], **kwargs)

    def make_context(self, *args, **kwargs):
        """As click's; what an option refuses is one line."""
        with _in_one_line():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx):
        """As click's, with the package's lines and bars."""
        with _in_one_line(), listening():
            return super().invoke(ctx)


class Group(Command, click.Group):
    """A click group of such commands, and itself one."""

    command_class = Command
