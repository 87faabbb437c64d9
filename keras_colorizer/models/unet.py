"""The report's GAN generator: an encoder-decoder with additive skips."""

import keras
from keras import layers

from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register


@register("unet", stride=8)
def unet(
    size,
    channels=3,
    widths=(64, 128, 256, 512),
    skip="add",
    activation="relu",
    dropout=0.0,
    batch_norm_momentum=0.99,
    synchronized=False,
):
    """Builds the generator: 4×4 stride-2 convolutions down, mirrored transposed ones up.

    Args:
        size: working size in pixels, a multiple of 2 ** (len(widths) - 1).
        channels: what the codec predicts, 3 for RGB.
        widths: channels of the 3×3 stride-1 convolution and of each stride-2 stage.
        skip: ``add`` (the report), ``concat``, ``dense`` or ``highway``.
        activation: after every layer but the output's sigmoid.
        dropout: rate after each decoder stage; the report uses none.
        batch_norm_momentum: of the moving statistics.
        synchronized: batch statistics shared among replicas.

    Returns:
        Model from gray (B, size, size, 1) to (B, size, size, channels) in 0..1; the embedding
        (size/8, size/8, 512) is the layer ``embedding``. 5,514,115 weights at the defaults.
        Source: the report, section on the GAN, figure 10; every encoder layer but the first is
        batch-normalised, after Radford et al. 2016 (DCGAN).
    """
    gray = keras.Input((size, size, 1), name="gray")
    x = blocks.activate(layers.Conv2D(widths[0], 3, padding="same")(gray), activation)
    features = [x]
    for width in widths[1:]:
        x = layers.Conv2D(width, 4, strides=2, padding="same")(x)
        x = blocks.normalize(x, batch_norm_momentum, synchronized)
        x = blocks.activate(x, activation)
        features.append(x)
    x = layers.Identity(name="embedding")(features.pop())
    for width in reversed(widths[:-1]):
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same")(x)
        x = blocks.normalize(x, batch_norm_momentum, synchronized)
        x = blocks.skip(skip, x, features.pop(), activation)
        if dropout:
            x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(channels, 3, padding="same")(x)
    x = layers.Activation("sigmoid", dtype="float32", name="colour")(x)
    return keras.Model(gray, x, name="unet")
