"""The ``keras-colorizer`` command: a group that imports a sub-command only when it is called."""

import importlib

import click

from keras_colorizer import __version__
from keras_colorizer.engine.commands import Group
from keras_colorizer.errors import nearest

# A new command is one row: its name, the module whose attribute of that name is the click command,
# and what it does.
COMMANDS = {
    "colorize": ("keras_colorizer.colorize", "Colorize photos: files, folders, links."),
    "data": ("keras_colorizer.data.__main__", "Prepare photos once, as one file for training."),
    "train": ("keras_colorizer.train", "Train a colorizer and export what it learned."),
    "evaluate": ("keras_colorizer.evaluate", "Score colorizers side by side, with pictures."),
    "export": ("keras_colorizer.export", "Turn a finished run into a SavedModel."),
    "statistics": (
        "keras_colorizer.statistics",
        "Measure a split's mean chroma and colour distribution.",
    ),
    "benchmark": ("keras_colorizer.benchmark", "Measure how fast photos are read and prepared."),
}


class LazyGroup(Group):
    """A click group over ``COMMANDS``; its own ``--help`` imports none of their modules."""

    def list_commands(self, ctx):
        """The names of all commands, in the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx, cmd_name):
        """The click command called ``cmd_name``, imported now, or None."""
        if cmd_name not in COMMANDS:
            return None
        return getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)

    def resolve_command(self, ctx, args):
        """As click's, but a mistyped name is met with the nearest right one."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no such command {args[0]!r}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx, formatter):
        """Writes the commands' section of ``--help`` from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="keras-colorizer COMMAND --help says more about each.",
)
@click.version_option(__version__, prog_name="keras-colorizer")
def main():
    """Gray photos become colour photos: prepare data, train, export, measure."""


if __name__ == "__main__":
    main(prog_name="keras-colorizer")
