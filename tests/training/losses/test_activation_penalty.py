"""The penalty that keeps sums off ReLU6's ceiling."""

import numpy as np
import pytest
from keras import ops

from keras_colorizer import models
from keras_colorizer.training import fit, recipes
from keras_colorizer.training.losses import activation_penalty
from keras_colorizer.training.recipes.sections import Loss
from keras_colorizer.training.trainers import base

SMALL = {"widths": (4, 6, 6, 8, 8), "depths": (0, 0, 1, 1, 1)}


def test_every_ceiling_is_watched_and_no_weight_is_new():
    network = models.build("chroma", 32, **SMALL)
    probe = activation_penalty.watched(network)
    assert [w.path for w in probe.weights] == [w.path for w in network.weights]
    gray = np.random.default_rng(0).uniform(size=(2, 32, 32, 1)).astype("float32")
    prediction, *inputs = probe(gray)
    assert np.array_equal(prediction, network(gray))
    assert len(inputs) == sum(layer.name.startswith("activation") for layer in network.layers)
    assert any(np.min(x) < 0 for x in inputs)  # what goes in, not what comes out


def test_other_activations_have_no_ceiling():
    network = models.build("chroma", 32, activation="relu", **SMALL)
    assert len(activation_penalty.watched(network).outputs) == 1
    assert activation_penalty.crowding([]) == 0


def test_crowding_by_hand():
    low, high = ops.full((1, 2, 2, 3), 4.4), ops.full((1, 1, 1, 2), 6.5)
    assert float(activation_penalty.crowding([low])) == 0
    assert float(activation_penalty.crowding([low, high])) == pytest.approx(2.0)


@pytest.mark.parametrize("stage", [0, -1], ids=["pale", "vivid"])
def test_the_penalty_brings_crowded_sums_down(stage):
    recipe = recipes.smoke(recipes.get("chroma-gan"))
    small = {"data": "synthetic", "generator_options": SMALL, "flip": False, "augment": 0.0}
    stages = recipes.plan(recipe.changed(**small))
    rgb = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), "uint8")
    after = {}
    for weight in (0.0, 10.0):
        changes = {"headroom_weight": weight, "ema": 0.0, "learning_rate": 0.05}
        changes |= {"schedule": "constant"}
        built = fit.build(stages[stage].recipe.changed(**changes))
        for layer in built.generator.layers:
            if "batch_normalization" in layer.name:
                layer.gamma.assign(4 * layer.gamma)
        gray = built.prepare((rgb,), training=False)[1]
        for _ in range(12):
            built.train_on_batch(rgb)
        probe = activation_penalty.watched(built.generator)
        after[weight] = float(activation_penalty.crowding(probe(gray, training=True)[1:]))
    assert after[10.0] < 0.5 * after[0.0]


def test_the_weight_is_kept_in_the_configuration():
    built = base.ColorTrainer(models.build("chroma", 32, **SMALL), loss=Loss(headroom=0.5))
    assert base.ColorTrainer.from_config(built.get_config()).asked.headroom == 0.5
