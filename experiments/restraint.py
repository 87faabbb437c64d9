"""How restrained models are on photos without flowers: how much colour, how noisy, how blocky.

    python experiments/restraint.py MODEL… --flowers DATA --without FOLDER… [--leave-out NAME…]
        [--split validation] [--most 200] [--side 512] [--quality 40] [--out FOLDER]

DATA is a folder of flower photos, or a data set of which ``--split`` is taken; in each FOLDER are
photos that show no flowers, but for those that ``--leave-out`` names (without suffix). Photos are
shrunk to at most 512 px, then coloured from their luma. For each model and set of photos:

    C*        mean CIE Lab chroma of the results, over pixels, then photos; and by that on flowers
    noise     mean of what a Gaussian (2 px) takes away from a* and b*, over pixels where the gray
              photo is flat: its slope, blurred as much, is below a level a pixel. "own": the
              photos' own colours
    blotches  the same of a Gaussian of a 32nd of the long side (16 px of 512), which is as wide as
              the cells in which networks decide; it too sees only flat places
    steps     mean change of a* and b* from one pixel to the next across the borders of 8 × 8 blocks
              by that inside them, after the gray photo was JPEG of quality 40. "no JPEG": of the
              gray photo as it came, near 1 unless that was JPEG and not shrunk. "CbCr": of Cb and
              Cr, which do not change with luma, as a* and b* do where blocks have steps in luma

results.json holds every photo's numbers; the sheets (gray, each model's result, original) are for
looking at. Kodak's photos 07, 18 and 24 show flowers: a hibiscus, a wild meadow, window boxes.
"""

import argparse
import io
import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage

import keras_colorizer
from keras_colorizer.color import merging
from keras_colorizer.data.sources import resolve
from keras_colorizer.engine import inputs
from keras_colorizer.errors import UserError
from keras_colorizer.evaluation.metrics.truth import chroma_of, to_lab
from keras_colorizer.images import reading
from keras_colorizer.utils import startup
from keras_colorizer.utils.files import write_text
from keras_colorizer.visualization import sheets

BLOCK = 8  # pixels: JPEG's blocks
BLUR = 2.0  # pixels, of the Gaussian for noise and for slopes
CELLS = 32  # the Gaussian for blotches is one of so many parts of the long side
FLAT = 1.0  # levels of 255 a pixel
LEAST_FLAT = 100  # pixels; a photo with fewer tells nothing about noise
SHOWN, TILE = 24, (288, 216)  # photos of a sheet, pixels of each


@dataclass
class Photo:
    """A photo to colour: its luma, and its own colours or None."""

    name: str
    gray: Image.Image
    colour: Image.Image | None


def read(name, content, side):
    """A photo of a file's path or bytes, shrunk to at most ``side`` pixels on its long side."""
    found = reading.read(content, name)
    colour = found.colour()
    kept = found.gray if colour is None else colour
    kept.thumbnail((side, side), Image.Resampling.LANCZOS)
    return Photo(name, kept.convert("L"), colour)


def photos_of(data, split, most, side, leave_out=()):
    """The photos of a folder, or of a data set's split: at most so many, evenly spread."""
    if Path(data).is_dir():
        found = [(str(x.stem), x.path) for x in inputs.find([data])[0]]
    else:
        source = resolve.open_source(data)
        found = zip(source.ids(split), source.encoded(split), strict=True)
    found = [(name, content) for name, content in found if name not in leave_out]
    if not found:
        raise UserError(f"{data}: no photos in it, or none that --leave-out leaves")
    wanted = sorted({int(i) for i in np.linspace(0, len(found) - 1, min(most, len(found)))})
    return [read(*found[i], side) for i in wanted]


def noise(lab, flat, blur):
    """Mean of what a Gaussian takes away from a* and b* over the pixels ``flat``; None if few.

    The Gaussian too takes only these (normalized convolution, Knutsson & Westin 1993): what stands
    beside a sky is none of its noise.
    """
    if flat.sum() < LEAST_FLAT:
        return None
    weights = ndimage.gaussian_filter(flat.astype(np.float32), blur)[flat]
    planes = [np.where(flat, lab[..., i], 0) for i in (1, 2)]
    smooth = [ndimage.gaussian_filter(plane, blur)[flat] / weights for plane in planes]
    return float(np.mean([np.abs(p[flat] - q) for p, q in zip(planes, smooth, strict=True)]))


