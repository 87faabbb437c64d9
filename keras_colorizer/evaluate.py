"""``python -m keras_colorizer.evaluate``: how good colorizers are, and where they go wrong."""

import shlex
from pathlib import Path

import click

from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError
from keras_colorizer.utils import startup


@click.command(cls=Command)
@click.argument("models", nargs=-1, metavar="MODEL…")
@click.option(
    "--data",
    multiple=True,
    default=("oxford_flowers102",),
    show_default=True,
    help="A tfds name, a folder of images, a photos.npz, or 'synthetic'; repeat it for several.",
)
@click.option("--data-dir", help="Where tfds keeps its data (also TFDS_DATA_DIR).")
@click.option(
    "--split",
    help="train, validation, test, all or tfds:EXPRESSION.  "
    "[default: all of a folder alone, else test]",
)
@click.option(
    "--photos",
    "count",
    type=click.IntRange(1),
    metavar="N",
    help="Score N photos of the split, as many of each folder as of the others.  [default: all]",
)
@click.option(
    "--size",
    default=128,
    show_default=True,
    type=click.IntRange(16),
    help="Side in pixels at which pictures are compared.",
)
@click.option(
    "--out",
    default="evaluation",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for numbers and pictures.",
)
@click.option(
    "--reference",
    default="oxford",
    show_default=True,
    type=click.Choice(["oxford", "train"]),
    help="Whose mean chroma is a floor and whose rare colours count more: those of Oxford's "
    "training photos, or of the data's own training split.",
)
@click.option(
    "--aged",
    default=0.0,
    type=click.FloatRange(0, 1),
    metavar="STRENGTH",
    help="Score aged copies of the photos, the same for everybody: 0.5 as a drawer leaves them, 1 "
    "the worst. Their truth is the photo's chroma on the aged luma.  [default: not aged]",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier evaluation in --out.")
@click.option(
    "--allow-seen",
    is_flag=True,
    help="Also score photos that a model was trained on, by name or as near-duplicates.",
)
@click.option(
    "--drop-seen", is_flag=True, help="Leave such photos out; without either they are refused."
)
@click.option(
    "--saturation",
    "saturations",
    multiple=True,
    type=click.FloatRange(0),
    metavar="FACTOR",
    help="Score each model once more with its chroma scaled so, in a row of its own; repeatable.",
)
@click.option(
    "--temperature",
    "temperatures",
    multiple=True,
    type=click.FloatRange(0, 1),
    metavar="T",
    help="Score each model once more at this temperature of recipe colorful's; repeatable.",
)
@click.option(
    "--inception-weights",
    type=click.Path(path_type=Path),
    help="InceptionV3 weights of keras.applications.  [default: its cache, if they are there]",
)
@click.option(
    "--realism",
    is_flag=True,
    help="Also compare results of one half of the photos with the other half's truths, as "
    "EfficientNet-Lite2 sees them (needs the extra [pretrained]).",
)
@click.option(
    "--compare",
    multiple=True,
    metavar="RESULTS.json",
    help="Join these earlier results into the table, with paired differences; repeatable.",
)
@click.pass_context
def evaluate(context, overwrite, **options):
    """Score MODELs (run folders, SavedModels, .tflite files, shipped names) side by side.

    Every photo of the split is scored, in fixed order, against two floors and the truth. --out gets
    results.json, per_image.csv, table.md and pictures to look at. Without MODEL, --compare joins
    earlier results only; with neither, the floors are scored.
    """
    if options["compare"] and not options["models"]:
        names = ("data", "split", "photos", "size", "reference", "aged")
        given = {"photos": "count"}
        moot = [name for name in names if _is_given(context, given.get(name, name))]
        if moot:
            raise UserError(
                f"--compare without a MODEL only joins earlier results; leave out --{moot[0]}, or "
                "name a MODEL to score"
            )
    if options["allow_seen"] and options["drop_seen"]:
        raise UserError("--allow-seen and --drop-seen exclude each other; give one of them")
    startup.import_keras()
    from keras_colorizer.engine import evaluate

    evaluate.run(evaluate.Wanted(**options), overwrite, _command(context))


def _is_given(context, name):
    return context.get_parameter_source(name).name == "COMMANDLINE"


def _command(context):
    """The command line that repeats this evaluation; options in the order of --help."""
    words = ["python", "-m", "keras_colorizer.evaluate", *context.params["models"]]
    for option in context.command.params[1:]:
        if option.name == "overwrite" or not _is_given(context, option.name):
            continue
        found = context.params[option.name]
        for value in found if option.multiple else [found]:
            words += option.opts if option.is_flag else [*option.opts, str(value)]
    return shlex.join(words)


if __name__ == "__main__":
    evaluate()
