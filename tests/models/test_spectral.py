"""Spectral normalisation: what the layer multiplies by has no singular value above 1."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_colorizer.models.spectral import SpectralConv2D


@pytest.fixture
def layer():
    keras.utils.set_random_seed(0)
    layer = SpectralConv2D(6, 3, use_bias=True, kernel_initializer="random_normal")
    layer.build((None, 8, 8, 4))
    layer.kernel.assign(40 * layer.kernel)
    return layer


def norm(layer):
    """The largest singular value of the kernel in use, from its answers to unit pictures."""
    units = ops.convert_to_tensor(np.eye(36, dtype="float32").reshape(36, 3, 3, 4))
    answers = ops.convert_to_numpy(layer(units, training=False)).reshape(36, 6)
    return np.linalg.svd(answers, compute_uv=False)[0]


def test_the_largest_singular_value_becomes_1(layer):
    x = ops.ones((2, 8, 8, 4))
    for _ in range(60):
        layer(x, training=True)
    assert norm(layer) == pytest.approx(1, abs=1e-3)


def test_files_keep_the_estimate(layer, tmp_path):
    model = keras.Sequential([keras.Input((8, 8, 4)), SpectralConv2D(6, 3)])
    x = ops.ones((2, 8, 8, 4))
    for _ in range(5):
        model(x, training=True)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(model.layers[0].left, again.layers[0].left)
    assert np.array_equal(model(x), again(x))


def test_only_training_moves_the_estimate_and_nothing_moves_the_kernel(layer):
    x = ops.ones((2, 8, 8, 4))
    kernel, left = (ops.convert_to_numpy(v).copy() for v in (layer.kernel, layer.left))
    layer(x, training=False)
    assert np.array_equal(left, layer.left)
    layer(x, training=True)
    assert not np.allclose(left, layer.left)
    assert np.array_equal(kernel, layer.kernel)
    assert [v.path for v in layer.trainable_variables] == [layer.kernel.path, layer.bias.path]
