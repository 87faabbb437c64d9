"""Pictures of an evaluation to look at: a sheet, the best and the worst, colours, hues."""

import os

import numpy as np
from PIL import Image, ImageDraw

from keras_colorizer.visualization import labels
from keras_colorizer.visualization.histograms import save_histograms
from keras_colorizer.visualization.hues import save_hues
from keras_colorizer.visualization.sheets import contact_sheet, save_png

__all__ = ["save_best_worst", "save_histograms", "save_hues", "save_sheet"]

_MARGIN = 12


def save_sheet(columns: dict, path: str | os.PathLike, captions: list[str] | None = None) -> None:
    """Draws the same photos in columns, such as gray | each model | truth, as a PNG.

    Args:
        columns: dict of a column's name → uint8 (N, S, S, 3) or (N, S, S, 1), all of one N and S.
            Long names are wrapped, then shrunk; photos narrower than 96 px are enlarged.
        path: the PNG to write, whole or not at all.
        captions: N texts, each below its row.
    """
    save_png(contact_sheet(columns, captions=captions), path)


def save_best_worst(blocks: dict, path: str | os.PathLike) -> None:
    """Draws where each model does best (left) and worst (right), a band a model, as a PNG.

    Args:
        blocks: dict of a model's name → {"best": items, "worst": items}; an item is (gray, result,
            truth, caption) with uint8 (S, S, 1 or 3) pictures.
        path: the PNG to write, whole or not at all.

    Raises:
        ValueError: there is no item at all.
    """
    bands = {
        name: {side: _half(block[side]) for side in ("best", "worst") if block[side]}
        for name, block in blocks.items()
    }
    halves = [half for band in bands.values() for half in band.values()]
    if not halves:
        raise ValueError("no photos to draw")
    column = max(half.width for half in halves) + _MARGIN
    titles = [labels.fit(n, 2 * column - _MARGIN, sizes=(17, 15, 13, 11)) for n in bands]
    head = 70
    heights = [head + max((h.height for h in b.values()), default=0) for b in bands.values()]
    picture = Image.new("RGB", (2 * column + _MARGIN, sum(heights) + _MARGIN), "white")
    draw, top = ImageDraw.Draw(picture), 0
    for band, (title, font), height in zip(bands.values(), titles, heights, strict=True):
        if top:
            draw.line((_MARGIN, top, picture.width - _MARGIN, top), fill="#bbbbbb", width=1)
        draw.multiline_text((_MARGIN, top + 26), title, fill="black", font=font, anchor="lm")
        for place, side in enumerate(("best", "worst")):
            left = _MARGIN + place * column
            text = side if side in band else f"{side}: no photos"
            draw.text((left, top + 50), text, fill="#444444", font=labels.font(13))
            if side in band:
                picture.paste(band[side], (left, top + head))
        top += height
    save_png(picture, path)


def _half(items):
    *pictures, captions = zip(*items, strict=True)
    names = ("gray", "result", "truth")
    return contact_sheet(
        {n: np.stack(p) for n, p in zip(names, pictures, strict=True)}, captions=captions
    )
