"""A recipe becomes data, trainer and callbacks, and runs."""

import contextlib
import sys

import keras
import numpy as np

from keras_colorizer import data, models
from keras_colorizer.errors import UserError
from keras_colorizer.training import callbacks, gradients, runs, update_rules
from keras_colorizer.training.adversarial import AdversarialColorizer
from keras_colorizer.training.supervised import SupervisedColorizer

SAMPLES = 12


@contextlib.contextmanager
def precision(policy):
    """Keras's dtype policy for as long as the block lasts.

    Example:
        >>> with precision("mixed_bfloat16"):
        ...     trainer = build(recipe)
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def build(recipe):
    """The compiled trainer of a recipe.

    Raises:
        UserError: a part or option that is unknown, or a size that the networks cannot take.

    Example:
        >>> build(recipes.get("gan")).fit(photos)
    """
    keras.utils.set_random_seed(recipe.seed)
    adam = keras.optimizers.Adam
    optimizer = adam(recipe.learning_rate, beta_1=recipe.momentum)
    shared = {} if gradients.replicas() == 1 else {"synchronized": True}
    with precision(recipe.precision):
        generator = _network(recipe, "generator", shared)
        if not recipe.discriminator:
            trainer = SupervisedColorizer(
                generator, recipe.codec, recipe.loss, flip=recipe.flip, seed=recipe.seed
            )
            trainer.compile(optimizer)
            return trainer
        trainer = AdversarialColorizer(
            generator,
            _network(recipe, "discriminator", shared),
            recipe.codec,
            update_rule=update_rules.get(recipe.update_rule, **recipe.update_rule_options),
            l1_factor=recipe.l1_factor,
            noise_interval=recipe.noise_interval,
            flip=recipe.flip,
            seed=recipe.seed,
        )
        trainer.compile(
            optimizer,
            adam(recipe.discriminator_learning_rate, beta_1=recipe.discriminator_momentum),
        )
        return trainer


def _network(recipe, part, shared):
    name, options = getattr(recipe, part), getattr(recipe, f"{part}_options")
    if name not in models.names(part):
        raise UserError(f"{name!r} is no {part}; there are {', '.join(models.names(part))}")
    shared = {k: v for k, v in shared.items() if k in models.defaults(name)}
    return models.build(name, recipe.size, **{**shared, **options})


def train(recipe, run, data_dir=None, cache=None, extra_callbacks=()):
    """Trains a run from its last checkpoint (or from nothing) to its recipe's last epoch.

    Args:
        recipe: the Recipe, as it stands in the run folder.
        run: the ``Run``; its folder receives rows, curves, samples and checkpoints each epoch.
        data_dir: where tfds keeps its data.
        cache: folder for decoded photos; in RAM if None.
        extra_callbacks: Keras callbacks beside the run's own.

    Returns:
        ``(trainer, photos)``: the trainer holding the weights to deliver, and the training Photos.

    Raises:
        UserError: data that cannot be had, options that do not fit, a loss that is not finite.

    Example:
        >>> train(recipe, Run.begin("runs/0001-gan", recipe))
    """
    if recipe.deterministic:
        gradients.make_deterministic()
    trainer = build(recipe)
    options = {"fit": recipe.fit, "data_dir": data_dir, "cache": cache}
    photos = data.load_photos(recipe.data, "train", recipe.size, **options)
    validation = data.load_photos(recipe.data, "validation", recipe.size, **options).images
    scored = np.asarray(validation[: recipe.validation_photos])
    epoch_photos = recipe.epoch_photos or len(photos)
    first = run.epochs_done
    if first:
        run.load(trainer, "last")
        run.write_rows([row for row in run.rows if row["epoch"] <= first])
        print(f"going on after epoch {first} of {recipe.epochs}", flush=True)
    run.write_environment(**runs.facts(gradients.device_name()))
    clock = runs.Clock(run.environment)
    rules = _stop_rules(recipe, run)
    if first < recipe.epochs and not any(rule.holds() for rule in rules):
        own = [callbacks.StopOnNaN(run)]
        if recipe.discriminator:
            own.append(callbacks.DiscriminatorAccuracy(validation, seed=recipe.seed))
        # Photos far apart in the split, so that the sheet is not ten of one kind.
        sample = scored[np.linspace(0, len(scored) - 1, min(SAMPLES, len(scored))).astype(int)]
        own.append(callbacks.SampleSheets(sample, run.folder / "samples", recipe.sheet_interval))
        own += [callbacks.Records(run, recipe, clock, epoch_photos), *rules, *extra_callbacks]
        order = (photos, recipe.batch, epoch_photos, first, recipe.epochs, recipe.seed)
        if gradients.BACKEND == "tensorflow":
            batches = data.training_batches(*order)
        else:
            batches = ((rgb,) for rgb in data.batch_arrays(*order))
        trainer.fit(
            batches,
            initial_epoch=first,
            epochs=recipe.epochs,
            steps_per_epoch=data.steps_per_epoch(epoch_photos, recipe.batch),
            validation_data=scored,
            validation_batch_size=recipe.batch,
            callbacks=own,
            shuffle=False,  # the batches are shuffled already
            verbose=1 if sys.stdout.isatty() else 2,
        )
    run.write_environment(delivered_epoch=run.load(trainer, recipe.deliver))
    return trainer, photos


def _stop_rules(recipe, run):
    rules = []
    if recipe.discriminator and recipe.converged_patience:
        reason = "the discriminator's validation accuracy has converged to 1"
        patience = recipe.converged_patience
        column = "val_discriminator_accuracy"
        rules.append(callbacks.StopRule(run, column, 0.995, patience, reason))
    if recipe.drift_limit:
        reason = f"white petals drift: neutral drift stayed at {recipe.drift_limit} or more"
        patience, limit = recipe.drift_patience, recipe.drift_limit
        rules.append(callbacks.StopRule(run, "val_neutral_drift", limit, patience, reason))
    return rules
