"""Every recipe's stages take a step, and each variation on the report's GAN is what it says."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_colorizer.training import fit, recipes

WIDTHS = {"unet": 4, "autoencoder": 3, "nazeri": 5, "discriminator": 4, "patchgan": 4}
STAGES = [(name, number) for name in recipes.names()
          for number, _ in enumerate(recipes.plan(recipes.get(name)))]  # fmt: skip


def tiny(name, stage=0):
    recipe = recipes.plan(recipes.smoke(recipes.get(name)))[stage].recipe
    recipe = dataclasses.replace(recipe, teacher=None)  # with one: test_teaching.py
    for part in ("generator", "discriminator"):
        if count := WIDTHS.get(getattr(recipe, part)):
            options = {**getattr(recipe, f"{part}_options"), "widths": (4, 6, 8, 10, 10)[:count]}
            recipe = dataclasses.replace(recipe, **{f"{part}_options": options})
    return recipe


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_every_stage_of_every_recipe_takes_a_step(name, stage):
    recipe = tiny(name, stage)
    trainer = fit.build(recipe)
    trainer.run_eagerly = True
    before = trainer.generator.get_weights()
    rgb = np.random.default_rng(0).integers(0, 256, (4, recipe.size, recipe.size, 3), "uint8")
    logs = trainer.train_on_batch(rgb, return_dict=True)
    assert all(np.isfinite(float(value)) for value in logs.values())
    changed = [np.any(a != b) for a, b in zip(before, trainer.generator.get_weights(), strict=True)]
    assert any(changed) != recipe.frozen


def layers(name):
    return {type(layer) for layer in fit.build(tiny(name)).discriminator.layers}


def test_what_each_variation_varies():
    gan = dataclasses.asdict(recipes.get("gan"))
    told = {}
    for name in recipes.names():
        other = dataclasses.asdict(recipes.get(name))
        told[name] = {k for k in gan if gan[k] != other[k]} - {"name", "purpose", "expect"}
    alone = {"discriminator", "update_rule_options", "converged_patience"}
    assert told["unet"] == alone
    assert told["gan-dense"] == told["gan-highway"] == {"generator_options"}
    assert told["gan-conditional"] == told["gan-spectral"] == {"discriminator_options"}
    assert told["gan-patch"] == {"discriminator", "discriminator_options"}
    assert told["gan-hinge"] == told["gan-least-squares"] == {"objective"}
    assert told["gan-augmented"] == {"shown"}
    assert recipes.get("gan-dense").generator_options["batch_norm_momentum"] == 0.9
    assert keras.layers.BatchNormalization in layers("gan")
    assert keras.layers.BatchNormalization not in layers("gan-spectral")


def test_nogan_trains_one_network_after_the_other():
    first, second, third = (stage.recipe for stage in recipes.plan(recipes.get("nogan")))
    assert first.discriminator is None
    assert second.discriminator == third.discriminator == "discriminator"
    assert second.frozen and not third.frozen
    assert [s.continues for s in recipes.plan(recipes.get("nogan"))] == [False, False, True]
    assert first.epochs + second.epochs + third.epochs == recipes.get("gan").epochs


def test_nazeris_numbers():
    recipe = recipes.get("nazeri")
    assert (recipe.codec, recipe.generator, recipe.l1_factor) == ("lab", "nazeri", 100.0)
    assert recipe.objective_options == {"smoothing": 0.1} and recipe.update_rule == "always"
    assert (recipe.momentum, recipe.discriminator_momentum) == (0.5, 0.5)
    assert recipe.learning_rate == recipe.discriminator_learning_rate == 2e-4
    discriminator = fit.build(tiny("nazeri")).discriminator
    assert len(discriminator.inputs) == 2 and discriminator.output_shape == (None, 1)
