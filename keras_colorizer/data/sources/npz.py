"""A photos.npz: every photo of a source at one size, for where TensorFlow or the source is not."""

import os
import zipfile
from pathlib import Path

import numpy as np

from keras_colorizer.data import photos as storage
from keras_colorizer.data.decoding import fit_photo
from keras_colorizer.data.sources.base import ROLES, Source, register
from keras_colorizer.errors import UserError
from keras_colorizer.utils.files import replace_atomically


@register("npz", rank=1)
class Archive(Source):
    """A ``photos.npz`` that ``python -m keras_colorizer.data`` wrote.

    Keys: ``images`` uint8 [N, S, S, 3], ``ids`` and ``splits`` (a role each) of N strings; ``name``
    and ``licence``, if there, are those of the source it was made from.
    """

    @classmethod
    def opened(cls, text, data_dir, cap):
        path = Path(text).expanduser()
        if path.suffix != ".npz":
            return None
        if not path.is_file():
            raise UserError(f"{text}: no such file; python -m keras_colorizer.data writes one")
        return cls(path)

    def __init__(self, path: Path):
        self.path, self.name = path, path.name
        try:
            with np.load(path, allow_pickle=False) as file:
                missing = [k for k in ("images", "ids", "splits") if k not in file]
                if missing:
                    raise UserError(f"{path}: not a photos.npz: it lacks {', '.join(missing)}")
                self._images = file["images"]
                self._ids = [str(i) for i in file["ids"]]
                self._splits = np.array([str(s) for s in file["splits"]])
                self.name = str(file["name"]) if "name" in file else self.name
                self.licence = str(file["licence"]) if "licence" in file else "unknown"
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise UserError(f"{path}: not a readable photos.npz ({error})") from error
        shape = self._images.shape
        good = self._images.dtype == np.uint8 and len(shape) == 4 and shape[3] == 3
        if not good or len(self._ids) != shape[0] or len(self._splits) != shape[0]:
            raise UserError(
                f"{path}: images must be uint8 [N, S, S, 3] with N ids and N splits, "
                f"not {self._images.dtype} {list(shape)} with {len(self._ids)} ids"
            )
        if len(set(self._ids)) != len(self._ids):
            raise UserError(f"{path}: some ids stand there twice, so roles cannot be told apart")

    def _indices(self, split):
        roles = ROLES if self._role(split) == "all" else (split,)
        return np.flatnonzero(np.isin(self._splits, roles))

    def ids(self, split):
        return [self._ids[i] for i in self._indices(split)]

    def photos(self, split, size, fit):
        for i in self._indices(split):
            yield self._ids[i], fit_photo(self._images[i], size, fit)

    def _originals(self, split, size):
        return ((self._ids[i], self._images[i]) for i in self._indices(split))

    def fingerprint(self, split):
        state = self.path.stat()
        return [str(state.st_size), str(state.st_mtime_ns), *self.ids(split)]


def write(path: str | os.PathLike, source: Source, size: int, fit: str = "stretch") -> dict:
    """Writes every readable photo of ``source`` and its role; returns how many have each role."""
    photos = storage.in_memory(source, "all", size, fit)
    role_of = {photo_id: role for role in ROLES for photo_id in source.ids(role)}
    splits = [role_of[photo_id] for photo_id in photos.ids]
    try:
        with replace_atomically(path) as temporary:
            np.savez(
                temporary,
                images=photos.images,
                ids=np.array(photos.ids),
                splits=np.array(splits),
                name=np.array(photos.name),
                licence=np.array(photos.licence),
            )
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error
    return {role: splits.count(role) for role in ROLES}
