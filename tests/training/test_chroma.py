"""What the flagship's stages add to the trainers: averages, schedules, chroma, a beginning."""

import json
import shutil

import keras
import numpy as np
import pytest
from keras import ops

from keras_colorizer.engine import train
from keras_colorizer.errors import UserError
from keras_colorizer.models import card
from keras_colorizer.training import fit, recipes, run_folder, start
from keras_colorizer.training.recipes.sections import Loss

SMALL = {"widths": (4, 6, 6, 8, 8), "depths": (0, 0, 1, 1, 1)}


def tiny(name="vivid", **changes):
    """A stage of the flagship, the first ("pale") or the last, as a recipe of its own."""
    small = {"data": "synthetic", "generator_options": SMALL}
    stages = recipes.plan(recipes.smoke(recipes.get("chroma-gan")).changed(**small))
    recipe = stages[0 if name == "pale" else -1].recipe
    if recipe.adversary:
        recipe = recipe.changed(discriminator_options={"widths": (4, 6, 6, 8)})
    return recipe.changed(**{"epochs": 2, **changes})


@pytest.fixture
def rgb():
    return np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), "uint8")


class Killed(Exception):
    """Stands for the end of the process."""


class KillAt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise Killed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pale", "vivid"])
def test_a_killed_run_ends_where_the_uninterrupted_one_ends(tmp_path, name):
    # Schedules, averages, windows, films and rolls must all go on where they were.
    recipe = tiny(name, epochs=3, ema=0.9, schedule="one_cycle", weight_decay=0.02)
    whole, _ = fit.train(recipe, run_folder.Run.begin(tmp_path / "whole", recipe))
    broken = run_folder.Run.begin(tmp_path / "broken", recipe)
    with pytest.raises(Killed):
        fit.train(recipe, broken, extra_callbacks=[KillAt()])
    resumed, _ = fit.train(recipe, run_folder.Run(broken.folder))
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-5)


def test_one_cycle_rises_and_ends_at_zero():
    recipe = tiny("pale", schedule="one_cycle", learning_rate=1e-2, epochs=10, batch=8)
    trainer = fit.build(recipe.changed(epoch_photos=None), photos=160)
    rates = []
    for step in range(201):
        trainer.optimizer.iterations.assign(step)
        rates.append(float(trainer.optimizer.learning_rate))
    assert rates[0] == pytest.approx(1e-2 / 25) and max(rates) == pytest.approx(1e-2)
    assert rates.index(max(rates)) == 30  # 15 % of 200
    assert np.all(np.diff(rates[30:]) <= 0) and rates[200] == pytest.approx(0, abs=1e-9)


def test_weight_decay_pulls_kernels_only():
    # No gradient at all: what moves, decay has moved.
    trainer = fit.build(tiny("pale", learning_rate=0.1, weight_decay=0.5, schedule="constant"))
    variables = trainer.generator.trainable_variables
    before = [ops.convert_to_numpy(v).copy() for v in variables]
    trainer.optimizer.apply([ops.zeros(v.shape) for v in variables], variables)
    for old, variable in zip(before, variables, strict=True):
        factor = 0.95 if variable.name == "kernel" else 1.0
        assert np.allclose(variable, factor * old, atol=1e-6), variable.path


@pytest.mark.parametrize("name", ["pale", "vivid"])
def test_the_average_follows_and_is_what_is_validated(name, rgb):
    trainer = fit.build(tiny(name, ema=0.9, schedule="constant"))
    expected = trainer.generator.get_weights()
    assert np.array_equal(expected[0], trainer.average.get_weights()[0])
    for step in range(1, 4):
        trainer.train_on_batch(rgb)
        keep = min(0.9, (1 + step) / (10 + step))
        new = trainer.generator.get_weights()
        expected = [keep * a + (1 - keep) * b for a, b in zip(expected, new, strict=True)]
    for a, b in zip(expected, trainer.average.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)
    assert trainer.result is trainer.average
    told = trainer.test_on_batch(rgb, return_dict=True)
    trainer.generator.set_weights([0 * w for w in trainer.generator.get_weights()])
    trainer.reset_metrics()
    again = trainer.test_on_batch(rgb, return_dict=True)
    assert float(told["psnr"]) == pytest.approx(float(again["psnr"]))


