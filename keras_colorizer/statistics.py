"""``python -m keras_colorizer.statistics``: the colours of a split, measured once, as JSON."""

import json
import shlex
from pathlib import Path

import click

from keras_colorizer.engine.commands import Command
from keras_colorizer.utils import startup


@click.command(context_settings={"show_default": True}, cls=Command)
@click.option(
    "--data",
    "source_name",
    default="oxford_flowers102",
    help="tfds name, folder of images, photos.npz or synthetic.",
)
@click.option("--data-dir", help="Where tfds keeps prepared data.  [default: TFDS_DATA_DIR]")
@click.option("--split", default="train", help="train, validation, test, all or tfds:EXPRESSION.")
@click.option("--size", default=128, type=click.IntRange(1), help="Side in pixels.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="What to write."
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
def statistics(source_name, data_dir, split, size, out, overwrite):
    """Measures the mean chroma and the colour distribution of a split's photos.

    They are read as evaluation reads them: whole, stretched to a square. The mean chroma is the
    floor that a colorizer must beat; the distribution over the ab plane weighs rare colours.
    """
    from keras_colorizer.errors import UserError

    if out.exists() and not overwrite:
        raise UserError(f"{out} exists; give another --out, or --overwrite")
    startup.import_keras()
    from keras_colorizer import data
    from keras_colorizer.color.grid import AB_GRID, AB_LOW
    from keras_colorizer.evaluation import photos as truth
    from keras_colorizer.training.run_folder import versions
    from keras_colorizer.utils.files import write_text

    photos = truth.load(data.open_source(source_name, data_dir), split, size)
    for photo_id in photos.excluded:
        click.echo(f"unreadable, not counted: {photo_id}", err=True)
    chroma = data.mean_chroma(photos.images)
    counts = data.ab_histogram(photos.images)
    found = {
        "data": photos.name,
        "split": split,
        "size": size,
        "photos": len(photos),
        "ids_sha256": photos.ids_sha256,
        "licence": photos.licence,
        "mean_chroma": [round(value, 6) for value in chroma],
        "ab": {"grid": AB_GRID, "low": AB_LOW, "counts": counts.tolist()},
        "versions": versions(),
        "command": _command(photos.name, split, size, out.name),
    }
    try:
        write_text(out, _as_json(found))
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror})") from error
    cells = int((counts > 0).sum())
    click.echo(f"{photos.name} {split}: {len(photos):,} photos at {size} px")
    click.echo(f"mean chroma: Cb {chroma[0]:+.4f}, Cr {chroma[1]:+.4f} (in ±0.5)")
    click.echo(f"colours: {counts.sum():,} pixels in {cells} cells of {AB_GRID} x {AB_GRID} ab")
    click.echo(f"written: {out}")


def _command(name, split, size, file):
    """What gives the same file elsewhere: without the places of this machine."""
    options = {"--data": name, "--split": split, "--size": str(size), "--out": file}
    words = [word for pair in options.items() for word in pair]
    return shlex.join(["python", "-m", "keras_colorizer.statistics", *words])


def _as_json(found):
    """Indented JSON with each row of the histogram on one line."""
    rows = [json.dumps(row) for row in found["ab"]["counts"]]
    marked = {**found, "ab": {**found["ab"], "counts": [f"row {i}" for i in range(len(rows))]}}
    text = json.dumps(marked, indent=2, ensure_ascii=False)
    for i, row in enumerate(rows):
        text = text.replace(f'"row {i}"', row, 1)
    return text + "\n"


if __name__ == "__main__":
    statistics(prog_name="python -m keras_colorizer.statistics")
