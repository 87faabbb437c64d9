"""A folder of images, at any depth, as a source."""

import csv
import functools
import hashlib
import os
from pathlib import Path

import numpy as np

from keras_colorizer.data.decoding import decode
from keras_colorizer.data.sources import known
from keras_colorizer.data.sources.base import (
    ROLES,
    UNLABELLED,
    Source,
    register,
    role_of,
    top_folder,
)
from keras_colorizer.errors import UserError
from keras_colorizer.images import formats
from keras_colorizer.utils.progress import log

LICENCES = "licences.csv"


@register("folder", rank=1)
class Folder(Source):
    """The images in ``path`` and below; ids are relative POSIX paths, roles a hash of them.

    Hidden files and folders are passed over. Files that cannot be read are skipped, and listed
    once. Where every photo stands in a subfolder, the first part of its path is its class; else
    a CSV file beside the photos, with columns ``file`` and ``label``, may tell the classes.

    A file ``licences.csv`` beside the photos, with columns ``folder`` and ``licence`` and perhaps
    ``origin``, states the licence of each first-level subfolder, and in folder ``.`` that of photos
    that stand in none.

    ``cap`` limits the training photos of each first-level subfolder; which ones stay is decided
    by hashes of their ids, so adding photos moves few.

    Raises:
        UserError: no image file in the folder, or a licences.csv that is none; in `labels`, two
            files of labels, or a broken one.
    """

    @classmethod
    def opened(cls, text, data_dir, cap):
        path = Path(text).expanduser()
        if path.suffix == ".npz":
            return None  # `npz` says what is wrong with it
        if path.is_dir():
            return cls(path, cap)
        if path.exists():
            raise UserError(f"{text}: a file; `data` takes a folder of images or a photos.npz")
        if path.is_absolute() or text.startswith((".", "~")) or text.endswith(("/", os.sep)):
            raise UserError(f"{text}: no such folder; give `data` a folder of images that exists")
        return None

    def __init__(self, path: Path, cap: int | None = None):
        self.path, self.name = path, path.resolve().name
        self._warned = set()
        found = [p for p in path.rglob("*") if formats.of_suffix(p.suffix) and p.is_file()]
        relative = sorted(p.relative_to(path) for p in found)
        self._ids = [
            p.as_posix() for p in relative if not any(part.startswith(".") for part in p.parts)
        ]
        if not self._ids:
            raise UserError(
                f"{path}: no image files in it or below; `data` takes a folder of "
                f"{', '.join(formats.kinds())} files"
            )
        self.licence = known.licence_of(self._ids, self.name) or self.licence
        stated = _licences(path / LICENCES)
        self.licences = stated or known.licences_of(self._ids)
        if stated:
            stated = sorted({row["licence"] for row in stated.values()})
            self.licence = stated[0] if len(stated) == 1 else f"{len(stated)} licences, by folder"

        self._capped = _beyond(self._ids, cap) if cap else set()

    def ids(self, split):
        role = self._role(split)
        if role == "train":
            return [i for i in self._ids if role_of(i) == role and i not in self._capped]
        return [i for i in self._ids if role == "all" or role_of(i) == role]

    def fingerprint(self, split):
        states = [(i, (self.path / i).stat()) for i in self.ids(split)]
        return [f"{i} {state.st_size} {state.st_mtime_ns}" for i, state in states]

    def encoded(self, split):
        return ((self.path / i).read_bytes() for i in self.ids(split))

    def _originals(self, split, size):
        return ((i, self.path / i) for i in self.ids(split))

    def labels(self, split):
        ids = self.ids(split)
        if all("/" in i for i in self._ids):
            return [i.partition("/")[0] for i in ids]
        tables = {path.name: table for path in self._csv_files() if (table := _labels_in(path))}
        if len(tables) > 1:
            raise UserError(
                f"{self.name}: {' and '.join(tables)} both have columns file and label; leave one"
            )
        table = next(iter(tables.values()), None)
        return table and [table.get(i) or UNLABELLED for i in ids]

    def _csv_files(self):
        found = sorted(p for p in self.path.iterdir() if p.suffix.lower() == ".csv")
        return [p for p in found if p.is_file() and not p.name.startswith(".")]

    def photos(self, split, size, fit):
        import tensorflow as tf

        from keras_colorizer.data.streams import arrays, fit_tensor

        def read(photo_id):
            try:
                return decode((self.path / photo_id.decode()).read_bytes(), size), True
            except Exception:  # Pillow raises many kinds, SyntaxError and struct.error among them
                return np.zeros((1, 1, 3), np.uint8), False

        def load(photo_id):
            photo, readable = tf.numpy_function(read, [photo_id], (tf.uint8, tf.bool))
            photo.set_shape([None, None, 3])
            return photo_id, fit_tensor(photo, size, fit), readable

        ids = self.ids(split)
        if not ids:
            return
        dataset = tf.data.Dataset.from_tensor_slices(ids).map(load, tf.data.AUTOTUNE)
        unreadable = []
        for photo_id, photo, readable in arrays(dataset):
            if readable:
                yield photo_id.decode(), photo
            else:
                unreadable.append(photo_id.decode())
        self._warn(unreadable)

    def _warn(self, unreadable):
        new = [i for i in unreadable if i not in self._warned]
        self._warned.update(new)
        if new:
            files = "file" if len(new) == 1 else "files"
            log.warning("%s: %d unreadable %s skipped:", self.name, len(new), files)
            for photo_id in new:
                log.warning("  %s", photo_id)

    def describe(self):
        counts = ", ".join(f"{role} {len(self.ids(role))}" for role in ROLES)
        return f"{self.name}: {counts} photos by a hash of their names; licence: {self.licence}"


def _beyond(ids, cap):
    """Training photos over ``cap`` in their first-level folder: those whose hashes come last."""
    folders = {}
    for photo_id in ids:
        if role_of(photo_id) == "train":
            folders.setdefault(top_folder(photo_id), []).append(photo_id)
    order = functools.partial(sorted, key=lambda i: hashlib.sha256(f"cap {i}".encode()).digest())
    return {i for found in folders.values() for i in order(found)[cap:]}


def _licences(path):
    """folder -> {"licence": …} and perhaps "origin", as a licences.csv states; empty without it."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, skipinitialspace=True, restval=""))
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read as CSV ({error})") from error
    found = {}
    for row in rows:
        row = {key: " ".join(row.get(key, "").split()) for key in ("folder", "licence", "origin")}
        folder, origin = row.pop("folder").rstrip("/"), row.pop("origin")
        if not folder or not row["licence"]:
            raise UserError(f"{path}: a row needs a folder and its licence, in columns so named")
        if folder in found:
            raise UserError(f"{path}: folder {folder} stands there twice; leave one row")
        found[folder] = row | ({"origin": origin} if origin else {})
    return found


def _labels_in(path):
    """file -> label of a CSV file, both as text; None if it has not both columns."""
    try:
        # Leniently at first: a CSV file about something else may be in any encoding.
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            if not {"file", "label"} <= set(next(csv.reader(file, skipinitialspace=True), ())):
                return None
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            return {row["file"]: (row["label"] or "").strip() for row in rows}
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path.name}: not a readable CSV file ({error})") from error
