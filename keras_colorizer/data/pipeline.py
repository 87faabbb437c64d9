"""From the name of a source to photos, and to the (gray, colour) pairs that evaluation iterates."""

import os

from keras_colorizer.data import photos as storage
from keras_colorizer.data.decoding import FITS
from keras_colorizer.data.mix import Mix
from keras_colorizer.data.photos import Joined, Photos
from keras_colorizer.data.sources.base import Source
from keras_colorizer.data.sources.resolve import open_source
from keras_colorizer.errors import UserError, choose

# Of what a mix may keep in RAM: beyond it, files that are mapped into it serve as well.
MOST_BYTES = 4e9


def load_photos(
    data: str | os.PathLike | Source,
    split: str,
    size: int,
    *,
    fit: str = "stretch",
    data_dir: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    cap: int | None = None,
) -> Photos:
    """Every readable photo of a split, decoded and resized.

    ``synthetic`` and a ``photos.npz`` load where TensorFlow is absent; a folder and tfds are
    decoded and resized by tf.data.

    Args:
        data: what `open_source` takes, or a source.
        split: ``train``, ``validation``, ``test``, ``all``, or ``tfds:`` and a tfds expression.
        size: side in pixels.
        fit: ``stretch`` the whole photo to a square, or ``crop`` its central square.
        data_dir: where tfds keeps prepared data.
        cache: folder for a file that later runs map instead of decoding again; None for RAM.
        cap: as in ``open_source``.

    Raises:
        UserError: no such source or split, nothing readable in it, or a size below 1; a mix that
            needs more than 4 GB without ``cache``.

    Example:
        >>> load_photos("synthetic", "test", 64).images.shape
        (150, 64, 64, 3)
    """
    if size < 1:
        raise UserError(f"size {size}: photos have at least 1 pixel a side")
    choose("fit", fit, FITS)
    source = data if isinstance(data, Source) else open_source(data, data_dir, cap)
    if isinstance(source, Mix):
        return _load_mix(source, split, size, fit, cache)
    if cache is None:
        return storage.in_memory(source, split, size, fit)
    return storage.in_file(source, split, size, fit, cache)


def _load_mix(source, split, size, fit, cache):
    """The Photos of a mix; each source keeps its own array, or its own file in ``cache``."""
    counts = [len(member.ids(split)) for member in source.sources]
    needed = sum(counts) * size * size * 3
    if cache is None and needed > MOST_BYTES:
        raise UserError(
            f"{source.name}: {sum(counts):,} photos at {size} px take {needed / 1e9:.1f} GB of "
            "memory; give `cache=FOLDER` to keep them in files instead"
        )
    if not any(counts):
        raise storage.none_there(source, split)
    images, ids, shares = [], [], []
    for member, name, weight, count in zip(
        source.sources, source.names, source.weights, counts, strict=True
    ):
        found = 0
        if count:
            photos = load_photos(member, split, size, fit=fit, cache=cache)
            images.append(photos.images)
            ids += [f"{name}/{photo_id}" for photo_id in photos.ids]
            found = len(photos)
        shares.append((found, weight))
    return Photos(Joined(images), ids, source.name, split, source.licence, tuple(shares))


def pairs(
    data: str | os.PathLike | Source | Photos,
    split: str,
    size: int = 128,
    batch: int = 32,
    *,
    fit: str = "stretch",
    data_dir: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
):
    """The whole split as gray and colour, in its fixed order, the last batch smaller if it must.

    Args:
        data: what `load_photos` takes, or photos that it returned (all but batch is then moot).
        split: see `load_photos`, as are size, fit, data_dir and cache.
        size: side in pixels.
        batch: photos a batch.

    Returns:
        tf.data.Dataset of (gray uint8 [B, size, size, 1], rgb uint8 [B, size, size, 3]). Gray is
        Rec. 601 luma, exactly Pillow's ``convert("L")`` of the resized photo.

    Example:
        >>> for gray, rgb in pairs("synthetic", "validation", size=64, batch=60):
        ...     print(gray.shape, rgb.shape)
        (60, 64, 64, 1) (60, 64, 64, 3)
        (60, 64, 64, 1) (60, 64, 64, 3)
    """
    import tensorflow as tf

    from keras_colorizer.color.spaces import gray_uint8

    photos = data
    if not isinstance(data, Photos):
        photos = load_photos(data, split, size, fit=fit, data_dir=data_dir, cache=cache)

    def gather(start):
        return photos.images[start : start + batch]

    def load(start):
        rgb = tf.numpy_function(gather, [start], tf.uint8)
        rgb.set_shape([None, *photos.images.shape[1:]])
        return tf.cast(gray_uint8(tf.cast(rgb, tf.int32)), tf.uint8), rgb

    starts = tf.data.Dataset.range(0, len(photos), batch)
    return starts.map(load, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
