"""``python -m keras_colorizer.export``: a finished run becomes a folder to ship."""

from pathlib import Path

import click

from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError
from keras_colorizer.utils import startup


@click.command("export", cls=Command)
@click.argument("run", metavar="RUN|NAME")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write; RUN/saved_model without it."
)
@click.option("--overwrite", is_flag=True, help="Replace the SavedModel that stands there.")
@click.option(
    "--data",
    multiple=True,
    help="The photos that RUN was trained on, where its card's name is not it; repeat it for "
    "several.",
)
@click.option("--data-dir", help="Where tfds keeps prepared data.")
@click.option(
    "--example",
    "shown",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A photo for the model card's picture, gray beside result; once for each.",
)
@click.option("--credit", help="Line below that picture: whose photos they are, and the licence.")
@click.option("--no-tflite", is_flag=True, help="Write the SavedModel alone; needs no photos.")
def export(
    run: str,
    out: Path | None,
    overwrite: bool,
    data: tuple[str, ...],
    data_dir: str | None,
    shown: tuple[Path, ...],
    credit: str | None,
    no_tflite: bool,
) -> None:
    """Write a trained network, of a run folder or a shipped model, as a SavedModel and TensorFlow
    Lite files.

    The SavedModel colorizes where TensorFlow is, without Keras and without this package: signature
    colorize takes photos, colorize_encoded takes JPEG or PNG files, as TensorFlow Serving sends
    them. The TensorFlow Lite files are for phones and for this package's own colorize: calibrated
    and measured on RUN's own photos; nothing is written if one is too far from the network.
    """
    if no_tflite and shown:
        raise UserError("--example: --no-tflite writes no model card; leave one of them out")
    if credit and not shown:
        raise UserError("--credit: there is no picture to credit; add --example PHOTO")
    startup.import_keras()
    from keras_colorizer.exporting import examples, export
    from keras_colorizer.inference.backends.saved_model import signature_names
    from keras_colorizer.models import card

    run = _folder(run, out)
    source = None if no_tflite else _source(run, data, data_dir)
    shown = examples.Examples(shown, credit or "") if shown else None
    folder = export.export(run, out, overwrite, source, shown)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    names = ", ".join(signature_names(folder))
    click.echo(f"exported: {folder} ({size / 1e6:.1f} MB)")
    click.echo(f"signatures of its SavedModel: {names}")
    if no_tflite:
        return
    found = card.read(folder)["parity"]
    cores = str(found["cores"])
    click.echo(f"file{'':19} MB  mean ΔE   max ΔE  colour  ms ({cores} threads)")
    for file, entry in found["files"].items():
        ratio, times = entry["colourfulness_ratio"], entry.get("latency_ms", {})
        click.echo(
            f"{file:21} {entry['bytes'] / 1e6:4.2f}  {entry['mean_delta_e']:7.3f}"
            f"  {entry['max_delta_e']:7.2f}  {'     –' if ratio is None else f'{ratio:6.3f}'}"
            f"  {times.get(cores, '–')}"
        )
    path = found["photo_path"]
    click.echo(
        f"the graph's whole path is {path['mean_delta_e']:.2f} mean ΔE from this package's own, at "
        f"{path['size']} pixels"
    )
    click.echo(f"model card: {folder / 'README.md'}")


def _folder(run, out):
    """The folder of a run, or of the shipped model of that name."""
    from keras_colorizer.models import presets

    if note := presets.shadowed(run):
        click.echo(note)
    if not out and run in presets.names():
        raise UserError(f"{run}: a shipped model stays as it is; add --out DIR")
    return presets.existing(run)


def _source(run, data, data_dir):
    """The run's photos; a UserError, not a download, where they are not here."""
    from keras_colorizer.data import open_source
    from keras_colorizer.models import card

    own = card.read_run(run)
    name = data or (own.get("data") or {}).get("name")
    needed = "its TensorFlow Lite files are calibrated and measured on the photos it was trained on"
    ways = "give --data or --data-dir with these, or --no-tflite for the SavedModel alone"
    if not name:
        raise UserError(f"{run}: {needed}, and its card names none; {ways}")
    try:
        source = open_source(name, data_dir)
    except UserError as error:
        raise UserError(f"{run}: {needed}, and: {error.message}; {ways}") from error
    if download := source.to_download():
        raise UserError(
            f"{run}: {needed}: {source.name}, not here yet ({download} to fetch); {ways}"
        )
    return source


if __name__ == "__main__":
    export()
