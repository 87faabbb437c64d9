"""Does a factor that depends on the predicted chroma's length colour better than a plain one?

    python experiments/confidence.py MODEL --data DATA [--split validation] [--photos 120]
        [--size 128] [--ratio 0.8]… [--out FILE.json]

A network that regresses chroma is pale where it is unsure, so the length r = |CbCr| of what it
predicts says how sure it is. Each curve f scales the chroma, c' = k · c · f(r), before it is
enlarged; k is sought by halving so that the results' colourfulness is ``--ratio`` of the truth's
(that is done at a quarter of the size; the column says what came of it at the full size). So curves
are compared at equal colourfulness, with each other and with the plain factor (f = 1); "as is" is
the model's own.

    power p   f = (r / 0.1)^p: above 0 what is sure is raised more, below 0 what is pale
    knee t    f = r² / (r² + t²): what is paler than t is left gray
    cap m     f = 1 / (1 + r / m): what is vivid is held back

MODEL is a run folder, finished or not (of one that is not, the last checkpoint's average is taken),
or an exported model. Of DATA, a folder of photos, ``--photos`` are taken, the same number of each
of its folders: give the folder that MODEL was trained on, whose roles are kept apart by id.
Columns: CIEDE2000; the share of photos that are truer than if left gray; that of photos much worse
(by more than 4); colourfulness by the truth's; PSNR.
"""

import argparse
import itertools
import json
from pathlib import Path

import numpy as np
from keras import ops
from skimage import color

from keras_colorizer.color import codecs, spaces
from keras_colorizer.data import decoding
from keras_colorizer.data.sources import resolve
from keras_colorizer.errors import UserError
from keras_colorizer.evaluation.metrics import pixel, truth
from keras_colorizer.evaluation.photos import gray_of
from keras_colorizer.training import choosing
from keras_colorizer.utils.files import write_text

UNIT = 0.1  # of chroma: where powers are 1
PLAIN, AS_IS = "plain", "as is"
CURVES = {
    PLAIN: lambda r: np.ones_like(r),
    "power -0.5": lambda r: (np.maximum(r, 1e-3) / UNIT) ** -0.5,
    "power -0.25": lambda r: (np.maximum(r, 1e-3) / UNIT) ** -0.25,
    "power 0.25": lambda r: (r / UNIT) ** 0.25,
    "power 0.5": lambda r: (r / UNIT) ** 0.5,
    "power 1": lambda r: r / UNIT,
    "knee 0.01": lambda r: r**2 / (r**2 + 0.01**2),
    "knee 0.03": lambda r: r**2 / (r**2 + 0.03**2),
    "cap 0.3": lambda r: 1 / (1 + r / 0.3),
    "cap 0.1": lambda r: 1 / (1 + r / 0.1),
}
HEADS = ("curve", "factor", "CIEDE2000", "truer", "worse", "colourful", "PSNR")
BATCH = 32


def read(data, split, count, size):
    """uint8 RGB (N, size, size, 3) of photos spread over a source's folders."""
    source = resolve.open_source(data)
    ids = source.ids(split)
    folders = ["/".join(photo_id.split("/")[:-1][:1]) for photo_id in ids]
    wanted = set(choosing.spread(folders, count).tolist())
    found = []
    for place, content in enumerate(source.encoded(split)):
        if place in wanted:
            found.append(decoding.stretch(content, size))
    if not found:
        raise UserError(f"{data}: no photo of split {split}; give another --data or --split")
    return np.stack(found)


def predict(model, gray):
    """A model's chroma (N, h, w, 2) of gray (N, S, S, 1) in 0..1."""
    run = Path(model)
    if (run / "recipe.json").is_file() and not (run / "card.json").is_file():
        return _of_checkpoint(run, gray)
    from keras_colorizer.inference import loading

    found = loading.open_model(model)
    return np.concatenate([found.chroma(part) for part in _batches(gray)])


def _of_checkpoint(folder, gray):
    from keras_colorizer.training import fit, recipes, run_folder

    run = run_folder.Run(folder)
    stages = recipes.plan(run.recipe)
    stage = next((s for s in stages if s.last >= run.epochs_done), stages[-1])
    # A network of another size has the same weights.
    trainer = fit.build(stage.recipe.changed(size=gray.shape[1]))
    print(f"{folder}: not finished, its checkpoint of epoch {run.load(trainer, 'last')} is taken")
    codec = codecs.get(stage.recipe.codec.name, **stage.recipe.codec.options)
    parts = []
    for part in _batches(gray):
        prediction = trainer.result.predict_on_batch(codec.see(part))
        parts.append(ops.convert_to_numpy(codec.chroma(part, ops.convert_to_tensor(prediction))))
    return np.concatenate(parts)