def test_without_average_the_generator_is_the_result():
    trainer = fit.build(tiny("pale"))
    assert trainer.result is trainer.generator


def test_saved_trainers_keep_average_and_options(rgb, tmp_path):
    trainer = fit.build(tiny(ema=0.9))
    trainer.train_on_batch(rgb)
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    for a, b in zip(trainer.average.get_weights(), again.average.get_weights(), strict=True):
        assert np.array_equal(a, b)
    for name in ("codec", "asked", "augmentation", "out_of_domain", "adversary", "ema"):
        one, other = (str(getattr(t, name)) for t in (again, trainer))
        assert one.replace("[", "(").replace("]", ")") == other  # JSON knows no tuples


def test_films_change_what_is_seen_and_not_what_is_wanted(rgb):
    plain = fit.build(tiny("pale", flip=False, zoom=0.0, augment=0.0))
    filmed = fit.build(tiny("pale", flip=False, zoom=0.0, augment=1.0))
    gray, x, target = plain.prepare((rgb,), training=True)
    gray2, x2, target2 = filmed.prepare((rgb,), training=True)
    assert np.array_equal(gray, x) and np.array_equal(target, target2)
    assert np.array_equal(gray, gray2) and not np.allclose(x, x2, atol=0.01)
    assert np.array_equal(filmed.prepare((rgb,), training=False)[1], x)


def test_the_loss_of_hinge_and_huber_by_hand(rgb):
    recipe = tiny(flip=False, zoom=0.0, augment=0.0, shown="plain", update_rule="accuracy_below")
    recipe = recipe.changed(colourfulness_weight=0.0, neutral_weight=0.0)
    recipe = recipe.changed(update_rule_options={"threshold": 0.0}, l1_factor=20.0)
    trainer = fit.build(recipe)
    gray, x, target = trainer.prepare((rgb,), training=False)

    def call(model, inputs):
        own = [v.value for v in model.trainable_variables]
        state = [v.value for v in model.non_trainable_variables]
        return ops.convert_to_numpy(model.stateless_call(own, state, inputs, training=True)[0])

    fake = call(trainer.generator, x)
    small = ops.average_pool(gray, 4, strides=4)
    twice = [np.concatenate([target, fake]), np.concatenate([small, small])]
    logits = call(trainer.discriminator, twice)[len(rgb) :]
    error = np.abs(fake - target)
    near = np.minimum(error, 0.04)
    huber = np.mean(near * (error - near / 2) / 0.04)
    logs = trainer.train_on_batch(rgb, return_dict=True)
    assert float(logs["huber"]) == pytest.approx(huber, rel=1e-4)
    assert float(logs["adversarial_loss"]) == pytest.approx(-logits.mean(), rel=1e-3, abs=1e-5)
    total = 20 * huber - logits.mean()
    assert float(logs["generator_loss"]) == pytest.approx(total, rel=1e-4)


def test_chroma_and_gray_are_moved_together():
    trainer = fit.build(tiny())
    gray = np.random.default_rng(0).uniform(size=(4, 32, 32, 1)).astype("float32")
    small = ops.average_pool(gray, 4, strides=4)
    colour = ops.concatenate([small, 2 * small], axis=-1)
    shown, seen = trainer.changed(colour, ops.convert_to_tensor(gray))
    assert np.allclose(shown[..., :1], seen) and np.allclose(shown[..., 1:], 2 * seen)
    assert not np.allclose(shown, colour)
    assert np.array_equal(trainer.judged(colour, gray)[0], colour)
    plain = fit.build(tiny(shown="plain"))
    assert np.array_equal(plain.changed(colour, gray)[0], colour)
    alone = {"widths": (4, 6, 6, 8), "conditional": False}
    blind = fit.build(tiny(discriminator_options=alone))
    assert blind.changed(colour, gray).shape == colour.shape


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("begun") / "first"
    train.run(tiny("pale", epochs=1), None, folder, None, None, "none", False)
    return folder