def flat_in(gray):
    """Where a gray ``PIL.Image`` is flat but for its grain: bool (H, W)."""
    level = np.asarray(gray, np.float32)
    return ndimage.gaussian_gradient_magnitude(level, BLUR) < FLAT


def steps(planes):
    """Mean change between neighbours of planes (H, W, n): across block borders, and inside."""
    borders, insides = [], []
    for axis in (0, 1):
        change = np.abs(np.diff(planes, axis=axis)).swapaxes(0, axis)
        border = np.arange(len(change)) % BLOCK == BLOCK - 1
        borders.append(change[border].ravel())
        insides.append(change[~border].ravel())
    return tuple(float(np.concatenate(part).mean()) for part in (borders, insides))


def compressed(gray, quality):
    """A gray ``PIL.Image`` as it comes back from JPEG."""
    file = io.BytesIO()
    gray.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("L")


def measure(colorizer, photo, quality):
    """One photo's result, and its numbers as a dict; None where there is nothing to measure."""
    result, flat = np.asarray(colorizer.paint(photo.gray)), flat_in(photo.gray)
    lab, blocky = to_lab(result), np.asarray(colorizer.paint(compressed(photo.gray, quality)))
    found = _colours(lab, flat) | {
        "steps": steps(to_lab(blocky)[..., 1:]),
        "steps_uncompressed": steps(lab[..., 1:]),
        "steps_cbcr": steps(merging.chroma(blocky)),
        "flat": float(flat.mean()),
    }
    if photo.colour is not None:
        own = _colours(to_lab(np.asarray(photo.colour)), flat)
        found |= {f"own_{key}": value for key, value in own.items()}
    return result, found


def _colours(lab, flat):
    return {
        "chroma": float(chroma_of(lab).mean()),
        "noise": noise(lab, flat, BLUR),
        "blotches": noise(lab, flat, max(BLUR, max(flat.shape) / CELLS)),
    }


def _mean(found, key):
    values = [x[key] for x in found if x.get(key) is not None]
    return float(np.mean(values)) if values else None


def _ratio(found, key):
    """Of means over the photos, so that photos of nearly no colour do not count as much."""
    border, inside = np.mean([x[key] for x in found], axis=0)
    return float(border / inside) if inside else None


def summarize(found):
    """What a set of photos gives: means over photos, ratios of steps."""
    keys = [f"{own}{key}" for key in ("chroma", "noise", "blotches") for own in ("", "own_")]
    means = {key: _mean(found, key) for key in keys}
    kinds = ("steps", "steps_uncompressed", "steps_cbcr")
    return {"photos": len(found), **means, **{key: _ratio(found, key) for key in kinds}}


def sheet(photos, results):
    """A contact sheet: gray, each model's result, and the original where there is one."""
    wanted = sorted({int(i) for i in np.linspace(0, len(photos) - 1, min(SHOWN, len(photos)))})

    def tile(image):
        return np.asarray(ImageOps.pad(image.convert("RGB"), TILE, color="white"))

    columns = {"gray": [photos[i].gray for i in wanted]}
    columns |= {
        name: [Image.fromarray(found[i]) for i in wanted] for name, found in results.items()
    }
    if all(photo.colour is not None for photo in photos):
        columns["original"] = [photos[i].colour for i in wanted]
    stacks = {name: np.stack([tile(x) for x in column]) for name, column in columns.items()}
    names = [photos[i].name for i in wanted]
    return sheets.contact_sheet(stacks, wrap=2, captions=names)


