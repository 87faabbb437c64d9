"""What ``benchmark network`` does: what networks cost in LiteRT, beside the report's generator."""

import dataclasses
import math
import os
import statistics
import tempfile
import time
from pathlib import Path

import click
import numpy as np

from keras_colorizer.errors import UserError
from keras_colorizer.utils.threads import cores

REPORT = "gan"  # the recipe of the report's system; its generator is what others are held against
PRECISIONS = ("float32", "float16", "int8")
SIZE = 256  # pixels, where neither a model nor the user says otherwise
_CALIBRATION_PHOTOS = 4  # ranges of activations do not change how long anything takes
_CALLS, _SECONDS = 3, 0.15  # of one file in one turn: at least so many, at least so long
# A multiply-add for each weight of the kernel (input 1) and each place of the output; transposed
# convolutions (their data is input 2) put the kernel at each place of their data.
_KERNELS = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"}


@dataclasses.dataclass(frozen=True)
class Cost:
    """What stands in a ``.tflite`` file of a network.

    Attributes:
        weights: how many, batch norm folded into them.
        operations: of convolutions and matrix products, a multiply-add counting two.
    """

    weights: int
    operations: int


def count(path: str | os.PathLike) -> Cost:
    """Counts the weights and operations of a float32 ``.tflite`` file.

    Args:
        path: a file such as ``chroma_float32.tflite``, all of whose shapes are fixed.
    """
    from keras_colorizer.exporting import operators

    weights = operations = 0
    for operator in operators.read(path):
        held = [x for x in operator.inputs if x.constant and x.dtype.startswith("FLOAT")]
        weights += sum(math.prod(x.shape) for x in held)
        if operator.name in _KERNELS:
            operations += 2 * _multiply_adds(operator)
    return Cost(weights, operations)


def _multiply_adds(operator):
    kernel, result = operator.inputs[1].shape, operator.outputs[0].shape
    if operator.name == "FULLY_CONNECTED":  # (out, in)
        return math.prod(result[:-1]) * math.prod(kernel)
    if operator.name == "TRANSPOSE_CONV":  # (out, height, width, in)
        return math.prod(operator.inputs[2].shape[:3]) * math.prod(kernel)
    # (out, height, width, in), or (1, height, width, out) where each channel has a kernel
    return math.prod(result[:3]) * math.prod(kernel)


def in_turns(files: dict, threads: int | None, repeats: int) -> dict:
    """Times one call of each file, in turns, so that a slow moment of the machine meets them all.

    Args:
        files: dict of name → ``.tflite`` file, gray at its working size to chroma.
        threads: of LiteRT; None for all that this process may use.
        repeats: how many turns; in each a file is called once untimed, for the caches, and then
            timed a few times.

    Returns:
        Dict of name → {"best", "median"}, milliseconds.

    Raises:
        UserError: a file is missing, damaged, or no network alone.
    """
    from keras_colorizer.inference.backends import tflite

    models = {name: tflite.open_tflite(path, threads) for name, path in files.items()}
    for name, model in models.items():
        if not isinstance(model, tflite.ChromaModel):
            raise UserError(f"{files[name]}: takes whole photos; give a chroma_….tflite")
    times = {name: [] for name in models}
    numbers = np.random.default_rng(0)
    for _ in range(repeats):
        for name, model in models.items():
            gray = numbers.random((1, model.size, model.size, 1), np.float32)
            model.chroma(gray)
            calls, end = 0, time.perf_counter() + _SECONDS
            while calls < _CALLS or time.perf_counter() < end:
                started = time.perf_counter()
                model.chroma(gray)
                times[name].append(1000 * (time.perf_counter() - started))
                calls += 1
    return {
        name: {"best": min(found), "median": statistics.median(found)}
        for name, found in times.items()
    }


def export(network, codec, size: int, folder: str | os.PathLike) -> dict:
    """Writes a network's ``.tflite`` files: precision → path, of ``PRECISIONS``.

    Args:
        network: ``keras.Model`` that computes in float32.
        codec: from ``keras_colorizer.color.codecs``.
        size: the working size in pixels.
        folder: where to; it is made.

    Raises:
        UserError: the network cannot be converted.
    """
    from keras_colorizer.color.spaces import gray_uint8
    from keras_colorizer.data.sources.garden import garden
    from keras_colorizer.exporting import tflite

    photos = gray_uint8(garden(_CALIBRATION_PHOTOS, size).astype(np.int32))
    folder = Path(folder)
    folder.mkdir(parents=True)
    tflite.write(folder, network, codec, size, photos.astype(np.float32) / 255)
    return _files_in(folder)


def _files_in(folder):
    found = {name: Path(folder) / f"chroma_{name}.tflite" for name in PRECISIONS}
    return {name: path for name, path in found.items() if path.is_file()}


