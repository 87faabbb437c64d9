"""A penalty that keeps sums off ReLU6's ceiling, where a network no longer answers to its photo."""

import keras
from keras import ops

# Inputs may pass here for nothing; the ceiling is at 6.
COMFORT = 4.5


def watched(network):
    """The network with, after its own output, what goes into each of its ReLU6 layers.

    Args:
        network: a functional model with one output.

    Returns:
        Functional model of the same layers and weights; its output is a list.
    """
    ceilings = [
        layer
        for layer in network.layers
        if isinstance(layer, keras.layers.Activation)
        and layer.activation is keras.activations.relu6
    ]
    return keras.Model(network.input, [network.output, *(layer.input for layer in ceilings)])


def crowding(inputs):
    """How far sums are above ``COMFORT``: the mean square of the excess, over all layers.

    A channel at the ceiling has no gradient, and where several are there the colours are a flat
    plateau, with rings of other hues where one after the other arrives.

    Args:
        inputs: what goes into ReLU6 layers, each (B, h, w, C).

    Returns:
        Scalar, in square units of the activations.
    """
    above = [ops.relu(ops.cast(x, "float32") - COMFORT) for x in inputs]
    return sum(ops.mean(ops.square(x)) for x in above) / max(1, len(above))
