"""A recipe becomes data, trainer and callbacks, and runs."""

import contextlib
import dataclasses
import functools
import itertools
import sys

import keras
import numpy as np

from keras_colorizer import data, models
from keras_colorizer.color import codecs
from keras_colorizer.data import mix
from keras_colorizer.data.photos import Joined
from keras_colorizer.errors import UserError
from keras_colorizer.training import (
    callbacks,
    choosing,
    output_scale,
    recipes,
    run_folder,
    stages,
    start,
)
from keras_colorizer.training.losses import class_weights
from keras_colorizer.training.trainers import backend, teaching
from keras_colorizer.training.trainers.adversarial import AdversarialColorizer
from keras_colorizer.training.trainers.base import BACKBONE
from keras_colorizer.training.trainers.supervised import SupervisedColorizer
from keras_colorizer.utils.progress import log

SAMPLES = 12
# Part of a run's steps in which a one-cycle learning rate grows to its peak (Smith & Topin 2018).
WARMUP = 0.15


@contextlib.contextmanager
def precision(policy):
    """Keras's dtype policy for as long as the block lasts."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _steps(recipe, photos):
    count = recipe.data.epoch_photos or photos or recipe.data.batch
    return recipe.run.epochs * data.steps_per_epoch(count, recipe.data.batch)


def _rate(peak, schedule, steps, start):
    """A learning rate, or its schedule: a function of the optimizer's own count of steps alone."""
    if schedule == "constant":
        return peak
    warmup = max(1, round(WARMUP * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        peak / 25, max(1, steps - warmup), alpha=0.0, warmup_target=peak, warmup_steps=warmup
    )
    return stages.Later(schedule, start) if start else schedule


def _optimizer(section, peak, steps, start):
    rate = _rate(peak, section.schedule, steps, start)
    betas = {"beta_1": section.momentum, "beta_2": section.second_momentum}
    if not section.weight_decay:
        return keras.optimizers.Adam(rate, **betas)
    optimizer = keras.optimizers.AdamW(rate, **betas, weight_decay=section.weight_decay)
    # Scales and shifts are no directions that grow without need: only kernels decay.
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def build(recipe, photos=None, start=0, classes=None, idle=0):
    """The compiled trainer of a recipe without stages, or of one stage.

    Args:
        recipe: the Recipe.
        photos: how many it is trained on, for the schedule of the learning rate.
        start: steps that its optimizers have behind them when it begins, for the same.
        classes: weights of the codec's classes, from the run's ``prior``, for losses that have
            them; None lets all count alike.
        idle: how many of the steps of ``start`` the discriminator alone has taken.

    Raises:
        UserError: a part or option that is unknown, parts that do not fit each other, or a size
            that the networks cannot take.
    """
    section, adversary, steps = recipe.optimizer, recipe.adversary, _steps(recipe, photos)
    if section.ema and backend.replicas() > 1:
        raise UserError("the weights' moving average runs on one device; add `ema=0`")
    keras.utils.set_random_seed(recipe.run.seed)
    # A backbone has a rate of its own, at every step in the same proportion to the rest's.
    peaks = {
        "optimizer": section.learning_rate,
        "backbone_optimizer": section.backbone_learning_rate,
    }
    optimizers = {
        name: _optimizer(section, peak, steps, start - idle)
        for name, peak in peaks.items()
        if peak is not None
    }
    shared = {} if backend.replicas() == 1 else {"synchronized": True}
    with precision(recipe.run.precision):
        generator = _generator(recipe, shared)
        _check_codec(recipe, generator)
        common = {
            "codec": recipe.codec,
            "loss": recipe.loss,
            "augmentation": recipe.augmentation,
            "out_of_domain": recipe.out_of_domain,
            "classes": classes,
            "teacher": teaching.load(recipe),
            "ema": section.ema,
            "seed": recipe.run.seed,
        }
        if not adversary:
            trainer = SupervisedColorizer(generator, **common)
            trainer.compile(**optimizers)
            return trainer
        discriminator = _network(adversary.discriminator, "discriminator", recipe.data.size, shared)
        _check_judge(recipe, generator, discriminator)
        trainer = AdversarialColorizer(generator, discriminator, adversary, **common)
        rate = _rate(adversary.learning_rate, adversary.schedule, steps, start)
        optimizers["discriminator_optimizer"] = keras.optimizers.Adam(
            rate, beta_1=adversary.momentum
        )
        trainer.compile(**optimizers)
        return trainer


def _check_codec(recipe, generator):
    codec = codecs.get(recipe.codec.name, **recipe.codec.options)
    given = tuple(generator.output_shape[1:])
    side = recipe.data.size // codec.shrink
    if given != (side, side, codec.channels):
        raise UserError(
            f"generator {recipe.generator.name!r} gives {' × '.join(map(str, given))} at size "
            f"{recipe.data.size}, codec {codec.name!r} takes {side} × {side} × {codec.channels}; "
            "set generator and codec that fit each other"
        )
    class_weights.check(recipe, codec)
    teaching.check(recipe, codec)
    if recipe.adversary and recipe.adversary.noise_interval and not codec.takes_noise:
        raise UserError(f"`noise_interval=…`: noise is RGB; codec {codec.name!r} takes 0")
    if recipe.run.saturation != 1.0 and codec.predicts_cbcr:
        output_scale.head(generator)  # that it can be scaled is known before training
    if not codec.predicts_cbcr:
        given = recipes.keys.flat(recipe)
        terms = (f"{term}_weight" for term in recipe.loss.terms)
        for key in ("saturation", "restraint_saturation", *terms):
            if given[key] != recipes.DEFAULTS[key]:
                raise UserError(f"`{key}=…`: codec {codec.name!r} predicts no chroma")


def _check_judge(recipe, generator, discriminator):
    judged, given = discriminator.inputs[0].shape[1:], generator.output_shape[1:]
    if tuple(judged) != tuple(given):
        raise UserError(
            f"discriminator {recipe.adversary.discriminator.name!r} judges "
            f"{' × '.join(map(str, judged))}, codec {recipe.codec.name!r} has "
            f"{' × '.join(map(str, given))} at size {recipe.data.size}; set a discriminator and a "
            "codec that fit each other"
        )


def _generator(recipe, shared):
    name, frozen = recipe.generator.name, recipe.optimizer.backbone_frozen
    known = models.defaults(name) if name in models.names("generator") else {}
    shared = {**shared, "frozen": frozen}
    if BACKBONE in known:  # its head is made for any codec of chroma
        codec = codecs.get(recipe.codec.name, **recipe.codec.options)
        shared["channels"] = codec.channels
    if known and frozen and "frozen" not in known:
        raise UserError(f"`backbone_frozen=…`: generator {name!r} has no backbone")
    return _network(recipe.generator, "generator", recipe.data.size, shared)


def _network(part, role, size, shared):
    if part.name not in models.names(role):
        raise UserError(f"{part.name!r} is no {role}; there are {', '.join(models.names(role))}")
    shared = {k: v for k, v in shared.items() if k in models.defaults(part.name)}
    return models.build(part.name, size, **{**shared, **part.options})


def train(recipe, run, data_dir=None, cache=None, extra_callbacks=()):
    """Trains a run from its last checkpoint (or from nothing) to its recipe's last epoch.

    Args:
        recipe: the Recipe, as it stands in the run folder.
        run: the ``Run``; its folder receives rows, curves, samples and checkpoints each epoch.
        data_dir: where tfds keeps its data.
        cache: folder for decoded photos; in RAM if None.
        extra_callbacks: Keras callbacks beside the run's own.

    Returns:
        ``(trainer, photos)``: the last stage's trainer, holding the weights to deliver, and the
        training Photos at its size.

    Raises:
        UserError: data that cannot be had, options that do not fit, a loss that is not finite.
    """
    if recipe.run.deterministic:
        backend.make_deterministic()
    facts = run_folder.facts(backend.device_name())
    if None in facts["commits"]:
        log.info("the commit of this code is not known: environment.json says null")
    run.write_environment(**facts)
    teaching.keep(recipe, run)
    clock, done = run_folder.Clock(run.environment), run.epochs_done
    plan = recipes.plan(recipe)
    trainer = None
    for stage in plan:
        if stage.last < done:
            continue
        section = recipe.data
        options = {"fit": section.fit, "data_dir": data_dir, "cache": cache}
        load = functools.partial(_load, options, stage.recipe.data.size)
        photos = load(section.sources, section.roles, section.folder_cap)
        classes = class_weights.of_run(stage.recipe, run, photos)
        before = trainer
        trainer = build(stage.recipe, len(photos), classes=classes, **_begun(plan, stage, photos))
        if stage.first < done:
            run.load(trainer, "last")
            run.write_rows([row for row in run.rows if row["epoch"] <= done])
            log.info(f"going on after epoch {done} of {recipe.run.epochs}")
        elif before:
            stages.carry(before, trainer, stage.continues)
        elif recipe.run.init:
            start.begin_from(recipe, run, trainer)
        if stage.first >= done and not stage.continues:
            start.teach(stage.recipe, run, trainer)
        if len(plan) > 1:
            log.info(f"stage {stage.number} of {len(plan)}: {stage.recipe.data.size} px")
        if _fit(stage, run, trainer, photos, load, clock, extra_callbacks):
            break
    run.write_environment(delivered_epoch=run.load(trainer, recipe.run.deliver))
    return trainer, photos


def _load(options, size, name, roles, cap=None):
    """The Photos of some roles, one after the other."""
    parts = [data.load_photos(name, role, size, cap=cap, **options) for role in roles]
    if len(parts) == 1:
        return parts[0]
    images = Joined([part.images for part in parts])
    ids = [photo_id for part in parts for photo_id in part.ids]
    # A source's weight is that of all its photos, whatever their role.
    totals = [sum(n for n, _ in source) for source in zip(*(p.shares for p in parts), strict=True)]
    shares = tuple(
        (n, w * n / max(total, 1))
        for part in parts
        for (n, w), total in zip(part.shares, totals, strict=True)
    )
    return dataclasses.replace(
        parts[0], images=images, ids=ids, split="+".join(roles), shares=shares
    )


def _begun(plan, stage, photos):
    """Steps that the stage's optimizers have behind them: ``start`` and ``idle`` of ``build``."""
    begun = {"start": 0, "idle": 0}
    for earlier, later in itertools.pairwise(plan[: stage.number]):
        steps = _steps(earlier.recipe, len(photos)) if later.continues else 0
        begun["start"] = later.continues * begun["start"] + steps
        alone = earlier.recipe.adversary is not None and earlier.recipe.adversary.frozen
        begun["idle"] = later.continues * begun["idle"] + alone * steps
    return begun


def _fit(stage, run, trainer, photos, load, clock, extra_callbacks):
    """Trains one stage to its last epoch; returns whether a rule stopped it."""
    recipe, first = stage.recipe, max(stage.first, run.epochs_done)
    section, other, seed = recipe.data, recipe.out_of_domain, recipe.run.seed
    rules = _stop_rules(recipe, run)
    if first >= stage.last or any(rule.holds() for rule in rules):
        return first < stage.last
    held_out = load(section.sources, ["validation"])
    others = load(other.sources, ["train"]) if other.sources else None
    validation, places = held_out.images, np.arange(len(held_out))
    if "validation" not in section.roles:
        places, told = choosing.apart(held_out, [photos, *([others] if others else [])])
        if told:
            log.info(told)
        run.write_environment(validation_left_out=len(held_out) - len(places))
    folders = np.array(mix.folders_of(held_out.ids, bool(held_out.shares)))
    if held_out.shares:
        places = places[mix.spread(folders[places], section.validation_photos)]
    places = places[: section.validation_photos]
    scored = np.asarray(validation[places])
    epoch_photos = section.epoch_photos or len(photos)
    own = [callbacks.StopOnNaN(run)]
    if recipe.adversary:
        own.append(callbacks.DiscriminatorAccuracy(validation, seed=seed))
    # Photos far apart in the split, so that the sheet is not ten of one kind.
    sample = scored[np.linspace(0, len(scored) - 1, min(SAMPLES, len(scored))).astype(int)]
    own.append(callbacks.SampleSheets(sample, run.folder / "samples", recipe.run.sheet_interval))
    if choosing.are_scored(held_out, recipe.run.monitor):
        own.append(choosing.FolderScores(scored, folders[places], section.batch))
    steps = data.steps_per_epoch(epoch_photos, section.batch)
    seen = epoch_photos + steps * other.count
    own += [callbacks.Records(run, stage, clock, seen), *rules, *extra_callbacks]
    order = (photos, section.batch, epoch_photos, first, stage.last, seed, others, other.count)
    if backend.BACKEND == "tensorflow":
        batches = data.training_batches(*order)
    else:
        batches = ((rgb,) for rgb in data.batch_arrays(*order))
    trainer.fit(
        batches,
        initial_epoch=first,
        epochs=stage.last,
        steps_per_epoch=steps,
        validation_data=scored,
        validation_batch_size=section.batch,
        callbacks=own,
        shuffle=False,  # the batches are shuffled already
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return run.epochs_done < stage.last


def _stop_rules(recipe, run):
    rules, adversary, limit = [], recipe.adversary, recipe.run.drift_limit
    if adversary and adversary.converged_patience:
        reason = "the discriminator's validation accuracy has converged to 1"
        patience = adversary.converged_patience
        column = "val_discriminator_accuracy"
        rules.append(callbacks.StopRule(run, column, 0.995, patience, reason))
    if limit:
        reason = f"white petals drift: neutral drift stayed at {limit} or more"
        patience = recipe.run.drift_patience
        rules.append(callbacks.StopRule(run, "val_neutral_drift", limit, patience, reason))
    return rules
