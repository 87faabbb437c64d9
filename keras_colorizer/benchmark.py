"""The ``python -m keras_colorizer.benchmark`` command: how fast the parts are on this machine."""

import functools
import shlex
from pathlib import Path

import click

from keras_colorizer.engine.commands import Group
from keras_colorizer.errors import UserError

MODEL = click.option("--model", help="A shipped model's name, or a path.  [default: the shipped]")
REPEATS = click.option("--repeats", default=5, type=click.IntRange(1), help="Timed runs of each.")


def recorded(function):
    """Gives a part the option --json: a file that holds what it measured, and where."""

    @click.option(
        "--json",
        "record",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Also write what was measured, and on what, into this file.",
    )
    @click.pass_context
    @functools.wraps(function)
    def part(context, record=None, **options):
        if record and record.exists():
            raise UserError(f"--json {record}: exists; delete it or name another file")
        measured = function(**options)
        if record:
            from keras_colorizer.benchmarks import records

            records.write(record, context.info_name, _command(context), measured)

    return part


def _command(context):
    """The command line that repeats this measurement; options in the order of --help."""
    words = ["python", "-m", "keras_colorizer.benchmark", context.info_name]
    for option in context.command.params:
        source = context.get_parameter_source(option.name)
        if option.name == "record" or source is not click.core.ParameterSource.COMMANDLINE:
            continue
        found = context.params[option.name]
        for value in found if option.multiple else [found]:
            words += [*option.opts, str(value)]
    return shlex.join(words)


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
def benchmark(context):
    """Measures the parts of keras_colorizer on this machine, each beside a floor.

    Without a part: photo, folder, network, pipeline (on photos made for it) and training, in turn.
    """
    if context.invoked_subcommand is None:
        from keras_colorizer.benchmarks.pipeline import pipeline_of_pictures

        context.invoke(photo)
        context.invoke(folder)
        context.invoke(network, repeats=2)
        pipeline_of_pictures()
        context.invoke(training)


@benchmark.command(context_settings={"show_default": True})
@click.option(
    "--data",
    "source_name",
    default="oxford_flowers102",
    help="tfds name or folder of images.",
)
@click.option("--data-dir", help="Where tfds keeps prepared data.  [default: TFDS_DATA_DIR]")
@click.option("--size", default=128, type=click.IntRange(1), help="Side in pixels.")
@click.option("--batch", default=16, type=click.IntRange(1), help="Photos a training batch.")
@click.option("--photos", default=2000, type=click.IntRange(2), help="How many, at most.")
@recorded
def pipeline(source_name, data_dir, size, batch, photos):
    """Photos per second that the data pipeline delivers, beside bare JPEG decoding.

    Cold is decoding and resizing by tf.data; warm is shuffled training batches from the cache. Bare
    is Pillow decoding the same files' bytes, whole, in one process and one thread.
    """
    from keras_colorizer.benchmarks import pipeline as measuring

    return measuring.pipeline(source_name, data_dir, size, batch, photos)


@benchmark.command(context_settings={"show_default": True})
@MODEL
@REPEATS
@recorded
def photo(model=None, repeats=5):
    """One photo of 1 and of 12 MP: the whole process, beside one that only decodes and encodes."""
    from keras_colorizer.benchmarks import processes as measuring

    return measuring.photo(model, repeats)


@benchmark.command(context_settings={"show_default": True})
@MODEL
@REPEATS
@click.option("--photos", default=40, type=click.IntRange(1), help="Photos in the folder.")
@recorded
def folder(model=None, repeats=5, photos=40):
    """A folder of 1 MP photos, beside a process that only decodes and encodes them."""
    from keras_colorizer.benchmarks import processes as measuring

    return measuring.folder(model, repeats, photos)


@benchmark.command(context_settings={"show_default": True})
@click.option(
    "--recipe", "recipes", multiple=True, help="Recipes to time; repeatable.  [default: all]"
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="As in train.")
@click.option("--seconds", default=20.0, type=click.FloatRange(1), help="Time for each.")
@recorded
def training(recipes=(), settings=(), seconds=20.0):
    """Photos per second of each recipe's training step, beside the report's GAN."""
    from keras_colorizer.utils import startup

    startup.import_keras()
    from keras_colorizer.benchmarks import training as measuring

    return measuring.training(recipes, settings, seconds)


@benchmark.command(context_settings={"show_default": True})
@click.option(
    "--model",
    help="A run, an exported folder or a shipped model's name; instead of --recipe.",
)
@click.option("--recipe", default="chroma", help="Whose network, with fresh weights.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="As in train.")
@click.option("--size", type=click.IntRange(1), help="Side in pixels.  [default: the model's, 256]")
@click.option("--threads", type=click.IntRange(1), help="Of LiteRT.  [default: all usable cores]")
@click.option("--repeats", default=5, type=click.IntRange(1), help="Turns; a few calls in each.")
@recorded
def network(model=None, recipe="chroma", settings=(), size=None, threads=None, repeats=5):
    """The network alone on one photo in LiteRT, beside the report's generator: cost and size.

    Without --model nothing trained is needed: weights change neither time nor size. Needs
    TensorFlow, which converts the networks.
    """
    from keras_colorizer.utils import startup

    startup.import_keras()
    from keras_colorizer.benchmarks import network as measuring

    return measuring.network(model, recipe, settings, size, threads, repeats)


if __name__ == "__main__":
    benchmark(prog_name="python -m keras_colorizer.benchmark")
