"""Update rules: when the discriminator takes its step."""

import keras
from keras import ops

from keras_colorizer.utils.registry import Registry

RULES = Registry("update rule")
register, get, defaults = RULES.register, RULES.build, RULES.defaults


@register("always")
@keras.saving.register_keras_serializable("keras_colorizer")
class Always(keras.layers.Layer):
    """The discriminator steps on every batch."""

    def call(self, accuracy):
        """Scalar accuracy in 0..1 → scalar bool tensor."""
        return ops.ones_like(accuracy, dtype="bool")


@register("accuracy_below")
@keras.saving.register_keras_serializable("keras_colorizer")
class AccuracyBelow(keras.layers.Layer):
    """The discriminator steps only while it is right less often than ``threshold``.

    Args:
        threshold: accuracy over the batch's real and fake halves, in 0..1.

    Source: the report, section on training the GAN.
    """

    def __init__(self, threshold=0.8, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold

    def call(self, accuracy):
        """Scalar accuracy in 0..1 → scalar bool tensor."""
        return ops.less(accuracy, self.threshold)

    def get_config(self):
        """The layer's options, for saving."""
        return {**super().get_config(), "threshold": self.threshold}
