"""Recipes in stages: what changes, what is carried over, and resuming inside any of them."""

import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training import fit, recipes, run_folder, stages
from keras_colorizer.training.losses import pixel
from keras_colorizer.training.recipes import overrides

SMALL = {"widths": (4, 6, 6, 8, 8), "depths": (0, 0, 1, 1, 1)}


def staged(**changes):
    """The flagship in seconds: 32, 64, 64 px; the last stage adversarial."""
    recipe = recipes.smoke(recipes.get("chroma-gan")).changed(
        data="synthetic", generator_options=SMALL
    )
    recipe = recipe.changed(sheet_interval=2)
    last = {**recipe.stages[-1], "size": 64, "epochs": 2, "ema": 0.9}
    last["discriminator_options"] = {"widths": (4, 6, 6, 8), "patches": True}
    first = {**recipe.stages[0], "size": 32, "epochs": 2}
    second = {**recipe.stages[0], "size": 64, "epochs": 2, "learning_rate": 1e-3}
    return recipe.changed(stages=(first, second, last), **changes)


class Killed(Exception):
    """Stands for the end of the process."""


class KillAt(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.at = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.at:
            raise Killed


def test_a_plan_follows_the_stages():
    plan = recipes.plan(staged())
    assert [(s.first, s.last, s.recipe.data.size) for s in plan] == [
        (0, 2, 32),
        (2, 4, 64),
        (4, 6, 64),
    ]
    assert [s.continues for s in plan] == [False, True, False]
    assert staged().run.epochs == 6
    alone = recipes.plan(recipes.get("gan"))
    assert len(alone) == 1 and alone[0].recipe == recipes.get("gan")


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"sise": 3}, "did you mean 'size'"), ({"data": "x"}, "unknown field of stage 1 'data'")],
)
def test_a_stage_of_unknown_fields_is_one_clear_line(fields, told):
    with pytest.raises(UserError, match=told):
        recipes.Recipe(stages=(fields,))


def test_a_staged_recipe_survives_its_json(tmp_path):
    recipes.write(staged(), tmp_path / "recipe.json")
    again = recipes.read(tmp_path / "recipe.json")
    assert again.to_json() == staged().to_json() and again.run.epochs == 6


def test_settings_reach_stages():
    recipe = overrides.apply(staged(), ["stages.3.discriminator.patches=no", "stages.1.epochs=5"])
    assert recipe.run.epochs == 9
    last = recipes.plan(recipe)[-1].recipe
    assert last.adversary.discriminator.options == {"widths": (4, 6, 6, 8), "patches": False}


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("epochs=3", "write `stages.1.epochs=3`"),
        ("discriminator=none", "write `stages.3.discriminator=none`"),
        ("stages.4.epochs=1", "has 3 stages"),
        ("stages.x.epochs=1", "has 3 stages"),
        ("stages.1=1", "write stages.N.field=value"),
        ("stages.1.data=synthetic2", "data belongs to the whole run"),
    ],
)
def test_settings_that_no_stage_takes_are_one_clear_line(setting, told):
    with pytest.raises(UserError, match=told):
        overrides.apply(staged(), [setting])


def test_the_rate_of_a_later_stage_begins_anew():
    first, second = (s.recipe for s in recipes.plan(staged())[:2])
    trainer = fit.build(second.changed(epoch_photos=None), 160, start=100)
    rates = []
    for step in range(100, 141):
        trainer.optimizer.iterations.assign(step)
        rates.append(float(trainer.optimizer.learning_rate))
    assert max(rates) == pytest.approx(1e-3) and rates[-1] == pytest.approx(0, abs=1e-9)
    assert rates[0] == pytest.approx(1e-3 / 25)
    config = trainer.optimizer.get_config()["learning_rate"]
    again = keras.saving.deserialize_keras_object(config)
    assert float(again(120)) == pytest.approx(rates[20]) and first.optimizer.learning_rate != 1e-3


