"""The ``python -m keras_colorizer.benchmark`` command: how fast the parts are on this machine."""

import click

MODEL = click.option("--model", help="A shipped model's name, or a path.  [default: the shipped]")
REPEATS = click.option("--repeats", default=5, type=click.IntRange(1), help="Timed runs of each.")


@click.group(invoke_without_command=True)
@click.pass_context
def benchmark(context):
    """Measures the parts of keras_colorizer on this machine, each beside a floor.

    Without a part: photo, folder, network, pipeline (on photos made for it) and training, in turn.
    """
    if context.invoked_subcommand is None:
        from keras_colorizer import benchmarks

        context.invoke(photo)
        context.invoke(folder)
        context.invoke(network, repeats=2)
        benchmarks.pipeline_of_pictures()
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
def pipeline(source_name, data_dir, size, batch, photos):
    """Photos per second that the data pipeline delivers, beside bare JPEG decoding.

    Cold is decoding and resizing by tf.data; warm is shuffled training batches from the cache. Bare
    is Pillow decoding the same files' bytes, whole, in one process and one thread.
    """
    from keras_colorizer import benchmarks

    benchmarks.pipeline(source_name, data_dir, size, batch, photos)


@benchmark.command(context_settings={"show_default": True})
@MODEL
@REPEATS
def photo(model=None, repeats=5):
    """One photo of 1 and of 12 MP: the whole process, beside one that only decodes and encodes."""
    from keras_colorizer import benchmarks

    benchmarks.photo(model, repeats)


@benchmark.command(context_settings={"show_default": True})
@MODEL
@REPEATS
@click.option("--photos", default=40, type=click.IntRange(1), help="Photos in the folder.")
def folder(model=None, repeats=5, photos=40):
    """A folder of 1 MP photos, beside a process that only decodes and encodes them."""
    from keras_colorizer import benchmarks

    benchmarks.folder(model, repeats, photos)


@benchmark.command(context_settings={"show_default": True})
@click.option(
    "--recipe", "recipes", multiple=True, help="Recipes to time; repeatable.  [default: all]"
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="As in train.")
@click.option("--seconds", default=20.0, type=click.FloatRange(1), help="Time for each.")
def training(recipes=(), settings=(), seconds=20.0):
    """Photos per second of each recipe's training step, beside the report's GAN."""
    from keras_colorizer import startup

    startup.import_keras()
    from keras_colorizer import benchmarks

    benchmarks.training(recipes, settings, seconds)


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
def network(model=None, recipe="chroma", settings=(), size=None, threads=None, repeats=5):
    """The network alone on one photo in LiteRT, beside the report's generator: cost and size.

    Without --model nothing trained is needed: weights change neither time nor size. Needs
    TensorFlow, which converts the networks.
    """
    from keras_colorizer import startup

    startup.import_keras()
    from keras_colorizer import costs

    costs.network(model, recipe, settings, size, threads, repeats)


if __name__ == "__main__":
    benchmark(prog_name="python -m keras_colorizer.benchmark")
