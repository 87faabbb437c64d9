"""The registry of networks: a name, a builder, and the options that the builder takes."""

from keras_colorizer.errors import UserError, choose
from keras_colorizer.utils.registry import Registry

NETWORKS = Registry("network", __name__.rpartition(".")[0])


def register(name, role="generator", stride=1, mobile=False):
    """Makes a builder known as ``name``.

    Args:
        name: what ``--set generator=name`` says.
        role: "generator", "discriminator" or "backbone".
        stride: what the working size must be a multiple of.
        mobile: it holds only operators that mobile GPUs run; export checks it. Where that
            depends on its options, a function of them.

    Example:
        >>> @register("tiny", stride=2)
        ... def tiny(size, channels=3, widths=(8,)): ...
    """
    return NETWORKS.register(name, role=role, stride=stride, mobile=mobile)


def names(role=None):
    """Names of the registered networks, of one role or of all.

    Example:
        >>> "patchgan" in names("discriminator")
        True
    """
    return sorted(n for n in NETWORKS if role in (None, NETWORKS.facts(n)["role"]))


def is_mobile(name, options=None):
    """Whether the network ``name`` with these options is declared to run on mobile GPUs.

    False for unknown names.
    """
    if name not in NETWORKS:
        return False
    found = NETWORKS.facts(name)["mobile"]
    return found({**defaults(name), **(options or {})}) if callable(found) else found


def defaults(name):
    """The options of a network and their defaults.

    Example:
        >>> defaults("unet")["skip"]
        'add'
    """
    return NETWORKS.defaults(name)


def build(name, size, role=None, **options):
    """Builds the functional model ``name`` for photos of ``size`` × ``size`` pixels.

    Args:
        name: a registered network.
        size: working size in pixels, a multiple of the network's stride.
        role: what it must be registered as; None for anything.
        options: the builder's own (``defaults(name)`` lists them).

    Returns:
        A functional ``keras.Model``, float32 at its output under any precision policy.

    Raises:
        UserError: an unknown name or option, or a size that the stride does not divide.

    Example:
        >>> build("unet", 128, skip="concat").output_shape
        (None, 128, 128, 3)
    """
    choose(role or NETWORKS.kind, name, names(role))
    NETWORKS.check(name, options)
    stride = NETWORKS.facts(name)["stride"]
    if size < stride or size % stride:
        low = max(size // stride, 1) * stride
        raise UserError(
            f"network {name!r} cannot work at size {size}: it must be a multiple of {stride}; "
            f"try `size={low}` or `size={low + stride}`"
        )
    return NETWORKS.find(name)(size, **options)
