"""What ``keras-colorizer benchmark`` does: each part timed beside its floor, in one run."""

import io
import itertools
import json
import os
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from PIL import Image

from keras_colorizer import clocks
from keras_colorizer.errors import UserError

SIZES = {"1 MP": (1200, 840), "12 MP": (4000, 3000)}


def write(path, part, command, measured):
    """Writes a record: what a part measured, by which command, with what, on which machine.

    Args:
        path: of the file, whole or not at all.
        part: such as ``photo``.
        command: the command line that repeats it.
        measured: dict that the part's function returned; its ``device``, if it names one.

    Raises:
        UserError: the file cannot be written.
    """
    from keras_colorizer.training import run_folder
    from keras_colorizer.utils.files import write_text

    facts = run_folder.facts(measured.get("device", "CPU"))
    measured = {key: value for key, value in measured.items() if key != "device"}
    found = {"part": part, "command": command, **facts, "measured": measured}
    try:
        write_text(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error


def photo(model, repeats):
    """Times the colorize command on single JPEG photos, gray and in colour, 1 and 12 MP.

    Args:
        model: a shipped name, a path, or None for the shipped one.
        repeats: timed runs of each process.

    Returns:
        Dict of a photo's kind → seconds, the floor's, their ratio, and peak memory in MB.
    """
    rows = {}
    _title("one photo, whole process from start to file on disk", repeats)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for name, size in SIZES.items():
            for mode, kind in (("RGB", "colour"), ("L", "gray")):
                source = scratch / f"{size[0]}-{mode}.jpg"
                clocks.picture(*size, mode).save(source, quality=92)
                found = clocks.beside(
                    {
                        "floor": clocks.floor_command([source], scratch),
                        "ours": clocks.colorize_command([source], scratch / "out", model),
                    },
                    repeats,
                )
                rows[f"{name}, {kind}"] = _row(found)
                _line(f"{name}, {kind} JPEG", rows[f"{name}, {kind}"])
    return rows


def folder(model, repeats, photos):
    """Times the colorize command on a folder of 1 MP JPEG photos.

    Args:
        model, repeats: as for `photo`.
        photos: how many.

    Returns:
        Dict of one row as `photo`'s, with photos a second of both.
    """
    _title(f"a folder of {photos} photos of 1 MP", repeats)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        sources = scratch / "photos"
        sources.mkdir()
        for i in range(photos):
            clocks.picture(*SIZES["1 MP"], seed=i).save(sources / f"{i:04}.jpg", quality=92)
        (scratch / "floor").mkdir()
        found = clocks.beside(
            {
                "floor": clocks.floor_command(sorted(sources.iterdir()), scratch / "floor"),
                "ours": clocks.colorize_command([sources], scratch / "out", model),
            },
            repeats,
        )
    row = _row(found)
    row |= {"photos": photos, "photos_per_s": photos / row["seconds"]}
    row["floor_photos_per_s"] = photos / row["floor_seconds"]
    _line(f"{photos} photos", row)
    click.echo(
        f"{row['photos_per_s']:.1f} photos/s; the floor {row['floor_photos_per_s']:.1f} "
        "(one thread)"
    )
    return {"folder": row}


def _title(what, repeats):
    click.echo(f"{what}; best of {repeats} runs in turns, {os.cpu_count()} cores")
    click.echo(f"{'':<22}{'seconds':>9}{'floor':>9}{'ratio':>8}{'peak MB':>9}{'floor':>8}")


def _row(found):
    """The best of both, in seconds; peak memory in MB."""
    ours, floor = found["ours"], found["floor"]
    return {
        "seconds": ours["best"],
        "floor_seconds": floor["best"],
        "ratio": ours["best"] / floor["best"],
        "peak_mb": ours["peak"],
        "floor_peak_mb": floor["peak"],
    }


def _line(what, row):
    click.echo(
        f"{what:<22}{row['seconds']:>9.2f}{row['floor_seconds']:>9.2f}{row['ratio']:>7.1f}x"
        f"{row['peak_mb']:>9.0f}{row['floor_peak_mb']:>8.0f}"
    )


def training(names, settings, seconds):
    """Times the training steps of recipes on random photos, beside the report's GAN.

    Args:
        names: of recipes; all if empty. ``gan`` is always timed as well.
        settings: ``KEY=VALUE`` as for train, for every recipe.
        seconds: for each, after two untimed steps.

    Returns:
        Dict of a stage's name → photos a second, by how much more than ``gan``, size, batch,
        precision; and the device.

    Raises:
        UserError: an unknown recipe or setting.
    """
    from keras_colorizer.training import recipes
    from keras_colorizer.training.recipes import overrides
    from keras_colorizer.training.trainers import backend

    chosen = ["gan", *(name for name in names or recipes.names() if name != "gan")]
    ready = [overrides.apply(recipes.get(name), settings) for name in chosen]
    stages = [stage for recipe in ready for stage in _stages(recipes.plan(recipe))]
    click.echo(f"training steps on this {backend.device_name()}, {os.cpu_count()} cores")
    click.echo(f"{'':<20}{'size':>6}{'batch':>7}{'precision':>16}{'photos/s':>10}{'x gan':>8}")
    rows = {}
    for name, recipe in stages:
        pace = _training_pace(recipe, seconds)
        of_gan = pace / rows["gan"]["photos_per_s"] if rows else 1.0
        rows[name] = {"photos_per_s": pace, "of_gan": of_gan}
        rows[name] |= {key: getattr(recipe, key) for key in ("size", "batch", "precision")}
        click.echo(
            f"{name:<20}{recipe.size:>6}{recipe.batch:>7}{recipe.precision:>16}"
            f"{pace:>10.1f}{of_gan:>7.1f}x"
        )
    return {**rows, "device": backend.device_name()}


def _stages(plan):
    """(name, Recipe) of each stage."""
    if len(plan) == 1:
        return [(plan[0].recipe.name, plan[0].recipe)]
    return [(f"{stage.recipe.name}, stage {stage.number}", stage.recipe) for stage in plan]


def _training_pace(recipe, seconds):
    from keras_colorizer.training import fit

    shape = (recipe.batch + recipe.modest, recipe.size, recipe.size, 3)
    photos = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    trainer = fit.build(recipe)
    for _ in range(2):
        trainer.train_on_batch(photos)
    steps, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        trainer.train_on_batch(photos)
        steps += 1
    return steps * recipe.batch / (time.perf_counter() - started)


def pipeline(source_name, data_dir, size, batch, photos):
    """Times the data pipeline beside bare JPEG decoding of the same files.

    Args:
        source_name, data_dir: as for train.
        size: side in pixels.
        batch: photos a training batch.
        photos: how many, at most.

    Returns:
        Dict of bare, cold and warm → photos a second, and by how much more than bare; and of what.

    Raises:
        UserError: too few readable photos.
    """
    from keras_colorizer.data.photos import Photos
    from keras_colorizer.data.sources.resolve import open_source

    def rate(iterable):
        start = time.perf_counter()
        done = list(iterable)
        return done, time.perf_counter() - start

    source = open_source(source_name, data_dir)
    files = list(itertools.islice(source.encoded("train"), photos))
    any(map(_decodes, files[:1]))  # loads Pillow's plugins, untimed
    decoded, seconds = rate(_decodes(data) for data in files)
    unread = decoded.count(False)
    if len(files) - unread < 2:
        raise UserError(f"{source.name}: too few readable photos in split 'train' to time anything")
    bare = (len(files) - unread) / seconds
    # The first photo waits for TensorFlow to trace its graph, which is no part of the speed.
    stream = source.photos("train", size, "stretch")
    first = next(stream)
    rest, seconds = rate(itertools.islice(stream, len(files) - unread - 1))
    cold = len(rest) / seconds
    images, ids = _stack([first, *rest])
    warm = _warm(Photos(images, ids, source.name, "train", source.licence), batch, rate)

    click.echo(f"{source.name}: {len(ids)} photos at {size} px, {os.cpu_count()} cores")
    told = {
        "bare": ("bare JPEG decoding (Pillow, one process)", bare),
        "cold": ("cold: decode and resize (tf.data)", cold),
        "warm": (f"warm: training batches of {batch} from the cache", warm),
    }
    rows = {}
    for name, (what, speed) in told.items():
        rows[name] = {"photos_per_s": speed, "of_bare": speed / bare}
        click.echo(f"{what:<48}{speed:>9.0f} photos/s{speed / bare:>9.2f} x bare")
    return {**rows, "data": source.name, "photos": len(ids), "size": size, "batch": batch}


def pipeline_of_pictures(count=300):
    """`pipeline` on JPEG photos made on the spot, short side 256 px: needs no data."""
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "pictures"
        photos.mkdir()
        for i in range(count):
            clocks.picture(340, 256, seed=i).save(photos / f"{i:04}.jpg", quality=75)
        return pipeline(photos, None, 128, 16, count)


def _decodes(data):
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.convert("RGB")
    except Exception:  # whatever Pillow makes of a broken file
        return False
    return True


def _stack(photos):
    return np.stack([photo for _, photo in photos]), [photo_id for photo_id, _ in photos]


def _warm(photos, batch, rate):
    """Photos/s of training batches alone, over some 20,000 photos."""
    from keras_colorizer.data.batches import training_batches

    epochs = max(1, 20_000 // len(photos))
    stream = iter(training_batches(photos, batch, None, 0, epochs + 1, 0))
    next(stream)
    sizes, seconds = rate(int(rgb.shape[0]) for rgb in stream)
    return sum(sizes) / seconds