def compare(models, sets, quality, out):
    """Measures every model on every set; the sheets are written to ``out``.

    Args:
        models: dict of name → Colorizer.
        sets: dict of name → list of Photo; the first are the flowers.
        quality: of the JPEGs.
        out: folder for the sheets.

    Returns:
        Dict of model → set → `summarize`'s, with ``by_flowers`` and ``each``.
    """
    found = {name: {} for name in models}
    for place, (kind, photos) in enumerate(sets.items()):
        results = {}
        for name, colorizer in models.items():
            pairs = [measure(colorizer, photo, quality) for photo in photos]
            results[name] = [result for result, _ in pairs]
            each = {x.name: numbers for x, (_, numbers) in zip(photos, pairs, strict=True)}
            found[name][kind] = summarize(list(each.values())) | {"each": each}
            flowers = next(iter(found[name].values()))["chroma"]
            by = found[name][kind]["chroma"] / flowers if flowers else None
            found[name][kind]["by_flowers"] = by
        sheets.save_png(sheet(photos, results), out / f"{place}-{Path(kind).name}.png")
    return found


COLUMNS = {
    "photos": "photos", "chroma": "C*", "by_flowers": "by flowers'", "own_chroma": "own",
    "noise": "noise", "own_noise": "own", "blotches": "blotches", "own_blotches": "own",
    "steps": "steps", "steps_uncompressed": "no JPEG", "steps_cbcr": "CbCr",
}  # fmt: skip


def table(found):
    """The numbers of `compare` as text, a row for each model and set."""
    rows = [["model", "photos of", *COLUMNS.values()]]
    for name, sets in found.items():
        for kind, numbers in sets.items():
            cells = [numbers[key] for key in COLUMNS]
            cells = [
                "–" if x is None else f"{x}" if isinstance(x, int) else f"{x:.3f}" for x in cells
            ]
            rows.append([name, kind, *cells])
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{x:<{w}}" if i < 2 else f"{x:>{w}}" for i, (x, w) in enumerate(cells)).rstrip()
        for cells in (zip(row, wide, strict=True) for row in rows)
    )


def run(options):
    """Does what the command line says."""
    startup.import_keras()  # without its backend's notes
    if (options.out / "results.json").exists():
        raise UserError(f"{options.out}: results.json is there already; choose another --out")
    sets = {options.flowers: photos_of(options.flowers, options.split, options.most, options.side)}
    for folder in options.without:
        if not Path(folder).is_dir():
            raise UserError(f"{folder}: no such folder; --without takes folders of photos")
        sets[folder] = photos_of(folder, "", options.most, options.side, options.leave_out)
    known = {str(x.stem) for folder in options.without for x in inputs.find([folder])[0]}
    if unknown := sorted(set(options.leave_out) - known):
        raise UserError(f"--leave-out {' '.join(unknown)}: no such photo in the folders")
    models = {name: keras_colorizer.load(name) for name in options.models}
    found = compare(models, sets, options.quality, options.out)
    result = {
        "command": shlex.join(["python", *sys.argv]),
        "protocol": {
            key: getattr(options, key) for key in ("split", "side", "quality", "leave_out")
        }
        | {"block": BLOCK, "blur": BLUR, "cells": CELLS, "flat": FLAT},
        "models": found,
    }
    write_text(options.out / "results.json", json.dumps(result, indent=1, allow_nan=False) + "\n")
    print(table(found))


def main(arguments=None):
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL", help="run, folder, file or name")
    parser.add_argument("--flowers", required=True, metavar="DATA", help="flower photos")
    parser.add_argument("--without", required=True, nargs="+", metavar="FOLDER")
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--split", default="validation", help="of DATA (default: validation)")
    parser.add_argument("--most", type=int, default=200, help="photos of each (default: 200)")
    parser.add_argument("--side", type=int, default=512, help="longest, pixels (default: 512)")
    parser.add_argument("--quality", type=int, default=40, help="of the JPEGs (default: 40)")
    parser.add_argument("--out", type=Path, default=Path("restraint"), metavar="FOLDER")
    try:
        run(parser.parse_args(arguments))
    except UserError as error:
        raise SystemExit(f"Error: {error.message}") from None


if __name__ == "__main__":
    main()
