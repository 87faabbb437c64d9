"""The ``python -m keras_colorizer.benchmark`` command: how fast the parts are on this machine."""

import click


@click.group()
def benchmark():
    """Measures the parts of keras_colorizer on this machine."""


@benchmark.command(context_settings={"show_default": True})
@click.option(
    "--data",
    "source_name",
    default="oxford_flowers102",
    help="tfds name or folder of images.",
)
@click.option("--data-dir", help="Where tfds keeps prepared data.  [default: TFDS_DATA_DIR]")
@click.option("--size", default=128, type=click.IntRange(1), help="Side in pixels.")
@click.option("--batch", default=16, type=click.IntRange(1), help="Photos a training batch.")
@click.option("--photos", default=2000, type=click.IntRange(2), help="How many, at most.")
def pipeline(source_name, data_dir, size, batch, photos):
    """Photos per second that the data pipeline delivers, beside bare JPEG decoding.

    Cold is decoding and resizing by tf.data; warm is shuffled training batches from the cache. Bare
    is Pillow decoding the same files' bytes, whole, in one process and one thread.
    """
    import itertools
    import os
    import time

    from keras_colorizer.data.photos import Photos
    from keras_colorizer.data.sources import open_source
    from keras_colorizer.errors import UserError

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
    rows = [
        ("bare JPEG decoding (Pillow, one process)", bare),
        ("cold: decode and resize (tf.data)", cold),
        (f"warm: training batches of {batch} from the cache", warm),
    ]
    for what, speed in rows:
        click.echo(f"{what:<48}{speed:>9.0f} photos/s{speed / bare:>9.2f} x bare")


def _decodes(data):
    import io

    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.convert("RGB")
    except Exception:  # whatever Pillow makes of a broken file
        return False
    return True


def _stack(photos):
    import numpy as np

    return np.stack([photo for _, photo in photos]), [photo_id for photo_id, _ in photos]


def _warm(photos, batch, rate):
    """Photos/s of training batches alone, over some 20,000 photos."""
    from keras_colorizer.data.batches import training_batches

    epochs = max(1, 20_000 // len(photos))
    stream = iter(training_batches(photos, batch, None, 0, epochs + 1, 0))
    next(stream)
    sizes, seconds = rate(int(rgb.shape[0]) for rgb in stream)
    return sum(sizes) / seconds


if __name__ == "__main__":
    benchmark(prog_name="python -m keras_colorizer.benchmark")
