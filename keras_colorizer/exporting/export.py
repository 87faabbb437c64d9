"""SavedModels: a trained run as a folder that TensorFlow alone can load and run."""

import os
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.inference import layout
from keras_colorizer.inference.backends import saved_model
from keras_colorizer.inference.backends.run import load_run
from keras_colorizer.models import card as cards
from keras_colorizer.utils.files import replace_atomically

# What an export writes; a folder that holds anything else is not ours to replace.
OURS = {
    "assets", "variables", "fingerprint.pb", "saved_model.pb", "card.json", "README.md",
    "examples.png", cards.WEIGHTS, *layout.FILES,
}  # fmt: skip


def signatures(network, codec, size):
    """The SavedModel's signatures by name, as concrete functions.

    Args:
        network: ``keras.Model`` that computes in float32.
        codec: from ``keras_colorizer.color.codecs``.
        size: int, the working size in pixels.

    Returns:
        Dict: ``serving_default`` and ``colorize`` (``image`` uint8 [B, H, W, 1 or 3] → ``image``
        uint8 [B, H, W, 3]), ``colorize_encoded`` (``image_bytes`` string [B], JPEG or PNG →
        ``image_bytes``, JPEG: a name in ``_bytes`` is what TensorFlow Serving's REST API carries as
        ``{"b64": …}``), ``chroma`` (``gray`` float32 [B, size, size, 1] in 0..1 → ``chroma``
        float32 [B, h, w, 2], CbCr in ±0.5); where the codec has a temperature, ``chroma_at``
        (``gray`` and ``temperature``, a float32 in 0..1 → ``chroma``); and, where it predicts RGB,
        ``raw`` (``image`` → ``image``, the network's own picture [B, size, size, 3]).
    """
    tf = saved_model.tensorflow()
    from keras_colorizer.exporting import graph

    def traced(function, name, spec):
        def endpoint(x):
            return {name: function(network, codec, size, x)}

        spec = tf.TensorSpec(*spec, name=name)
        return tf.function(endpoint, input_signature=[spec]).get_concrete_function()

    seen = tf.TensorSpec([None, size, size, 1], tf.float32, name="gray")
    warmth = tf.TensorSpec([], tf.float32, name="temperature")

    @tf.function(input_signature=[seen])
    def chroma(gray):
        return {"chroma": graph.chroma_in_graph(network, codec, gray)}

    @tf.function(input_signature=[seen, warmth])
    def chroma_at(gray, temperature):
        return {"chroma": graph.chroma_in_graph(network, codec, gray, temperature=temperature)}

    photos, files = ([None, None, None, None], tf.uint8), ([None], tf.string)
    colorize = traced(graph.colorize_in_graph, "image", photos)
    found = {
        "serving_default": colorize,
        "colorize": colorize,
        "colorize_encoded": traced(graph.colorize_encoded_in_graph, "image_bytes", files),
        "chroma": chroma.get_concrete_function(),
    }
    if codec.temperature is not None:
        found["chroma_at"] = chroma_at.get_concrete_function()
    if codec.predicts_rgb:
        found["raw"] = traced(graph.raw_in_graph, "image", photos)
    return found


def _check_target(out, overwrite):
    if not out.exists() and not out.is_symlink():
        return
    if not overwrite:
        raise UserError(f"{out}: exists already; add `overwrite=True` or choose another `out`")
    found = {path.name for path in out.iterdir()} if out.is_dir() else {out.name}
    if "saved_model.pb" not in found or found - OURS:
        raise UserError(f"{out}: not a SavedModel of ours alone, so it stays; choose another `out`")


def export(
    run: str | os.PathLike,
    out: str | os.PathLike | None = None,
    overwrite: bool = False,
    source=None,
    shown=None,
) -> Path:
    """Writes a run's generator with its codec as a folder to ship; it appears whole or not at all.

    Args:
        run: a run folder with ``generator.keras`` and ``card.json``, or a shipped model's.
        out: the folder to write; ``RUN/saved_model`` without it.
        overwrite: replace a SavedModel that stands there; anything else is never replaced.
        source: the data that the run was trained on (``data.open_source``), for the TensorFlow
            Lite files, which are calibrated on it and measured; None writes the SavedModel alone.
        shown: ``examples.Examples`` for the model card's picture; needs ``source``.

    Returns:
        The folder: ``saved_model.pb``, ``variables/``, ``fingerprint.pb``, ``card.json``, and with
        ``source`` the files of ``layout.FILES``, ``generator.keras``, from which training
        goes on, and ``README.md``, a model card; then the
        model is called what the folder is called, as shipped models are. The
        SavedModel's signatures are those of ``signatures``. The computation is float32 whatever
        the network's dtype policy.

    Raises:
        UserError: TensorFlow is absent, RUN is no finished run, OUT exists or cannot be written,
            the source is other data than the run's, or a file is too far from the Keras network.
    """
    name, out = out and Path(out).name, Path(out or Path(run) / "saved_model")
    tf = saved_model.tensorflow()
    import keras

    if keras.backend.backend() != "tensorflow":
        raise UserError(
            f"Keras runs on {keras.backend.backend()} here, a SavedModel needs its TensorFlow "
            f"backend; run: KERAS_BACKEND=tensorflow python -m keras_colorizer.export {run}"
        )
    network, codec, card = load_run(run)
    _check_target(out, overwrite)
    module = tf.Module()
    # Everything that the signatures capture, the seeds of dropout layers included.
    module.state = [variable.value for variable in network.variables]
    try:
        with replace_atomically(out) as temporary:
            tf.saved_model.save(module, str(temporary), signatures(network, codec, card["size"]))
            cards.write(temporary, card)
            if source is not None:
                from keras_colorizer.exporting import package

                card = card | {"name": name or card["name"]}
                package.complete(temporary, run, network, codec, card, source, shown)
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror or error})") from error
    return out