def _batches(array):
    return (array[first : first + BATCH] for first in range(0, len(array), BATCH))


def painted(gray, chroma):
    """uint8 RGB of gray (N, S, S, 1) in 0..1 and chroma (N, h, w, 2), in batches."""
    parts = []
    for g, c in zip(_batches(gray), _batches(chroma), strict=True):
        rgb = ops.convert_to_numpy(spaces.merge(g, codecs.enlarge(ops.convert_to_tensor(c), g)))
        parts.append(np.round(rgb.clip(0, 1) * 255).astype(np.uint8))
    return np.concatenate(parts)


def factor(gray, chroma, wanted):
    """The k for which photos of chroma · k have, in the mean, the wanted colourfulness."""
    side = chroma.shape[1]
    step = gray.shape[1] // side
    small = gray.reshape(len(gray), side, step, side, step, 1).mean(axis=(2, 4))
    low, high = 0.0, 32.0
    for _ in range(16):
        middle = (low + high) / 2
        found = truth.colourfulness(painted(small, middle * chroma)).mean()
        low, high = (middle, high) if found < wanted else (low, middle)
    return (low + high) / 2


class Photos:
    """The truth that every row is scored against, so that its Lab is had once.

    Args:
        rgb: uint8 (N, S, S, 3).
    """

    def __init__(self, rgb):
        self.rgb, self.lab = rgb, truth.to_lab(rgb)
        self.gray = gray_of(rgb)
        self.left_gray = self._error(np.repeat(self.gray, 3, axis=-1))
        self.colourfulness = truth.colourfulness(rgb).mean()

    def _error(self, rgb):
        return color.deltaE_ciede2000(self.lab, truth.to_lab(rgb)).mean(axis=(1, 2))

    def score(self, rgb):
        """The columns of `HEADS` from CIEDE2000 on."""
        error = self._error(rgb)
        return {
            "ciede2000": float(error.mean()),
            "truer_than_gray": float((error < self.left_gray).mean()),
            "much_worse": float((error > self.left_gray + pixel.MUCH_WORSE).mean()),
            "colourfulness": float(truth.colourfulness(rgb).mean() / self.colourfulness),
            "psnr": float(pixel.psnr(self.rgb, rgb).mean()),
        }


def compare(photos, chroma, ratios):
    """Rows of scores: the model's own, then each curve at each ratio of colourfulness."""
    gray = photos.gray.astype(np.float32) / 255
    yield {"curve": AS_IS, "ratio": None, "factor": 1.0, **photos.score(painted(gray, chroma))}
    length = np.linalg.norm(chroma, axis=-1, keepdims=True)
    shaped = {name: (chroma * f(length)).astype(np.float32) for name, f in CURVES.items()}
    for ratio, (name, c) in itertools.product(ratios, shaped.items()):
        k = factor(gray, c, ratio * photos.colourfulness)
        scores = photos.score(painted(gray, k * c))
        yield {"curve": name, "ratio": ratio, "factor": k, **scores}


def line(row):
    """A row as text, as wide as `HEADS`."""
    shares = 100 * row["truer_than_gray"], 100 * row["much_worse"]
    return (
        f"{row['curve']:12} {row['factor']:7.3f} {row['ciede2000']:10.3f} {shares[0]:6.1f}% "
        f"{shares[1]:6.1f}% {row['colourfulness']:9.3f} {row['psnr']:7.2f}"
    )


def main():
    """Reads, predicts once, prints a row as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--data", required=True)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--ratio", type=float, action="append")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    try:
        photos = Photos(read(given.data, given.split, given.photos, given.size))
        chroma = predict(given.model, photos.gray.astype(np.float32) / 255)
    except UserError as error:
        raise SystemExit(f"Error: {error}") from error
    print(f"{len(photos.rgb)} photos; left gray, CIEDE2000 is {photos.left_gray.mean():.3f}")
    print("{:12} {:>7} {:>10} {:>7} {:>7} {:>9} {:>7}".format(*HEADS))
    rows = []
    for row in compare(photos, chroma, given.ratio or [0.8, 0.9]):
        rows.append(row)
        print(line(row), flush=True)
    if given.out:
        write_text(given.out, json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