def _of_recipe(recipe, folder):
    """The files of a recipe's generator with fresh weights."""
    from keras_colorizer import models
    from keras_colorizer.color import codecs

    network = models.build(recipe.generator.name, recipe.data.size, **recipe.generator.options)
    codec = codecs.get(recipe.codec.name, **recipe.codec.options)
    return export(network, codec, recipe.data.size, folder)


def _of_model(path_or_name, scratch):
    """The files of a run, an exported folder or a shipped model; its size; its name."""
    from keras_colorizer.inference import layout
    from keras_colorizer.inference.backends import tflite
    from keras_colorizer.inference.backends.run import load_run
    from keras_colorizer.models import card as cards
    from keras_colorizer.models import presets

    path = presets.locate(path_or_name)
    path = path if path.exists() else presets.find(path_or_name)
    if (path / layout.EXACT).is_file():
        size = tflite.open_tflite(path / layout.EXACT).size
        return _files_in(path), size, cards.read(path)["name"]
    network, codec, card = load_run(path)
    return export(network, codec, card["size"], scratch), card["size"], card["name"]


def network(model, recipe_name, settings, size, threads, repeats):
    """Times a network alone on one photo, in each precision, beside the report's generator.

    Both are what their export is: gray at the working size to CbCr (the report's network gives RGB;
    the few operations from there to CbCr are among its own).

    Args:
        model: a run folder, an exported folder or a shipped model's name; None for the recipe's
            network with fresh weights.
        recipe_name, settings: a recipe's name and ``KEY=VALUE`` as for train; not with a model.
        size: working size in pixels; None for the model's own, or ``SIZE``.
        threads: of LiteRT; None for all that this process may use.
        repeats: turns, as for `in_turns`.

    Returns:
        Dict of a file's name → weights, GFLOP, MB, median and best ms, and how much faster than
        the report's in float32; and the size and the threads.

    Raises:
        UserError: an unknown recipe, setting or model, or a size that is not the model's.
    """
    from keras_colorizer.training import recipes
    from keras_colorizer.training.recipes import overrides

    threads = threads or cores()
    if model and settings:
        raise UserError("--set changes a recipe's network; leave it out with --model")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        if model:
            own, own_size, name = _of_model(model, scratch / "own")
            if size not in (None, own_size):
                raise UserError(f"{model}: works at {own_size} px; leave --size {size} out")
            size, told = own_size, f"{name}: the network of {model}"
        else:
            size = size or SIZE
            recipe = recipes.get(recipe_name).changed(size=size)
            recipe = overrides.apply(recipe, settings)
            size, name = recipe.data.size, recipe.generator.name
            own = _of_recipe(recipe, scratch / "own")
            told = (
                f"{name}: the generator of recipe {recipe_name}, fresh weights (cost is the same)"
            )
        report = recipes.get(REPORT).changed(size=size)
        files = {f"report {key}": x for key, x in _of_recipe(report, scratch / "report").items()}
        files |= {f"{name} {precision}": path for precision, path in own.items()}
        found = in_turns(files, threads, repeats)
        click.echo(
            f"one photo of {size} px, the network alone, in LiteRT; threads: {threads}, usable "
            f"cores: {cores()}, turns: {repeats}\n{told}\n"
            f"report: the generator of recipe {REPORT}, fresh weights"
        )
        rows = _rows(files, found, f"report {PRECISIONS[0]}")
        _table(rows)
        return {**rows, "size": size, "threads": threads, "usable_cores": cores()}


def _rows(files, found, floor):
    rows = {}
    for name, path in files.items():
        # Half and 8-bit weights stand packed in their files; the float32 file has all shapes.
        cost = count(path.with_name(f"chroma_{PRECISIONS[0]}.tflite"))
        rows[name] = {
            "weights": cost.weights,
            "gflop": cost.operations / 1e9,
            "mb": path.stat().st_size / 1e6,
        }
        for key in ("median", "best"):
            rows[name][f"{key}_ms"] = found[name][key]
            rows[name][f"{key}_faster"] = found[floor][key] / found[name][key]
    return rows


def _table(rows):
    wide = max(map(len, rows)) + 2
    click.echo(
        f"{'':<{wide}}{'weights':>11}{'GFLOP':>8}{'MB':>8}{'median ms':>11}{'best ms':>10}"
        f"{'faster: median':>16}{'best':>8}"
    )
    for name, row in rows.items():
        click.echo(
            f"{name:<{wide}}{row['weights']:>11,}{row['gflop']:>8.2f}{row['mb']:>8.2f}"
            f"{row['median_ms']:>11.2f}{row['best_ms']:>10.2f}"
            f"{row['median_faster']:>15.1f}x{row['best_faster']:>7.1f}x"
        )
    floor = next(iter(rows))
    click.echo(f"faster: than {floor}. A multiply-add counts two; MB are millions of bytes.")
