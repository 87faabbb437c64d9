"""SavedModels back from their folders: checked, and as functions of arrays."""

import os
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.inference.backends.base import Model, require_finite, without_temperature
from keras_colorizer.models import card as cards


def tensorflow():
    """The module ``tensorflow``; a UserError says what to do where it is absent."""
    # Before Keras, which fails without its backend and cannot say what to do.
    try:
        import tensorflow as tf
    except ImportError as error:
        raise UserError(
            "a SavedModel needs TensorFlow, which cannot be imported here; where it is installed "
            "(pip install tensorflow), run: python -m keras_colorizer.export RUN"
        ) from error
    return tf


def load(folder: str | os.PathLike, needed: str = "colorize"):
    """The SavedModel in ``folder`` and its card.

    Args:
        folder: what ``exporting.export.export`` wrote.
        needed: the signature that it must have.

    Returns:
        ``(loaded, card)``: what ``tf.saved_model.load`` gives, with its ``signatures``, and the
        dict in its ``card.json``.

    Raises:
        UserError: TensorFlow is absent, or the folder holds no SavedModel of ours.
    """
    tf = tensorflow()
    card = cards.read(folder)
    if not (Path(folder) / "saved_model.pb").is_file():
        raise UserError(f"{folder}: no SavedModel; make one: python -m keras_colorizer.export RUN")
    try:
        loaded = tf.saved_model.load(str(folder))
    except Exception as error:  # damage shows as whatever its reader stumbles over
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{folder}: cannot be loaded ({reason}); export it again") from error
    if needed not in loaded.signatures:
        raise UserError(
            f"{folder}: a SavedModel without the signature {needed!r}, of an earlier version; "
            f"export again: python -m keras_colorizer.export RUN --out {folder} --overwrite"
        )
    return loaded, card


def load_predictions(folder: str | os.PathLike):
    """A SavedModel's network as functions of arrays at its working size.

    Args:
        folder: what ``exporting.export.export`` wrote.

    Returns:
        ``(chroma, rgb, card)``: ``chroma`` from float32 gray (B, S, S, 1) in 0..1 to float32 CbCr
        (B, h, w, 2), where ``chroma.has_temperature`` also at another one, its second argument;
        ``rgb`` from the same, in whole levels of 1/255, to float32 RGB (B, S, S, 3)
        in 0..1, or None where the codec predicts chroma only.

    Raises:
        UserError: TensorFlow is absent, the folder holds no SavedModel of ours or an older one,
            its card is another's, or its weights hold NaN.
    """
    tf = tensorflow()
    import numpy as np

    loaded, card = load(folder, "chroma")
    found = dict(loaded.signatures)
    shape = found["chroma"].structured_input_signature[1]["gray"].shape
    if shape[1:3] != (card["size"], card["size"]):
        raise UserError(
            f"{folder}: the card's size {card['size']} is not the network's {tuple(shape[1:3])}; "
            "export it again"
        )
    require_finite(folder, [variable.numpy() for variable in loaded.state])

    def chroma(gray, temperature=None):
        given = {"gray": tf.constant(gray, tf.float32)}
        if temperature is None:
            return found["chroma"](**given)["chroma"].numpy()
        given["temperature"] = tf.constant(temperature, tf.float32)
        return found["chroma_at"](**given)["chroma"].numpy()

    def rgb(gray):
        levels = np.rint(np.asarray(gray) * 255).astype(np.uint8)
        return found["raw"](image=tf.constant(levels))["image"].numpy().astype(np.float32) / 255

    # A signature does not keep its variables alive; the loaded module does.
    chroma.model, chroma.has_temperature = loaded, "chroma_at" in found
    return chroma, rgb if "raw" in found else None, card


def load_saved_model(folder: str | os.PathLike):
    """Loads a SavedModel as a plain function of arrays.

    Args:
        folder: what ``export`` wrote.

    Returns:
        Function from uint8 photos, (H, W), (H, W, 1 or 3) or (B, H, W, 1 or 3), to uint8 RGB of
        the same H and W: (H, W, 3), or (B, H, W, 3) for a batch. It raises TypeError for other
        dtypes and ValueError for other shapes.

    Raises:
        UserError: TensorFlow is absent, or the folder holds no SavedModel of ours.
    """
    import numpy as np

    loaded, _ = load(folder)
    tf, signature = tensorflow(), loaded.signatures["colorize"]

    def colorize(photos):
        photos = np.asarray(photos)
        if photos.dtype != np.uint8:
            raise TypeError(f"photos must be uint8, 0..255; got {photos.dtype}")
        single = photos.ndim < 4
        batch = photos[..., None] if photos.ndim == 2 else photos
        batch = batch[None] if single else batch
        if batch.ndim != 4 or batch.shape[-1] not in (1, 3) or 0 in batch.shape:
            raise ValueError(f"photos must be (H, W, 1 or 3), or a batch; got {photos.shape}")
        result = signature(image=tf.constant(batch))["image"].numpy()
        return result[0] if single else result

    # A signature does not keep its variables alive; the loaded module does.
    colorize.model = loaded
    return colorize


def signature_names(folder: str | os.PathLike) -> list[str]:
    """The signatures that stand in a SavedModel's file, sorted; nothing is loaded.

    Args:
        folder: what ``export`` wrote.

    Returns:
        Names, such as ``colorize``.

    Raises:
        OSError: ``saved_model.pb`` cannot be read.
    """
    tensorflow()
    from tensorflow.core.protobuf import saved_model_pb2

    found = saved_model_pb2.SavedModel.FromString((Path(folder) / "saved_model.pb").read_bytes())
    # TensorFlow keeps names of its own, such as __saved_model_init_op, among them.
    return sorted(x for x in found.meta_graphs[0].signature_def if not x.startswith("__"))


class SavedModel(Model):
    """An exported SavedModel, in TensorFlow alone.

    ``temperature`` is another than its own, where it has one.
    """

    kind = "SavedModel"

    def __init__(self, folder: str | os.PathLike, temperature: float | None = None):
        self._given = Path(folder).absolute(), temperature
        self._chroma, self._rgb, card = load_predictions(folder)
        self._temperature = temperature
        if temperature is not None and not self._chroma.has_temperature:
            raise without_temperature(folder, card)
        super().__init__(card["name"], card, card["size"])
        self.predicts_rgb = self._rgb is not None

    def __reduce__(self):
        return SavedModel, self._given

    def chroma(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2) in ±0.5, as it comes."""
        return self._chroma(gray, self._temperature)

    def rgb(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 RGB (B, S, S, 3) in 0..1, or None."""
        return self._rgb(gray) if self.predicts_rgb else None
