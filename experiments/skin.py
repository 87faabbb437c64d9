"""How well the colour of skin is guessed, by how light the skin is.

    python experiments/skin.py MODEL --data FOLDER [--folder lfw-faces] [--split validation]
        [--size 128] [--saturation 1] [--json FILE]

FOLDER holds photos of faces in its folder ``lfw-faces``, a face in the middle of each. Of the
centre, 40 % of each side, the truth's median L* and b* give the individual typology angle
ITA = atan2(L* - 50, b*) in degrees (Chardon et al. 1991), and by it one of three groups. For each
group: how many photos; mean CIEDE2000 of the centre; ΔC*, the result's mean chroma minus the
truth's; both with 95 % intervals (bootstrap), and of the photo left gray. Photos that the model was
trained on, or that look like such, are left out. Light and film shift the angle: it says how light
the skin is in the photo, not what it was, and nothing of whose it is.
"""

from pathlib import Path

import click
import numpy as np
from measured import typed
from skimage import color

from keras_colorizer import data
from keras_colorizer.benchmarks import records
from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import photos, seen, summary
from keras_colorizer.inference import loading
from keras_colorizer.inference.backends.base import Saturated

CENTRE = 0.4
GROUPS = {"above 41°": (41, np.inf), "10° to 41°": (10, 41), "below 10°": (-np.inf, 10)}
BATCH = 32


def centre(images):
    """The middle of photos (N, S, S, C), ``CENTRE`` of each side."""
    size = images.shape[1]
    first = round(size * (1 - CENTRE) / 2)
    return images[:, first : size - first, first : size - first]


def typology_angle(lab):
    """ITA of the median colour of L*a*b* patches (N, H, W, 3), float (N,) in degrees."""
    lightness, _, yellow = np.moveaxis(np.median(lab, axis=(1, 2)), -1, 0)
    return np.degrees(np.arctan2(lightness - 50, yellow))


def compare(truth, result):
    """CIEDE2000 and ΔC* of patches in L*a*b*, means of each, two float arrays (N,)."""
    error = color.deltaE_ciede2000(truth, result).mean(axis=(1, 2))
    own, other = (np.hypot(x[..., 1], x[..., 2]).mean(axis=(1, 2)) for x in (truth, result))
    return error, other - own


def mean(values):
    """A mean with its 95 % interval, as a dict; None of each without values."""
    if not len(values):
        return dict.fromkeys(("mean", "low", "high"))
    times = summary.resamples(len(values))
    low, high = np.quantile(times @ values / len(values), [0.025, 0.975])
    found = {"mean": np.mean(values), "low": low, "high": high}
    return {key: summary.plain(number) for key, number in found.items()}


def measure(model, images):
    """What the table holds, by group.

    Args:
        model: ``Model``.
        images: uint8 RGB (N, S, S, 3).

    Returns:
        Dict of group → {"n", "ciede2000", "chroma", "gray_ciede2000"}.
    """
    angles, found = [], []
    for start in range(0, len(images), BATCH):
        rgb = np.asarray(images[start : start + BATCH])
        gray = photos.gray_of(rgb)
        results = [model.colorize(gray), np.repeat(gray, 3, axis=-1)]
        truth, *results = (color.rgb2lab(centre(x)) for x in (rgb, *results))
        angles.append(typology_angle(truth))
        found.append(np.stack([*compare(truth, results[0]), compare(truth, results[1])[0]]))
    angles, found = np.concatenate(angles), np.concatenate(found, axis=1)
    table = {}
    for name, (low, high) in GROUPS.items():
        own = found[:, (angles > low) & (angles <= high)]
        keys = ("ciede2000", "chroma", "gray_ciede2000")
        table[name] = {"n": own.shape[1], **dict(zip(keys, map(mean, own), strict=True))}
    return table


def load(source, split, folder, size, model):
    """The photos of a folder's role that the model has not seen."""
    test = photos.load(source, split, size)
    others = [i for i, own in enumerate(test.own_ids) if own.split("/")[0] != folder]
    if len(others) == len(test):
        raise UserError(f"{source.name}: no photo of {split} in a folder {folder}; add --folder")
    test = test.without(others)
    return seen.leave_out(seen.find({"model": model}, test), test)[0]


def told(entry):
    """One cell of the table."""
    if entry["mean"] is None:
        return "–"
    return f"{entry['mean']:.2f} [{entry['low']:.2f}, {entry['high']:.2f}]"


@click.command(cls=Command)
@click.argument("model")
@click.option("--data", "source", required=True, help="A folder that holds a folder of faces.")
@click.option("--folder", default="lfw-faces", show_default=True, help="The folder of faces.")
@click.option("--split", default="validation", show_default=True)
@click.option("--size", default=128, show_default=True, type=click.IntRange(16))
@click.option("--saturation", default=1.0, show_default=True, type=click.FloatRange(0))
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the numbers.")
def skin(model, source, folder, split, size, saturation, file):
    """Measure how well MODEL guesses the colour of skin."""
    opened = loading.open_model(model)
    source = data.open_source(source)
    test = load(source, split, folder, size, opened)
    table = measure(Saturated(opened, saturation), test.images)
    click.echo(f"{'ITA':12} {'N':>4}  {'CIEDE2000':>20}  {'left gray':>20}  {'ΔC*':>20}")
    for name, row in table.items():
        cells = (told(row[key]) for key in ("ciede2000", "gray_ciede2000", "chroma"))
        click.echo(f"{name:12} {row['n']:4}  " + "  ".join(f"{cell:>20}" for cell in cells))
    if file:
        protocol = {
            "model": opened.name, "data": source.name, "folder": folder, "split": split,
            "size": size, "saturation": saturation, "ids_sha256": test.ids_sha256,
        }  # fmt: skip
        records.write(file, "skin", typed(), {**table, "protocol": protocol})


if __name__ == "__main__":
    skin()
