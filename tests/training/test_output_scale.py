"""The factor on a delivered network's chroma."""

import keras
import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.engine import train
from keras_colorizer.errors import UserError
from keras_colorizer.models import card
from keras_colorizer.training import fit, output_scale, recipes

SMALL = {"widths": (4, 6, 6, 8, 8), "depths": (0, 0, 1, 1, 1)}


def test_chroma_is_scaled_and_the_original_is_not():
    network = models.build("chroma", 32, **SMALL)
    head = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    head.set_weights([head.get_weights()[0], np.float32([0.1, -0.2])])  # a bias to scale as well
    gray = np.random.default_rng(0).uniform(size=(2, 32, 32, 1)).astype("float32")
    before = np.asarray(network(gray))
    after = np.asarray(output_scale.saturated(network, 1.5)(gray))
    assert np.allclose(after, 1.5 * before, atol=1e-6) and np.abs(before).max() > 0.05
    assert np.array_equal(network(gray), before)
    assert output_scale.saturated(network, 1.0) is network


@pytest.mark.parametrize("last", ["tanh", "pool"])
def test_a_network_that_bends_its_output_is_one_clear_line(last):
    photo = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(2, 3, activation="tanh" if last == "tanh" else None)(photo)
    x = x if last == "tanh" else keras.layers.AveragePooling2D(2)(x)
    with pytest.raises(UserError, match="does not end in a linear convolution"):
        output_scale.saturated(keras.Model(photo, x), 1.2)


def test_what_a_run_delivers_is_scaled(tmp_path):
    small = {"data": "synthetic", "generator_options": SMALL, "init": None}
    recipe = recipes.plan(recipes.smoke(recipes.get("chroma")))[0].recipe  # its first stage alone
    recipe = recipe.changed(augment=0.0, zoom=0.0, **small)
    runs = {}
    for factor in (1.0, 2.0):
        changed = recipe.changed(saturation=factor)
        train.run(changed, None, tmp_path / str(factor), None, None, "none", False)
        runs[factor], _ = card.load_network(tmp_path / str(factor))
    gray = np.random.default_rng(0).uniform(size=(2, 32, 32, 1)).astype("float32")
    assert np.allclose(runs[2.0](gray), 2 * np.asarray(runs[1.0](gray)), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "factor", "told"),
    [("gan", 1.2, "codec 'rgb' predicts no chroma"), ("chroma", 0.0, "saturation must be above 0")],
)
def test_a_factor_that_cannot_be_is_one_clear_line(name, factor, told):
    with pytest.raises(UserError, match=told):
        recipe = recipes.smoke(recipes.get(name))
        fit.build(recipes.plan(recipe.changed(saturation=factor))[-1].recipe)
