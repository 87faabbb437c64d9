"""What every source of photos is: ids in roles, photos at a size, licences."""

import hashlib
import os
import types
from collections.abc import Iterator, Mapping

import numpy as np

from keras_colorizer.data import decoding
from keras_colorizer.errors import UserError, choose
from keras_colorizer.utils.registry import Registry

ROLES = ("train", "validation", "test")
TFDS_EXPRESSION = "tfds:"
UNLABELLED = "unlabelled"
WAYS_OUT = (
    "give `data=FOLDER` with photos of your own, `data_dir=FOLDER` with data that tfds has "
    "prepared, or `data=synthetic`"
)

# Classes of sources. They are asked in the order of their rank whether they are what was named: 0,
# the default, for names of one's own, 1 for what files and folders are, 2 for any other name.
SOURCES = Registry("source", __name__.rpartition(".")[0])


def register(name: str, rank: int = 0):
    """Makes a subclass of `Source` known: its ``opened`` is asked what a ``--data`` means."""
    return SOURCES.register(name, rank=rank)


def role_of(photo_id: str) -> str:
    """The role of a photo in a source without splits: 80/10/10 by a hash of its id alone."""
    place = int.from_bytes(hashlib.sha256(photo_id.encode()).digest()[:8], "big") / 2**64
    return "train" if place < 0.8 else "validation" if place < 0.9 else "test"


def top_folder(photo_id: str) -> str:
    """The first folder of an id that is a path; empty where the photo stands in none."""
    return photo_id.rpartition("/")[0].partition("/")[0]


def evenly(total, count):
    """``count`` of the first ``total`` numbers, evenly apart; all where there are fewer."""
    return sorted({int(i) for i in np.linspace(0, total - 1, min(count, total))})


class Source:
    """Photos with names, in roles: ``train``, ``validation``, ``test`` and ``all`` of them.

    Attributes:
        name: what a run's card calls the source; never a path of this machine.
        licence: what is known of it, or ``unknown``.
        licences: where folders have licences of their own, folder → dict with ``licence`` and
            perhaps ``origin``; ``.`` stands for photos in no folder.
    """

    name = ""
    licence = "unknown"
    licences: Mapping[str, dict] = types.MappingProxyType({})

    @classmethod
    def opened(cls, text: str, data_dir: str | os.PathLike | None, cap: int | None):
        """The source that ``text`` names; None if it names none of this kind.

        Args:
            text: what stands after ``--data``, without a weight.
            data_dir, cap: as for `resolve.open_source`.

        Raises:
            UserError: it names one that cannot be opened.
        """
        return

    def ids(self, split: str) -> list[str]:
        """The photos of ``split``, in their fixed order. UserError on a split there is not."""
        raise NotImplementedError

    def photos(self, split: str, size: int, fit: str) -> Iterator[tuple[str, np.ndarray]]:
        """(id, uint8 RGB [size, size, 3]) of every readable photo of ``split``, in order."""
        raise NotImplementedError

    def encoded(self, split: str) -> Iterator[bytes]:
        """The photos of ``split`` as the files they came in, where there are such."""
        raise UserError(f"{self.name} has no image files; give `data` a folder or a tfds data set")

    def stretched(self, split: str, size: int) -> Iterator[tuple[str, np.ndarray | None]]:
        """(id, uint8 RGB [size, size, 3]) of every photo of ``split``, in the order of `ids`.

        The whole photo, decoded at full size by Pillow, upright, stretched by LANCZOS: the truth
        that evaluation scores against. None stands for a photo that cannot be read.

        Raises:
            UserError: there is no such split, or a size below 1.

        Example:
            >>> dict(open_source("synthetic").stretched("test", 64))["garden-001320"].shape
            (64, 64, 3)
        """
        if size < 1:
            raise UserError(f"size {size}: photos have at least 1 pixel a side")
        return decoding.stretch_all(self._originals(split, size), size)

    def sample(self, split: str, size: int, count: int) -> list[tuple[str, np.ndarray]]:
        """(id, photo) of ``count`` photos spread evenly over ``split``, as `stretched` gives them.

        Only these are decoded; fewer come back where there are fewer, or some cannot be read.

        Example:
            >>> len(open_source("synthetic").sample("test", 64, 32))
            32
        """
        wanted = evenly(len(self.ids(split)), count)
        originals = (x for i, x in enumerate(self._originals(split, size)) if i in wanted)
        found = decoding.stretch_all(originals, size)
        return [(photo_id, photo) for photo_id, photo in found if photo is not None]

    def _originals(self, split, size):
        """(id, bytes or path of an image file, or uint8 RGB array) of every photo of ``split``.

        ``size`` is for photos that are drawn, not stored.
        """
        return zip(self.ids(split), self.encoded(split), strict=True)

    def labels(self, split: str) -> list[str] | None:
        """The class name of each photo of ``split``, in the order of `ids`; None without classes.

        A photo without a class among others that have one is ``unlabelled``.
        """
        self._role(split)

    def fingerprint(self, split: str) -> list[str]:
        """What a cache of ``split`` depends on, beside size and fit."""
        return self.ids(split)

    def to_download(self) -> str | None:
        """What must be fetched first, such as ``about 330 MB``; None if the photos are here."""
        return None

    def check(self) -> None:
        """Raises a UserError, within seconds, if the photos can be neither read nor fetched."""

    def own_id(self, photo_id: str) -> str:
        """The id that a photo has in the source that it came from: in a mix, without SOURCE/."""
        return photo_id

    def describe(self) -> str:
        """One line: name, photos per role, licence."""
        counts = ", ".join(f"{role} {len(self.ids(role))}" for role in ROLES)
        return f"{self.name}: {counts} photos; licence: {self.licence}"

    def _role(self, split: str) -> str:
        if split.startswith(TFDS_EXPRESSION):
            raise UserError(f"split {split!r} needs a tfds data set, and {self.name} is none")
        return choose("split", split, (*ROLES, "all"))
