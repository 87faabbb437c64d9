"""What is done to a trained network before it is written."""

import keras

from keras_colorizer.errors import UserError


def head(network):
    """The convolution that gives a network's chroma.

    Raises:
        UserError: something bends the chroma afterwards.
    """
    layer = network.output._keras_history.operation
    while isinstance(layer, keras.layers.Activation):
        if layer.activation is not keras.activations.linear:
            layer = None
            break
        layer = layer.input._keras_history.operation
    if not isinstance(layer, keras.layers.Conv2D) or layer.activation is not (
        keras.activations.linear
    ):
        raise UserError(
            f"`saturation=…`: network {network.name!r} does not end in a linear convolution; "
            "leave it at 1"
        )
    return layer


def saturated(network, factor):
    """The same network with its chroma scaled, which is folded into its last convolution.

    A mean error rewards colours that are paler than the truth's; one factor for all photos, chosen
    on validation, makes up for it at no cost.

    Args:
        network: functional model whose prediction is chroma; it is not changed.
        factor: above 0; 1 gives the network itself.

    Raises:
        UserError: the network does not end in a linear convolution.
    """
    if factor == 1.0:
        return network
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    last = head(copy)
    last.set_weights([factor * weights for weights in last.get_weights()])
    return copy
