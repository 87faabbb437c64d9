"""Which source ``--data`` means: a tfds set, a folder, ``synthetic``, a photos.npz, or a mix."""

import os
from collections.abc import Sequence
from pathlib import Path

from keras_colorizer.data.mix import Mix, parse
from keras_colorizer.data.sources.base import Source
from keras_colorizer.data.sources.folder import Folder
from keras_colorizer.data.sources.npz import Archive
from keras_colorizer.data.sources.synthetic import Garden
from keras_colorizer.data.sources.tfds import TfdsSet
from keras_colorizer.errors import UserError


def open_source(
    name: str | os.PathLike | Sequence[str],
    data_dir: str | os.PathLike | None = None,
    cap: int | None = None,
) -> Source:
    """The source that ``--data`` names.

    Args:
        name: ``synthetic``, a folder of images, a ``photos.npz``, or a tfds data set
            (``oxford_flowers102``, ``imagenette/160px-v2``); or several of them, each with
            ``=WEIGHT`` after it if its weight in the mix is not 1.
        data_dir: where tfds keeps prepared data; default ``TFDS_DATA_DIR``, else tfds's own.
        cap: of a folder's subfolders, at most so many training photos of each; None for all.

    Raises:
        UserError: nothing of that name, or nothing in it that is a photo.

    Example:
        >>> open_source("synthetic").ids("validation")[0]
        'garden-001200'
    """
    if isinstance(name, list | tuple):
        if len(name) != 1:
            return _open_mix(name, data_dir, cap)
        (name,) = name
    text = os.fspath(name)
    path = Path(text).expanduser()
    if text == Garden.name:
        return Garden()
    if path.suffix == ".npz":
        if not path.is_file():
            raise UserError(f"{text}: no such file; python -m keras_colorizer.data writes one")
        return Archive(path)
    if path.is_dir():
        return Folder(path, cap)
    if path.exists():
        raise UserError(f"{text}: a file; --data takes a folder of images or a photos.npz")
    if path.is_absolute() or text.startswith((".", "~")) or text.endswith(("/", os.sep)):
        raise UserError(f"{text}: no such folder; give --data a folder of images that exists")
    return TfdsSet(text, data_dir)


def _open_mix(
    names: Sequence[str], data_dir: str | os.PathLike | None = None, cap: int | None = None
) -> Source:
    """The sources of several ``--data``, as one.

    Args:
        names: what ``open_source`` takes, each with ``=WEIGHT`` if it is not 1.
        data_dir: where tfds keeps prepared data.
        cap: of each folder source, at most so many photos of each of its folders.

    Raises:
        UserError: as ``open_source``; a weight that is none; a source named twice.
    """
    parsed = [parse(name) for name in names]
    if twice := {n for n, _ in parsed if [m for m, _ in parsed].count(n) > 1}:
        raise UserError(f"--data {min(twice)}: named twice; give it a weight instead")
    sources = [open_source(name, data_dir, cap) for name, _ in parsed]
    return Mix(sources, [weight for _, weight in parsed])
