"""Update rules: when the discriminator takes its step."""

import keras
from keras import ops

from keras_colorizer.errors import check_options, choose, defaults_of

RULES = {}


def register(name):
    """Makes a rule known as ``name`` and saveable."""

    def decorate(rule):
        RULES[name] = keras.saving.register_keras_serializable("keras_colorizer")(rule)
        return RULES[name]

    return decorate


def defaults(name):
    """The options of a rule and their defaults."""
    return defaults_of(RULES[choose("update rule", name, RULES)])


def get(name, **options):
    """The update rule called ``name`` with its options.

    Raises:
        UserError: an unknown name or option.
    """
    check_options(f"update rule {name!r}", options, defaults(name))
    return RULES[name](**options)


@register("always")
class Always(keras.layers.Layer):
    """The discriminator steps on every batch."""

    def call(self, accuracy):
        """Scalar accuracy in 0..1 → scalar bool tensor."""
        return ops.ones_like(accuracy, dtype="bool")


@register("accuracy_below")
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
