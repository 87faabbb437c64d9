"""Discriminators: networks that tell colour photos from coloured ones."""

import keras
from keras import layers

from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register
from keras_colorizer.models.spectral import SpectralConv2D


@register("discriminator", role="discriminator", stride=8)
def discriminator(
    size,
    channels=3,
    widths=(64, 128, 256, 512),
    conditional=False,
    activation="leaky_relu",
    dropout=0.3,
    normalization="batch",
    batch_norm_momentum=0.8,
    synchronized=False,
):
    """Builds the report's discriminator: 3×3 convolutions, average pooling, one output.

    Args:
        size: working size in pixels, a multiple of 2 ** (len(widths) - 1).
        channels: of the colour picture it judges, 3 for RGB.
        widths: channels of its convolutions; all but the last are followed by (2, 2) average
            pooling of stride 2.
        conditional: also sees the gray photo (the report's future work; pix2pix, Isola et al.
            2017); its inputs are then [colour, gray].
        activation: after each normalisation.
        dropout: rate after each activation.
        normalization: ``batch`` (the report), ``spectral`` or ``none``; see ``blocks.judged``.
        batch_norm_momentum: of the moving statistics.
        synchronized: batch statistics shared among replicas.

    Returns:
        Model from colour (B, size, size, channels) in 0..1 to a logit (B, 1), positive for real;
        the embedding (size/8, size/8, 512) is the layer ``embedding``.
        Source: the report, section on the GAN, figure 10.
    """
    inputs, x = blocks.pictures(size, channels, conditional)
    for stage, width in enumerate(widths, start=1):
        x = blocks.judged(x, width, 3, 1, normalization, batch_norm_momentum, synchronized)
        x = blocks.activate(x, activation)
        x = layers.Dropout(dropout)(x)
        if stage < len(widths):
            x = layers.AveragePooling2D(2, strides=2)(x)
    x = layers.Identity(name="embedding")(x)
    if normalization == "spectral":
        x = layers.Flatten()(SpectralConv2D(1, x.shape[1:3])(x))
    else:
        x = layers.Dense(1)(layers.Flatten()(x))
    x = layers.Activation("linear", dtype="float32", name="logit")(x)
    return keras.Model(inputs, x, name="discriminator")


@register("chroma_discriminator", role="discriminator", stride=32)
def chroma_discriminator(
    size,
    channels=2,
    widths=(48, 64, 128, 160),
    conditional=True,
    patches=False,
    scale=4.0,
    activation="leaky_relu",
):
    """Builds a small discriminator of chroma at its own low resolution.

    Detail is the gray photo's, so whether colours are plausible shows at a quarter of the size,
    where a discriminator costs a fraction of one that looks at the whole picture. Spectral
    normalisation takes the place of batch statistics and of dropout.

    Args:
        size: working size of the generator in pixels, a multiple of 32; it looks at size/4.
        channels: of the chroma it judges, 2 for CbCr.
        widths: channels of its convolutions, the first at stride 1 and the others at 2.
        conditional: also sees the gray photo, shrunk to size/4; its inputs are [chroma, gray].
        patches: judges every place of the embedding by itself instead of all together. Its
            weights are then the same at every size.
        scale: chroma is multiplied by it, so that it spreads as far as gray does.
        activation: after each convolution.

    Returns:
        Model from [chroma (B, size/4, size/4, channels), gray (B, size/4, size/4, 1)] to a logit
        (B, 1), or (B, (size/32)²) with patches, positive for real; the embedding (size/32,
        size/32, 160) is the layer ``embedding``. 512,562 weights at 128 px at the defaults.
        Source: spectral normalisation of Miyato et al. 2018; gray as the condition after pix2pix,
        Isola et al. 2017.
    """
    inputs, x = blocks.pictures(size // 4, channels, conditional, scale)
    for stage, width in enumerate(widths):
        kernel, strides = (4, 2) if stage else (3, 1)
        x = SpectralConv2D(width, kernel, strides=strides, padding="same")(x)
        x = blocks.activate(x, activation)
    x = layers.Identity(name="embedding")(x)
    x = layers.Flatten()(SpectralConv2D(1, 1 if patches else x.shape[1:3])(x))
    x = layers.Activation("linear", dtype="float32", name="logit")(x)
    return keras.Model(inputs, x, name="chroma_discriminator")
