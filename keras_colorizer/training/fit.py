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
from keras_colorizer.training.trainers import backend, teaching, update_rules
from keras_colorizer.training.trainers.adversarial import AdversarialColorizer
from keras_colorizer.training.trainers.base import BACKBONE
from keras_colorizer.training.trainers.supervised import SupervisedColorizer
from keras_colorizer.utils.progress import log

SAMPLES = 12
DRAWN = ("flip", "zoom", "augment", "age", "ema", "seed")
TERMS = ("saturation", "colourfulness", "neutral")
ADVERSARIAL = ("l1_factor", "objective", "objective_options", "shown", "frozen", "noise_interval")
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
    count = recipe.epoch_photos or photos or recipe.batch
    return recipe.epochs * data.steps_per_epoch(count, recipe.batch)


def _rate(recipe, part, photos, start):
    """A learning rate, or its schedule: a function of the optimizer's own count of steps alone."""
    peak = getattr(recipe, f"{part}learning_rate")
    # A backbone has a rate of its own, at every step in the same proportion to the rest's.
    schedule = recipe.schedule if part != "discriminator_" else recipe.discriminator_schedule
    if schedule == "constant":
        return peak
    steps = _steps(recipe, photos)
    warmup = max(1, round(WARMUP * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        peak / 25, max(1, steps - warmup), alpha=0.0, warmup_target=peak, warmup_steps=warmup
    )
    return stages.Later(schedule, start) if start else schedule


def _optimizer(recipe, photos, start, part=""):
    rate = _rate(recipe, part, photos, start)
    betas = {"beta_1": recipe.momentum, "beta_2": recipe.second_momentum}
    if not recipe.weight_decay:
        return keras.optimizers.Adam(rate, **betas)
    optimizer = keras.optimizers.AdamW(rate, **betas, weight_decay=recipe.weight_decay)
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
    if recipe.ema and backend.replicas() > 1:
        raise UserError("the weights' moving average runs on one device; add --set ema=0")
    keras.utils.set_random_seed(recipe.seed)
    optimizers = {"optimizer": _optimizer(recipe, photos, start - idle)}
    if recipe.backbone_learning_rate is not None:
        optimizers["backbone_optimizer"] = _optimizer(recipe, photos, start - idle, "backbone_")
    shared = {} if backend.replicas() == 1 else {"synchronized": True}
    common = {name: getattr(recipe, name) for name in DRAWN}
    common |= {
        "loss_name": recipe.loss,
        "codec_options": recipe.codec_options,
        "classes": classes,
        "terms": {name: getattr(recipe, f"{name}_weight") for name in TERMS},
        "restraint": recipe.modest,
        "restraint_weight": recipe.restraint_weight,
        "restraint_saturation": recipe.restraint_saturation,
        "restraint_terms": recipe.restraint_terms,
        "headroom_weight": recipe.headroom_weight,
    }
    with precision(recipe.precision):
        generator = _network(recipe, "generator", shared)
        _check_codec(recipe, generator)
        common["teacher"] = teaching.load(recipe)
        if not recipe.discriminator:
            trainer = SupervisedColorizer(generator, recipe.codec, **common)
            trainer.compile(**optimizers)
            return trainer
        discriminator = _network(recipe, "discriminator", shared)
        _check_judge(recipe, generator, discriminator)
        trainer = AdversarialColorizer(
            generator,
            discriminator,
            recipe.codec,
            update_rule=update_rules.get(recipe.update_rule, **recipe.update_rule_options),
            **{name: getattr(recipe, name) for name in ADVERSARIAL},
            **common,
        )
        rate = _rate(recipe, "discriminator_", photos, start)
        optimizers["discriminator_optimizer"] = keras.optimizers.Adam(
            rate, beta_1=recipe.discriminator_momentum
        )
        trainer.compile(**optimizers)
        return trainer


def _check_codec(recipe, generator):
    codec = codecs.get(recipe.codec, **recipe.codec_options)
    given = tuple(generator.output_shape[1:])
    side = recipe.size // codec.shrink
    if given != (side, side, codec.channels):
        raise UserError(
            f"generator {recipe.generator!r} gives {' × '.join(map(str, given))} at size "
            f"{recipe.size}, codec {recipe.codec!r} takes {side} × {side} × {codec.channels}; "
            "set generator and codec that fit each other"
        )
    class_weights.check(recipe, codec)
    teaching.check(recipe, codec)
    if recipe.discriminator and recipe.noise_interval and not codec.takes_noise:
        raise UserError(f"--set noise_interval=…: noise is RGB; codec {recipe.codec!r} takes 0")
    if recipe.saturation != 1.0 and codec.predicts_cbcr:
        output_scale.head(generator)  # that it can be scaled is known before training
    if not codec.predicts_cbcr:
        for field in ("saturation", "restraint_saturation", *(f"{term}_weight" for term in TERMS)):
            if getattr(recipe, field) != recipes.DEFAULTS[field]:
                raise UserError(f"--set {field}=…: codec {recipe.codec!r} predicts no chroma")


def _check_judge(recipe, generator, discriminator):
    judged, given = discriminator.inputs[0].shape[1:], generator.output_shape[1:]
    if tuple(judged) != tuple(given):
        raise UserError(
            f"discriminator {recipe.discriminator!r} judges {' × '.join(map(str, judged))}, codec "
            f"{recipe.codec!r} has {' × '.join(map(str, given))} at size {recipe.size}; set a "
            "discriminator and a codec that fit each other"
        )


def _network(recipe, part, shared):
    name, options = getattr(recipe, part), getattr(recipe, f"{part}_options")
    if name not in models.names(part):
        raise UserError(f"{name!r} is no {part}; there are {', '.join(models.names(part))}")
    if part == "generator":
        codec = codecs.get(recipe.codec, **recipe.codec_options)
        shared = {**shared, "frozen": recipe.backbone_frozen}
        if BACKBONE in models.defaults(name):  # its head is made for any codec of chroma
            shared["channels"] = codec.channels
        if recipe.backbone_frozen and "frozen" not in models.defaults(name):
            raise UserError(f"--set backbone_frozen=…: generator {name!r} has no backbone")
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
        ``(trainer, photos)``: the last stage's trainer, holding the weights to deliver, and the
        training Photos at its size.

    Raises:
        UserError: data that cannot be had, options that do not fit, a loss that is not finite.
    """
    if recipe.deterministic:
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
        options = {"fit": recipe.fit, "data_dir": data_dir, "cache": cache}
        load = functools.partial(_load, options, stage.recipe.size)
        photos = load(recipe.data, recipe.roles, recipe.folder_cap)
        classes = class_weights.of_run(stage.recipe, run, photos)
        before = trainer
        trainer = build(stage.recipe, len(photos), classes=classes, **_begun(plan, stage, photos))
        if stage.first < done:
            run.load(trainer, "last")
            run.write_rows([row for row in run.rows if row["epoch"] <= done])
            log.info(f"going on after epoch {done} of {recipe.epochs}")
        elif before:
            stages.carry(before, trainer, stage.continues)
        elif recipe.init:
            start.begin_from(recipe, run, trainer)
        if stage.first >= done and not stage.continues:
            start.teach(stage.recipe, run, trainer)
        if len(plan) > 1:
            log.info(f"stage {stage.number} of {len(plan)}: {stage.recipe.size} px")
        if _fit(stage, run, trainer, photos, load, clock, extra_callbacks):
            break
    run.write_environment(delivered_epoch=run.load(trainer, recipe.deliver))
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
        alone = earlier.recipe.frozen and earlier.recipe.discriminator is not None
        begun["idle"] = later.continues * begun["idle"] + alone * steps
    return begun


def _fit(stage, run, trainer, photos, load, clock, extra_callbacks):
    """Trains one stage to its last epoch; returns whether a rule stopped it."""
    recipe, first = stage.recipe, max(stage.first, run.epochs_done)
    rules = _stop_rules(recipe, run)
    if first >= stage.last or any(rule.holds() for rule in rules):
        return first < stage.last
    held_out = load(recipe.data, ["validation"])
    others = load(recipe.restraint, ["train"]) if recipe.restraint else None
    validation, places = held_out.images, np.arange(len(held_out))
    if "validation" not in recipe.roles:
        places, told = choosing.apart(held_out, [photos, *([others] if others else [])])
        if told:
            log.info(told)
        run.write_environment(validation_left_out=len(held_out) - len(places))
    folders = np.array(mix.folders_of(held_out.ids, bool(held_out.shares)))
    if held_out.shares:
        places = places[mix.spread(folders[places], recipe.validation_photos)]
    places = places[: recipe.validation_photos]
    scored = np.asarray(validation[places])
    epoch_photos = recipe.epoch_photos or len(photos)
    own = [callbacks.StopOnNaN(run)]
    if recipe.discriminator:
        own.append(callbacks.DiscriminatorAccuracy(validation, seed=recipe.seed))
    # Photos far apart in the split, so that the sheet is not ten of one kind.
    sample = scored[np.linspace(0, len(scored) - 1, min(SAMPLES, len(scored))).astype(int)]
    own.append(callbacks.SampleSheets(sample, run.folder / "samples", recipe.sheet_interval))
    if choosing.are_scored(held_out, recipe.monitor):
        own.append(choosing.FolderScores(scored, folders[places], recipe.batch))
    steps = data.steps_per_epoch(epoch_photos, recipe.batch)
    seen = epoch_photos + steps * recipe.modest
    own += [callbacks.Records(run, stage, clock, seen), *rules, *extra_callbacks]
    order = (photos, recipe.batch, epoch_photos, first, stage.last, recipe.seed)
    order += (others, recipe.modest)
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
        validation_batch_size=recipe.batch,
        callbacks=own,
        shuffle=False,  # the batches are shuffled already
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return run.epochs_done < stage.last


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
