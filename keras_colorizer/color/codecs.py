"""Codecs: what a network sees of a gray photo, what it predicts, how that becomes colour again."""

from keras import ops

from keras_colorizer.color import spaces
from keras_colorizer.errors import choose

CODECS = {}


def register(codec):
    """Makes a codec class known by its ``name``: ``get(name)`` and ``--set codec=name`` find it.

    Example:
        >>> @register
        ... class RgbCodec: name = "rgb"
    """
    CODECS[codec.name] = codec
    return codec


def get(name):
    """The codec called ``name``; a UserError lists the known ones.

    Example:
        >>> get("rgb").predicts_rgb
        True
    """
    return CODECS[choose("codec", name, CODECS)]()


@register
class RgbCodec:
    """The report's codec: gray in 0..1 goes in, the photo's RGB in 0..1 comes out.

    Source: the report, sections on the autoencoder and the GAN (sigmoid RGB outputs).

    Example:
        >>> x, target = RgbCodec().encode(rgb)   # uint8 (B, H, W, 3)
        >>> RgbCodec().decode(x, network(x))     # float RGB (B, H, W, 3), 0..1
    """

    name = "rgb"
    channels = 3
    predicts_rgb = True

    def encode(self, rgb):
        """uint8 RGB (B, H, W, 3) → (what the network sees, what it should predict)."""
        target = ops.cast(rgb, "float32") / 255.0
        return self.see(spaces.luma(target)), target

    def see(self, gray):
        """Gray (B, H, W, 1) in 0..1 → the network's input, here the same."""
        return gray

    def decode(self, gray, prediction):
        """Prediction → RGB (B, H, W, 3) in 0..1: here the network's own, luma included."""
        return ops.clip(ops.cast(prediction, "float32"), 0.0, 1.0)

    def chroma(self, gray, prediction):
        """Prediction → CbCr (B, h, w, 2) in ±0.5, to be merged with the photo's own luma."""
        return spaces.chroma(self.decode(gray, prediction))
