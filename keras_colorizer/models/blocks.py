"""Building blocks that the networks share: convolutions, normalisation, skip connections."""

import keras
from keras import layers

from keras_colorizer.errors import UserError, choose
from keras_colorizer.models.spectral import SpectralConv2D


def activate(x, activation):
    """Applies an activation by its Keras name; ``leaky_relu`` has the GANs' usual slope of 0.2."""
    if activation == "leaky_relu":
        return layers.LeakyReLU(negative_slope=0.2)(x)
    return layers.Activation(activation)(x)


def normalize(x, momentum=0.99, synchronized=False):
    """Batch normalisation; ``synchronized`` shares its statistics among replicas."""
    return layers.BatchNormalization(momentum=momentum, synchronized=synchronized)(x)


def convolve(x, width, momentum=0.99, strides=1, kernel=3, synchronized=False):
    """A bias-free convolution and its batch norm, which export folds into one."""
    x = layers.Conv2D(width, kernel, strides=strides, padding="same", use_bias=False)(x)
    return normalize(x, momentum, synchronized)


def pictures(side, channels, conditional, scale=1.0):
    """What a discriminator is given, and the tensor that it begins with.

    Args:
        side: of the pictures in pixels.
        channels: of their colour.
        conditional: the gray photo is given too (pix2pix, Isola et al. 2017).
        scale: colour is multiplied by it.

    Returns:
        ``(inputs, x)``: colour, or [colour, gray]; both side by side (B, side, side, channels + 1).
    """
    colour = keras.Input((side, side, channels), name="colour")
    x = colour if scale == 1.0 else layers.Rescaling(scale)(colour)
    if not conditional:
        return colour, x
    gray = keras.Input((side, side, 1), name="gray")
    return [colour, gray], layers.Concatenate()([x, gray])


def freeze(network, parts, count):
    """Keeps the first parts of a network as they are, their batch norm in inference mode.

    Args:
        network: functional model; it is changed.
        parts: prefixes of layer names, from the input on.
        count: how many of them are frozen.

    Returns:
        The network.

    Raises:
        UserError: there are not so many parts.
    """
    if not 0 <= count <= len(parts):
        raise UserError(f"frozen is {count}: of {network.name!r} 0 to {len(parts)} parts can be")
    for layer in network.layers:
        if layer.name.startswith(tuple(parts[:count])):
            layer.trainable = False
    return network


NORMALIZATIONS = ("batch", "spectral", "none")


def judged(x, width, kernel, strides=1, normalization="batch", momentum=0.8, synchronized=False):
    """A discriminator's convolution, with one way to keep it from growing without bound.

    Args:
        x: tensor (B, H, W, C).
        width, kernel, strides: of the convolution, whose padding is ``same``.
        normalization: ``batch`` (Radford et al. 2016), ``spectral`` (Miyato et al. 2018) or
            ``none``.
        momentum, synchronized: of batch normalisation.

    Raises:
        UserError: an unknown normalization.
    """
    choose("normalization", normalization, NORMALIZATIONS)
    convolution = SpectralConv2D if normalization == "spectral" else layers.Conv2D
    x = convolution(width, kernel, strides=strides, padding="same")(x)
    return normalize(x, momentum, synchronized) if normalization == "batch" else x


def residual(x, momentum=0.99, activation="relu", synchronized=False):
    """Two plain 3×3 convolutions beside the identity (He et al. 2015, figure 2)."""
    width, shared = x.shape[-1], {"momentum": momentum, "synchronized": synchronized}
    inner = activate(convolve(x, width, **shared), activation)
    return activate(layers.Add()([x, convolve(inner, width, **shared)]), activation)


def context(x, activation="relu"):
    """Adds to each place what two 1×1 convolutions make of the whole picture's mean.

    The mean is a pool over the full, static window: a global pool would become MEAN in TensorFlow
    Lite, which mobile GPUs do not run. After the context of Iizuka et al. 2016 (section 3.3).
    """
    width = x.shape[-1]
    mean = layers.AveragePooling2D(x.shape[1:3])(x)
    mean = activate(layers.Conv2D(width, 1)(mean), activation)
    return activate(layers.Add()([x, layers.Conv2D(width, 1)(mean)]), activation)


def _concat(x, feature, activation):
    return activate(layers.Concatenate()([x, feature]), activation)


def _add(x, feature, activation):
    return activate(layers.Add()([x, feature]), activation)


def _dense(x, feature, activation):
    """A two-layer dense block on both, then a 1×1 transition back to the width (DenseNet)."""
    width = x.shape[-1]
    stack = layers.Concatenate()([x, feature])
    for _ in range(2):
        new = layers.Conv2D(max(width // 4, 1), 3, padding="same")(activate(stack, activation))
        stack = layers.Concatenate()([stack, new])
    return activate(layers.Conv2D(width, 1)(stack), activation)


def _highway(x, feature, activation):
    """gate · x + (1 - gate) · feature with a learned gate (Highway Networks, eq. 3)."""
    gate = layers.Conv2D(x.shape[-1], 1, activation="sigmoid")(x)
    difference = layers.Subtract()([x, feature])
    mixed = layers.Add()([feature, layers.Multiply()([gate, difference])])
    return activate(mixed, activation)


SKIPS = {"add": _add, "concat": _concat, "dense": _dense, "highway": _highway}


def skip(kind, x, feature, activation="relu"):
    """Joins a decoder stage with the encoder's feature of the same shape, then activates.

    Args:
        kind: ``add`` (ResNet, He et al. 2015: the report), ``concat`` (U-Net, Ronneberger et al.
            2015), ``dense`` (DenseNet, Huang et al. 2017) or ``highway`` (Srivastava et al. 2015);
            the report names the last two as its future work.
        x, feature: tensors of one shape (B, H, W, C).
        activation: a Keras activation's name.

    Returns:
        Tensor (B, H, W, C), or (B, H, W, 2C) for ``concat``.

    Raises:
        UserError: an unknown kind.
    """
    return SKIPS[choose("skip", kind, SKIPS)](x, feature, activation)
