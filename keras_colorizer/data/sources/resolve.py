"""Which source ``--data`` means: a tfds set, a folder, ``synthetic``, a photos.npz, or a mix."""

import os
from collections.abc import Sequence

from keras_colorizer.data.mix import Mix, parse
from keras_colorizer.data.sources.base import SOURCES, Source
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
    kinds = sorted(SOURCES.items(), key=lambda item: SOURCES.facts(item[0])["rank"])
    found = (kind.opened(os.fspath(name), data_dir, cap) for _, kind in kinds)
    return next(source for source in found if source is not None)


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
        raise UserError(f"`data={min(twice)}`: named twice; give it a weight instead")
    sources = [open_source(name, data_dir, cap) for name, _ in parsed]
    return Mix(sources, [weight for _, weight in parsed])
