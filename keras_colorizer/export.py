"""``python -m keras_colorizer.export``: a finished run becomes a SavedModel."""

from pathlib import Path

import click

from keras_colorizer import startup


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write; RUN/saved_model without it."
)
@click.option("--overwrite", is_flag=True, help="Replace the SavedModel that stands there.")
def export(run: Path, out: Path | None, overwrite: bool) -> None:
    """Write the trained network of RUN, a run folder, as a SavedModel.

    It colorizes where TensorFlow is, without Keras and without this package: signature colorize
    takes photos, colorize_encoded takes JPEG or PNG files, as TensorFlow Serving sends them.
    """
    startup.import_keras()
    from keras_colorizer.inference import exporting

    folder = exporting.export(run, out, overwrite)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    names = ", ".join(exporting.signature_names(folder))
    click.echo(f"SavedModel: {folder} ({size / 1e6:.1f} MB)")
    click.echo(f"signatures: {names}")


if __name__ == "__main__":
    export()
