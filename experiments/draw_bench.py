"""Draws the bench, from what is recorded: how every system learns, and what it ends with.

    python experiments/draw_bench.py [--out experiments/pictures]

bench-curves.png has a panel for each system: PSNR (blue, left) and colourfulness (orange, right) on
256 validation photos after every epoch, a line for each seed. bench.png sets CIEDE2000 against
colourfulness on the test photos, means over seeds; better is lower and nearer the dashed line,
which is the truth's colourfulness.
"""

import argparse
from pathlib import Path

import bench
import dominance
from systems import SYSTEMS

from keras_colorizer.visualization import figures

COLUMNS = 5
# Column of metrics.csv → its colour and the limits of its axis.
CURVES = {"val_psnr": ("C0", (15, 20)), "val_colourfulness": ("C1", (0, 80))}


def draw_curves(path):
    """Writes bench-curves.png."""
    rows = -(-len(SYSTEMS) // COLUMNS)
    figure = figures.new(3 * COLUMNS, 2.4 * rows)
    panels = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True).ravel()
    for number, (name, left) in enumerate(zip(SYSTEMS, panels, strict=False)):
        for axis, (column, (colour, limits)) in zip(
            (left, left.twinx()), CURVES.items(), strict=True
        ):
            for seed in map(dominance.epochs, bench.runs(name)):
                photos, values = ([row[key] for row in seed] for key in ("photos", column))
                axis.plot(photos, values, color=colour, linewidth=1)
            axis.set_ylim(*limits)
            axis.tick_params(axis="y", colors=colour, labelsize=7)
        left.set_title(name, fontsize=10)
        left.grid(alpha=0.3)
        if number >= len(SYSTEMS) - COLUMNS:
            left.set_xlabel("photos seen")
    figures.save(figure, path)


def draw_ends(path):
    """Writes bench.png."""
    found = bench.flowers()
    figure = figures.new(8, 5)
    axis = figure.subplots()
    for name in ("gray", "mean_chroma", *SYSTEMS):
        if name in found:
            scores = (bench.values(found[name], key) for key in ("colourfulness", "ciede2000"))
            spot = [sum(values) / len(values) for values in scores]
            axis.plot(*spot, marker="o" if name in SYSTEMS else "x", color="C0")
            axis.annotate(name, spot, (5, 3), textcoords="offset points", fontsize=8)
    axis.axvline(*bench.values(found["truth"], "colourfulness"), color="black", linestyle="--")
    axis.set(xlabel="colourfulness", ylabel="CIEDE2000", xlim=(-2, 76))
    axis.grid(alpha=0.3)
    figures.save(figure, path)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=bench.HERE / "pictures")
    options = parser.parse_args()
    draw_curves(options.out / "bench-curves.png")
    draw_ends(options.out / "bench.png")
    print(f"look at {options.out}/bench.png and bench-curves.png")


if __name__ == "__main__":
    main()
