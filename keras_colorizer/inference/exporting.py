"""SavedModels: a trained run as a folder that TensorFlow alone can load and run."""

import os
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.inference import exporting_loading, layout
from keras_colorizer.models import card as cards
from keras_colorizer.utils.files import replace_atomically

# What an export writes; a folder that holds anything else is not ours to replace.
OURS = {
    "assets", "variables", "fingerprint.pb", "saved_model.pb", "card.json", "README.md",
    "examples.png", cards.WEIGHTS, *layout.FILES,
}  # fmt: skip


def in_float32(network):
    """The same network computing in float32, whatever its dtype policy; weights are copied.

    Args:
        network: a functional ``keras.Model``; it is returned itself if all its layers already
            compute in float32, and never changed.

    Returns:
        A ``keras.Model`` with equal weights whose layers all compute in float32.
    """
    import keras

    def computes_otherwise(model):
        return [x.name for x in model._flatten_layers() if x.compute_dtype != "float32"]

    if not computes_otherwise(network):
        return network

    def rewritten(config, key=None):
        if key == "dtype" and (isinstance(config, dict) or "float" in str(config)):
            return "float32"
        if isinstance(config, dict):
            return {key: rewritten(value, key) for key, value in config.items()}
        return [rewritten(item) for item in config] if isinstance(config, list) else config

    # The policy also reaches layers that a custom layer makes inside, which no config names.
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        twin = type(network).from_config(rewritten(network.get_config()))
    finally:
        keras.config.set_dtype_policy(policy)
    twin.set_weights([weight.astype("float32") for weight in network.get_weights()])
    if left := computes_otherwise(twin):
        raise ValueError(f"layers without a float32 form: {', '.join(left)}")
    return twin


def load_run(run: str | os.PathLike):
    """A run's generator, ready to colorize with, whatever precision it was trained in.

    Args:
        run: a run folder with ``generator.keras`` and ``card.json``.

    Returns:
        ``(network, codec, card)``; the network computes in float32.

    Raises:
        UserError: RUN is no finished run, or its card is another network's.
    """
    network, card = cards.load_network(run)
    from keras_colorizer.color import codecs

    codec, size = codecs.get(card["codec"], **card.get("codec_options", {})), card["size"]
    if tuple(network.input_shape[1:3]) != (size, size):
        raise UserError(
            f"{run}: the card's size {size} is not the network's {network.input_shape[1:3]}; "
            f"{cards.CARD} and {cards.WEIGHTS} must come from one run"
        )
    return in_float32(network), codec, card


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
    tf = exporting_loading.tensorflow()
    from keras_colorizer.inference import graph

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
        raise UserError(f"{out}: exists already; add --overwrite or choose another --out")
    found = {path.name for path in out.iterdir()} if out.is_dir() else {out.name}
    if "saved_model.pb" not in found or found - OURS:
        raise UserError(f"{out}: not a SavedModel of ours alone, so it stays; choose another --out")


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
    tf = exporting_loading.tensorflow()
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
                from keras_colorizer.inference import exporting_folder

                card = card | {"name": name or card["name"]}
                exporting_folder.complete(temporary, run, network, codec, card, source, shown)
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror or error})") from error
    return out


def signature_names(folder: str | os.PathLike) -> list[str]:
    """The signatures that stand in a SavedModel's file, sorted; nothing is loaded.

    Args:
        folder: what ``export`` wrote.

    Returns:
        Names, such as ``colorize``.

    Raises:
        OSError: ``saved_model.pb`` cannot be read.
    """
    exporting_loading.tensorflow()
    from tensorflow.core.protobuf import saved_model_pb2

    found = saved_model_pb2.SavedModel.FromString((Path(folder) / "saved_model.pb").read_bytes())
    # TensorFlow keeps names of its own, such as __saved_model_init_op, among them.
    return sorted(x for x in found.meta_graphs[0].signature_def if not x.startswith("__"))


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

    loaded, _ = exporting_loading.load(folder)
    tf, signature = exporting_loading.tensorflow(), loaded.signatures["colorize"]

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
