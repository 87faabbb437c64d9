"""Opens whatever can colorize: a run, a SavedModel, a ``.tflite`` file, a shipped model's name."""

import os

from keras_colorizer.errors import UserError, within
from keras_colorizer.inference import layout
from keras_colorizer.inference.backends import tflite
from keras_colorizer.inference.backends.base import Model
from keras_colorizer.inference.colorizer import Colorizer
from keras_colorizer.models import card as cards
from keras_colorizer.models import presets


def _check_folded(path, temperature):
    if temperature is not None:
        raise UserError(
            f"{path}: a .tflite file's temperature, if it has one, is folded in; leave temperature "
            "out, or give the run or the SavedModel folder that it was exported from"
        )


def open_model(path_or_name: str | os.PathLike, temperature: float | None = None) -> Model:
    """Opens a model of any kind.

    Args:
        path_or_name: a run folder (also one that holds its ``saved_model``), an exported folder, a
            ``.tflite`` file, or the name of a shipped model, which goes before a folder of that
            name (``./NAME``). Colorizing with a ``.tflite`` file, or
            a folder that holds ``chroma_float32.tflite``, imports neither TensorFlow nor Keras.
        temperature: for models that predict how likely colours are: 0 (the likeliest) to 1 (their
            mean); None for the model's own. It is fixed in ``.tflite`` files, so with it an
            exported folder's SavedModel is opened.

    Returns:
        A ``Model``: ``name``, ``card``, ``size``, ``kind``, ``predicts_rgb``, ``colorize``, ``raw``
        and ``chroma``.

    Raises:
        UserError: nothing is there, it is none of these, unfinished, damaged or of another version,
            or has no temperature that could be another.
    """
    path = presets.locate(path_or_name)
    if temperature is not None:
        temperature = within("temperature", temperature, 0, 1)
    if path.is_dir():
        saved, lite = (path / "saved_model.pb").is_file(), (path / layout.EXACT).is_file()
        weights, is_run = (path / cards.WEIGHTS).is_file(), (path / "recipe.json").is_file()
        if not is_run and saved and (temperature is not None or not lite):
            from keras_colorizer.inference.backends.saved_model import SavedModel

            return SavedModel(path, temperature)
        if is_run or weights and (temperature is not None or not lite):
            from keras_colorizer.inference.backends.run import RunModel

            return RunModel(path, temperature)
        if lite:
            _check_folded(path, temperature)
            return tflite.ExportedModel(path)
        raise UserError(
            f"{path}: neither a run folder (no {cards.WEIGHTS}) nor a SavedModel (no "
            "saved_model.pb); give one that training or export wrote"
        )
    if path.suffix == ".tflite":
        _check_folded(path, temperature)
        return tflite.open_tflite(path)
    if path.exists():
        folder = f": its folder {path.parent}" if path.name == cards.WEIGHTS else ""
        raise UserError(
            f"{path}: no .tflite file; give one, a run folder{folder}, a SavedModel folder or a "
            "shipped model's name"
        )
    return open_model(presets.existing(path_or_name, kind="file or folder"), temperature)


def load(
    path_or_name: str | os.PathLike | None = None, temperature: float | None = None
) -> Colorizer:
    """Opens a model to colour photos with.

    Args:
        path_or_name: a shipped model's name, a ``.tflite`` file, an exported folder or SavedModel,
            or a run folder; as ``loading.open_model`` takes it. None is the default model.
        temperature: 0 (vivid) to 1 (mild), for models of recipe ``colorful``; None for their own.

    Raises:
        UserError: nothing is there, or it is no model, unfinished, damaged or of another version,
            or it has no temperature.

    Example:
        >>> keras_colorizer.load("flowers")("old.jpg").save("colour.png")
    """
    return Colorizer(
        open_model(presets.default() if path_or_name is None else path_or_name, temperature)
    )
