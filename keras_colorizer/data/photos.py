"""Photos of one split at one size, in RAM or in a file that is mapped into it."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from keras_colorizer.data.sources.base import Source
from keras_colorizer.errors import UserError
from keras_colorizer.utils.files import replace_atomically
from keras_colorizer.utils.progress import bar

_SHOW_FROM = 2000  # photos: fewer take seconds and need no progress line
_FORMAT = 1  # of the cache; a new number makes old caches unseen


@dataclasses.dataclass(frozen=True, eq=False)
class Photos:
    """One split of a source, whole and in its fixed order.

    Attributes:
        images: uint8 [N, S, S, 3], sRGB: an array, a memory map of a cache file, or several of
            them, `Joined`.
        ids: N names, in the order of ``images``.
        name: the source's.
        split: ``train``, ``validation``, ``test``, ``all`` or ``tfds:…``.
        licence: the source's.
        shares: of a mix, (photos, weight) of each source, whose photos follow each other; else
            empty.

    Example:
        >>> len(load_photos("synthetic", "validation", 64))
        120
    """

    images: "np.ndarray | Joined"
    ids: list[str]
    name: str
    split: str
    licence: str
    shares: tuple = ()

    def __len__(self) -> int:
        return len(self.images)

    @property
    def ids_sha256(self) -> str:
        """SHA-256 of the ids, a line each: what a card keeps of them."""
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()


class Joined:
    """Arrays of photos as if one stood after the other, without a copy of them.

    It has ``shape``, ``dtype``, a length, and what indexing along the first axis gives: a photo, or
    a new array of those that a slice, a mask or places choose.

    Args:
        parts: one or more uint8 arrays or memory maps [N, S, S, 3] of one S.
    """

    def __init__(self, parts):
        self.parts = list(parts)
        self._ends = np.cumsum([len(part) for part in self.parts])
        self.shape = (int(self._ends[-1]), *self.parts[0].shape[1:])
        self.dtype = self.parts[0].dtype

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, key):
        places = np.arange(len(self))[key]
        owners = np.searchsorted(self._ends, places, side="right")
        if not np.ndim(places):
            return self.parts[owners][places - self._ends[owners]]
        found = np.empty((len(places), *self.shape[1:]), self.dtype)
        for owner in np.unique(owners):
            mine = owners == owner
            found[mine] = self.parts[owner][places[mine] - self._ends[owner]]
        return found


def _each(source, split, size, fit) -> Iterator[tuple[str, np.ndarray]]:
    count = len(source.ids(split))
    if not count:
        raise none_there(source, split)
    label = f"reading {source.name} {split}"
    with bar(source.photos(split, size, fit), count, label, _SHOW_FROM) as photos:
        yield from photos


def none_there(source: Source, split: str) -> UserError:
    """What to raise where a split is empty."""
    return UserError(
        f"{source.name}: no photo in split {split!r}; roles are drawn by a hash of the names, "
        "so a source of a few dozen photos may leave one empty: add photos"
    )


def _none_readable(source, split):
    return UserError(f"{source.name}: not one photo of split {split!r} could be read")


def in_memory(source: Source, split: str, size: int, fit: str) -> Photos:
    """The photos of a split as an array in RAM."""
    images = np.empty((len(source.ids(split)), size, size, 3), np.uint8)
    ids = []
    for photo_id, photo in _each(source, split, size, fit):
        images[len(ids)] = photo
        ids.append(photo_id)
    if not ids:
        raise _none_readable(source, split)
    return Photos(images[: len(ids)], ids, source.name, split, source.licence)


def in_file(source: Source, split: str, size: int, fit: str, cache: str | os.PathLike) -> Photos:
    """The photos of a split as a memory map of a file in folder ``cache``, made if not yet there.

    The file's name holds a hash of everything it depends on, so a changed source makes a new one.
    """
    parts = [_FORMAT, source.name, split, size, fit, source.fingerprint(split)]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    folder = Path(cache).expanduser() / f"photos-{size}px-{key}"
    if not _is_valid(folder, size):
        try:
            with replace_atomically(folder) as temporary:
                _write(temporary, source, split, size, fit)
        except OSError as error:
            raise UserError(f"{folder}: cannot write the cache there ({error.strerror})") from error
    ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
    shape = (len(ids), size, size, 3)
    images = np.memmap(folder / "images.uint8", np.uint8, "r", shape=shape)
    return Photos(images, ids, source.name, split, source.licence)


def _write(folder, source, split, size, fit):
    folder.mkdir()
    ids = []
    with (folder / "images.uint8").open("wb") as file:
        for photo_id, photo in _each(source, split, size, fit):
            file.write(np.ascontiguousarray(photo).data)
            ids.append(photo_id)
    if not ids:
        raise _none_readable(source, split)
    (folder / "ids.json").write_text(json.dumps(ids), encoding="utf-8")


def _is_valid(folder, size):
    try:
        ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        return (folder / "images.uint8").stat().st_size == len(ids) * size * size * 3
    except (OSError, ValueError):
        return False
