"""A student learns its teacher's chroma, sees damage that the teacher does not, and resumes."""

import json
import shutil

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from keras import ops

from keras_colorizer import data, models
from keras_colorizer.color import spaces
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import model_card
from keras_colorizer.models import card
from keras_colorizer.train import chosen, train
from keras_colorizer.training import fit, recipes, run_folder, start
from keras_colorizer.training.recipes import Recipe, overrides
from keras_colorizer.training.trainers import teaching
from keras_colorizer.training.trainers.supervised import SupervisedColorizer

NETWORK = {"widths": (4, 6, 8, 8, 8), "depths": (0, 0, 0, 0, 0)}
LICENCE = "CC0, made for this test"
TINY = Recipe().changed(
    name="taught", data="synthetic", codec="ycbcr", generator="chroma", generator_options=NETWORK,
    loss="l1", size=32, epochs=1, batch=8, epoch_photos=16, validation_photos=8, flip=False,
    learning_rate=1e-2,
)  # fmt: skip


def write_teacher(folder, size=64, network="chroma", options=NETWORK, seed=5, frozen=0, **facts):
    """A run folder whose network paints, being random, something everywhere."""
    keras.utils.set_random_seed(seed)
    more = {"frozen": frozen} if frozen else {}
    built = models.build(network, size, **options, **more)
    noise = np.random.default_rng(seed)
    built.set_weights([w + noise.uniform(0, 0.05, w.shape) for w in built.get_weights()])
    folder.mkdir(exist_ok=True)
    built.save(folder / card.WEIGHTS)
    told = {"name": "master", "codec": "ycbcr", "size": size, "licence": LICENCE,
            "generator": {"name": network, "options": options},
            "data": {"id_hashes": "0a0a0a0a 0b0b0b0b"}, **facts}  # fmt: skip
    card.write(folder, told)
    return built


@pytest.fixture
def folder(tmp_path):
    write_teacher(tmp_path / "teacher")
    return tmp_path / "teacher"


@pytest.fixture
def garden():
    return np.stack(list(data.garden(8, 32, 100)))


def given(trainer, rgb, training=True):
    return [np.asarray(x) for x in trainer.prepare((ops.convert_to_tensor(rgb),), training)]


def test_the_target_is_what_the_teacher_gives_at_the_students_size(folder, garden):
    recipe = TINY.changed(teacher=str(folder))
    gray, _, target = given(fit.build(recipe), garden)
    _, found = card.load_network(folder)
    network = models.build("chroma", 32, **found["generator"]["options"])
    network.set_weights(card.load_network(folder)[0].get_weights())
    expected = np.asarray(network(gray, training=False))
    assert target.shape == (8, 8, 8, 2) and np.abs(expected).mean() > 1e-3
    assert np.allclose(target, expected, atol=1e-6)


def test_the_codec_of_the_teachers_card_decodes(tmp_path, folder, garden):
    plain = given(fit.build(TINY.changed(teacher=str(folder))), garden)[2]
    write_teacher(tmp_path / "vivid", codec_options={"saturation": 1.5})
    vivid = TINY.changed(teacher=str(tmp_path / "vivid"))
    assert np.allclose(given(fit.build(vivid), garden)[2], 1.5 * plain, atol=1e-6)


def test_chroma_of_another_resolution_is_brought_to_the_students(tmp_path, garden):
    options = {"widths": (4, 6, 8)}
    write_teacher(tmp_path / "rgb", 32, "autoencoder", options, codec="rgb")
    recipe = TINY.changed(teacher=str(tmp_path / "rgb"))
    gray, _, target = given(fit.build(recipe), garden)
    network, _ = card.load_network(tmp_path / "rgb")
    fine = np.asarray(spaces.chroma(np.clip(network(gray, training=False), 0, 1)))
    blocks = fine.reshape(8, 8, 4, 8, 4, 2).mean((2, 4))
    assert np.allclose(target, blocks, atol=1e-5)


