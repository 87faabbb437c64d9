"""Does the discriminator dominate? Its accuracy over whole runs, drawn and counted.

    python experiments/dominance.py RUN… [--out experiments/pictures/dominance.png]

RUN are run folders or names under experiments/runs; those that differ in a last ``-sN`` only are
seeds of one another and share a panel. Two accuracies are drawn: on the batches of training (thin)
and, as the report logs it, on 100 validation photos and their results (thick). The table counts
the epochs in which each lies between 0.55 (below, the discriminator teaches nothing) and 0.9
(above, it has won), and says whether the generator went on to improve: the mean of its pixel
loss (L1, for recipes of the report's) and of validation PSNR over the first and the last quarter of
the epochs that had a discriminator.
"""

import argparse
import csv
import math
import re
from pathlib import Path

from keras_colorizer.visualization import figures

LOW, HIGH = 0.55, 0.9
ACCURACIES = ("discriminator_accuracy", "val_discriminator_accuracy")
PIXEL = ("l1", "huber", "mse")
HERE = Path(__file__).resolve().parent
HEADS = (
    "seeds", "epochs", "photos an epoch", "in the band: training", "validation", "its updates",
    "pixel loss", "validation PSNR (dB)", "validation colourfulness",
)  # fmt: skip


def epochs(run):
    """The rows of a run's metrics.csv, as dicts of floats without what is empty."""
    path = next((p for p in (Path(run), HERE / "runs" / run) if p.is_dir()), Path(run))
    with (path / "metrics.csv").open(encoding="utf-8") as file:
        return [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]


def read(run):
    """The `epochs` of a run in which there was a discriminator."""
    rows = [row for row in epochs(run) if ACCURACIES[0] in row]
    if not rows:
        raise SystemExit(f"{run}: no discriminator in its metrics.csv")
    return rows


def grouped(runs):
    """Runs as name → their rows, seeds together."""
    found = {}
    for run in runs:
        found.setdefault(re.sub(r"-s\d+$", "", Path(run).name), []).append(read(run))
    return found


def share(rows, column):
    """The part of the epochs in which an accuracy lies in the band."""
    return sum(LOW <= row[column] <= HIGH for row in rows) / len(rows)


def quarters(rows, column):
    """Means of a column over the first and the last quarter of the epochs."""
    count = max(1, len(rows) // 4)
    return [sum(r[column] for r in part) / count for part in (rows[:count], rows[-count:])]


def cells(seeds):
    """What HEADS name, means over seeds."""

    def mean(values):
        values = list(values)
        return sum(values) / len(values)

    rows = seeds[0]
    before = rows[0]["photos"] - (rows[1]["photos"] - rows[0]["photos"]) if rows[1:] else 0
    found = [len(seeds), len(rows), f"{(rows[-1]['photos'] - before) / len(rows):.0f}"]
    found += [f"{100 * mean(share(s, column) for s in seeds):.0f} %" for column in ACCURACIES]
    found.append(f"{100 * mean(mean(r['update_rate'] for r in s) for s in seeds):.0f} %")
    (pixel,) = {column for column in PIXEL if column in rows[0]}
    for column, places in ((pixel, 3), ("val_psnr", 2), ("val_colourfulness", 0)):
        ends = [mean(end) for end in zip(*(quarters(s, column) for s in seeds), strict=True)]
        found.append(" → ".join(f"{value:.{places}f}" for value in ends))
    return found


def markdown(heads, rows, first=""):
    """A table whose first column is headed ``first``."""
    lines = [
        "| " + " | ".join([first, *heads]) + " |",
        "|---" * (len(heads) + 1) + "|",
    ]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in rows])


def draw(groups, path):
    """Writes the picture, one panel for each name."""
    columns = min(3, len(groups))
    rows = math.ceil(len(groups) / columns)
    figure = figures.new(4 * columns, 2.4 * rows)
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for axis in axes[len(groups) :]:
        axis.set_axis_off()
    for axis, (name, seeds) in zip(axes, groups.items(), strict=False):
        axis.axhspan(LOW, HIGH, color="tab:green", alpha=0.12)
        for number, seed in enumerate(seeds):
            numbers = [row["epoch"] for row in seed]
            for column, width in zip(ACCURACIES, (0.8, 2.0), strict=True):
                values = [row[column] for row in seed]
                label = column.replace("_", " ") if number == 0 else None
                axis.plot(numbers, values, color=f"C{number}", linewidth=width, label=label)
        axis.set(title=figures.text(name, 34), ylim=(0.3, 1.02), xlabel="epoch")
    axes[0].legend(fontsize=6, loc="lower right")
    figures.save(figure, path)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--out", type=Path, default=HERE / "pictures" / "dominance.png")
    options = parser.parse_args()
    groups = grouped(options.runs)
    print(markdown(HEADS, [[name, *cells(seeds)] for name, seeds in groups.items()], "run"))
    draw(groups, options.out)
    print(f"look at {options.out}")


if __name__ == "__main__":
    main()
