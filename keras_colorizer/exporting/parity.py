"""Whether exported files give what the Keras network gives: measured at export, held to bands."""

import functools
import os
import time
from pathlib import Path

import numpy as np

from keras_colorizer.errors import UserError
from keras_colorizer.inference.backends import tflite
from keras_colorizer.inference.backends.base import shrink
from keras_colorizer.inference.layout import CHROMA, PHOTO
from keras_colorizer.utils.threads import cores

SAVED_MODEL = "saved_model.pb"
ENLARGED = 4  # the whole photo path is measured at this many times the working size
ENLARGED_PHOTOS = 8
SECONDS = 1.0  # for timing a file on one number of threads
# Largest mean CIEDE2000, and colourfulness beside the Keras network's. A difference of 1 is about
# what an eye can just see between two even fields. Trained networks were measured at below 0.001
# for float32, 0.06 for float16 and 0.8 to 2.3 for int8, with 0.99 to 1.01 of the colourfulness. The
# bands leave room for other networks; wrong weights or a broken calibration are far outside.
BANDS = {
    SAVED_MODEL: (0.05, 0.99, 1.01),
    "chroma_float32.tflite": (0.05, 0.99, 1.01),
    "chroma_float16.tflite": (0.2, 0.97, 1.03),
    "chroma_int8.tflite": (3.0, 0.8, 1.25),
    "chroma_int8_u8.tflite": (3.0, 0.8, 1.25),
    PHOTO: (0.2, 0.97, 1.03),
}
# colorize.tflite beside the SavedModel's own colorize, in levels of 255: its weights are float16.
LEVELS = 8


