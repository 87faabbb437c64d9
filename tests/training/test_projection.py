"""Training against a discriminator that sees gray through a frozen, pretrained backbone."""

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from keras import ops

from keras_colorizer.engine.train import run as train_and_deliver
from keras_colorizer.errors import UserError
from keras_colorizer.models.backbones import pretrained
from keras_colorizer.train import train
from keras_colorizer.training import fit, recipes, run_folder, start

pytestmark = pytest.mark.usefixtures("tiny_backbone")
SMALL = {"widths": (4, 4, 6, 8), "backbone": "tiny"}
PLAIN = {"discriminator": None, "stages": (), "epochs": 1}


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    """The weights are read out of the package once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_COLORIZER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def small(**changes):
    """Recipe ``photos-gan`` in seconds, on the garden, without stages and from random weights."""
    recipe = recipes.smoke(recipes.get("photos-gan"))
    recipe = recipe.changed(
        data="synthetic", init=None, generator_options=SMALL, stages=(), epochs=3, age=0.5
    )
    recipe = recipe.changed(backbone_frozen=1, **changes)
    known = {"discriminator_options": {"widths": (4, 6, 8)}} if recipe.adversary else {}
    return recipe.changed(**known)


def photos(count=8, size=32):
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), "uint8")


def parts(trainer):
    """Values of what learns in the discriminator, of its backbone, of the generator's frozen."""
    judge, seen = trainer.discriminator, trainer.discriminator.get_layer("backbone")
    stem = trainer.generator.get_layer("backbone").layers
    stem = [v for layer in stem if layer.name.startswith("stem_") for v in layer.weights]
    return [[v.numpy() for v in part] for part in (judge.trainable_variables, seen.weights, stem)]


def is_same(before, after):
    return all(map(np.array_equal, before, after))


@pytest.mark.parametrize(
    "precision", ["float32", pytest.param("mixed_bfloat16", marks=pytest.mark.slow)]
)
def test_a_step_moves_the_judges_weights_and_not_its_backbone(precision):
    trainer = fit.build(small(precision=precision))
    before, own = parts(trainer), trainer.generator.get_weights()[-1]
    logs = [trainer.train_on_batch(photos(), return_dict=True) for _ in range(2)][-1]
    after = parts(trainer)
    moved = [not np.array_equal(a, b) for a, b in zip(before[0], after[0], strict=True)]
    # Within the hinge's margins reals and fakes pull the logit's own bias equally.
    assert sum(moved) >= 15 and len(moved) == 16
    assert before[1] and is_same(before[1], after[1])  # weights and batch statistics
    assert before[2] and is_same(before[2], after[2])
    assert not np.array_equal(own, trainer.generator.get_weights()[-1])
    assert all(np.isfinite(float(value)) for value in logs.values())


def test_its_optimizer_has_slots_of_what_learns_alone():
    trainer = fit.build(small())
    found = {v.path.rpartition("/")[0] for v in trainer.discriminator_optimizer.variables}
    slots = sum("momentum" in v.path for v in trainer.discriminator_optimizer.variables)
    assert slots == len(trainer.discriminator.trainable_variables) == 16
    assert not any("backbone" in path or "stage1_" in path for path in found)


def test_chroma_is_judged_as_the_codec_encodes_it_on_features_of_the_whole_photo():
    trainer = fit.build(small(size=64))
    gray, _, target = trainer.prepare((photos(4, 64),), training=False)
    assert target.shape == (4, 16, 16, 2) and gray.shape == (4, 64, 64, 1)
    colour, seen = trainer.judged(target, gray)
    assert np.array_equal(colour, target) and np.array_equal(seen, gray)
    weights = [v.value for v in trainer.discriminator.trainable_variables]
    condition = trainer.condition(gray)
    assert [part.shape[1] for part in condition] == [16, 8, 4, 2]
    real, fake, _ = trainer.judge(weights, [target, 0 * target], condition)
    assert real.shape == (4, 16) and not np.allclose(real, fake)
    # The power iteration of training moves the norms; after many steps both agree.
    for _ in range(60):
        *_, moved = trainer.judge(weights, [target], condition)
        for variable, value in zip(
            [v for v in trainer.discriminator.non_trainable_variables if v.name == "left"],
            moved,
            strict=True,
        ):
            variable.assign(value)
    real, _ = trainer.judge(weights, [target], condition)
    assert np.allclose(real, trainer.discriminator([target, gray], training=False), atol=1e-3)


def test_the_generators_schedule_waits_while_the_discriminator_learns_alone():
    one = {"schedule": "one_cycle", "discriminator_schedule": "one_cycle"}
    plan = recipes.plan(small(stages=STAGES, **one))
    begun = fit._begun(plan, plan[-1], photos(16))
    assert begun == {"start": 2, "idle": 2}
    trainer = fit.build(plan[-1].recipe, 16, **begun)
    rates = {name: getattr(trainer, name) for name in trainer.optimizer_names}
    trainer.discriminator_optimizer.iterations.assign(2)
    for name, peak in zip(sorted(rates), (3e-5, 4e-4, 1e-4), strict=True):
        assert float(rates[name].learning_rate) == pytest.approx(peak / 25, rel=1e-3)


