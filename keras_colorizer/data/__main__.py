"""The ``python -m keras_colorizer.data`` command: any source to one photos.npz."""

import click

from keras_colorizer.engine.commands import Command


@click.command(context_settings={"show_default": True}, cls=Command)
@click.option(
    "--data",
    "source_name",
    default="oxford_flowers102",
    help="tfds name, folder of images, photos.npz or synthetic.",
)
@click.option("--data-dir", help="Where tfds keeps prepared data.  [default: TFDS_DATA_DIR]")
@click.option("--size", default=128, type=click.IntRange(1), help="Side in pixels.")
@click.option(
    "--fit",
    default="stretch",
    type=click.Choice(["stretch", "crop"]),
    help="Stretch the whole photo to a square, or crop its central one.",
)
@click.option("--out", default="photos.npz", type=click.Path(dir_okay=False), help="What to write.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
def data(source_name, data_dir, size, fit, out, overwrite):
    """Writes every photo of a source, resized, and its role to one file.

    Training, evaluation and benchmarks take the file as --data photos.npz, also where TensorFlow is
    absent.
    """
    from pathlib import Path

    from keras_colorizer.data.sources.npz import write
    from keras_colorizer.data.sources.resolve import open_source
    from keras_colorizer.errors import UserError

    path = Path(out)
    if path.suffix != ".npz":
        raise UserError(f"{out}: the file's name must end in .npz")
    if path.exists() and not overwrite:
        raise UserError(f"{out} exists; give another --out, or --overwrite")
    source = open_source(source_name, data_dir)
    counts = write(path, source, size, fit)
    roles = ", ".join(f"{role} {count}" for role, count in counts.items())
    megabytes = path.stat().st_size / 2**20
    click.echo(f"{out}: {sum(counts.values())} photos at {size} px ({roles}), {megabytes:.0f} MB")
    click.echo(f"licence of the photos: {source.licence}")


if __name__ == "__main__":
    data(prog_name="python -m keras_colorizer.data")