def test_a_backbone_that_was_frozen_teaches_alike_at_another_size(tmp_path):
    options = {"widths": (8, 8, 8, 8)}
    trained = write_teacher(tmp_path / "deep", 64, "pyramid", options, frozen=3)
    teacher = teaching.Teacher(str(tmp_path / "deep"), 64)
    gray = np.random.default_rng(0).uniform(0, 1, (2, 64, 64, 1)).astype("float32")
    expected = np.asarray(trained(gray, training=False))
    assert np.abs(expected).max() > 1e-6
    assert np.allclose(teacher.chroma(gray), expected, atol=1e-5 * np.abs(expected).max())


def test_saturation_and_weight_mix_teacher_and_truth(folder, garden):
    recipe = TINY.changed(teacher=str(folder))
    taught = given(fit.build(recipe), garden)[2]
    truth = given(fit.build(TINY), garden)[2]
    mixed = recipe.changed(teacher_weight=0.25, teacher_saturation=2.0)
    assert np.allclose(given(fit.build(mixed), garden)[2], 0.5 * taught + 0.75 * truth,
                       atol=1e-6)  # fmt: skip
    alone = fit.build(recipe.changed(teacher_weight=0.0))
    assert alone.teacher is None and np.array_equal(given(alone, garden)[2], truth)
    # Validation is against the truth.
    assert np.array_equal(given(fit.build(recipe), garden, training=False)[2], truth)


def test_the_teacher_sees_neither_damage_nor_borders(folder, garden):
    recipe = TINY.changed(teacher=str(folder), augment=1.0, age=1.0)
    many = np.repeat(garden, 8, axis=0)
    clean = given(fit.build(recipe.changed(augment=0.0, age=0.0)), many)
    gray, seen, target = given(fit.build(recipe), many)
    assert np.abs(seen - clean[1]).mean() > 0.02
    # Where paper lies the target has no colour; elsewhere it is that of the clean photo.
    changed = np.abs(gray - clean[0]).reshape(64, 8, 4, 8, 4).max((2, 4)) > 2e-3
    assert 0.01 < changed.mean() < 0.5
    assert np.allclose(target[~changed], clean[2][~changed], atol=1e-6)
    assert np.abs(target[changed]).mean() < 0.6 * np.abs(clean[2][changed]).mean()
    framed = (gray != clean[0]).reshape(64, 8, 4, 8, 4).all((2, 4))
    assert framed.any() and np.abs(target[framed]).max() == 0


