"""Opens whatever can colorize: a run, a SavedModel, a ``.tflite`` file, a shipped model's name."""

import os
from pathlib import Path

from keras_colorizer.errors import UserError, within
from keras_colorizer.inference import (
    exporting,
    exporting_loading,
    layout,
    tflite,
)
from keras_colorizer.inference.model import Model
from keras_colorizer.models import card as cards
from keras_colorizer.models import presets


class RunModel(Model):
    """A finished run's own network, in Keras on any backend, computing in float32.

    ``temperature`` is another than its codec's own, where that has one.
    """

    kind = "run"

    def __init__(self, run: str | os.PathLike, temperature: float | None = None):
        self._network, self._codec, card = exporting.load_run(run)
        if temperature is not None:
            if self._codec.temperature is None:
                raise _without_temperature(run, card)
            self._codec.temperature = temperature
        exporting_loading.require_finite(run, self._network.get_weights())
        super().__init__(card["name"], card, card["size"])
        self.predicts_rgb = self._codec.predicts_rgb

    def _predict(self, gray, decode):
        from keras import ops

        gray = ops.convert_to_tensor(gray, "float32")
        prediction = self._network.predict_on_batch(self._codec.see(gray))
        return ops.convert_to_numpy(decode(gray, ops.cast(prediction, "float32")))

    def chroma(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2) in ±0.5, as it comes."""
        return self._predict(gray, self._codec.chroma)

    def rgb(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 RGB (B, S, S, 3) in 0..1, or None."""
        return self._predict(gray, self._codec.decode) if self.predicts_rgb else None


class SavedModel(Model):
    """An exported SavedModel, in TensorFlow alone.

    ``temperature`` is another than its own, where it has one.
    """

    kind = "SavedModel"

    def __init__(self, folder: str | os.PathLike, temperature: float | None = None):
        self._chroma, self._rgb, card = exporting_loading.load_predictions(folder)
        self._temperature = temperature
        if temperature is not None and not self._chroma.has_temperature:
            raise _without_temperature(folder, card)
        super().__init__(card["name"], card, card["size"])
        self.predicts_rgb = self._rgb is not None

    def chroma(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2) in ±0.5, as it comes."""
        return self._chroma(gray, self._temperature)

    def rgb(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 RGB (B, S, S, 3) in 0..1, or None."""
        return self._rgb(gray) if self.predicts_rgb else None


class ExportedModel(Model):
    """An exported folder: chroma by its ``chroma_float32.tflite``, the fastest, on LiteRT.

    The network's own RGB, where it has such, is its SavedModel's or its ``generator.keras``'s,
    which is opened (by TensorFlow) when ``raw`` is first asked for.
    """

    kind = "tflite"

    def __init__(self, folder: str | os.PathLike):
        self._folder, self._rgb = Path(folder), None
        card = cards.read(folder)
        self.lite = tflite.open_tflite(self._folder / layout.EXACT)
        super().__init__(card["name"], card, card["size"])
        self.predicts_rgb = bool(card.get("predicts_rgb"))

    def chroma(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2) in ±0.5, as it comes."""
        return self.lite.chroma(gray)

    def rgb(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 RGB (B, S, S, 3) in 0..1, or None.

        Raises:
            UserError: the SavedModel is not in the folder, or TensorFlow is absent.
        """
        if not self.predicts_rgb:
            return None
        saved = (self._folder / "saved_model.pb").is_file()
        if self._rgb is None and not saved and (self._folder / cards.WEIGHTS).is_file():
            self._rgb = RunModel(self._folder).rgb
        if self._rgb is None:
            try:
                _, self._rgb, _ = exporting_loading.load_predictions(self._folder)
            except UserError as error:
                raise UserError(
                    f"model {self.name!r}: its own RGB (raw) comes from the SavedModel alone, and "
                    f"{error.message}"
                ) from error
        return self._rgb(gray)


def _without_temperature(path, card):
    return UserError(
        f"{path}: its codec {card['codec']!r} has no temperature; leave temperature out, or give a "
        "model of recipe colorful"
    )


def _check_folded(path, temperature):
    if temperature is not None:
        raise UserError(
            f"{path}: a .tflite file's temperature, if it has one, is folded in; leave temperature "
            "out, or give the run or the SavedModel folder that it was exported from"
        )


def open_model(path_or_name: str | os.PathLike, temperature: float | None = None) -> Model:
    """Opens a model of any kind; what stands at the path goes before a shipped model's name.

    Args:
        path_or_name: a run folder (also one that holds its ``saved_model``), an exported folder, a
            ``.tflite`` file, or the name of a shipped model. Colorizing with a ``.tflite`` file, or
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
    path = Path(path_or_name)
    if temperature is not None:
        temperature = within("temperature", temperature, 0, 1)
    if path.is_dir():
        saved, lite = (path / "saved_model.pb").is_file(), (path / layout.EXACT).is_file()
        weights, is_run = (path / cards.WEIGHTS).is_file(), (path / "recipe.json").is_file()
        if not is_run and saved and (temperature is not None or not lite):
            return SavedModel(path, temperature)
        if is_run or weights and (temperature is not None or not lite):
            return RunModel(path, temperature)
        if lite:
            _check_folded(path, temperature)
            return ExportedModel(path)
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
    try:
        folder = presets.find(str(path_or_name))
    except UserError as error:
        raise UserError(f"{path_or_name}: no such file or folder, and {error.message}") from None
    return open_model(folder, temperature)
