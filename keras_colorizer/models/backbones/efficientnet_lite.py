"""EfficientNet-Lite 0 to 2: mobile networks that know ImageNet, as backbones and classifiers."""

import keras
from keras import layers

from keras_colorizer.errors import choose
from keras_colorizer.models import blocks
from keras_colorizer.models.registry import register

# Of Lite0: kernel, stride, expansion, width, repeats of the seven stages.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
STEM, HEAD, EPSILON = 32, 1280, 1e-3
# The stage after whose last block each feature stands, at 1/2, 1/4, 1/8, 1/16 and 1/32.
FEATURES = (0, 1, 2, 4, 6)
TOPS = ("none", "pooled", "classes")


def _rounded(width, factor):
    """A width scaled, as a multiple of 8 and at least 0.9 of what it should be."""
    scaled = max(8, int(width * factor + 4) // 8 * 8)
    return scaled + 8 if scaled < 0.9 * width * factor else scaled


def _repeats(factor):
    """How often each stage's block is repeated; the first's and the last's are never scaled."""
    last = len(STAGES) - 1
    return [
        repeats if number in (0, last) else -int(-repeats * factor // 1)
        for number, (*_, repeats) in enumerate(STAGES)
    ]


def _build(name, size, factors, channels, top, classes, frozen, batch_norm_momentum, synchronized):
    choose("top", top, TOPS)
    norm = {"epsilon": EPSILON, "momentum": batch_norm_momentum, "synchronized": synchronized}
    wide, deep = factors

    def convolve(x, layer, name, activation=True):
        x = layer(use_bias=False, padding="same", name=f"{name}_conv")(x)
        x = layers.BatchNormalization(**norm, name=f"{name}_bn")(x)
        return layers.Activation("relu6", name=f"{name}_relu6")(x) if activation else x

    def plain(width, kernel, strides=1):
        return lambda **kwargs: layers.Conv2D(width, kernel, strides=strides, **kwargs)

    def depthwise(kernel, strides):
        return lambda **kwargs: layers.DepthwiseConv2D(kernel, strides=strides, **kwargs)

    photo = keras.Input((size, size, channels), name="gray" if channels == 1 else "rgb")
    x = layers.Rescaling(255.0 / 128.0, offset=-127.0 / 128.0, name="rescaling")(photo)
    x, features = convolve(x, plain(STEM, 3, 2), "stem"), []
    stages = zip(STAGES, _repeats(deep), strict=True)
    for stage, ((kernel, stride, expansion, width, _), repeats) in enumerate(stages):
        width = _rounded(width, wide)
        for repeat in range(repeats):
            label, before = f"stage{stage + 1}_block{repeat + 1}", x
            if expansion > 1:
                x = convolve(x, plain(expansion * x.shape[-1], 1), f"{label}_expand")
            x = convolve(x, depthwise(kernel, 1 if repeat else stride), f"{label}_depthwise")
            x = convolve(x, plain(width, 1), f"{label}_project", activation=False)
            if repeat:
                x = layers.Add(name=f"{label}_add")([x, before])
        if stage in FEATURES:
            features.append(x)
    outputs = features
    if top != "none":
        x = convolve(x, plain(HEAD, 1), "head")
        # The full, static window: a global pool would become MEAN, which mobile GPUs do not run.
        x = layers.AveragePooling2D(x.shape[1:3], name="pool")(x)
        outputs = layers.Flatten(name="pooled")(x)
        if top == "classes":
            outputs = layers.Dense(classes, name="classes")(outputs)
            outputs = layers.Activation("softmax", dtype="float32", name="shares")(outputs)
    network = keras.Model(photo, outputs, name=name)
    return blocks.freeze(network, ["stem_", *map("stage{}_".format, range(1, 8))], frozen)


@register("efficientnet_lite0", role="backbone", stride=4, mobile=True)
def efficientnet_lite0(
    size,
    channels=1,
    top="none",
    classes=1000,
    frozen=0,
    batch_norm_momentum=0.99,
    synchronized=False,
):
    """Builds EfficientNet-Lite0: 3.0 M weights as a backbone, 4.7 M with its classifier.

    Args:
        size: working size in pixels, a multiple of 4; of 32 where features are to be exact
            fractions of it. The classifiers were trained at 224, 240 and 260 px.
        channels: 1 for gray photos, 3 for RGB.
        top: ``none`` gives five features; ``pooled`` the 1,280 numbers that the classifier reads;
            ``classes`` the classifier's shares.
        classes: how many the classifier knows; the pretrained ones are ImageNet's 1,000.
        frozen: how many parts stay as they are, counted from the photo: 1 is the stem, 2 to 8 the
            stem and 1 to 7 stages. Their batch norm runs in inference mode.
        batch_norm_momentum, synchronized: of batch normalisation.

    Returns:
        Model from photos (B, size, size, channels) in 0..1 to a list of features at 1/2, 1/4, 1/8,
        1/16 and 1/32 of the size, 16, 24, 40, 112 and 320 wide; or to (B, 1280); or to
        (B, classes), of sum 1. The first layer brings 0..1 to (255 x - 127) / 128, which is what
        the pretrained weights were made for.
        Source: Tan & Le 2019 (arXiv 1905.11946), table 1, without squeeze-and-excitation and with
        ReLU6, as EfficientNet-Lite has it.
    """
    shared = (channels, top, classes, frozen, batch_norm_momentum, synchronized)
    return _build("efficientnet_lite0", size, (1.0, 1.0), *shared)


@register("efficientnet_lite1", role="backbone", stride=4, mobile=True)
def efficientnet_lite1(
    size,
    channels=1,
    top="none",
    classes=1000,
    frozen=0,
    batch_norm_momentum=0.99,
    synchronized=False,
):
    """Builds EfficientNet-Lite1: as ``efficientnet_lite0`` with its inner stages 1.1 times as deep.

    Args and Returns: as ``efficientnet_lite0``; 5.4 M weights with its classifier.
    """
    shared = (channels, top, classes, frozen, batch_norm_momentum, synchronized)
    return _build("efficientnet_lite1", size, (1.0, 1.1), *shared)


@register("efficientnet_lite2", role="backbone", stride=4, mobile=True)
def efficientnet_lite2(
    size,
    channels=1,
    top="none",
    classes=1000,
    frozen=0,
    batch_norm_momentum=0.99,
    synchronized=False,
):
    """Builds EfficientNet-Lite2: its stages 1.2 times as deep as Lite0's and 1.1 times as wide.

    Args and Returns: as ``efficientnet_lite0``, the features 16, 24, 48, 120 and 352 wide; 6.1 M
    weights with its classifier.
    """
    shared = (channels, top, classes, frozen, batch_norm_momentum, synchronized)
    return _build("efficientnet_lite2", size, (1.1, 1.2), *shared)