def test_weights_slots_and_average_are_carried():
    rgb = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), "uint8")
    plan = [s.recipe for s in recipes.plan(staged())]
    small, large = (fit.build(r.changed(ema=0.9)) for r in plan[:2])
    small.train_on_batch(rgb[:, ::2, ::2])
    stages.carry(small, large, continues=True)
    pairs = [(small.generator, large.generator), (small.average, large.average)]
    for a, b in itertools.chain(*(zip(x.weights, y.weights, strict=True) for x, y in pairs)):
        assert np.array_equal(a, b)
    assert int(large.optimizer.iterations) == 1
    slots = [v for v in large.optimizer.variables if "momentum" in v.path]
    assert slots and any(np.any(v) for v in slots)
    # The adversarial stage begins with what would have been delivered, and fresh optimizers.
    vivid = fit.build(plan[2])
    stages.carry(large, vivid, continues=False)
    for a, b in zip(large.average.weights, vivid.generator.weights, strict=True):
        assert np.array_equal(a, b)
    assert int(vivid.optimizer.iterations) == 0
    # From one adversarial stage to a larger one, the discriminator goes on too.
    vivid.train_on_batch(rgb)
    larger = fit.build(plan[2].changed(size=96))
    stages.carry(vivid, larger, continues=True)
    for a, b in zip(vivid.discriminator.weights, larger.discriminator.weights, strict=True):
        assert np.array_equal(a, b)
    assert int(larger.discriminator_optimizer.iterations) == 1


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    run = run_folder.Run.begin(tmp_path_factory.mktemp("whole") / "run", staged())
    trainer, photos = fit.train(staged(), run)
    return trainer, photos, run


def test_stages_run_one_after_the_other(whole):
    trainer, photos, run = whole
    rows = run.rows
    assert [(r["epoch"], r["stage"]) for r in rows] == [(e + 1, e // 2 + 1) for e in range(6)]
    assert [r["photos"] for r in rows] == [16 * (e + 1) for e in range(6)]
    assert photos.images.shape[1] == 64 and trainer.discriminator
    assert run.environment["delivered_epoch"] == 6
    assert (run.folder / "samples" / "epoch-0006.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [1, 2, 5])  # inside a stage, between two, in the last
def test_a_killed_run_ends_where_the_uninterrupted_one_ends(whole, tmp_path, epoch):
    broken = run_folder.Run.begin(tmp_path / "broken", staged())
    with pytest.raises(Killed):
        fit.train(staged(), broken, extra_callbacks=[KillAt(epoch)])
    assert broken.epochs_done == epoch
    resumed, _ = fit.train(staged(), run_folder.Run(broken.folder))
    for a, b in zip(whole[0].get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-5)
    assert [r["photos"] for r in broken.rows] == [r["photos"] for r in whole[2].rows]


def test_restraint_photos_stand_at_the_end_and_count_by_themselves(tmp_path):
    recipe = staged(restraint="synthetic", restraint_batch=4, colourfulness_weight=0.5)
    trainer = fit.build(recipes.plan(recipe)[-1].recipe)
    trainer.out_of_domain = other = replace(trainer.out_of_domain, weight=0.0, saturation=1.0)
    rgb = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3), "uint8")
    told = []
    for replaced in (rgb, np.concatenate([rgb[:8], 255 - rgb[8:]])):
        trainer.reset_metrics()
        trainer.begin_epoch(0)
        gray, x, target = trainer.prepare((replaced,), training=False)
        prediction = ops_like(target)
        told.append(float(trainer.pixel_loss(target, prediction, gray, training=True)))
        assert len(trainer.known(target)[0]) == 8
    assert told[0] == pytest.approx(told[1])  # weighted 0, they count for nothing
    trainer.out_of_domain = replace(other, weight=2.0, terms=True)
    weighted = float(trainer.pixel_loss(target, prediction, gray, training=True))
    pixel_loss = pixel.PixelLoss(trainer.asked)
    own = float(pixel_loss(target[8:], prediction[8:], gray[8:]))
    assert weighted == pytest.approx(told[1] + 2.0 * own, rel=1e-5)
    trainer.out_of_domain = replace(other, weight=2.0, terms=False)
    plain = float(pixel.get(trainer.asked.name)(target[8:], prediction[8:]))
    told.append(float(trainer.pixel_loss(target, prediction, gray, training=True)))
    assert told[2] == pytest.approx(told[1] + 2.0 * plain, rel=1e-5) != weighted
    trainer.out_of_domain = replace(other, weight=2.0, terms=True, saturation=0.5)
    paler = float(trainer.pixel_loss(target, prediction, gray, training=True))
    own = float(pixel_loss(0.5 * target[8:], prediction[8:], gray[8:]))
    assert paler == pytest.approx(told[1] + 2.0 * own, rel=1e-5) != weighted


def ops_like(target):
    return keras.ops.convert_to_tensor(np.full(target.shape, 0.05, "float32"))


def test_a_run_with_restraint_and_validation_photos(tmp_path):
    recipe = recipes.plan(staged(restraint="synthetic", restraint_batch=4))[0].recipe
    recipe = recipe.changed(train_on="train+validation")
    run = run_folder.Run.begin(tmp_path / "run", recipe)
    _, photos = fit.train(recipe, run)
    assert photos.split == "train+validation" and len(photos) == 1200 + 120
    assert [r["photos"] for r in run.rows] == [24, 48]  # 16 and 2 batches' 4
