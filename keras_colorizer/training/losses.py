"""Losses by name, each a mean over a batch."""

from keras import ops

from keras_colorizer.errors import choose


def l1(target, prediction):
    """Mean absolute error.

    Example:
        >>> l1(ops.zeros((1, 2)), ops.ones((1, 2)))  # 1.0
    """
    return ops.mean(ops.abs(target - prediction))


def mse(target, prediction):
    """Mean squared error.

    Example:
        >>> mse(ops.zeros((1, 2)), 2 * ops.ones((1, 2)))  # 4.0
    """
    return ops.mean(ops.square(target - prediction))


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


LOSSES = {"l1": l1, "mse": mse}


def get(name):
    """The supervised loss called ``name``; a UserError lists the known ones.

    Example:
        >>> get("l1")
    """
    return LOSSES[choose("loss", name, LOSSES)]
