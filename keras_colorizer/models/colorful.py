"""The network of Zhang, Isola & Efros 2016: how likely each colour is, at a quarter of the size."""

import keras
from keras import layers

from keras_colorizer.color import bins
from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register

# Blocks conv1 to conv7: width in units of conv1's, convolutions, stride of the last, dilation.
BLOCKS = (
    (1, 2, 2, 1), (2, 2, 2, 1), (4, 3, 2, 1), (8, 3, 1, 1),
    (8, 3, 1, 2), (8, 3, 1, 2), (8, 3, 1, 1),
)  # fmt: skip
LAST = 4  # the width of conv8, in the same units


@register("colorful", stride=8)
def colorful(
    size,
    channels=bins.COUNT,
    width=16,
    activation="relu6",
    norm_last=False,
    batch_norm_momentum=0.99,
    synchronized=False,
):
    """Builds the network: eight blocks of convolutions, an eighth of the size inside, no pooling.

    Each block is two or three 3 × 3 convolutions with ReLU, and has a batch norm at its end. Three
    blocks end in a stride of 2; conv5 and conv6 look further by a dilation of 2 instead. conv8
    begins by learnt enlarging to twice the size; 1 × 1 gives the logits.

    Args:
        size: working size in pixels, a multiple of 8.
        channels: what the codec predicts, its bins.
        width: of conv1; conv2 to conv8 have 2, 4, 8, 8, 8, 8 and 4 times as many. The paper's is
            64, which has 32.2 M weights; 16 has 2.0 M, for two processor cores.
        activation: after every convolution but the last; the paper's is ``relu``.
        norm_last: the norm stands after the block's last ReLU, as in the paper, not before it.
            Before it, and with ``relu6``, the network's int8 file was 0.2 ΔE off after 10,240
            photos of 64 px; as in the paper, 6.4 after 16,384.
        batch_norm_momentum: of the moving statistics.
        synchronized: batch statistics shared among replicas.

    Returns:
        Model from L* (B, size, size, 1) in ±1 to logits (B, size/4, size/4, channels); the
        embedding (size/8, size/8, 8 width) is the layer ``embedding``.
        Source: Zhang, Isola & Efros, "Colorful Image Colorization", ECCV 2016, figure 2; weights
        begin as He et al. 2015 have it for ReLU. ``width=64, activation="relu", norm_last=True`` is
        the paper's own.
    """
    shared = {"padding": "same", "kernel_initializer": "he_normal"}
    norm = {"momentum": batch_norm_momentum, "synchronized": synchronized}
    lightness = keras.Input((size, size, 1), name="lightness")
    x = lightness
    for times, count, stride, dilation in BLOCKS:
        for last in [False] * (count - 1) + [True]:
            strides = stride if last else 1
            x = layers.Conv2D(times * width, 3, strides=strides, dilation_rate=dilation, **shared)(
                x
            )
            if last and not norm_last:
                x = blocks.normalize(x, **norm)
            x = blocks.activate(x, activation)
        if norm_last:
            x = blocks.normalize(x, **norm)
    x = layers.Identity(name="embedding")(x)
    x = blocks.activate(layers.Conv2DTranspose(LAST * width, 4, strides=2, **shared)(x), activation)
    for _ in range(2):
        x = blocks.activate(layers.Conv2D(LAST * width, 3, **shared)(x), activation)
    x = layers.Conv2D(channels, 1)(x)
    x = layers.Activation("linear", dtype="float32", name="logits")(x)
    return keras.Model(lightness, x, name="colorful")
