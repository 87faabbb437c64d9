"""A finished run's own network, in Keras."""

import os
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.inference.backends.base import Model, require_finite, without_temperature
from keras_colorizer.models import card as cards


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


class RunModel(Model):
    """A finished run's own network, in Keras on any backend, computing in float32.

    ``temperature`` is another than its codec's own, where that has one.
    """

    kind = "run"

    def __init__(self, run: str | os.PathLike, temperature: float | None = None):
        self._given = Path(run).absolute(), temperature
        self._network, self._codec, card = load_run(run)
        if temperature is not None:
            if self._codec.temperature is None:
                raise without_temperature(run, card)
            self._codec.temperature = temperature
        require_finite(run, self._network.get_weights())
        super().__init__(card["name"], card, card["size"])
        self.predicts_rgb = self._codec.predicts_rgb

    def __reduce__(self):
        return RunModel, self._given

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
