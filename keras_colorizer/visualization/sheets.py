"""Pictures to look at: contact sheets with Pillow, curves with matplotlib."""

import numpy as np
from PIL import Image, ImageDraw

from keras_colorizer.utils.files import replace_atomically
from keras_colorizer.visualization import figures, labels

_GAP = 4
_CAPTION = 24  # pixels: a line of text and the gap to the next row
_NARROWEST = 96  # pixels: smaller photos are enlarged, or one could neither see nor label them


def save_png(image, path):
    """Writes a ``PIL.Image`` as PNG, whole or not at all."""
    with replace_atomically(path) as temporary:
        image.save(temporary, format="PNG")


def contact_sheet(columns, wrap=1, captions=None):
    """Photos in rows, one column a kind, with the kinds' names above.

    Args:
        columns: dict of name → uint8 array (N, H, W, 3) or (N, H, W, 1), all of one N, H and W.
            Names that are wider than a photo are wrapped, then shrunk.
        wrap: how many rows of photos stand side by side. Photos narrower than 96 px are enlarged
            by a whole factor.
        captions: N texts, each to stand below its row, or None.

    Returns:
        ``PIL.Image`` in RGB.
    """
    stacks = [np.asarray(c) for c in columns.values()]
    stacks = [np.repeat(s, 3, axis=-1) if s.shape[-1] == 1 else s for s in stacks]
    zoom = -(-_NARROWEST // stacks[0].shape[2])
    stacks = [s.repeat(zoom, axis=1).repeat(zoom, axis=2) for s in stacks]
    count, height, width, _ = stacks[0].shape
    names = [labels.fit(name, width, lines=3) for name in columns]
    head = 6 + 16 * max(name.count("\n") + 1 for name, _ in names)
    block = len(stacks) * (width + _GAP) + 2 * _GAP
    row_height = height + (_GAP if captions is None else _CAPTION)
    rows = -(-count // wrap)
    sheet = Image.new("RGB", (wrap * block, head + rows * row_height), "white")
    draw = ImageDraw.Draw(sheet)
    for side in range(min(wrap, count)):
        for place, (name, font) in enumerate(names):
            middle = (_GAP + side * block + place * (width + _GAP) + width // 2, head // 2)
            draw.multiline_text(
                middle, name, fill="black", font=font, anchor="mm", align="center", spacing=1
            )
    for index in range(count):
        row, side = divmod(index, wrap)
        left, top = _GAP + side * block, head + row * row_height
        for place, stack in enumerate(stacks):
            sheet.paste(Image.fromarray(stack[index]), (left + place * (width + _GAP), top))
        if captions is not None:
            text, font = labels.fit(captions[index], block - 2 * _GAP, lines=1, sizes=(11, 10, 9))
            draw.text((left, top + height + 2), text, fill="#444444", font=font)
    return sheet


def save_curves(rows, panels, path):
    """Draws columns of metrics.csv against the epoch, one panel a group, as a PNG.

    Args:
        rows: dicts of floats, one an epoch, with an ``epoch`` key; missing values leave gaps.
        panels: dict of a panel's title → list of column names; panels without data are left out.
        path: the PNG to write, whole or not at all.
    """
    known = {key for row in rows for key in row}
    panels = {title: [n for n in names if n in known] for title, names in panels.items()}
    panels = {title: names for title, names in panels.items() if names}
    figure = figures.new(9, 2.6 * len(panels))
    axes = np.atleast_1d(figure.subplots(len(panels), 1, sharex=True))
    epochs = [row["epoch"] for row in rows]
    for axis, (title, names) in zip(axes, panels.items(), strict=True):
        for name in names:
            values = [row.get(name, float("nan")) for row in rows]
            axis.plot(epochs, values, marker=".", label=name.replace("_", " "))
        axis.set_ylabel(title)
        axis.grid(alpha=0.3)
        axis.legend(loc="best", fontsize=8)
    axes[-1].set_xlabel("epoch")
    figures.save(figure, path)
