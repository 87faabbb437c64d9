"""What ``benchmark training`` does: each recipe's training step, beside the report's GAN."""

import os
import time

import click
import numpy as np


def training(names, settings, seconds):
    """Times the training steps of recipes on random photos, beside the report's GAN.

    Args:
        names: of recipes; all if empty. ``gan`` is always timed as well.
        settings: ``KEY=VALUE`` as for train, for every recipe.
        seconds: for each, after two untimed steps.

    Returns:
        Dict of a stage's name → photos a second, by how much more than ``gan``, size, batch,
        precision; and the device.

    Raises:
        UserError: an unknown recipe or setting.
    """
    from keras_colorizer.training import recipes
    from keras_colorizer.training.recipes import overrides
    from keras_colorizer.training.trainers import backend

    chosen = ["gan", *(name for name in names or recipes.names() if name != "gan")]
    ready = [overrides.apply(recipes.get(name), settings) for name in chosen]
    stages = [stage for recipe in ready for stage in _stages(recipes.plan(recipe))]
    click.echo(f"training steps on this {backend.device_name()}, {os.cpu_count()} cores")
    click.echo(f"{'':<20}{'size':>6}{'batch':>7}{'precision':>16}{'photos/s':>10}{'x gan':>8}")
    rows = {}
    for name, recipe in stages:
        pace = _training_pace(recipe, seconds)
        of_gan = pace / rows["gan"]["photos_per_s"] if rows else 1.0
        rows[name] = {"photos_per_s": pace, "of_gan": of_gan}
        flat = recipes.keys.flat(recipe)
        rows[name] |= {key: flat[key] for key in ("size", "batch", "precision")}
        click.echo(
            f"{name:<20}{recipe.data.size:>6}{recipe.data.batch:>7}{recipe.run.precision:>16}"
            f"{pace:>10.1f}{of_gan:>7.1f}x"
        )
    return {**rows, "device": backend.device_name()}


def _stages(plan):
    """(name, Recipe) of each stage."""
    if len(plan) == 1:
        return [(plan[0].recipe.name, plan[0].recipe)]
    return [(f"{stage.recipe.name}, stage {stage.number}", stage.recipe) for stage in plan]


def _training_pace(recipe, seconds):
    from keras_colorizer.training import fit

    shape = (recipe.data.batch + recipe.out_of_domain.count, recipe.data.size, recipe.data.size, 3)
    photos = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    trainer = fit.build(recipe)
    for _ in range(2):
        trainer.train_on_batch(photos)
    steps, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        trainer.train_on_batch(photos)
        steps += 1
    return steps * recipe.data.batch / (time.perf_counter() - started)