def delta_e(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """CIEDE2000 of each pixel.

    Args:
        a, b: uint8 sRGB (..., 3), of one shape.

    Returns:
        float array (...): 0 for equal colours, about 1 for what can just be seen.
        Source: CIE 142-2001, as scikit-image has it; D65, 2° observer.
    """
    from skimage import color

    return color.deltaE_ciede2000(color.rgb2lab(a), color.rgb2lab(b))


def colourfulness(photos: np.ndarray) -> float:
    """Mean Hasler-Süsstrunk colourfulness of uint8 photos (B, H, W, 3), by ``color.metrics``."""
    from keras import ops

    from keras_colorizer.color import metrics

    found = metrics.colourfulness(ops.convert_to_tensor(photos.astype(np.float32) / 255))
    return float(ops.mean(found))


def compare(truth: np.ndarray, result: np.ndarray) -> dict:
    """How far ``result`` is from ``truth``, both uint8 photos (B, H, W, 3).

    Returns:
        ``mean_delta_e`` and ``max_delta_e`` over all pixels (CIEDE2000), ``colourfulness_ratio``
        (result's by truth's; None where truth is gray: it would say nothing).
    """
    # Photo by photo: Lab in float64 takes many times the photos' own memory.
    differences = [delta_e(a, b) for a, b in zip(truth, result, strict=True)]
    own = colourfulness(truth)
    return {
        "mean_delta_e": float(np.mean([x.mean() for x in differences])),
        "max_delta_e": float(max(x.max() for x in differences)),
        "colourfulness_ratio": colourfulness(result) / own if own >= 1 else None,
    }


def latency(path: str | os.PathLike, shape: tuple[int, int]) -> dict:
    """How long one call of a ``.tflite`` file takes, on one thread and on all cores.

    Args:
        path: the file.
        shape: height and width of the gray photo to call it with.

    Returns:
        Threads (as text) → milliseconds of the best call: others use the machine too.
    """
    gray = np.random.default_rng(0).integers(0, 256, (1, *shape, 1), np.uint8)
    found = {}
    for threads in sorted({1, cores()}):
        model = tflite.open_tflite(path, threads)
        if isinstance(model, tflite.PhotoModel):
            call = functools.partial(model.call, gray)
        else:
            call = functools.partial(model.chroma, np.float32(gray / 255))
        call()
        times, end = [], time.perf_counter() + SECONDS
        while not times or time.perf_counter() < end:
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
        found[str(threads)] = round(1000 * min(times), 2)
    return found


def _photo_levels(model, saved, photos, size):
    """The largest difference of colorize.tflite and the SavedModel, in levels, over five sizes."""
    sizes = [(size, size), (1, 1), (size // 2 - 1, 3), (2 * size + 1, size - 1)]
    sizes += [(3 * size - 1, 3 * size + 2)]
    worst = 0
    for number, (height, width) in enumerate(sizes):
        photo = photos[number % len(photos)][None, :height, :width]
        for channels in (1, 3):
            spread = np.repeat(photo, channels, axis=-1)
            difference = np.abs(model.call(spread).astype(int) - saved(spread))
            worst = max(worst, int(difference.max()))
    return worst


def measure(folder: str | os.PathLike, reference, saved, colorize, photos: np.ndarray) -> dict:
    """Measures every file of an exported folder beside the network that it came from.

    Args:
        folder: with the SavedModel and those of ``layout.FILES`` that there are.
        reference: ``Model`` of the run, in Keras.
        saved: ``Model`` of the SavedModel.
        colorize: function of uint8 photos, as ``backends.saved_model.load_saved_model`` gives it.
        photos: uint8 gray photos (N, H, W, 1) of at least the working size.

    Returns:
        Dict for the card: ``measure``, ``cores``, ``files`` (name → ``compare``'s, ``bytes``,
        ``latency_ms``) and ``photo_path``, how far the graph's whole path is from ours.
    """
    folder, size = Path(folder), reference.size
    small = np.rint(255 * shrink(photos, size)).astype(np.uint8)
    truth = reference.colorize(small)
    files = {SAVED_MODEL: compare(truth, saved.colorize(small))}
    for file in (file for file in CHROMA if (folder / file).is_file()):
        files[file] = compare(truth, tflite.open_tflite(folder / file).colorize(small))
        files[file]["latency_ms"] = latency(folder / file, (size, size))
    large = photos[:ENLARGED_PHOTOS]
    model = tflite.open_tflite(folder / PHOTO)
    painted = np.concatenate([colorize(photo[None]) for photo in large])
    files[PHOTO] = compare(painted, model.colorize(large))
    files[PHOTO]["max_levels"] = _photo_levels(model, colorize, photos, size)
    files[PHOTO]["latency_ms"] = latency(folder / PHOTO, photos.shape[1:3])
    for file, entry in files.items():
        entry["bytes"] = (folder / file).stat().st_size
    own = sum(x.stat().st_size for x in (folder / "variables").iterdir())
    files[SAVED_MODEL]["bytes"] += own
    return {
        "measure": "CIEDE2000 over all pixels, beside the Keras network; colorize.tflite beside "
        "the SavedModel",
        "cores": cores(),
        "files": files,
        "photo_path": {
            "mean_delta_e": compare(reference.colorize(large), painted)["mean_delta_e"],
            "size": int(photos.shape[1]),
            "photos": len(large),
        },
    }


def check(found: dict) -> None:
    """Raises a UserError for the first file of ``measure``'s dict that is outside its band."""
    for file in (file for file in BANDS if file in found["files"]):
        (most, low, high), entry = BANDS[file], found["files"][file]
        mean, ratio = entry["mean_delta_e"], entry["colourfulness_ratio"]
        if not mean <= most:  # NaN is outside as well
            beside = "the SavedModel" if file == PHOTO else "the Keras network"
            raise _outside(file, f"mean ΔE {mean:.2f} beside {beside}", f"at most {most}")
        if ratio is not None and not low <= ratio <= high:
            raise _outside(file, f"{ratio:.2f} of its colourfulness", f"{low} to {high}")
    levels = found["files"][PHOTO]["max_levels"]
    if levels > LEVELS:
        raise _outside(PHOTO, f"up to {levels} levels from the SavedModel", f"at most {LEVELS}")


def _outside(file, got, allowed):
    return UserError(
        f"{file} has {got}, {allowed} is allowed, so nothing was exported; calibrate on other "
        "photos (`data`), or `tflite=False` exports the SavedModel alone"
    )
