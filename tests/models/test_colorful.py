"""The network of Zhang et al.: the paper's own width, its blocks, and a step of training at it."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_colorizer import models
from keras_colorizer.color import codecs
from keras_colorizer.training.losses import pixel
from keras_colorizer.training.trainers.backend import value_and_gradients

PUBLISHED = 32_200_000  # weights of the model that the authors published


def test_its_blocks_are_the_papers():
    network = models.build("colorful", 64, width=1)
    convolutions = [x for x in network.layers if isinstance(x, layers.Conv2D)]
    assert len(convolutions) == 2 + 2 + 3 + 3 + 3 + 3 + 3 + 2 + 1
    widths = [x.filters for x in convolutions]
    assert widths[:-1] == [1] * 2 + [2] * 2 + [4] * 3 + [8] * 12 + [4] * 2
    assert [x.dilation_rate[0] for x in convolutions] == [1] * 10 + [2] * 6 + [1] * 6
    (enlarging,) = (x for x in network.layers if isinstance(x, layers.Conv2DTranspose))
    assert enlarging.kernel.shape[:2] == (4, 4) and enlarging.strides == (2, 2)
    assert sum(isinstance(x, layers.BatchNormalization) for x in network.layers) == 7
    assert not any("pool" in layer.name for layer in network.layers)
    assert network.output_shape == (None, 16, 16, 261)


@pytest.mark.parametrize("norm_last", [False, True])
def test_the_norm_stands_before_the_last_relu_or_after_it_as_in_the_paper(norm_last):
    network = models.build("colorful", 64, width=1, activation="relu", norm_last=norm_last)
    before = [
        type(x.input._keras_history.operation)
        for x in network.layers
        if isinstance(x, layers.BatchNormalization)
    ]
    assert before == [layers.Activation if norm_last else layers.Conv2D] * 7
    activations = [x for x in network.layers if isinstance(x, layers.Activation)]
    assert len(activations) == 23 and activations[0].activation is keras.activations.relu
    assert network.count_params() == models.build("colorful", 64, width=1).count_params()


@pytest.mark.slow
def test_a_step_of_training_at_the_papers_width():
    keras.utils.set_random_seed(0)
    network = models.build("colorful", 64, width=64, activation="relu", norm_last=True)
    assert network.count_params() == pytest.approx(PUBLISHED, rel=0.01)
    photos = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), "uint8")
    x, target = codecs.get("bins").encode(photos)
    state = [v.value for v in network.non_trainable_variables]

    def loss(values):
        logits, _ = network.stateless_call(values, state, x, training=True)
        return pixel.cross_entropy(target, logits), None

    def step():
        values = [v.value for v in network.trainable_variables]
        value, _, gradients = value_and_gradients(loss, values)
        optimizer.apply(gradients, network.trainable_variables)
        return float(value)

    optimizer = keras.optimizers.Adam(1e-4, beta_2=0.99)
    optimizer.build(network.trainable_variables)
    first = step()
    assert np.isfinite(first) and step() < first
    assert ops.all(ops.isfinite(network.trainable_variables[0].value))
