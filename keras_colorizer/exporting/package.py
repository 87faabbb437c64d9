"""An exported folder made ready to ship: TensorFlow Lite files, parity, model card."""

import os
from pathlib import Path

import numpy as np

from keras_colorizer.errors import UserError
from keras_colorizer.exporting import examples, model_card, parity, tflite
from keras_colorizer.inference.backends.base import shrink
from keras_colorizer.inference.backends.run import RunModel
from keras_colorizer.inference.backends.saved_model import SavedModel, load_saved_model
from keras_colorizer.inference.backends.tflite import ExportedModel
from keras_colorizer.models import card as cards
from keras_colorizer.models import registry
from keras_colorizer.utils.files import write_text

CALIBRATION_PHOTOS, PARITY_PHOTOS = 160, 32


def _gray(photos):
    from keras_colorizer.color import spaces

    rgb = np.stack([photo for _, photo in photos]).astype(np.int32)
    return spaces.gray_uint8(rgb).astype(np.uint8)


def calibration(run: str | os.PathLike, card: dict, source) -> np.ndarray:
    """Gray photos that the run was trained on, for the ranges of its 8-bit files.

    Args:
        run: named in errors.
        card: the run's.
        source: data source; its photos must be those whose hashes the card holds, if it does.

    Returns:
        uint8 array (N, S, S, 1), N at most ``CALIBRATION_PHOTOS``.

    Raises:
        UserError: the source has no such photo.
    """
    data = card.get("data") or {}
    roles = data.get("split", "train").split("+")  # "train+validation": as many of each
    each = CALIBRATION_PHOTOS // len(roles)
    photos = [x for role in roles for x in source.sample(role, card["size"], each)]
    hashes = data.get("id_hashes")
    known = None if hashes is None else set(hashes.split())
    own = [x for x in photos if known is None or cards.id_hash(source.own_id(x[0])) in known]
    if not own:
        raise UserError(
            f"{source.name}: none of {len(photos)} photos looked at is among those that {run} was "
            f"trained on ({data.get('name', 'its card names no data')}); give `data` with these, "
            "or `tflite=False`"
        )
    return _gray(own)


def held_out(source, size: int) -> tuple[np.ndarray, str]:
    """Gray photos that were not trained on, larger than the working size, and their split's name.

    Args:
        source: data source.
        size: S, the working size in pixels.

    Returns:
        uint8 array (N, 4 S, 4 S, 1), N at most ``PARITY_PHOTOS``; ``test``, or ``validation`` where
        that is empty.

    Raises:
        UserError: both are empty.
    """
    for split in ("test", "validation"):
        if photos := source.sample(split, parity.ENLARGED * size, PARITY_PHOTOS):
            return _gray(photos), split
    raise UserError(
        f"{source.name}: no photo to measure the files on, test and validation are empty; give "
        "`data` with more photos, or `tflite=False`"
    )


def complete(
    folder: str | os.PathLike,
    run: str | os.PathLike,
    network,
    codec,
    card: dict,
    source,
    shown: examples.Examples | None = None,
) -> dict:
    """Adds the other files of a model that ships to a SavedModel.

    They are the TensorFlow Lite files, the Keras network, what was measured and the model card.

    Args:
        folder: with the SavedModel and ``card.json``.
        run: the run folder that they came from.
        network, codec: as ``backends.run.load_run`` gives them.
        card: the run's, with the name that the model will have.
        source: data source, as for ``calibration``.
        shown: photos for the model card's picture, if any.

    Returns:
        The card as written: with ``parity``, ``predicts_rgb`` and ``mobile``.

    Raises:
        UserError: the source is not the run's, the network cannot be converted, a file is outside
            its band of ``parity``, a network declared mobile is none, or an example cannot be read.
    """
    folder, size = Path(folder), card["size"]
    training = calibration(run, card, source)
    photos, split = held_out(source, size)
    tflite.write(folder, network, codec, size, shrink(training, size))
    network.save(folder / cards.WEIGHTS)
    generator = card.get("generator") or {}
    mobile = registry.is_mobile(generator.get("name"), generator.get("options"))
    if mobile:
        tflite.require_mobile(folder)
    found = parity.measure(
        folder,
        RunModel(run),
        SavedModel(folder),
        load_saved_model(folder),
        photos,
    )
    parity.check(found)
    found["photos"] = {"data": source.name, "split": split, "photos": len(photos)}
    found["calibration"] = {"data": source.name, "photos": len(training)}
    card = card | {"predicts_rgb": codec.predicts_rgb, "mobile": mobile, "parity": found}
    cards.write(folder, card)
    if shown:
        card["examples"] = examples.write(folder, shown)
        cards.write(folder, card)
    shape = ExportedModel(folder).lite.chroma(shrink(photos[:1], size)).shape[1:3]
    write_text(folder / "README.md", model_card.text(card, shape))
    return card
