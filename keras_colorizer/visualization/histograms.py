"""How many photos each class has, and which colours: figures 6 to 8 of the report."""

import os

import numpy as np

from keras_colorizer.visualization import figures

# A column of classes higher than this is broken; at most four stand side by side.
_CLASS_ROWS, _CLASS_COLUMNS = 36, 4
_RGB = (("R", "#d62728"), ("G", "#2ca02c"), ("B", "#1f4fd8"))


def save_histograms(classes: dict | None, colours: dict, path: str | os.PathLike) -> None:
    """Draws how many photos each class has and which colour values each row has, as a PNG.

    These are figures 6 to 8 of the report. All panels of colours share their scale; where single
    values would flatten everything else, it ends below them, and the panel says how far they reach.

    Args:
        classes: dict of a class's name → number of photos (None where unknown), drawn in order of
            the names; None where the photos have no classes.
        colours: dict of a row's name (the truth, a model) → int (3, 256), how often R, G and B
            take each value.
        path: the PNG to write, whole or not at all.
    """
    names = sorted(classes or {}, key=str.casefold)
    columns = min(_CLASS_COLUMNS, -(-len(names) // _CLASS_ROWS))
    rows = -(-len(names) // columns) if names else 0
    parts = [0.17 * rows + 0.9] * bool(names) + [1.45 * len(colours) + 0.7] * bool(colours)
    figure = figures.new(12, sum(parts))
    subfigures = iter(np.atleast_1d(figure.subfigures(len(parts), 1, height_ratios=parts)))
    if names:
        _draw_classes(next(subfigures), names, classes, rows, columns)
    if colours:
        _draw_colours(next(subfigures), colours)
    figures.save(figure, path)


def _draw_classes(figure, names, classes, rows, columns):
    known = [classes[name] for name in names if classes[name] is not None]
    figure.suptitle(f"Photos per class: {sum(known):,} in {len(names)}", fontsize=11)
    most = max([1, *known])
    for place, axis in enumerate(figure.subplots(1, columns, squeeze=False)[0]):
        part = names[place * rows : (place + 1) * rows]
        bars = axis.barh(range(len(part)), [classes[n] or 0 for n in part], color="#4c78a8")
        counts = ["?" if classes[n] is None else f"{classes[n]:,}" for n in part]
        axis.bar_label(bars, counts, fontsize=7, padding=2)
        axis.set_yticks(range(len(part)), [figures.text(n, 30) for n in part], fontsize=7)
        axis.set(ylim=(rows - 0.4, -0.6), xlim=(0, 1.12 * most))
        axis.tick_params(axis="x", labelsize=7)
        axis.tick_params(axis="y", length=0)
        axis.spines[["top", "right"]].set_visible(False)


def _draw_colours(figure, colours):
    counts = [np.asarray(c, "float64") for c in colours.values()]
    shares = [100 * c / np.maximum(c.sum(axis=1, keepdims=True), 1) for c in counts]
    limit, clipped = _limit(np.stack(shares))
    note = f"; the scale ends at {limit:.2g} %, what goes beyond is named" if clipped else ""
    figure.suptitle(f"Colour values: share of pixels in %{note}", fontsize=11)
    axes = figure.subplots(len(colours), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axis, name, share in zip(axes, colours, shares, strict=True):
        lines = list(zip(_RGB, share, strict=True))
        if (share == share[0]).all():
            lines = [(("R = G = B", "#333333"), share[0])]
        for (channel, colour), values in lines:
            axis.fill_between(range(256), values, step="mid", color=colour, alpha=0.15, lw=0)
            axis.step(range(256), values, where="mid", color=colour, lw=1, label=channel)
        axis.set_title(figures.text(name, 110), fontsize=9, loc="left", pad=3)
        axis.tick_params(labelsize=7)
        axis.grid(alpha=0.25)
        axis.set(xlim=(-2, 257), ylim=(0, limit), xticks=[*range(0, 256, 32), 255])
        beyond = _beyond(lines, limit) if share.any() else "no pixels"
        place = {"transform": axis.transAxes, "ha": "center", "va": "top"}
        paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1}
        axis.text(0.5, 0.95, beyond, fontsize=7, bbox=paper if beyond else None, **place)
        axis.legend(loc="upper right", fontsize=7, ncols=len(lines), framealpha=0.6)
    axes[-1].set_xlabel("value, 0 to 255", fontsize=8)


def _limit(shares):
    """Where the common scale ends, and whether any value is beyond."""
    highest = shares.max(initial=0.0)
    # What a channel has too much of gathers at 0 and 255: they tell little of the rest's height.
    inner = [row[row > 0] for row in shares[..., 1:-1]]
    usual = max([np.percentile(row, 99) for row in inner if row.size], default=highest)
    if highest > 1.5 * usual:
        return 1.2 * usual, True
    return 1.05 * (highest or 1.0), False


def _beyond(lines, limit):
    found = [(v[i], i, c) for (c, _), v in lines for i in np.flatnonzero(v > limit)]
    texts = [f"{channel} {value}: {share:.1f} %" for share, value, channel in sorted(found)[::-1]]
    more = f"   and {len(texts) - 6} more" if len(texts) > 6 else ""
    return "beyond the scale   " + "   ".join(texts[:6]) + more if texts else ""
