"""SavedModels back from their folders: checked, and as functions of arrays."""

import os
from pathlib import Path

from keras_colorizer.errors import UserError
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
        folder: what ``exporting.export`` wrote.
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


def require_finite(where: str | os.PathLike, weights) -> None:
    """Raises a UserError if any of ``weights``, NumPy arrays, holds NaN or infinity.

    TensorFlow's fused ReLUs make zeros of NaN, so that pictures of a broken network look whole.
    """
    import numpy as np

    bad = sum(not np.isfinite(weight).all() for weight in weights)
    if bad:
        raise UserError(
            f"{where}: {bad} of its weights' arrays hold NaN or infinity: the file is damaged, or "
            "training diverged; train it again"
        )


def load_predictions(folder: str | os.PathLike):
    """A SavedModel's network as functions of arrays at its working size.

    Args:
        folder: what ``exporting.export`` wrote.

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