def test_a_run_begins_from_another(finished, tmp_path):
    recipe = tiny(init=str(finished), learning_rate=1e-9, discriminator_learning_rate=1e-9)
    run = run_folder.Run.begin(tmp_path / "second", recipe)
    trainer, _ = fit.train(recipe, run)
    first, _ = card.load_network(finished)
    for network in (trainer.generator, trainer.average):
        for a, b in zip(first.weights, network.weights, strict=True):
            if "moving_" not in a.path:  # batch statistics
                assert np.allclose(a, b, atol=1e-5)
    told = run.environment["init"]
    assert told["run"] == "first" and told["training"]["photos"] == 16
    hashes = json.loads((finished / "card.json").read_text())["data"]["id_hashes"].split()
    assert start.inherited_hashes(run.folder) == set(hashes) and len(hashes) == 1200
    # A resumed run goes on from its own weights and needs the other no more.
    longer = recipe.changed(epochs=3, init=str(tmp_path / "gone"))
    fit.train(longer, run_folder.Run(run.folder))
    assert run.epochs_done == 3


@pytest.mark.slow
def test_what_a_beginning_was_trained_on_counts_as_seen(finished, tmp_path):
    first = tmp_path / "first"
    shutil.copytree(finished, first)
    written = json.loads((first / "card.json").read_text())
    written["data"]["id_hashes"] += " 01234567"
    (first / "card.json").write_text(json.dumps(written))
    train.run(tiny(init=str(first)), None, tmp_path / "second", None, None, "none", False)
    found = json.loads((tmp_path / "second" / "card.json").read_text())
    assert "01234567" in found["data"]["id_hashes"].split()
    assert found["training"]["init"]["run"] == "first"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"generator_options": {**SMALL, "depths": (0, 0, 0, 0, 0)}}, "has other weights"),
        ({"init": "nowhere"}, "nowhere`: no such folder"),
    ],
)
def test_a_beginning_that_does_not_fit_is_one_clear_line(finished, tmp_path, changes, told):
    recipe = tiny("pale", init=str(finished)).changed(**changes)
    run = run_folder.Run.begin(tmp_path / "run", recipe)
    with pytest.raises(UserError, match=told):
        fit.train(recipe, run)


def test_a_beginning_with_another_codec_is_one_clear_line(finished, tmp_path):
    recipe = recipes.smoke(recipes.get("quickstart")).changed(init=str(finished))
    run = run_folder.Run.begin(tmp_path / "run", recipe)
    with pytest.raises(UserError, match="its codec is 'ycbcr', this run's 'rgb'"):
        fit.train(recipe, run)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"codec": "rgb"}, "gives 8 × 8 × 2 at size 32, codec 'rgb' takes 32 × 32 × 3"),
        ({"noise_interval": 5}, "codec 'ycbcr' takes 0"),
    ],
)
def test_parts_that_do_not_fit_are_one_clear_line(changes, told):
    with pytest.raises(UserError, match=told):
        fit.build(tiny(**changes))


def test_an_average_on_several_devices_is_one_clear_line(monkeypatch):
    monkeypatch.setattr(fit.backend, "replicas", lambda: 2)
    with pytest.raises(UserError, match="runs on one device; add `ema=0`"):
        fit.build(tiny(ema=0.9))


@pytest.mark.parametrize("field", [f"{term}_weight" for term in Loss().terms])
def test_terms_need_chroma_and_count(rgb, field):
    recipe = recipes.smoke(recipes.get("quickstart"))
    with pytest.raises(UserError, match=f"{field}=…`: codec 'rgb' predicts no chroma"):
        fit.build(recipe.changed(**{field: 1.0}))
    plain, weighted = (fit.build(tiny("pale", **{field: w})) for w in (0.0, 3.0))
    losses = [float(t.test_on_batch(rgb, return_dict=True)["loss"]) for t in (plain, weighted)]
    assert losses[0] != pytest.approx(losses[1], rel=1e-3)
