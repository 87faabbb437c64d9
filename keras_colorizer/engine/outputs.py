"""Where results go: one place for each photo, never over a photo, known before any work."""

import dataclasses
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from keras_colorizer.engine.inputs import Input
from keras_colorizer.errors import UserError
from keras_colorizer.images import formats, writing

SHEETS = "compare"  # the folder of comparison sheets in OUT
_FOLDS_CASE = sys.platform in ("win32", "darwin")


@dataclasses.dataclass(frozen=True)
class Places:
    """Where what is made of one photo goes.

    Attributes:
        result: the colour photo.
        keep: there is a result already, which stays as it is.
        sheet: the comparison sheet to write; None if there is one, or none is wanted.
    """

    result: Path
    keep: bool
    sheet: Path | None

    @property
    def is_done(self) -> bool:
        """Nothing is to be written: all of it is there."""
        return self.keep and self.sheet is None


class Targets:
    """The places of all photos of one command; safe to be asked by many threads.

    Args:
        out: the folder of results.
        format: Pillow's name of the format of all results, or None for each photo's own.
        overwrite: existing results are made anew, not kept.
        compare: comparison sheets are wanted too.
    """

    def __init__(self, out: Path, format: str | None, overwrite: bool, compare: bool):
        self.out, self._format = out, format
        self._overwrite, self._compare = overwrite, compare
        self._owners: dict[str, Input] = {}
        self._inputs: dict[str, Input] = {}
        self._lock = threading.Lock()

    def plan(self, inputs: Iterable[Input]) -> dict[Input, Places | None]:
        """The places of each photo, in order; None where only reading it will tell.

        Raises:
            UserError: two photos have one place, or a place is that of a photo.
        """
        inputs = list(inputs)
        for one in inputs:
            if one.path is not None:
                self._inputs |= {_key(one.path): one, _fold(os.path.realpath(one.path)): one}
        return {one: self._foresee(one) for one in inputs}

    def _foresee(self, one):
        if one.format is not None or self._format is not None:
            return self.claim(one, one.format)
        # A link, or something broken: by its name at least, it must not be like another.
        self._own(one, [self.out / one.inside])
        if one.suffix:
            places = self._places(one, formats.of_suffix(one.suffix))
            return places if places.is_done else None
        return None

    def claim(self, one: Input, format: str | None) -> Places:
        """The places of a photo that turned out to be of ``format`` (Pillow's name).

        Raises:
            UserError: they are another photo's, or a photo.
        """
        result = self._result(one, format)
        self._own(one, [result, self._sheet(result)] if self._compare else [result])
        return self._places(one, format)

    def _own(self, one, paths):
        with self._lock:
            for path in paths:
                self._check(one, path)
            self._owners |= {_key(path): one for path in paths}

    def _check(self, one, path):
        key = _key(path)
        if taken := self._inputs.get(key):
            raise UserError(
                f"{taken.name}: the result of {one.name} would take its place; give another --out"
            )
        owner = self._owners.get(key, one)
        if owner != one:
            raise UserError(
                f"{owner.name} and {one.name} would both become {path}; rename one, or give each "
                "an --out of its own"
            )
        if path.is_dir():
            raise UserError(f"{one.name}: a folder stands where its result goes, {path}")

    def _places(self, one, format):
        result = self._result(one, format)
        sheet = self._sheet(result) if self._compare else None
        if self._overwrite:
            return Places(result, False, sheet)
        is_there = sheet is not None and sheet.exists()
        return Places(result, result.exists(), None if is_there else sheet)

    def _result(self, one, format):
        format = self._format or writing.kept(format)
        known = formats.FORMATS[format].suffixes
        same = one.suffix.lower().removeprefix(".") in known
        suffix = one.suffix if same else f".{known[0]}"
        return self.out / one.stem.with_name(one.stem.name + suffix)

    def _sheet(self, result):
        name = result.name if result.suffix.lower() == ".png" else f"{result.name}.png"
        return self.out / SHEETS / result.relative_to(self.out).with_name(name)


def _fold(path):
    return path.casefold() if _FOLDS_CASE else path


def _key(path):
    """What two spellings of one place in the file system share; the last name is not followed."""
    return _fold(os.path.realpath(path.parent) + os.sep + path.name)
