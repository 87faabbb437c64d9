"""A generator on any backbone: its features, joined top-down, become chroma."""

import keras
from keras import layers

from keras_colorizer.models import blocks, registry
from keras_colorizer.models.registry import register

# Registered networks are found by files of this folder; the backbone is one of the generator's
# options, so whether it is mobile depends on it.
PART = "backbone"


@register("pyramid", stride=32, mobile=lambda options: registry.is_mobile(options[PART]))
def pyramid(
    size,
    channels=2,
    backbone="efficientnet_lite0",
    frozen=0,
    widths=(64, 96, 128, 160),
    depths=(0, 0, 0, 0),
    activation="relu6",
    dropout=0.0,
    head=3,
    batch_norm_momentum=0.99,
    synchronized=False,
):
    """Builds the network: a backbone's features at 1/4 to 1/32, added from the smallest up.

    Args:
        size: working size in pixels, a multiple of 32.
        channels: what the codec predicts: 2 for CbCr, or as many as it has bins.
        backbone: a registered backbone, such as ``efficientnet_lite0``.
        frozen: how many of the backbone's parts stay as they are, counted from the photo.
        widths: channels of the pyramid at 1/4, 1/8, 1/16 and 1/32 of the size.
        depths: residual blocks after each of them has been joined.
        activation: after every layer but the output.
        dropout: rate at the embedding.
        head: kernel of the last convolution; 1 makes codecs of many channels, such as bins, cheap.
        batch_norm_momentum, synchronized: of batch normalisation, the backbone's too.

    Returns:
        Model from gray (B, size, size, 1) in 0..1 to (B, size/4, size/4, channels), not bounded;
        the embedding (size/32, size/32, 160) is the layer ``embedding``. 3,431,586 weights at the
        defaults.
        Source: top-down additions of Lin et al. 2017 (feature pyramid networks, figure 3); global
        context of Iizuka et al. 2016, section 3.3.
    """
    shared = {"momentum": batch_norm_momentum, "synchronized": synchronized}
    gray = keras.Input((size, size, 1), name="gray")
    options = {"batch_norm_momentum": batch_norm_momentum, "synchronized": synchronized}
    inner = registry.build(backbone, size, role=PART, frozen=frozen, **options)
    inner.name = PART
    # The feature at 1/2 is the stem's own: nothing returns there.
    stages = zip(inner(gray)[1:], widths, depths, strict=True)
    x = None
    for feature, width, depth in reversed(list(stages)):
        feature = blocks.convolve(feature, width, kernel=1, **shared)
        if x is None:
            x = blocks.context(blocks.activate(feature, activation), activation)
            x = layers.Identity(name="embedding")(x)
            if dropout:
                x = layers.SpatialDropout2D(dropout)(x)
        else:
            x = blocks.convolve(x, width, kernel=1, **shared)
            x = layers.UpSampling2D(2, interpolation="bilinear")(x)
            x = blocks.skip("add", x, feature, activation)
            x = blocks.activate(blocks.convolve(x, width, **shared), activation)
        for _ in range(depth):
            x = blocks.residual(x, activation=activation, **shared)
    # Small at first, so that training begins from gray.
    small = keras.initializers.RandomNormal(stddev=0.001, seed=0)
    x = layers.Conv2D(channels, head, padding="same", kernel_initializer=small)(x)
    x = layers.Activation("linear", dtype="float32", name="colour")(x)
    return keras.Model(gray, x, name="pyramid")
