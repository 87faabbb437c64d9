"""The photos that a command line means: files, folders, globs and links."""

import dataclasses
import glob
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from keras_colorizer.images import formats
from keras_colorizer.images.web import links

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


@dataclasses.dataclass(frozen=True)
class Input:
    """One photo to read.

    Attributes:
        name: what the user calls it, for messages.
        inside: its path inside the given folder, or its file name.
        path: the file; None for a link.
        format: Pillow's name of its format, from its first bytes; None if they tell nothing.
    """

    name: str
    inside: Path
    path: Path | None
    format: str | None

    @property
    def stem(self) -> Path:
        """``inside`` without the suffix of an image; ``v1.2`` has none."""
        return self.inside.with_suffix("") if self._is_image else self.inside

    @property
    def suffix(self) -> str:
        """The suffix of an image as the user wrote it, or an empty string."""
        return self.inside.suffix if self._is_image else ""

    @property
    def _is_image(self):
        return formats.of_suffix(self.inside.suffix) is not None


def _kinds():
    return ", ".join(formats.kinds())


def sniff(path: str | os.PathLike) -> str | None:
    """Pillow's name of an image file's format by its first bytes, whatever the file is called.

    None where they are of no format that is read here, or cannot be had, or would be lost by
    reading them (of a pipe).
    """
    try:
        path = Path(path)
        if not path.is_file():
            return None
        with path.open("rb", buffering=0) as file:
            return formats.recognise(file.read(formats.HEAD))[0]
    except OSError:
        return None


def find(
    arguments: Iterable[str], beside: str | os.PathLike | None = None
) -> tuple[list[Input], list[str]]:
    """All photos that the arguments mean, each once, in the order given; folders sorted by path.

    A folder gives the image files in it and below, by their suffix; hidden ones are passed over and
    links to folders not entered. A file counts whatever it is called. A text that is neither but
    holds ``*``, ``?`` or ``[`` is a glob (``**`` too): what a shell would have made of it.

    Args:
        arguments: what the user typed.
        beside: a folder that is not entered (where results go), unless it is given itself.

    Returns:
        ``(inputs, problems)``; a problem is one line on an argument or folder that gives nothing.
    """
    found, problems = {}, []
    beside = None if beside is None else os.path.realpath(beside)
    for argument in arguments:
        count = len(problems)
        seen = list(_meant(argument, beside, problems))
        if not seen and len(problems) == count:
            problems.append(f"{argument}: no image files in it or below; there may be {_kinds()}")
        for one in seen:
            place = os.path.normpath(one.path.absolute()) if one.path else one.name
            found.setdefault(place, one)
    return list(found.values()), problems


def _meant(argument, beside, problems) -> Iterator[Input]:
    if links.is_link(argument):
        yield Input(argument, Path(links.file_name(argument)), None, None)
        return
    try:
        os.lstat(argument)  # as text: Path("") would be the current folder
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        if missing and glob.has_magic(argument):
            yield from _matches(argument, beside, problems)
        elif missing and _SCHEME.match(argument):
            problems.append(f"{argument}: no such file, and only http and https links are followed")
        else:
            reason = "no such file or folder" if missing else error.strerror or error
            problems.append(f"{argument or repr(argument)}: {reason}")
        return
    path = Path(argument)
    if path.is_dir():
        yield from _below(path, beside, problems)
    else:
        yield _file(path, path.name)


def _file(path, inside):
    return Input(str(path), Path(inside), path, sniff(path))


def _matches(pattern, beside, problems):
    # Not Path.glob, which takes no absolute pattern.
    matches = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207
    files = [path for path in matches if formats.of_suffix(path.suffix)]
    files = [path for path in files if not path.is_dir() and not _is_in(path, beside)]
    # With ** the files in these folders are matches as well.
    folders = [] if "**" in pattern else [path for path in matches if path.is_dir()]
    if not files and not folders:
        problems.append(f"{pattern}: matches no image file; there may be {_kinds()}")
    for path in files:
        yield _file(path, path.name)
    for path in folders:
        yield from _below(path, beside, problems)


def _is_in(path, folder):
    return folder is not None and Path(folder) in Path(os.path.realpath(path)).parents


def _below(folder, beside, problems):
    def note(error):
        problems.append(f"{error.filename}: cannot be read ({error.strerror or error})")

    paths = []
    for place, folders, files in os.walk(folder, onerror=note):
        place = Path(place)
        folders[:] = [
            name for name in folders if name[0] != "." and os.path.realpath(place / name) != beside
        ]
        paths += [place / name for name in files if name[0] != "."]
    paths = [path for path in paths if formats.of_suffix(path.suffix)]
    for path in sorted(paths, key=lambda path: path.parts):
        yield _file(path, path.relative_to(folder))
