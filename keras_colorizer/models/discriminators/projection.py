"""A projection discriminator: do these colours fit what a pretrained backbone sees here?"""

import keras
from keras import layers, ops

from keras_colorizer.errors import UserError
from keras_colorizer.models import blocks, registry
from keras_colorizer.models.registry import register
from keras_colorizer.models.spectral import SpectralConv2D

# Names of its two layers: training gives the first its pretrained weights, and trains the second.
PART, JUDGE = "backbone", "judge"


@register("projection", role="discriminator", stride=32)
def projection(
    size,
    channels=2,
    backbone="efficientnet_lite0",
    widths=(48, 96, 160),
    scale=8.0,
    activation="leaky_relu",
):
    """Builds a discriminator of chroma at its own resolution, conditional on frozen features.

    The backbone looks at the gray photo in inference mode and is never trained; only the path over
    chroma and the 1×1 convolutions that project features learn, all of them spectrally normalised.
    At 1/4 and 1/8 of the size projected features are added to the path, which is what a convolution
    of both side by side would do. At 1/16 the logit is ``w · h + V f · h``, h the path's and f
    the backbone's features at 1/16 and 1/32 at that place: the inner product asks whether colours
    fit the thing they are on, for the cost of one 1×1 convolution.

    Args:
        size: working size of the generator in pixels, a multiple of 32; chroma is at size/4.
        channels: of the chroma it judges, 2 for CbCr.
        backbone: a registered backbone with pretrained weights.
        widths: channels of the path at 1/4, 1/8 and 1/16 of the size.
        scale: chroma is multiplied by it, so that it spreads as far as features do.
        activation: after each convolution of the path.

    Returns:
        Model from [chroma (B, size/4, size/4, channels), gray (B, size, size, 1) in 0..1] to a
        logit for each patch (B, (size/16)²), positive for real; the embedding (size/16, size/16,
        160) is the layer ``embedding`` of its layer ``judge``, which reads features. 625,793
        weights are trained at the defaults, beside the backbone's.
        Source: Miyato & Koyama 2018, equation 6, with features in the place of a class; Sauer et
        al. 2021 for judging by a pretrained network; Miyato et al. 2018 for the normalisation.

    Raises:
        UserError: there are not three widths.
    """
    if len(widths) != 3:
        raise UserError(f"discriminator.widths={tuple(widths)}: three, at 1/4, 1/8 and 1/16")
    colour = keras.Input((size // 4, size // 4, channels), name="colour")
    gray = keras.Input((size, size, 1), name="gray")
    network = registry.build(backbone, size, role=PART)
    network.name, network.trainable = PART, False
    # Features spread differently in each channel and place: of one length they compare.
    features = network(gray, training=False)[1:]
    given = [keras.Input(feature.shape[1:]) for feature in features]
    fine, middle, coarse, coarsest = (
        layers.LayerNormalization(center=False, scale=False)(feature) for feature in given
    )
    chroma = keras.Input(colour.shape[1:], name="chroma")
    x = layers.Rescaling(scale)(chroma)
    for stage, (width, feature) in enumerate(zip(widths, (fine, middle, None), strict=True)):
        kernel, strides = (4, 2) if stage else (3, 1)
        x = SpectralConv2D(width, kernel, strides=strides, padding="same")(x)
        if feature is not None:
            x = layers.Add()([x, SpectralConv2D(width, 1)(feature)])
        x = blocks.activate(x, activation)
    x = blocks.activate(SpectralConv2D(widths[-1], 3, padding="same")(x), activation)
    x = layers.Identity(name="embedding")(x)
    seen = layers.Concatenate()([coarse, layers.UpSampling2D(2)(coarsest)])
    fit = layers.Multiply()([x, SpectralConv2D(widths[-1], 1)(seen)])
    logits = layers.Add()([SpectralConv2D(1, 1)(x), ops.sum(fit, axis=-1, keepdims=True)])
    logits = layers.Activation("linear", dtype="float32", name="logit")(layers.Flatten()(logits))
    judge = keras.Model([chroma, *given], logits, name=JUDGE)
    return keras.Model([colour, gray], judge([colour, *features]), name="projection")
