"""The card that travels with weights: ``card.json``, all that inference must know about them."""

import hashlib
import json
import math
import os
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.utils.files import write_text

FORMAT = 1
CARD, WEIGHTS = "card.json", "generator.keras"
# What nothing can be colorized without; the other keys inform people.
REQUIRED = ("name", "codec", "size")


def _plain(value):
    """JSON types only: NumPy becomes numbers and lists, NaN and infinity become null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, os.PathLike) else value


def id_hash(photo_id: str) -> str:
    """What a card keeps of a training photo's id, in ``id_hashes``: 8 hex digits of its SHA-256."""
    return hashlib.sha256(photo_id.encode()).hexdigest()[:8]


def write(folder: str | os.PathLike, card: dict) -> None:
    """Writes ``card`` as ``card.json`` into ``folder``, whole or not at all.

    Args:
        folder: the run's or the saved model's folder, made if it is missing.
        card: ``name``, ``codec`` and ``size`` (pixels, the working size) at least; also ``fit``,
            ``generator``, ``data``, ``licence``, ``scores``, ``training``, ``versions``. The key
            ``format`` is set here. NaN and infinity are written as null: JSON has neither.

    Raises:
        ValueError: a required key is missing.
    """
    missing = [key for key in REQUIRED if key not in card]
    if missing:
        raise ValueError(f"a card needs {', '.join(missing)}")
    card = {"format": FORMAT} | _plain(card) | {"format": FORMAT}
    text = json.dumps(card, indent=2, allow_nan=False)
    write_text(Path(folder) / CARD, text + "\n")


def read(folder: str | os.PathLike) -> dict:
    """The card of a run folder or of a saved model.

    Args:
        folder: the folder that holds ``card.json``.

    Returns:
        The card as ``write`` took it, with its ``format``.

    Raises:
        UserError: the folder or the card is missing, or it is no card that this version reads.
    """
    folder = Path(folder)
    path = folder / CARD
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; give a run folder or a saved model")
    if not path.is_file():
        raise UserError(
            f"{folder}: no {CARD} in it, so this is neither a finished run nor a saved model"
        )
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: cannot be read as JSON ({error}); restore or export it again"
        ) from error
    if not isinstance(card, dict) or "format" not in card:
        raise UserError(f"{path}: not a card of keras_colorizer (it has no 'format')")
    if card["format"] != FORMAT:
        raise UserError(
            f"{path}: format {card['format']!r} is unknown, this version reads {FORMAT}; "
            "install the version of keras_colorizer that wrote it"
        )
    missing = [key for key in REQUIRED if key not in card]
    if missing:
        raise UserError(f"{path}: {', '.join(missing)} missing; restore or export it again")
    return card


def load_network(folder: str | os.PathLike):
    """The trained generator of a run folder, uncompiled, and its card.

    Args:
        folder: a run folder with ``generator.keras`` and ``card.json``.

    Returns:
        ``(network, card)``: a ``keras.Model`` from (B, size, size, channels) to what the card's
        codec decodes, and the card as ``read`` gives it.

    Raises:
        UserError: the folder is no run, the run is unfinished, or a file cannot be read.
    """
    weights = Path(folder) / WEIGHTS
    card = read_run(folder)

    import keras

    from keras_colorizer.models import registry

    registry.names()  # registers the layers that the file may name
    try:
        network = keras.saving.load_model(weights, compile=False)
    except Exception as error:  # zipfile, h5py and Keras each raise their own
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{weights}: cannot be loaded ({reason})") from error
    return network, card


def read_run(folder: str | os.PathLike) -> dict:
    """The card of a finished run folder; nothing heavy is loaded.

    Raises:
        UserError: the folder is no run, the run is unfinished, or its card cannot be read.
    """
    folder = Path(folder)
    if folder.is_dir() and not (folder / WEIGHTS).is_file():
        if (folder / "recipe.json").is_file():
            raise UserError(
                f"{folder}: this run has no {WEIGHTS} yet; "
                f"finish it: python -m keras_colorizer.train --run {folder} --resume"
            )
        raise UserError(f"{folder}: no run folder (no {WEIGHTS}); give one that training wrote")
    return read(folder)
