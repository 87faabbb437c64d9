"""The photos that are scored: whole, in fixed order, stretched by Pillow's LANCZOS."""

import dataclasses
import hashlib

import numpy as np

from keras_colorizer.color.spaces import gray_uint8
from keras_colorizer.data import mix
from keras_colorizer.errors import UserError
from keras_colorizer.models.card import id_hash
from keras_colorizer.utils.progress import bar

_SHOW_FROM = 500  # photos: fewer are read before one could read a progress line


@dataclasses.dataclass(frozen=True, eq=False)
class TestPhotos:
    """The truth of an evaluation.

    Attributes:
        images: uint8 (N, S, S, 3).
        ids: their N names.
        labels: their N class names, or None.
        excluded: names of those that could not be read.
        name, split, licence: of the source.
        own_ids: the N names that they have in the sources that a mix is of; None if as ``ids``.
        aged: strength of `aged.copies`; 0 for photos as they are.
    """

    images: np.ndarray
    ids: list[str]
    labels: list[str] | None
    excluded: list[str]
    name: str
    split: str
    licence: str
    own_ids: list[str] | None = None
    aged: float = 0.0

    __test__ = False  # for pytest: no test, whatever its name

    def __len__(self):
        return len(self.images)

    @property
    def ids_sha256(self):
        """SHA-256 of the names, a line each."""
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()

    def without(self, places):
        """The same without the photos at ``places``."""
        kept = np.setdiff1d(np.arange(len(self)), places)
        parts = {name: getattr(self, name) for name in ("ids", "labels", "own_ids")}
        parts = {name: part and [part[i] for i in kept] for name, part in parts.items()}
        return dataclasses.replace(self, images=self.images[kept], **parts)

    def spread(self, count):
        """``count`` of the photos, as many of each folder as of the others, spread over each."""
        places = mix.spread(mix.folders_of(self.ids, self.own_ids not in (None, self.ids)), count)
        return self.without(np.setdiff1d(np.arange(len(self)), places))

    def fixed(self, count):
        """Places of ``count`` photos for a sheet: the same names whatever else is in the set."""
        order = sorted(range(len(self)), key=lambda i: _digest(self.ids[i]))
        return sorted(order[:count])


def _digest(photo_id):
    return hashlib.sha256(photo_id.encode()).hexdigest()


def seed_of(photo_id):
    """A number for each name, 0 to 2^64 - 1: the head of its SHA-256."""
    return int(_digest(photo_id)[:16], 16)


def load(source, split, size):
    """Reads every photo of a split as it is scored; those that cannot be read are set apart.

    Args:
        source: from `data.open_source`.
        split: ``train``, ``validation``, ``test``, ``all`` or ``tfds:…``.
        size: side in pixels; the whole photo is stretched to a square.

    Returns:
        `TestPhotos`.

    Raises:
        UserError: no such split, no photo in it, or none that can be read.
    """
    ids = source.ids(split)
    if not ids:
        raise UserError(
            f"{source.name}: no photo in split {split!r}; a source of few photos may leave a role "
            "empty: add photos, or give `split=all`"
        )
    labels = source.labels(split)
    images, kept, excluded = np.empty((len(ids), size, size, 3), np.uint8), [], []
    found = source.stretched(split, size)
    with bar(found, len(ids), f"reading {source.name} {split}", _SHOW_FROM) as shown:
        for place, (photo_id, photo) in enumerate(shown):
            if photo is None:
                excluded.append(photo_id)
                continue
            images[len(kept)] = photo
            kept.append(place)
    if not kept:
        raise UserError(f"{source.name}: not one photo of split {split!r} could be read")
    return TestPhotos(
        images[: len(kept)],
        [ids[i] for i in kept],
        [labels[i] for i in kept] if labels else None,
        excluded,
        source.name,
        split,
        source.licence,
        [source.own_id(ids[i]) for i in kept],
    )


def gray_of(rgb):
    """What a colorizer is given: Pillow's ``convert("L")`` of uint8 photos, (B, H, W, 1)."""
    return gray_uint8(rgb.astype(np.int32)).astype(np.uint8)


def seen_ids(card, ids):
    """Which of ``ids`` a model's card counts as training data; None if the card does not say.

    A card keeps the first 8 hex digits of each training photo's SHA-256, whatever the source was
    called, so that a copy of the data in a folder is recognised as well.
    """
    hashes = card.get("data", {}).get("id_hashes")
    if hashes is None:
        return None
    known = set(hashes.split())
    return [photo_id for photo_id in ids if id_hash(photo_id) in known]
