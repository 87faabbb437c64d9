"""Every model on every photo: columns of measures, from which all numbers and pictures come."""

import concurrent.futures
import dataclasses
import time

import numpy as np

from keras_colorizer.color import merging
from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import constants
from keras_colorizer.evaluation.metrics import pixel
from keras_colorizer.evaluation.metrics.truth import SECTORS, Truth
from keras_colorizer.evaluation.photos import gray_of
from keras_colorizer.evaluation.summary import RAW
from keras_colorizer.utils.progress import bar


@dataclasses.dataclass(eq=False)
class Row:
    """What is known of one row of the table.

    Attributes:
        name: a floor's or a model's; ``NAME (raw)`` is the network's own RGB.
        columns: dict of name → float64 (N,), see `pixel.measure`.
        hues: int64 (12, 13), pixels by true and predicted hue sector.
        histogram: int64 (3, 256), counts of R, G and B values.
        features: float (N, 2048) of InceptionV3, or None.
        model_seconds: time in the model.
    """

    name: str
    columns: dict
    hues: np.ndarray
    histogram: np.ndarray
    features: np.ndarray | None = None
    model_seconds: float = 0.0


class _Gathering:
    def __init__(self, name):
        self.name, self.parts, self.features = name, [], []
        self.hues = np.zeros((SECTORS, SECTORS + 1), np.int64)
        self.histogram = np.zeros((3, 256), np.int64)
        self.model_seconds = 0.0

    def add(self, truth, rgb):
        columns, hues, histogram = pixel.measure(truth, rgb)
        self.parts.append(columns)
        self.hues += hues
        self.histogram += histogram

    def row(self):
        columns = {key: np.concatenate([p[key] for p in self.parts]) for key in self.parts[0]}
        features = np.concatenate(self.features) if self.features else None
        return Row(self.name, columns, self.hues, self.histogram, features, self.model_seconds)


def score(
    models,
    images,
    tint=None,
    extract=None,
    realism=None,
    batch=32,
    weigh=constants.pixel_weights,
):
    """Scores models and all floors on the same photos, whole and in order.

    Args:
        models: dict of a row's name → model from `inference.loading.open_model`. Each is scored
            with the photo's own luma kept; one that predicts RGB gets a second row, NAME (raw).
        images: uint8 (N, S, S, 3), the truth.
        tint: (Cb, Cr) in ±0.5 of the mean_chroma floor; default that of Oxford's training photos.
        extract: None, or a function from uint8 (B, S, S, 3) to features (B, D).
        realism: None, or a `realism.Realism` that is given every row's results.
        batch: photos at a time.
        weigh: what pixels count by their ab; default by their rarity in Oxford's training photos.

    Returns:
        List of `Row`: gray, mean_chroma, the models', truth.

    Raises:
        UserError: a model gives NaN or another shape; it is named.
    """
    gathered, tint = {}, constants.mean_chroma() if tint is None else tint
    starts = range(0, len(images), batch)
    with (
        concurrent.futures.ThreadPoolExecutor() as pool,
        bar(starts, len(starts), "scoring", least=200 // batch) as shown,
    ):
        for start in shown:
            rgb = np.asarray(images[start : start + batch])
            results, seconds = _results(models, rgb, tint)
            truth = Truth(rgb, weigh)
            jobs = []
            for name, result in results.items():
                row = gathered.setdefault(name, _Gathering(name))
                row.model_seconds += seconds.get(name, 0.0)
                jobs.append(pool.submit(row.add, truth, result))
                if extract:  # a network of its own, which takes all cores by itself
                    row.features.append(extract(result))
                if realism:
                    realism.add(name, start, result)
            for job in jobs:
                job.result()
    return [row.row() for row in gathered.values()]


def _results(models, rgb, tint):
    """Every row's uint8 results for a few photos, and the seconds that each model took."""
    gray, seconds = gray_of(rgb), {}
    results = {"gray": np.repeat(gray, 3, axis=-1)}
    chroma = np.broadcast_to(np.float32(tint), (*rgb.shape[:3], 2))
    results["mean_chroma"] = merging.merge(gray, chroma)
    for name, model in models.items():
        started = time.perf_counter()
        results[name] = _checked(name, model.colorize(gray), rgb.shape)
        seconds[name] = time.perf_counter() - started
        if model.predicts_rgb:
            started = time.perf_counter()
            results[name + RAW] = _checked(name + RAW, model.raw(gray), rgb.shape)
            seconds[name + RAW] = time.perf_counter() - started
    return results | {"truth": rgb}, seconds


def _checked(name, result, shape):
    result = np.asarray(result)
    if result.shape != shape or result.dtype != np.uint8:
        raise UserError(
            f"model {name}: gives {result.dtype} {list(result.shape)} where uint8 {list(shape)} "
            "was asked for; export or train it again"
        )
    return result
