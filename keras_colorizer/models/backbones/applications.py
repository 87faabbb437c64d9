"""Networks of ``keras.applications`` as backbones: gray in, their own preprocessing inside.

Their ImageNet weights are those that Keras itself fetches over the network, when a run begins with
``--init imagenet``; see the pages of keras.io on applications for where each comes from and for its
licence. They are not declared mobile.
"""

import dataclasses

import keras
from keras import layers

from keras_colorizer.errors import UserError
from keras_colorizer.models.registry import register

SIDES = (2, 4, 8, 16, 32)  # a feature stands at each of these fractions of the size


@dataclasses.dataclass(frozen=True)
class Application:
    """A network of ``keras.applications``.

    Attributes:
        builder: its name there.
        rescaling: (scale, offset) that brings 0..1 to what it takes.
        options: beside those that all have.
    """

    builder: str
    rescaling: tuple = (255.0, 0.0)
    options: dict = dataclasses.field(default_factory=dict)

    def build(self, size, weights=None):
        """The network for photos of ``size`` px, without its classifier."""
        build = getattr(keras.applications, self.builder)
        shape = (size, size, 3)
        return build(include_top=False, weights=weights, input_shape=shape, **self.options)


APPLICATIONS = {
    "mobilenet_v2": Application("MobileNetV2", (2.0, -1.0)),
    "mobilenet_v3_large": Application("MobileNetV3Large"),
    "efficientnet_v2_b0": Application("EfficientNetV2B0"),
    "resnet50_v2": Application("ResNet50V2", (2.0, -1.0)),
}


def load(network, name):
    """Gives a backbone the ImageNet weights that Keras has or fetches.

    Args:
        network: what ``models.build(name, …)`` made.
        name: one of ``APPLICATIONS``.

    Returns:
        Dict of what a card keeps of them.

    Raises:
        UserError: they are not at hand and cannot be fetched.
    """
    application = APPLICATIONS[name]
    try:
        known = application.build(224, weights="imagenet")
    except Exception as error:  # urllib, h5py and Keras each raise their own
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(
            f"the ImageNet weights of backbone {name!r} are fetched by Keras, which failed "
            f"({reason}); connect once, or take `generator.backbone=efficientnet_lite0`"
        ) from error
    network.get_layer(INNER).set_weights(known.get_weights())
    origin = f"keras.applications.{application.builder}, weights 'imagenet', fetched by Keras"
    return {"origin": origin, "licence": "as keras.io states it for this network"}


INNER = "application"


def _features(inner, size):
    """The last output of each size: what the following, smaller stage begins with."""
    found = {}
    for layer in inner.layers:
        shape = getattr(layer.output, "shape", ())
        if len(shape) == 4 and shape[1] == shape[2]:
            found[shape[1]] = layer.output
    return [found[size // side] for side in SIDES]


def _frozen(inner, features, count):
    """Freezes all layers before the feature number ``count``, and its own."""
    if not 0 <= count <= len(SIDES):
        raise UserError(f"frozen is {count}: of {inner.name!r} 0 to {len(SIDES)} parts can be")
    if count:
        last = features[count - 1]._keras_history.operation
        for layer in inner.layers[: inner.layers.index(last) + 1]:
            layer.trainable = False


def _register(name, application):
    def builder(size, channels=1, frozen=0, batch_norm_momentum=0.99, synchronized=False):
        inner = application.build(size)
        features = _features(inner, size)
        inner = keras.Model(inner.input, features, name=INNER)
        for layer in inner.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.momentum, layer.synchronized = batch_norm_momentum, synchronized
        _frozen(inner, features, frozen)
        photo = keras.Input((size, size, channels), name="gray" if channels == 1 else "rgb")
        x = layers.Concatenate(name="repeated")([photo] * 3) if channels == 1 else photo
        scale, offset = application.rescaling
        x = layers.Rescaling(scale, offset=offset, name="rescaling")(x)
        return keras.Model(photo, inner(x), name=name)

    builder.__name__ = name
    builder.__doc__ = f"""Builds ``keras.applications.{application.builder}`` as a backbone.

    Args:
        size: working size in pixels, a multiple of 32.
        channels: 1 for gray photos, 3 for RGB.
        frozen: how many of its five stages, counted from the photo, stay as they are.
        batch_norm_momentum, synchronized: of batch normalisation.

    Returns:
        Model from photos (B, size, size, channels) in 0..1 to features at 1/2, 1/4, 1/8, 1/16 and
        1/32 of the size. Source: as keras.io has it.
    """
    register(name, role="backbone", stride=32)(builder)


for _name, _application in APPLICATIONS.items():
    _register(_name, _application)
