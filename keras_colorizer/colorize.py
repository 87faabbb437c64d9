"""``python -m keras_colorizer.colorize``: gray photos in, colour photos out."""

from pathlib import Path

import click

from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError
from keras_colorizer.images import formats

OWN = formats.FORMATS.own()
# PPM holds nothing but pixels.
FORMATS = [
    kind
    for name, known in OWN.items()
    for kind in known.suffixes[:2]
    if known.holds_colour and name != "PPM"
]


class Kind(click.Choice):
    """A format by its suffix: one that is offered, or one that another package brings."""

    def convert(self, value, param, ctx):
        """Pillow's name of the format."""
        name = formats.of_suffix(value)
        if name and name not in OWN and formats.FORMATS[name].holds_colour:
            return name
        return formats.of_suffix(super().convert(value, param, ctx))


@click.command(cls=Command)
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO…")
@click.option(
    "--out",
    default="colorized",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for results.",
)
@click.option(
    "--model",
    metavar="NAME|PATH",
    help="A shipped model, run folder, SavedModel or .tflite file.  [default: photos]",
)
@click.option(
    "--format",
    type=Kind(FORMATS, case_sensitive=False),
    help="Of the results.  [default: each photo's own, or PNG where that cannot hold colour]",
)
@click.option("--quality", type=click.IntRange(1, 100), help="Of JPEG and WebP results.")
@click.option(
    "--depth",
    type=click.Choice(["8", "16"]),
    default="16",
    show_default=True,
    callback=lambda context, option, value: int(value),
    help="The most bits a channel of PNG and TIFF results: with 16 those of deeper scans have 16.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="How many photos at a time.  [default: one for each core]",
)
@click.option(
    "--saturation",
    type=click.FloatRange(0, 4),
    default=1.0,
    show_default=True,
    help="0: gray; above 1: stronger colours.",
)
@click.option(
    "--blend",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="How much of the result to mix with the gray photo: 0 is gray.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 1),
    help="Of models that have one (recipe colorful), 0: the likeliest colours; 1: the mean of all."
    "  [default: the model's own]",
)
@click.option("--raw", is_flag=True, help="The network's own RGB at its working size.")
@click.option(
    "--compare",
    is_flag=True,
    help="Also gray | result (| original, where it had colour) side by side, into OUT/compare.",
)
@click.option("--overwrite", is_flag=True, help="Make results anew that are there already.")
@click.option(
    "--allow-private-hosts",
    is_flag=True,
    help="Links may lead to this machine and its own network.",
)
@click.pass_context
def colorize(context, format, **options):
    """Colorize PHOTOs: files, folders (with all below), globs, http(s) links.

    A result is OUT/<path inside the given folder>/NAME.EXT, in the photo's own size and sharpness.
    Results that are there already are kept; photos are never touched. PHOTO may be - alone: one
    photo from standard input, its result to standard output.

    A photo that cannot be read is named, the rest goes on, and the exit code is 1.
    """
    from keras_colorizer.engine import colorize

    wanted = colorize.Wanted(format=format, **options)
    if "-" not in wanted.photos:
        colorize.run(wanted)
        return
    for option in ("out", "compare"):
        if context.get_parameter_source(option).name == "COMMANDLINE":
            raise UserError(f"- writes to standard output alone; leave out --{option}")
    colorize.stream(wanted)


if __name__ == "__main__":
    colorize()
