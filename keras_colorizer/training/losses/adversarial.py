"""What discriminator and generator play for: adversarial objectives by name.

Each is a class of two methods: ``discriminator(on_real, on_fake)`` and ``generator(on_fake)``, from
logits (B, 1), or (B, n) of n patches, to a scalar. A logit above 0 says "real" in all of them.
"""

from keras import ops

from keras_colorizer.utils.registry import Registry

OBJECTIVES = Registry("objective")
register, get, defaults = OBJECTIVES.register, OBJECTIVES.build, OBJECTIVES.defaults


def _cross_entropy(label, logits):
    """Binary cross-entropy in nats against one label for all logits."""
    labels = ops.full_like(logits, label)
    return ops.mean(ops.binary_crossentropy(labels, logits, from_logits=True))


@register("bce")
class CrossEntropy:
    """The report's: the discriminator's cross-entropy; the generator's with its label flipped.

    Args:
        smoothing: reals are labelled 1 - smoothing (one-sided: fakes stay at 0), so that the
            discriminator's certainty is bounded.

    Source: Goodfellow et al. 2014, section 3 (the non-saturating generator); Salimans et al. 2016,
    section 3.4, for one-sided label smoothing.
    """

    def __init__(self, smoothing=0.0):
        self.smoothing = smoothing

    def discriminator(self, on_real, on_fake):
        """Scalar, in nats: the mean over both halves."""
        real = _cross_entropy(1.0 - self.smoothing, on_real)
        return (real + _cross_entropy(0.0, on_fake)) / 2

    def generator(self, on_fake):
        """Scalar, in nats."""
        return _cross_entropy(1.0, on_fake)


@register("hinge")
class Hinge:
    """How far the discriminator's logits fall short of 1 on the right side; minus the mean logit.

    Source: Lim & Ye 2017; Miyato et al. 2018, equations 16 and 17.
    """

    def discriminator(self, on_real, on_fake):
        """Scalar: the mean over both halves."""
        return (ops.mean(ops.relu(1.0 - on_real)) + ops.mean(ops.relu(1.0 + on_fake))) / 2

    def generator(self, on_fake):
        """Scalar, not bounded below."""
        return -ops.mean(on_fake)


@register("least_squares")
class LeastSquares:
    """Squared distances of logits to 1 for reals and to -1 for fakes.

    Source: Mao et al. 2017, equation 9, whose codes 0 and 1 are moved to -1 and 1, so that 0
    stands between real and fake as in the other objectives; divided by 4 for it.
    """

    def discriminator(self, on_real, on_fake):
        """Scalar: half the sum over both halves."""
        real, fake = ops.mean(ops.square(on_real - 1.0)), ops.mean(ops.square(on_fake + 1.0))
        return (real + fake) / 8

    def generator(self, on_fake):
        """Scalar."""
        return ops.mean(ops.square(on_fake - 1.0)) / 8
