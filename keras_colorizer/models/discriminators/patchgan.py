"""PatchGAN: a discriminator that judges patches of a picture, each by itself."""

import keras
from keras import layers

from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register
from keras_colorizer.models.spectral import SpectralConv2D


@register("patchgan", role="discriminator", stride=8)
def patchgan(
    size,
    channels=3,
    widths=(64, 128, 256, 512),
    conditional=True,
    patches=True,
    normalization="batch",
    activation="leaky_relu",
    batch_norm_momentum=0.8,
    synchronized=False,
):
    """Builds the discriminator of pix2pix: 4×4 convolutions, all but the last of stride 2.

    Args:
        size: working size in pixels, a multiple of 2 ** (len(widths) - 1).
        channels: of the colour picture it judges, 3 for RGB.
        widths: channels of its convolutions; with four of them a patch is 70 × 70 pixels.
        conditional: also sees the gray photo; its inputs are then [colour, gray].
        patches: one logit for each patch; else one for the whole picture, as Nazeri et al. 2018
            (section 3.2) end theirs.
        normalization: ``batch``, ``spectral`` or ``none`` after all but the first; ``spectral``
            normalises the first and the last as well. See ``blocks.judged``.
        activation: after each of them.
        batch_norm_momentum, synchronized: of batch normalisation.

    Returns:
        Model from [colour (B, size, size, channels), gray (B, size, size, 1)], or colour alone, to
        logits (B, (size/8)²), or (B, 1) without patches, positive for real; the embedding
        (size/8, size/8, 512) is the layer ``embedding``. 2,769,345 weights at the defaults.
        Source: Isola et al. 2017, appendix 6.1.2 (C64-C128-C256-C512).
    """
    inputs, x = blocks.pictures(size, channels, conditional)
    for stage, width in enumerate(widths, start=1):
        kind = "none" if stage == 1 and normalization == "batch" else normalization
        strides = 2 if stage < len(widths) else 1
        x = blocks.judged(x, width, 4, strides, kind, batch_norm_momentum, synchronized)
        x = blocks.activate(x, activation)
    x = layers.Identity(name="embedding")(x)
    convolution = SpectralConv2D if normalization == "spectral" else layers.Conv2D
    last = {"kernel_size": 4, "padding": "same"} if patches else {"kernel_size": x.shape[1:3]}
    x = convolution(1, **last)(x)
    x = layers.Activation("linear", dtype="float32", name="logit")(layers.Flatten()(x))
    return keras.Model(inputs, x, name="patchgan")
