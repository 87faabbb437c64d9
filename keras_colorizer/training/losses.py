"""Losses by name, each a mean over a batch."""

from keras import ops

from keras_colorizer.errors import choose

# Huber's corner in CbCr units: about 10 levels of 255, well above JPEG's noise, well below the
# distance between two colours of petals.
HUBER_DELTA = 0.04


def l1(target, prediction, weights=1.0):
    """Mean absolute error, each element's times its weight.

    Example:
        >>> l1(ops.zeros((1, 2)), ops.ones((1, 2)))  # 1.0
    """
    return ops.mean(weights * ops.abs(target - prediction))


def mse(target, prediction, weights=1.0):
    """Mean squared error, each element's times its weight.

    Example:
        >>> mse(ops.zeros((1, 2)), 2 * ops.ones((1, 2)))  # 4.0
    """
    return ops.mean(weights * ops.square(target - prediction))


def huber(target, prediction, weights=1.0, delta=HUBER_DELTA):
    """Huber's loss in the units of L1: e² / 2 delta up to delta, then |e| - delta / 2.

    Source: Huber 1964, divided by delta.

    Example:
        >>> huber(ops.zeros((1, 2)), ops.ones((1, 2)), delta=0.5)  # 0.75
    """
    error = ops.abs(target - prediction)
    near = ops.minimum(error, delta)
    return ops.mean(weights * near * (error - near / 2) / delta)


def saturation_weights(cbcr, factor):
    """Weights that let vivid places count more, of mean 1 over the batch.

    Most of a photo is nearly gray, and what is rare is what a mean forgets.

    Args:
        cbcr: the true chroma (B, h, w, 2) in ±0.5.
        factor: how much more a place of chroma 0.1 counts than a gray one; 0 gives all 1.

    Returns:
        Float tensor (B, h, w, 1), proportional to 1 + factor · |CbCr| / 0.1.

    Example:
        >>> saturation_weights(target, 1.0)
    """
    weights = 1.0 + factor * ops.sqrt(ops.sum(ops.square(cbcr), axis=-1, keepdims=True)) / 0.1
    return weights / ops.mean(weights)


def adversarial(real, logits):
    """Binary cross-entropy of logits against one label for all of them.

    Args:
        real: the label, 1.0 for real or 0.0 for fake. A generator gives its fakes the flipped
            label 1.0 (the non-saturating loss, Goodfellow et al. 2014, section 3).
        logits: float tensor (B, 1).

    Returns:
        Scalar, in nats.

    Example:
        >>> adversarial(1.0, ops.zeros((4, 1)))  # 0.693
    """
    labels = ops.full_like(logits, real)
    return ops.mean(ops.binary_crossentropy(labels, logits, from_logits=True))


def hinge(real, logits):
    """How far logits fall short of 1 on the right side, for the discriminator's step.

    Args:
        real: 1.0 for real or 0.0 for fake.
        logits: float tensor (B, 1).

    Source: Lim & Ye 2017; Miyato et al. 2018, equation 16.

    Example:
        >>> hinge(1.0, ops.zeros((4, 1)))  # 1.0
    """
    return ops.mean(ops.relu(1.0 - (2.0 * real - 1.0) * logits))


def fooled(logits):
    """The generator's side of the hinge objective: minus the mean logit of its fakes.

    Source: Miyato et al. 2018, equation 17.

    Example:
        >>> fooled(ops.ones((4, 1)))  # -1.0
    """
    return -ops.mean(logits)


# The discriminator's loss for one label, and the generator's loss on its fakes.
OBJECTIVES = {
    "bce": (adversarial, lambda logits: adversarial(1.0, logits)),
    "hinge": (hinge, fooled),
}
LOSSES = {"l1": l1, "mse": mse, "huber": huber}


def get(name):
    """The supervised loss called ``name``; a UserError lists the known ones.

    Example:
        >>> get("l1")
    """
    return LOSSES[choose("loss", name, LOSSES)]