def test_a_student_comes_near_to_its_teacher_which_stays_as_it_is(folder, garden):
    recipe = TINY.changed(teacher=str(folder), generator_options={})
    trainer = fit.build(recipe)
    before = [w.copy() for w in trainer.teacher.network.get_weights()]
    theirs = {id(v) for v in trainer.teacher.network.variables}
    own = {id(v) for v in (*trainer.variables, *trainer.optimizer.variables)}
    assert theirs and not theirs & own
    history = trainer.fit(garden, batch_size=8, epochs=40, shuffle=False, verbose=0).history
    assert np.mean(history["loss"][-5:]) < 0.4 * history["loss"][0]
    for old, new in zip(before, trainer.teacher.network.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_saving_a_trainer_keeps_where_its_teacher_is(folder, garden, tmp_path):
    trainer = fit.build(TINY.changed(teacher=str(folder), teacher_weight=0.5))
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    assert isinstance(again, SupervisedColorizer) and again.teacher.weight == 0.5
    assert np.allclose(given(again, garden)[2], given(trainer, garden)[2], atol=1e-6)


def test_a_resumed_run_wants_the_same_teacher(folder, tmp_path):
    recipe = TINY.changed(teacher=str(folder))
    run = run_folder.Run.begin(tmp_path / "run", recipe)
    fit.train(recipe, run)
    kept = json.loads((run.folder / start.TAUGHT).read_text())
    assert kept["name"] == "master" and len(kept[teaching.DIGEST]) == 64
    assert run.environment["teacher"]["run"] == "teacher"
    assert start.inherited_hashes(run.folder) == {"0a0a0a0a", "0b0b0b0b"}
    weights = next(run.checkpoints.glob("last-*/*.h5")).stat().st_size
    plain = run_folder.Run.begin(tmp_path / "plain", TINY)
    fit.train(TINY, plain)
    assert weights == next(plain.checkpoints.glob("last-*/*.h5")).stat().st_size
    longer = recipe.changed(epochs=2)
    fit.train(longer, run)
    assert run.epochs_done == 2
    longer = recipe.changed(epochs=3)
    shutil.move(folder, tmp_path / "gone")
    with pytest.raises(UserError, match=r"`teacher=.*teacher`: no such folder"):
        fit.train(longer, run)
    write_teacher(folder, seed=6)
    with pytest.raises(UserError, match=r"not the teacher .*\(other weights_sha256 than in"):
        fit.train(longer, run)
    write_teacher(folder, codec_options={"saturation": 1.2})
    with pytest.raises(UserError, match=r"not the teacher .*\(other codec_options than in"):
        fit.train(longer, run)
    write_teacher(folder, scores={"psnr": 1.0})  # which decide nothing
    (run.folder / start.TAUGHT).rename(tmp_path / "away.json")
    with pytest.raises(UserError, match=r"teacher.json: no such file; restore it"):
        fit.train(longer, run)
    (tmp_path / "away.json").rename(run.folder / start.TAUGHT)
    fit.train(longer, run)
    assert run.epochs_done == 3


def test_what_does_not_go_with_a_teacher_is_one_clear_line(folder, tmp_path):
    taught = TINY.changed(teacher=str(folder))
    with pytest.raises(UserError, match="`teacher` beside a discriminator"):
        fit.build(taught.changed(discriminator="chroma_discriminator",
                                          noise_interval=0))  # fmt: skip
    with pytest.raises(UserError, match="`teacher`: codec 'rgb' predicts no chroma"):
        fit.build(Recipe().changed(size=32, teacher=str(folder)))
    for text in ("teacher_weight=1.5", "teacher_weight=nan", "teacher_saturation=0"):
        with pytest.raises(UserError, match=text.partition("=")[0]):
            overrides.apply(taught, [text])
    with pytest.raises(UserError, match="unknown field of stage 1 'teacher'"):
        TINY.changed(stages=({"epochs": 1, "teacher": "flowers"},))
    with pytest.raises(UserError, match="`teacher=flour`: .*did you mean 'flowers'"):
        fit.build(TINY.changed(teacher="flour"))
    card.write(folder, {"name": "a", "codec": "ycbcr", "size": 64})
    with pytest.raises(UserError, match="its card does not name its generator"):
        fit.build(taught)
    other = {"name": "chroma", "options": {**NETWORK, "widths": (4, 6, 8, 8, 16)}}
    card.write(folder, {"name": "a", "codec": "ycbcr", "size": 64, "generator": other})
    with pytest.raises(UserError, match="its weights are not those of generator 'chroma'"):
        fit.build(taught)


def test_the_recipe_names_what_it_needs():
    with pytest.raises(UserError) as error:
        chosen("photos-mobile")
    told = error.value.message
    assert "--data FOLDER" in told and "--teacher RUN|NAME" in told and "\n" not in told
    with pytest.raises(UserError, match="'photos-mobile' needs --teacher RUN|NAME"):
        chosen("photos-mobile", data="synthetic")
    recipe = chosen("photos-mobile", data="synthetic", teacher="flowers")
    assert recipe.teacher.source == "flowers" and recipe.teacher.weight == 1.0
    assert recipe.generator == recipes.get("chroma").generator


def test_the_command_trains_a_student_and_its_card_names_the_teacher(folder, tmp_path):
    run = tmp_path / "run"
    options = ["--recipe", "photos-mobile", "--smoke", "--data", "synthetic", "--run", str(run)]
    done = CliRunner().invoke(train, [*options, "--teacher", str(folder)])
    assert done.exit_code == 0, done.output
    told = json.loads((run / "card.json").read_text())
    assert told["training"]["teacher"]["name"] == "master"
    assert len(told["data"]["id_hashes"].split()) == 1202
    assert f"`master`; licence of its photos: {LICENCE}" in model_card.origin(told)
    assert (run / "saved_model" / "saved_model.pb").is_file()
    done = CliRunner().invoke(train, ["--resume", "--run", str(run), "--teacher", "flowers"])
    assert done.exit_code == 1 and "leave out --data, --init, --teacher" in done.output
    done = CliRunner().invoke(train, ["--resume", "--run", str(run), "--set", "teacher_weight=0"])
    assert done.exit_code == 1 and "keeps its teacher_weight" in done.output