def test_the_generators_loss_by_hand():
    plain = {"flip": False, "zoom": 0.0, "augment": 0.0, "headroom_weight": 0.0}
    recipe = small(**plain).changed(age=0.0, l1_factor=40.0, ema=0.0)
    trainer = fit.build(recipe)
    gray, x, target = trainer.prepare((photos(),), training=False)
    own = [v.value for v in trainer.generator.trainable_variables]
    state = [v.value for v in trainer.generator.non_trainable_variables]
    fake, _ = trainer.generator.stateless_call(own, state, x, training=True)
    weights = [v.value for v in trainer.discriminator.trainable_variables]
    logits, _ = trainer.judge(weights, [fake], trainer.condition(gray))
    error = np.abs(np.subtract(fake, target))
    near = np.minimum(error, 0.04)
    huber, adversarial = np.mean(near * (error - near / 2) / 0.04), -float(ops.mean(logits))
    logs = trainer.train_on_batch(photos(), return_dict=True)
    assert float(logs["huber"]) == pytest.approx(huber, rel=1e-4)
    assert float(logs["adversarial_loss"]) == pytest.approx(adversarial, rel=1e-3, abs=1e-5)
    total = 40 * huber + adversarial
    assert float(logs["generator_loss"]) == pytest.approx(total, rel=1e-3)


def test_a_saved_trainers_backbone_stays_frozen(tmp_path):
    trainer = fit.build(small())
    trainer.train_on_batch(photos())
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    before = parts(again)
    assert all(map(is_same, parts(trainer), before))
    again.train_on_batch(photos())
    after = parts(again)
    assert is_same(before[1], after[1]) and not is_same(before[0], after[0])


class Killed(Exception):
    """Stands for the end of the process."""


class KillAt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise Killed


STAGES = (
    {"epochs": 1, "discriminator": None},
    {"epochs": 1, "frozen": True},
    {"epochs": 1, "frozen": False},
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A supervised stage, one in which the discriminator learns alone, one of both."""
    run = run_folder.Run.begin(tmp_path_factory.mktemp("whole") / "run", small(stages=STAGES))
    return fit.train(run.recipe, run)[0], run


def test_a_killed_run_ends_where_the_uninterrupted_one_ends(whole, tmp_path, monkeypatch):
    trainer, _ = whole
    broken = run_folder.Run.begin(tmp_path / "broken", small(stages=STAGES))
    with pytest.raises(Killed):
        fit.train(broken.recipe, broken, extra_callbacks=[KillAt()])
    monkeypatch.setattr(pretrained, "load", None)  # a checkpoint has them
    resumed, _ = fit.train(broken.recipe, run_folder.Run(broken.folder))
    for name in trainer.optimizer_names:
        for a, b in zip(*(getattr(t, name).variables for t in (trainer, resumed)), strict=True):
            assert np.allclose(a, b, atol=1e-6), (name, a.path)
    for a, b in zip(trainer.get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)


def test_the_backbone_is_pretrained_once_and_its_stages_go_on(whole):
    trainer, run = whole
    known = fit.models.build("efficientnet_lite0", 32)
    pretrained.load(known, "efficientnet_lite0")
    assert is_same(parts(trainer)[1], [v.numpy() for v in known.weights])
    told = run.environment["discriminator"]
    assert told["backbone"] == "efficientnet_lite0" and told["licence"] == "Apache-2.0"
    assert [s.continues for s in recipes.plan(run.recipe)] == [False, False, True]
    steps = int(trainer.discriminator_optimizer.iterations)
    assert steps == 2 * 2 and int(trainer.optimizer.iterations) == 2
    rows = run.rows
    assert "adversarial_loss" not in rows[0] and "adversarial_loss" in rows[2]


def test_a_missing_package_is_told_before_the_run(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_COLORIZER_CACHE", str(tmp_path))
    monkeypatch.setattr(pretrained.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"discriminator 'projection': .*\[pretrained\]"):
        start.check(small(stages=STAGES))
    start.check(small(**PLAIN))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"shown": "rolled"}, "shown=rolled`: discriminator 'projection' sees gray"),
        (
            {"codec": "bins", "codec_options": {}, "loss": "cross_entropy"},
            "it judges colours, codec 'bins' predicts how likely they are",
        ),
    ],
)
def test_what_does_not_fit_is_one_clear_line(changes, told):
    with pytest.raises(UserError, match=told):
        fit.build(small(**changes))


@pytest.mark.slow
def test_it_goes_on_from_a_finished_run(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    recipe = small(**PLAIN).changed(discriminator_options={})
    train_and_deliver(recipe, None, first, None, None, "none", False)
    options = ["--recipe", "photos-gan", "--smoke", "--data", "synthetic", "--init", first]
    options += ["--run", second, "--set", "generator.widths=4,4,6,8", "--set", "backbone_frozen=1"]
    options += ["--set", "generator.backbone=tiny"]
    options += ["--set", "discriminator.widths=4,6,8"]
    done = CliRunner().invoke(train, [str(word) for word in options])
    assert done.exit_code == 0, done.output
    alone, both = run_folder.Run(second).rows
    assert alone["update_rate"] == both["update_rate"] == 1
    before = run_folder.Run(first).rows[-1]
    assert alone["val_psnr"] == pytest.approx(before["val_psnr"], abs=1e-3)
    assert run_folder.Run(second).environment["init"]["run"] == "first"
