"""The generator of Nazeri, Ng & Ebrahimi: a U-Net with concatenated skips."""

import keras
from keras import layers

from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register


@register("nazeri", stride=16)
def nazeri(
    size,
    channels=3,
    widths=(64, 128, 256, 512, 512),
    dropout=0.0,
    batch_norm_momentum=0.99,
    synchronized=False,
):
    """Builds the generator: 4×4 convolutions of stride 2 down, transposed ones up, tanh.

    Args:
        size: working size in pixels, a multiple of 2 ** (len(widths) - 1).
        channels: what the codec predicts, 3 for L*a*b*.
        widths: channels of the first convolution, of stride 1, and of each stride-2 stage.
        dropout: rate after each decoder stage but the last; the paper names none.
        batch_norm_momentum: of the moving statistics, which are what inference uses: a photo's
            colours never depend on what is colorized with it, nor on its own statistics.
        synchronized: batch statistics shared among replicas.

    Returns:
        Model from lightness (B, size, size, 1) to (B, size, size, channels) in ±1; the embedding
        (size/16, size/16, 512) is the layer ``embedding``. 16,659,459 weights at the defaults.
        Source: Nazeri, Ng & Ebrahimi 2018 (arXiv 1803.05400), sections 3.1 and 3.3: leaky ReLU of
        slope 0.2 down, ReLU up, both after batch normalisation; a last 1×1 convolution and tanh;
        weights begin as He et al. 2015 have them.
    """
    shared = {"padding": "same", "kernel_initializer": "he_normal"}
    gray = keras.Input((size, size, 1), name="gray")
    x = blocks.activate(layers.Conv2D(widths[0], 4, **shared)(gray), "leaky_relu")
    features = [x]
    for width in widths[1:]:
        x = layers.Conv2D(width, 4, strides=2, **shared)(x)
        x = blocks.normalize(x, batch_norm_momentum, synchronized)
        x = blocks.activate(x, "leaky_relu")
        features.append(x)
    x = layers.Identity(name="embedding")(features.pop())
    while features:
        feature = features.pop()
        x = layers.Conv2DTranspose(feature.shape[-1], 4, strides=2, **shared)(x)
        x = blocks.normalize(x, batch_norm_momentum, synchronized)
        x = blocks.activate(x, "relu")
        if dropout and features:
            x = layers.Dropout(dropout)(x)
        x = layers.Concatenate()([x, feature])
    x = layers.Conv2D(channels, 1, kernel_initializer="he_normal")(x)
    x = layers.Activation("tanh", dtype="float32", name="colour")(x)
    return keras.Model(gray, x, name="nazeri")
