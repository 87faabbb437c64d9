"""The flagship: a small network that decides chroma at a quarter of the working size."""

import keras
from keras import layers

from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register


@register("chroma", stride=32, mobile=True)
def chroma(
    size,
    channels=2,
    widths=(12, 24, 56, 96, 160),
    depths=(0, 0, 0, 3, 1),
    activation="relu6",
    dropout=0.0,
    batch_norm_momentum=0.98,
    synchronized=False,
):
    """Builds the network: five strided stages down, plain residual blocks, three light ones up.

    Colour is of low frequency and the photo brings the detail, so nothing is computed above a
    quarter of the working size but the stem. Only operators that mobile GPUs run in TensorFlow
    Lite: convolutions, additions, ReLU6, a static average pool, bilinear resizing.

    Args:
        size: working size in pixels, a multiple of 2 ** len(widths).
        channels: what the codec predicts, 2 for CbCr.
        widths: channels of the stages at 1/2, 1/4, 1/8, 1/16 and 1/32 of the size.
        depths: residual blocks in each of them.
        activation: after every layer but the output. ``relu6`` keeps the range that int8 must hold
            small: with ``relu`` a trained network's int8 file was 11.9 ΔE off, with it 1.2.
        dropout: rate at the embedding.
        batch_norm_momentum: of the moving statistics.
        synchronized: batch statistics shared among replicas.

    Returns:
        Model from gray (B, size, size, 1) in 0..1 to (B, size/4, size/4, channels), not bounded;
        the embedding (size/32, size/32, 160) is the layer ``embedding``. 1,356,654 weights and
        0.56 GFLOP at 256 px at the defaults (a multiply-add is two).
        Source: residual blocks of He et al. 2015, global context of Iizuka et al. 2016, top-down
        additions of Lin et al. 2017 (figure 3).
    """
    shared = {"momentum": batch_norm_momentum, "synchronized": synchronized}
    gray = keras.Input((size, size, 1), name="gray")
    x, features = gray, []
    for width, depth in zip(widths, depths, strict=True):
        x = blocks.activate(blocks.convolve(x, width, strides=2, **shared), activation)
        for _ in range(depth):
            x = blocks.residual(x, activation=activation, **shared)
        features.append(x)
    x = blocks.context(features.pop(), activation)
    x = layers.Identity(name="embedding")(x)
    if dropout:
        x = layers.SpatialDropout2D(dropout)(x)
    while len(features) > 1:  # the stage at 1/2 is the stem's: nothing returns there
        feature = features.pop()
        x = layers.UpSampling2D(2, interpolation="bilinear")(
            blocks.convolve(x, feature.shape[-1], kernel=1, **shared)
        )
        x = blocks.skip("add", x, feature, activation)
        x = blocks.activate(blocks.convolve(x, feature.shape[-1], **shared), activation)
    x = layers.Conv2D(channels, 3, padding="same")(x)
    x = layers.Activation("linear", dtype="float32", name="colour")(x)
    return keras.Model(gray, x, name="chroma")
