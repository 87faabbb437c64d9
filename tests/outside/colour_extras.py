"""One part of each kind, as another package would add it; `test_outside` runs them."""

import keras
import numpy as np
from keras import layers, ops

from keras_colorizer.color import codecs, spaces
from keras_colorizer.data.sources import base
from keras_colorizer.evaluation.metrics.registry import metric
from keras_colorizer.images import formats
from keras_colorizer.models import register
from keras_colorizer.training.augmentation import discriminator
from keras_colorizer.training.losses import adversarial, pixel
from keras_colorizer.training.recipes import Recipe, recipe
from keras_colorizer.training.recipes.sections import Adversary, Data, Loss, Part, Run
from keras_colorizer.training.trainers import update_rules


@codecs.register
class AbCodec(codecs.Codec):
    """L* is the photo's own, a* and b* are predicted: two channels that are not CbCr."""

    name = "ab"
    channels = 2
    shrink = 1

    def encode(self, rgb):
        """uint8 RGB → gray, ab in about ±1."""
        rgb = ops.cast(rgb, "float32") / 255.0
        return self.see(spaces.luma(rgb)), spaces.rgb_to_lab(rgb)[..., 1:] / 110.0

    def decode(self, gray, prediction):
        """Prediction → RGB in 0..1."""
        lab = [spaces.lightness(gray), 110.0 * ops.cast(prediction, "float32")]
        return ops.clip(spaces.lab_to_rgb(ops.concatenate(lab, axis=-1)), 0.0, 1.0)

    def chroma(self, gray, prediction):
        """Prediction → CbCr in ±0.5."""
        return spaces.chroma(self.decode(gray, prediction))


@register("dots", stride=2)
def dots(size, channels=2, width=4):
    """A network of two convolutions."""
    gray = keras.Input((size, size, 1), name="gray")
    x = layers.Conv2D(width, 3, padding="same", activation="relu6", name="embedding")(gray)
    x = layers.Conv2D(channels, 1, dtype="float32")(x)
    return keras.Model(gray, x, name="dots")


@pixel.register("cubic")
def cubic(target, prediction, weights=1.0):
    """The mean of |error|³."""
    return ops.mean(weights * ops.abs(target - prediction) ** 3)


@adversarial.register("linear")
class Linear:
    """Logits as they are."""

    def discriminator(self, on_real, on_fake):
        """Scalar."""
        return (ops.mean(on_fake) - ops.mean(on_real)) / 2

    def generator(self, on_fake):
        """Scalar."""
        return -ops.mean(on_fake)


@update_rules.register("never")
@keras.saving.register_keras_serializable("colour_extras")
class Never(keras.layers.Layer):
    """The discriminator stays as it is."""

    def call(self, accuracy):
        """Accuracy → False."""
        return ops.zeros_like(accuracy, dtype="bool")


@discriminator.register("upside_down")
def upside_down(pictures, random, conditions=0):
    """Pictures turned over."""
    return ops.flip(pictures, axis=1)


@base.register("confetti")
class Confetti(base.Source):
    """``confetti:N``: N photos of random colours."""

    licence = "CC0-1.0"

    def __init__(self, count):
        self.name, self._count = "confetti", count

    @classmethod
    def opened(cls, text, data_dir, cap):
        """A source for a name of its own."""
        name, _, count = text.partition(":")
        return cls(int(count)) if name == "confetti" else None

    def ids(self, split):
        """Names of the photos."""
        split, names = self._role(split), [f"{i:03d}" for i in range(self._count)]
        return [name for name in names if split in ("all", base.role_of(name))]

    def photos(self, split, size, fit):
        """The photos."""
        for name in self.ids(split):
            yield name, np.random.default_rng(int(name)).integers(0, 256, (size, size, 3), np.uint8)

    def _originals(self, split, size):
        return self.photos(split, size, "stretch")


@metric("redness", "redness", "levels", "truth", 1, "mean red minus the truth's")
def redness(truth, rgb):
    """How much redder than the truth each photo is."""
    return rgb[..., 0].mean(axis=(1, 2)) - truth.rgb[..., 0].mean(axis=(1, 2))


formats.register("SGI")(
    formats.Format(("sgi",), lambda head: head.startswith(b"\x01\xda"), "PIL.SgiImagePlugin")
)


@recipe
def confetti_gan():
    """All of it at once."""
    return Recipe(
        purpose="one part of each kind",
        expect="seconds",
        data=Data("confetti:200", size=32, epoch_photos=64, batch=8),
        codec=Part("ab"),
        generator=Part("dots"),
        loss=Loss("cubic"),
        adversary=Adversary(
            discriminator=Part("patchgan", {"channels": 2, "widths": (4, 4, 4, 4)}),
            objective=Part("linear"),
            update_rule=Part("never"),
            augmentation="upside_down",
            noise_interval=0,
        ),
        run=Run(epochs=2),
    )
