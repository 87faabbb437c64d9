"""Which hue a model gives to what is red, yellow, blue …: a heat map a model."""

import os
import textwrap

import numpy as np

from keras_colorizer.visualization import figures

# Of the 30° sectors of Lab hue, from 0° on.
HUES = (
    "rose", "red", "orange", "yellow", "green", "jade",
    "teal", "cyan", "azure", "blue", "purple", "pink",
)  # fmt: skip


def save_hues(hues: dict, path: str | os.PathLike) -> None:
    """Draws which hue each model gives to pixels of each true hue, a panel a model, as a PNG.

    Args:
        hues: dict of a row's name → {"matrix": shares 12 x 12 by true (rows) and predicted
            (columns) sector of 30° of Lab hue, "no_hue": 12 shares that got none, "pixels": 12
            counts of the truth (may be left out)}. Rows that the truth does not have are NaN or
            None.
        path: the PNG to write, whole or not at all.

    Raises:
        ValueError: not 12 sectors.
    """
    columns = min(2, len(hues))
    rows = -(-len(hues) // columns)
    figure = figures.new(6.8 * columns, 6.4 * rows + 0.5)
    title = "Of the pixels of each true hue, the share in % that gets each hue"
    if any("pixels" in found for found in hues.values()):
        title += "\n(of all: how much of the truth's coloured pixels has the true hue)"
    figure.suptitle(title, fontsize=10)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes[len(hues) :]:
        axis.set_visible(False)
    colours = _sector_colours()
    for axis, (name, found) in zip(axes, hues.items(), strict=False):
        axis.set_title(textwrap.fill(figures.text(name, 120), 62), fontsize=11)
        _draw_hues(axis, found, colours)
    figures.save(figure, path)


def _sector_colours():
    """Each sector's colour at its middle, at L* 65 and C* 45; teal and cyan leave sRGB a little."""
    from keras_colorizer.color import spaces

    angles = np.deg2rad(np.arange(len(HUES)) * 30 + 15)
    lab = np.stack([np.full(len(HUES), 65.0), 45 * np.cos(angles), 45 * np.sin(angles)], axis=-1)
    return np.clip(np.asarray(spaces.lab_to_rgb(lab.astype("float32"))), 0, 1)


def _draw_hues(axis, found, colours):
    from matplotlib.patches import Rectangle

    count = len(HUES)
    shares = np.column_stack([_floats(found["matrix"]), _floats(found["no_hue"])])
    if shares.shape != (count, count + 1):
        raise ValueError(f"{count} sectors are needed, not {shares.shape}")
    lefts = [*range(count), count + 0.4]  # "no hue" stands a little apart
    for row, values in enumerate(shares):
        box = {"width": 1, "height": 1, "linewidth": 0.4, "edgecolor": "#cccccc"}
        if np.isnan(values).any():
            text = {"fontsize": 7, "color": "#888888", "ha": "center", "va": "center"}
            axis.text(count / 2, row + 0.5, "the truth has no such pixel", **text)
            continue
        for left, value in zip(lefts, values, strict=True):
            tone = 1 - 0.85 * float(np.clip(value, 0, 1))
            axis.add_patch(Rectangle((left, row), facecolor=(tone, tone, tone), **box))
            if value >= 0.005:
                ink = "white" if tone < 0.55 else "black"
                place = {"ha": "center", "va": "center", "fontsize": 7.5, "color": ink}
                axis.text(left + 0.5, row + 0.5, f"{100 * value:.0f}", **place)
        axis.add_patch(
            Rectangle((row, row), 1, 1, facecolor="none", edgecolor="black", lw=1.6, zorder=3)
        )
    for sector, colour in enumerate(colours):
        axis.add_patch(Rectangle((-0.75, sector), 0.6, 1, facecolor=colour))
        axis.add_patch(Rectangle((sector, count + 0.15), 1, 0.6, facecolor=colour))
    names = [f"{name} {30 * i}–{30 * i + 30}°" for i, name in enumerate(HUES)]
    axis.set_xticks([left + 0.5 for left in lefts], [*names, "no hue"], rotation=90, fontsize=8)
    axis.set_yticks([sector + 0.5 for sector in range(count)], names, fontsize=8)
    axis.set_xlabel("predicted", fontsize=9)
    axis.set_ylabel("true", fontsize=9)
    axis.set(xlim=(-0.8, count + 2.6), ylim=(count + 0.8, -0.7))
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    if "pixels" in found:
        pixels = _floats(found["pixels"])
        text = {"fontsize": 7, "color": "#555555", "ha": "center", "va": "center"}
        axis.text(count + 2, -0.35, "of all", **text)
        for sector, share in enumerate(100 * pixels / max(pixels.sum(), 1)):
            share = "< 0.1 %" if 0 < share < 0.1 else f"{share:.1f} %"
            axis.text(count + 2, sector + 0.5, share, **text)


def _floats(values):
    return np.asarray(values, dtype="float64")  # None becomes NaN
