"""What ``benchmark pipeline`` does: the data pipeline, beside bare JPEG decoding."""

import io
import itertools
import os
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from PIL import Image

from keras_colorizer.benchmarks import processes
from keras_colorizer.errors import UserError


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
            processes.picture(340, 256, seed=i).save(photos / f"{i:04}.jpg", quality=75)
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
