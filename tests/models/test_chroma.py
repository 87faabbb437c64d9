"""The flagship's network keeps within its budget and its operators."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_colorizer import models


@pytest.fixture(scope="module")
def network():
    return models.build("chroma", 256)


def flops(model):
    """Of the convolutions, a multiply-add counted as two; batch norm is folded into them."""
    found = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            found += 2 * np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:3])
    return found


def test_it_fits_its_budget(network):
    assert network.count_params() <= 1_400_000
    # Additions and the enlarging are a few operations for each value.
    rest = sum(
        8 * np.prod(layer.output.shape[1:])
        for layer in network.layers
        if isinstance(layer, layers.Add | layers.UpSampling2D)
    )
    assert 0.5e9 < flops(network) + rest <= 0.8e9
    assert network.output_shape == (None, 64, 64, 2)


def test_it_needs_only_what_mobile_gpus_run(network):
    known = (
        layers.InputLayer, layers.Conv2D, layers.BatchNormalization, layers.Add, layers.Identity,
        layers.AveragePooling2D, layers.UpSampling2D, layers.Activation,
    )  # fmt: skip
    used = {type(layer) for layer in network.layers}
    assert {layers.Activation, layers.AveragePooling2D} <= used  # or nothing is asked of them below
    for layer in network.layers:
        assert type(layer) in known, layer.name
        if isinstance(layer, layers.Activation):
            assert layer.activation in (keras.activations.relu6, keras.activations.linear)
        if isinstance(layer, layers.AveragePooling2D):
            assert layer.pool_size == tuple(layer.input.shape[1:3])


def test_one_corner_hears_of_the_other():
    keras.utils.set_random_seed(0)
    network = models.build("chroma", 256, widths=(4, 4, 4, 4, 8), depths=(0,) * 5)
    photo = np.random.default_rng(0).uniform(size=(1, 256, 256, 1)).astype("float32")
    changed = photo.copy()
    changed[:, -64:, -64:] = 0
    difference = np.abs(network(photo, training=False) - network(changed, training=False))
    assert difference[0, :4, :4].max() > 0


def test_weights_do_not_depend_on_the_size(network):
    shapes = [weight.shape for weight in network.get_weights()]
    assert shapes == [weight.shape for weight in models.build("chroma", 96).get_weights()]
