"""The models that come with the package, by name."""

import os
from pathlib import Path

from keras_colorizer.errors import UserError, nearest
from keras_colorizer.models import card

DEFAULT = "photos"
_PACKAGE = Path(__file__).resolve().parent.parent
# An installed package has its own; a checkout or an editable install has the folder beside it.
FOLDERS = (_PACKAGE / "saved_models", _PACKAGE.parent / "saved_models")


def _models() -> dict[str, Path]:
    for folder in FOLDERS:
        if folder.is_dir():
            return {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{card.CARD}"))}
    return {}


def names() -> list[str]:
    """Names of the shipped models, sorted."""
    return sorted(_models())


def default() -> str:
    """The name of the model that is used when none is named: ``DEFAULT``, or the only one there is.

    Raises:
        UserError: none is shipped, or several without that one.
    """
    models = _models()
    if DEFAULT in models:
        return DEFAULT
    if len(models) == 1:
        return next(iter(models))
    if not models:
        raise UserError(
            "no model is shipped with this version; name one (a run folder, an exported folder or "
            "a .tflite file), which python -m keras_colorizer.train makes"
        )
    raise UserError(f"the shipped model {DEFAULT!r} is missing; name one of {', '.join(models)}")


def locate(path_or_name: str | os.PathLike) -> Path:
    """Where a model is: a shipped one, if it is called so, else at that path, there or not.

    A text without separator and suffix that is a shipped model's name is that model, even where a
    file or folder of that name stands in the working folder: ``./photos`` is the folder's. A
    ``Path`` is always a path.
    """
    if isinstance(path_or_name, str):
        return _models().get(path_or_name, Path(path_or_name))
    return Path(path_or_name)


def shadowed(path_or_name: str | os.PathLike) -> str | None:
    """A line on which of two models is meant, where a shipped one's name is a model's path too."""
    path = Path(path_or_name)
    is_model = any((path / name).is_file() for name in (card.CARD, card.WEIGHTS))
    if locate(path_or_name) == path or not is_model:
        return None
    here = f"{os.curdir}{os.sep}{path}"
    return f"{path_or_name}: the shipped model; the model in the folder is {here}"


def existing(path_or_name: str | os.PathLike, option: str = "", kind: str = "folder") -> Path:
    """As `locate`, where something is there; else a shipped model that a ``Path`` is called by.

    Args:
        path_or_name: as for `locate`.
        option: the argument that it was given as, to begin the message with.
        kind: what the message says that is not there.

    Raises:
        UserError: nothing is there, and no shipped model has this name.
    """
    path = locate(path_or_name)
    if path.exists():
        return path
    try:
        return find(str(path_or_name))
    except UserError as error:
        given = f"`{option}={path_or_name}`" if option else path_or_name
        raise UserError(f"{given}: no such {kind}, and {error.message}") from None


def find(name: str) -> Path:
    """The folder of the shipped model ``name``.

    Args:
        name: one of ``names()``.

    Raises:
        UserError: no shipped model has this name; the nearest and all are listed.
    """
    models = _models()
    if name in models:
        return models[name]
    known = f"there are {', '.join(sorted(models))}" if models else "none is shipped"
    raise UserError(f"no shipped model is called {name!r}: {known}{nearest(str(name), models)}")
