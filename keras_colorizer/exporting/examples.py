"""Photos before and after, for a model card: people would rather look than read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images import reading
from keras_colorizer.inference.backends.tflite import ExportedModel
from keras_colorizer.inference.colorizer import Colorizer
from keras_colorizer.visualization import sheets

FILE = "examples.png"
WIDTH, HEIGHT = 300, 200  # pixels of each picture; a photo is fitted in and padded with white


@dataclass(frozen=True)
class Examples:
    """Photos for a model card, and whose they are.

    Attributes:
        photos: paths of photos.
        credit: a line for below the picture: names and licences.
    """

    photos: tuple
    credit: str = ""


def _panel(image):
    image = image.convert("RGB")
    image.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    panel = Image.new("RGB", (WIDTH, HEIGHT), "white")
    panel.paste(image, ((WIDTH - image.width) // 2, (HEIGHT - image.height) // 2))
    return np.asarray(panel)


def draw(colorizer: Colorizer, photos) -> Image.Image:
    """A row for each photo: gray, result, and the original if any has colours.

    Args:
        colorizer: colours their gray.
        photos: paths, or what else ``reading.read`` takes.

    Returns:
        ``PIL.Image`` RGB.

    Raises:
        UserError: there is no photo, or one cannot be read.
    """
    rows = {"gray": [], "result": [], "original": []}
    for photo in photos:
        found = reading.read(photo)
        original = found.colour() or found.gray
        panels = {"gray": found.gray, "result": colorizer.paint(found.gray), "original": original}
        for name, image in panels.items():
            rows[name].append(_panel(image))
    if not rows["gray"]:
        raise UserError("no example was given; name at least one photo")
    if all(np.array_equal(*pair) for pair in zip(rows["gray"], rows["original"], strict=True)):
        del rows["original"]
    return sheets.contact_sheet({name: np.stack(panels) for name, panels in rows.items()})


def write(folder, examples: Examples) -> dict:
    """Draws ``examples.png`` with an exported folder's own TensorFlow Lite file.

    Returns:
        What the card keeps of it: ``photos`` (names without folders) and ``credit``.

    Raises:
        UserError: as ``draw``.
    """
    picture = draw(Colorizer(ExportedModel(folder)), examples.photos)
    sheets.save_png(picture, Path(folder) / FILE)
    return {"photos": [Path(p).name for p in examples.photos], "credit": examples.credit}


def markdown(card: dict) -> str:
    """The picture with its caption for a model card; empty if there is none."""
    found = card.get("examples")
    if not found:
        return ""
    names = ", ".join(f"`{name}`" for name in found["photos"])
    credit = f" {found['credit']}" if found["credit"] else ""
    return (
        f"\n![gray, result, original]({FILE})\n\nNothing chosen or touched up: {names}.{credit}\n"
    )
