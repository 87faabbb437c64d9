"""Every recipe's stages take a step, and each variation on the report's GAN is what it says."""

import keras
import numpy as np
import pytest

from keras_colorizer.training import fit, recipes
from keras_colorizer.training.recipes.sections import Part

WIDTHS = {"unet": 4, "autoencoder": 3, "nazeri": 5, "discriminator": 4, "patchgan": 4}
STAGES = [(name, number) for name in recipes.names()
          for number, _ in enumerate(recipes.plan(recipes.get(name)))]  # fmt: skip


def tiny(name, stage=0):
    recipe = recipes.plan(recipes.smoke(recipes.get(name)))[stage].recipe
    recipe = recipe.changed(teacher=None)  # with one: test_teaching.py
    for part in ("generator", "discriminator"):
        fields = recipes.keys.flat(recipe)
        if count := WIDTHS.get(fields[part]):
            options = {**fields[f"{part}_options"], "widths": (4, 6, 8, 10, 10)[:count]}
            recipe = recipe.changed(**{f"{part}_options": options})
    return recipe


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_every_stage_of_every_recipe_takes_a_step(name, stage):
    recipe = tiny(name, stage)
    trainer = fit.build(recipe)
    trainer.run_eagerly = True
    before = trainer.generator.get_weights()
    rgb = np.random.default_rng(0).integers(
        0, 256, (4, recipe.data.size, recipe.data.size, 3), "uint8"
    )
    logs = trainer.train_on_batch(rgb, return_dict=True)
    assert all(np.isfinite(float(value)) for value in logs.values())
    changed = [np.any(a != b) for a, b in zip(before, trainer.generator.get_weights(), strict=True)]
    assert any(changed) != bool(recipe.adversary and recipe.adversary.frozen)


def layers(name):
    return {type(layer) for layer in fit.build(tiny(name)).discriminator.layers}


def test_what_each_variation_varies():
    gan, told = recipes.keys.flat(recipes.get("gan")), {}
    for name in recipes.names():
        other = recipes.keys.flat(recipes.get(name))
        told[name] = {key for key in other if gan.get(key) != other[key]}
    alone = {"discriminator"}
    assert told["unet"] == alone
    assert told["gan-dense"] == told["gan-highway"] == {"generator_options"}
    assert told["gan-conditional"] == told["gan-spectral"] == {"discriminator_options"}
    assert told["gan-patch"] == {"discriminator", "discriminator_options"}
    assert told["gan-hinge"] == told["gan-least-squares"] == {"objective"}
    assert told["gan-augmented"] == {"shown"}
    assert recipes.get("gan-dense").generator.options["batch_norm_momentum"] == 0.9
    assert keras.layers.BatchNormalization in layers("gan")
    assert keras.layers.BatchNormalization not in layers("gan-spectral")


def test_nogan_trains_one_network_after_the_other():
    first, second, third = (stage.recipe for stage in recipes.plan(recipes.get("nogan")))
    assert first.adversary is None
    assert second.adversary.discriminator == third.adversary.discriminator == Part("discriminator")
    assert second.adversary.frozen and not third.adversary.frozen
    assert [s.continues for s in recipes.plan(recipes.get("nogan"))] == [False, False, True]
    epochs = [part.run.epochs for part in (first, second, third, recipes.get("gan"))]
    assert sum(epochs[:3]) == epochs[3]


def test_nazeris_numbers():
    recipe = recipes.get("nazeri")
    adversary, optimizer = recipe.adversary, recipe.optimizer
    assert (recipe.codec.name, recipe.generator.name) == ("lab", "nazeri")
    assert adversary.pixel_weight == 100.0
    assert adversary.objective.options == {"smoothing": 0.1}
    assert adversary.update_rule == Part("always")
    assert optimizer.momentum == adversary.momentum == 0.5
    assert optimizer.learning_rate == adversary.learning_rate == 2e-4
    discriminator = fit.build(tiny("nazeri")).discriminator
    assert len(discriminator.inputs) == 2 and discriminator.output_shape == (None, 1)
