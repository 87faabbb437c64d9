"""A generator on a backbone in training: its own rate, frozen parts, weights, resuming."""

import keras
import numpy as np
import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.models import card
from keras_colorizer.models.backbones import pretrained
from keras_colorizer.training import fit, recipes, run_folder, stages, start
from keras_colorizer.training.recipes import overrides

pytestmark = pytest.mark.usefixtures("tiny_backbone")
SMALL = {"widths": (4, 4, 6, 8), "backbone": "tiny"}


def small(**changes):
    """Recipe ``photos`` in seconds, on the garden, with random weights and a frozen stem."""
    recipe = recipes.smoke(recipes.get("photos"))
    recipe = recipe.changed(
        data="synthetic",
        init=None,
        generator_options=SMALL,
        age=0.5,
        stages=(),
        size=32,
        codec_options={},
    )
    return recipe.changed(**{"backbone_frozen": 1, "epochs": 3, **changes})


def photos(count=8, size=32):
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), "uint8")


class Killed(Exception):
    """Stands for the end of the process."""


class KillAt(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.at = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.at:
            raise Killed


def weights(trainer):
    own = trainer.generator.get_layer("backbone")
    inside = {id(v) for v in own.trainable_variables}
    rest = [v for v in trainer.generator.trainable_variables if id(v) not in inside]
    return own.trainable_variables, rest


def moved(trainer):
    """How far each part went in one step, in the mean."""
    parts = weights(trainer)
    before = [[v.numpy() for v in part] for part in parts]
    trainer.train_on_batch(photos())
    return [
        np.mean([np.abs(v.numpy() - old).mean() for v, old in zip(part, values, strict=True)])
        for part, values in zip(parts, before, strict=True)
    ]


def test_backbone_and_rest_learn_at_their_own_rates():
    plain = {"schedule": "constant", "weight_decay": 0.0}
    slow = moved(fit.build(small(backbone_learning_rate=1e-6, learning_rate=1e-2, **plain)))
    quick = moved(fit.build(small(backbone_learning_rate=1e-3, learning_rate=1e-6, **plain)))
    assert 0 < slow[0] < 2e-6 and slow[1] > 1e-3
    assert quick[0] > 1e-4 and 0 < quick[1] < 2e-6


def slots(optimizer):
    return sum("momentum" in variable.path for variable in optimizer.variables)


def test_each_optimizer_has_the_slots_of_its_part_alone():
    trainer = fit.build(small())
    own, rest = weights(trainer)
    assert slots(trainer.optimizer) == len(rest)
    assert slots(trainer.backbone_optimizer) == len(own)
    assert trainer.optimizer_names == ("optimizer", "backbone_optimizer")
    one = fit.build(small(backbone_learning_rate=None))
    assert slots(one.optimizer) == len(own) + len(rest)
    assert one.backbone_optimizer is None and one.optimizer_names == ("optimizer",)


def test_frozen_parts_stay_and_their_statistics_too():
    trainer = fit.build(small(backbone_frozen=2))
    network = trainer.generator.get_layer("backbone")
    still = [
        v for x in network.layers if x.name.startswith(("stem_", "stage1_")) for v in x.weights
    ]
    later = [v for x in network.layers if x.name.startswith("stage2_") for v in x.weights]
    before = [[v.numpy() for v in part] for part in (still, later)]
    for _ in range(2):
        trainer.train_on_batch(photos())
    assert still and all(
        np.array_equal(v.numpy(), old) for v, old in zip(still, before[0], strict=True)
    )
    assert not any(np.array_equal(v.numpy(), old) for v, old in zip(later, before[1], strict=True))


def test_a_discriminator_beside_a_backbone_has_three_optimizers():
    recipe = small(
        discriminator="chroma_discriminator",
        discriminator_options={"widths": (4, 6, 6, 8)},
        noise_interval=0,
        update_rule="always",
        objective="hinge",
    )
    trainer = fit.build(recipe.changed(size=64))
    names = ("optimizer", "discriminator_optimizer", "backbone_optimizer")
    assert sorted(trainer.optimizer_names) == sorted(names)
    trainer.train_on_batch(photos(4, 64))
    assert {int(getattr(trainer, name).iterations) for name in names} == {1}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"generator": "chroma", "generator_options": {}, "backbone_frozen": 0}, "has no backbone"),
        ({"generator": "chroma", "generator_options": {}}, "backbone_frozen=…`: generator"),
        ({"backbone_frozen": 8}, "all of it is frozen"),
        ({"precision": "mixed_float16"}, "mixed_float16 scales one loss"),
        ({"codec": "lab"}, "codec 'lab' takes 32 × 32 × 3"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(changes, told):
    with pytest.raises(UserError, match=told):
        fit.build(small(**changes))


def test_bins_fit_as_chroma_does():
    trainer = fit.build(small(codec="bins", loss="cross_entropy"))
    assert trainer.generator.output_shape == (None, 8, 8, 261)
    trainer.train_on_batch(photos())


def test_hues_train_and_are_validated_at_their_temperature():
    shown = {}
    for temperature in (0.0, 1.0):
        options = {"temperature": temperature, "directions": 8}
        recipe = small(codec="hue", codec_options=options, loss="hue_cross_entropy")
        trainer = fit.build(recipe.changed(generator_options={**SMALL, "head": 1}))
        assert trainer.generator.output_shape == (None, 8, 8, 9)
        assert trainer.generator.layers[-2].weights[0].shape == (1, 1, 4, 9)
        for network in (trainer.generator, trainer.average):
            network.layers[-2].bias.assign([1.0, 0, 0, 0, 0, 0, 0, 0, 2.0])
        scores = trainer.test_on_batch(photos(), return_dict=True)
        shown[temperature] = float(scores["colourfulness"])
        assert np.isfinite(float(trainer.train_on_batch(photos(), return_dict=True)["loss"]))
    assert shown[0.0] > 2 * shown[1.0] > 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"codec": "hue"}, "loss=huber`: loss hue_cross_entropy and codec 'hue' are for each"),
        ({"loss": "hue_cross_entropy"}, "loss hue_cross_entropy and codec 'hue' are for each"),
        ({"codec": "hue", "loss": "cross_entropy"}, "and they for it; codec 'hue' is none"),
        ({"codec": "bins", "loss": "hue_cross_entropy"}, "and they for it; codec 'bins' is one"),
        ({"codec": "hue", "loss": "hue_cross_entropy", "saturation": 1.2}, "predicts no chroma"),
    ],
)
def test_codecs_and_losses_that_do_not_fit_are_one_clear_line(changes, told):
    with pytest.raises(UserError, match=told):
        fit.build(small(**changes))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with what a finished run of small() leaves for others to begin from."""
    folder = tmp_path_factory.mktemp("finished") / "first"
    folder.mkdir()
    network = fit.build(small()).generator
    network.save(folder / card.WEIGHTS)
    about = {"name": "photos", "codec": "ycbcr", "size": 32, "fit": "stretch", "scores": {}}
    about |= {"generator": {"name": "pyramid", "options": SMALL}, "data": {"name": "synthetic"}}
    about |= {"licence": "none", "training": {"epochs": 3}, "versions": {}}
    card.write(folder, about)
    return folder, network


@pytest.mark.parametrize(
    "changes",
    [
        {"codec": "hue", "loss": "hue_cross_entropy"},
        {"codec": "bins", "codec_options": {"sees": "gray"}, "loss": "cross_entropy"},
        {"generator_options": {**SMALL, "head": 1}},
    ],
)
def test_a_body_is_taken_over_where_only_the_head_is_another(finished, tmp_path, caplog, changes):
    caplog.set_level("INFO", "keras_colorizer")
    folder, network = finished
    recipe = small(init=str(folder), seed=7, **changes)
    run = run_folder.Run.begin(tmp_path / "run", recipe)
    trainer = fit.build(recipe)
    *_, kernel, bias = trainer.generator.get_weights()
    start.begin_from(recipe, run, trainer)
    (line,) = [x.getMessage() for x in caplog.records if x.name == "keras_colorizer"]
    assert f"weight tensors of the body are taken over from {folder}; the last layer begins" in line
    assert f"for codec {recipe.codec.name!r}, there 3 × 3 × 4 × 2 for 'ycbcr'" in line
    for own in (trainer.generator, trainer.average):
        found, old = own.get_weights(), network.get_weights()
        assert all(map(np.array_equal, found[:-2], old[:-2]))
        assert np.array_equal(found[-2], kernel) and np.array_equal(found[-1], bias)
    assert run.environment["init"]["head"] == "new" and run.environment["init"]["run"] == "first"


def test_a_whole_network_is_taken_over_without_a_word(finished, tmp_path, caplog):
    caplog.set_level("INFO", "keras_colorizer")
    folder, network = finished
    recipe = small(init=str(folder), seed=7)
    run, trainer = run_folder.Run.begin(tmp_path / "run", recipe), fit.build(recipe)
    start.begin_from(recipe, run, trainer)
    assert not [x for x in caplog.records if x.name == "keras_colorizer"]
    assert "head" not in run.environment["init"]
    assert all(map(np.array_equal, trainer.average.get_weights(), network.get_weights()))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"codec": "bins", "loss": "cross_entropy"},
            "sees the photo as codec 'ycbcr' gives it, .* something else; set codec.sees as that",
        ),
        (
            {"generator_options": {**SMALL, "widths": (4, 4, 6, 6)}},
            "has other weights than this run's",
        ),
        (
            {
                "codec": "hue",
                "loss": "hue_cross_entropy",
                "generator_options": {**SMALL, "widths": (4, 4, 6, 6)},
            },
            "its codec is 'ycbcr', this run's 'hue', and the bodies",
        ),
    ],
)
def test_a_body_that_differs_or_sees_another_photo_is_refused(finished, tmp_path, changes, told):
    recipe = small(init=str(finished[0]), **changes)
    run, trainer = run_folder.Run.begin(tmp_path / "run", recipe), fit.build(recipe)
    before = trainer.generator.get_weights()
    with pytest.raises(UserError, match=told):
        start.begin_from(recipe, run, trainer)
    assert all(map(np.array_equal, before, trainer.generator.get_weights()))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    run = run_folder.Run.begin(tmp_path_factory.mktemp("whole") / "run", small())
    return fit.train(small(), run)[0]


def test_a_killed_run_ends_where_the_uninterrupted_one_ends(whole, tmp_path):
    broken = run_folder.Run.begin(tmp_path / "broken", small())
    with pytest.raises(Killed):
        fit.train(small(), broken, extra_callbacks=[KillAt(2)])
    resumed, _ = fit.train(small(), run_folder.Run(broken.folder))
    for name in whole.optimizer_names:
        for a, b in zip(*(getattr(t, name).variables for t in (whole, resumed)), strict=True):
            assert np.allclose(a, b, atol=1e-6), (name, a.path)
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)


def test_stages_go_on_while_the_same_weights_are_trained():
    first = {"size": 32, "epochs": 1, "backbone_frozen": 2}
    plan = recipes.plan(
        small(
            stages=(first, {**first, "size": 64}, {"size": 64, "epochs": 1, "backbone_frozen": 0})
        )
    )
    assert [stage.continues for stage in plan] == [False, True, False]
    one, two, three = (fit.build(stage.recipe) for stage in plan)
    one.train_on_batch(photos())
    stages.carry(one, two, True)
    assert int(two.backbone_optimizer.iterations) == 1
    stages.carry(two, three, False)
    assert int(three.backbone_optimizer.iterations) == 0
    for a, b in zip(two.average.get_weights(), three.generator.get_weights(), strict=True):
        assert np.array_equal(a, b)
    alone = [{**first, "backbone_learning_rate": None}, first]
    assert not recipes.plan(small(stages=tuple(alone)))[1].continues


def test_a_run_begins_from_imagenet(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_COLORIZER_CACHE", str(tmp_path / "cache"))
    recipe = small(init="imagenet", epochs=1, generator_options={"widths": (4, 4, 6, 8)})
    run = run_folder.Run.begin(tmp_path / "run", recipe)
    trainer = fit.build(recipe)
    start.begin_from(recipe, run, trainer)
    known = fit.models.build("efficientnet_lite0", 32)
    pretrained.load(known, "efficientnet_lite0")
    for network in (trainer.generator, trainer.average):
        own = network.get_layer("backbone").get_weights()
        assert all(np.array_equal(a, b) for a, b in zip(own, known.get_weights(), strict=True))
    init = run.environment["init"]
    assert init["backbone"] == "efficientnet_lite0" and init["licence"] == "Apache-2.0"
    assert len(init["sha256"]) == 64 and "(x - 127) / 128" in init["preprocessing"]


@pytest.mark.parametrize(
    ("setting", "told"),
    [("generator=chroma", "'chroma' has no backbone"), ("generator.backbone=x", "unknown pretr")],
)
def test_imagenet_without_a_known_backbone_is_told_before_the_run(setting, told):
    recipe = small(init="imagenet").changed(backbone_learning_rate=None)
    with pytest.raises(UserError, match=told):
        start.check(overrides.apply(recipe, [setting]))
