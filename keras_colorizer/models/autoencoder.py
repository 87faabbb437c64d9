"""The report's baseline: a small convolutional autoencoder without skips."""

import keras
from keras import layers

from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register


@register("autoencoder", stride=4)
def autoencoder(size, channels=3, widths=(32, 64, 64), activation="relu", dropout=0.0):
    """Builds the baseline: two stride-2 stages down to (size/4, size/4, 64) and two back up.

    Args:
        size: working size in pixels, a multiple of 4.
        channels: what the codec predicts, 3 for RGB.
        widths: channels of the first convolution and of the two stride-2 stages; the last is the
            embedding's.
        activation: after every layer but the output's sigmoid.
        dropout: rate at the embedding; the report uses none.

    Returns:
        Model from gray (B, size, size, 1) to (B, size, size, channels) in 0..1; the embedding is
        the layer ``embedding``. Source: the report, section on the baseline, figure 2.
    """
    first, middle, last = widths
    gray = keras.Input((size, size, 1), name="gray")
    x = blocks.activate(layers.Conv2D(first, 3, padding="same")(gray), activation)
    for width in (middle, last):
        x = layers.Conv2D(width, 3, strides=2, padding="same")(x)
        x = blocks.activate(x, activation)
    x = layers.Identity(name="embedding")(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    for width in (middle, first):
        x = layers.Conv2DTranspose(width, 3, strides=2, padding="same")(x)
        x = blocks.activate(x, activation)
    x = layers.Conv2D(channels, 3, padding="same")(x)
    x = layers.Activation("sigmoid", dtype="float32", name="colour")(x)
    return keras.Model(gray, x, name="autoencoder")
