"""Losses by name, each a mean over a batch."""

from keras import ops

from keras_colorizer.color import hues, metrics, spaces
from keras_colorizer.utils.registry import Registry

# Huber's corner in CbCr units: about 10 levels of 255, well above JPEG's noise, well below the
# distance between two colours of petals.
HUBER_DELTA = 0.04
# What counts as light and neutral: about the metric's C* below 8 and L* above 60.
NEUTRAL_CHROMA, NEUTRAL_LUMA = 0.035, 0.57
PAD_LUMA = ((0, 0), (0, 0), (0, 0), (1, 0))  # CbCr to Y′CbCr with Y′ = 0

# Functions of target, prediction and weights of places, each to a scalar.
LOSSES = Registry("loss")
register, get = LOSSES.register, LOSSES.find


@register("l1")
def l1(target, prediction, weights=1.0):
    """Mean absolute error, each element's times its weight."""
    return ops.mean(weights * ops.abs(target - prediction))


@register("mse")
def mse(target, prediction, weights=1.0):
    """Mean squared error, each element's times its weight."""
    return ops.mean(weights * ops.square(target - prediction))


@register("huber")
def huber(target, prediction, weights=1.0, delta=HUBER_DELTA):
    """Huber's loss in the units of L1: e² / 2 delta up to delta, then |e| - delta / 2.

    Source: Huber 1964, divided by delta.
    """
    error = ops.abs(target - prediction)
    near = ops.minimum(error, delta)
    return ops.mean(weights * near * (error - near / 2) / delta)


@register("cross_entropy")
def cross_entropy(target, logits, weights=1.0):
    """Mean cross-entropy of soft targets, each place's times its weight.

    Args:
        target: shares (B, h, w, Q) of sum 1.
        logits: float tensor (B, h, w, Q).
        weights: (B, h, w, 1), such as `class_weights` gives; or a number.

    Returns:
        Scalar, in nats; with hard targets the usual one. Source: Zhang, Isola & Efros 2016,
        equation 2, as a mean over places.
    """
    surprise = -ops.sum(target * ops.log_softmax(logits, axis=-1), axis=-1, keepdims=True)
    return ops.mean(weights * surprise)


@register("hue_cross_entropy")
def hue_cross_entropy(target, prediction, weights=1.0):
    """Cross-entropy of hue, as much as the truth has colour, and Huber's loss of the strength.

    Gray has no hue, and a wrong hue is an error in proportion to the true chroma; so both parts are
    in CbCr units.

    Args:
        target: as ``hues.encode`` gives it (B, h, w, N + 1).
        prediction: logits and strength, of the same shape.
        weights: (B, h, w, 1), or a number.

    Returns:
        Scalar.
    """
    strength = target[..., -1:] / hues.SCALE
    hue = cross_entropy(target[..., :-1], prediction[..., :-1], weights * strength)
    return hue + huber(strength, prediction[..., -1:] / hues.SCALE, weights)


def class_weights(target, weights):
    """The weight of each place's likeliest class.

    Args:
        target: shares (B, h, w, Q).
        weights: (Q,), one a class.

    Returns:
        Float tensor (B, h, w, 1). Source: Zhang, Isola & Efros 2016, equation 3.
    """
    found = ops.take(ops.convert_to_tensor(weights, "float32"), ops.argmax(target, axis=-1))
    return ops.expand_dims(found, -1)


def saturation_weights(cbcr, factor):
    """Weights that let vivid places count more, of mean 1 over the batch.

    Most of a photo is nearly gray, and what is rare is what a mean forgets.

    Args:
        cbcr: the true chroma (B, h, w, 2) in ±0.5.
        factor: how much more a place of chroma 0.1 counts than a gray one; 0 gives all 1.

    Returns:
        Float tensor (B, h, w, 1), proportional to 1 + factor · |CbCr| / 0.1.
    """
    weights = 1.0 + factor * _length(cbcr, epsilon=0.0) / 0.1
    return weights / ops.mean(weights)


def _length(cbcr, epsilon=1e-8):
    """Chroma's distance from gray (B, h, w, 1); epsilon keeps its gradient finite at 0."""
    return ops.sqrt(ops.sum(ops.square(cbcr), axis=-1, keepdims=True) + epsilon)


def colourfulness_gap(target, prediction):
    """How far each photo's colourfulness is from the truth's, in the mean.

    Opponent colours hold no luma, so this costs nothing at the chroma's own resolution.

    Args:
        target, prediction: CbCr (B, h, w, 2) in ±0.5.

    Returns:
        Scalar, in units of RGB in 0..1: a 255th of ``metrics.colourfulness``.
    """
    # Any luma would do; epsilon is a hundredth of a level.
    true, painted = (
        metrics.colourfulness(spaces.ycbcr_to_rgb(ops.pad(cbcr, PAD_LUMA)), epsilon=1e-4)
        for cbcr in (target, prediction)
    )
    return ops.mean(ops.abs(true - painted)) / 255.0


def shrunk(gray, colour):
    """Luma (B, H, W, 1) as block means, at the size of ``colour`` (B, h, w, C)."""
    factor = gray.shape[1] // colour.shape[1]
    return ops.average_pool(gray, factor, strides=factor) if factor > 1 else gray


def neutral_chroma(target, prediction, gray):
    """Mean chroma that is put where the truth is light and neutral: on white petals, on sky.

    Args:
        target, prediction: CbCr (B, h, w, 2) in ±0.5.
        gray: luma (B, h, w, 1) in 0..1, at the chroma's resolution.

    Returns:
        Scalar, averaged over all places, so that photos without white ask for nothing.
    """
    neutral = ops.logical_and(_length(target) < NEUTRAL_CHROMA, gray > NEUTRAL_LUMA)
    return ops.mean(ops.cast(neutral, prediction.dtype) * _length(prediction))


class PixelLoss:
    """A loss over what a codec predicts, with the terms that chroma may have beside it.

    Args:
        section: a recipe's ``Loss``.
        classes: weights (Q,) of classes, for ``class_weights``; None for 1.
    """

    def __init__(self, section, classes=None):
        self.section, self._distance, self.classes = section, get(section.name), classes

    def plain(self, target, prediction, gray):
        """The loss without weights and further terms."""
        return self._distance(target, prediction)

    def __call__(self, target, prediction, gray):
        """Scalar loss of predictions (B, h, w, C); ``gray`` (B, H, W, 1) is the photos' luma."""
        section, weights = self.section, 1.0
        if section.saturation:
            weights = saturation_weights(target, section.saturation)
        if self.classes is not None:
            weights = class_weights(target, self.classes)
        value = self._distance(target, prediction, weights)
        if section.colourfulness:
            value = value + section.colourfulness * colourfulness_gap(target, prediction)
        if section.neutral:
            light = shrunk(gray, target)
            value = value + section.neutral * neutral_chroma(target, prediction, light)
        return value
