"""Sheets and curves: every photo is on the sheet, in its place."""

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.visualization import sheets


@pytest.mark.parametrize("size", [16, 128])
@pytest.mark.parametrize("wrap", [1, 2])
def test_every_photo_is_on_the_sheet(size, wrap):
    colours = np.arange(1, 7, dtype="uint8").reshape(3, 2, 1, 1) * 40
    photos = np.ones((3, 2, size, size), "uint8") * colours
    first = np.stack([photos[:, 0]] * 3, axis=-1)
    gray = photos[:, 1][..., None]
    sheet = sheets.contact_sheet({"first": first, "gray": gray}, wrap=wrap)
    shown = {colour for _, colour in sheet.getcolors(100_000)}
    assert {(int(c),) * 3 for c in colours.ravel()} <= shown
    scale = max(1, -(-96 // size))
    for colour in colours.ravel():
        area = sum(n for n, c in sheet.getcolors(100_000) if c == (int(colour),) * 3)
        assert area >= (size * scale) ** 2


def test_curves_are_drawn_and_gaps_allowed(tmp_path):
    rows = [{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0, "val_loss": 1.5}]
    panels = {"loss": ["loss", "val_loss"], "nothing": ["absent"]}
    sheets.save_curves(rows, panels, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (900, 260)
