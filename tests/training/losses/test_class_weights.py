"""The prior of colours: its numbers by hand, and whole runs that measure, keep and need it."""

import json

import keras
import numpy as np
import pytest

from keras_colorizer import data
from keras_colorizer.color import bins, codecs
from keras_colorizer.errors import UserError
from keras_colorizer.models import card
from keras_colorizer.training import callbacks, fit, recipes, run_folder
from keras_colorizer.training.losses import class_weights


def tiny(**changes):
    recipe = recipes.smoke(recipes.get("colorful")).changed(
        data="synthetic",
        size=16,
        epochs=3,
        generator_options={"width": 2, "batch_norm_momentum": 0.9},
    )
    return recipe.changed(**changes)


def place(a, b):
    return bins.centres().tolist().index([a, b])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    run = run_folder.Run.begin(tmp_path_factory.mktemp("runs") / "whole", tiny())
    trainer, photos = fit.train(run.recipe, run)
    return run, trainer, photos


def test_colours_are_counted_by_the_codecs_own_blocks():
    photos = np.zeros((70, 8, 8, 3), np.uint8)
    photos[:, :4, :4] = [255, 0, 0]  # ab 80, 67
    photos[:, 4:, 4:, 2] = 255  # ab 79, -108
    photos[0, :4, 4:] = 200
    counts = class_weights.count(photos, codecs.get("bins"))
    assert counts.sum() == 70 * 4
    assert counts[place(80, 70)] == counts[place(80, -110)] == 70 and counts[place(0, 0)] == 140


def test_smoothing_spreads_to_neighbours_and_keeps_the_sum():
    counts = np.zeros(bins.COUNT)
    counts[place(0, 0)] = 3
    share = class_weights.smoothed(counts)
    assert share.sum() == pytest.approx(1) and share.argmax() == place(0, 0)
    ratio = share[place(10, 0)] / share[place(0, 0)]
    assert ratio == pytest.approx(np.exp(-100 / 50), rel=0.01)
    assert share[place(-10, 10)] / share[place(0, 0)] == pytest.approx(np.exp(-4), rel=0.01)


def test_weights_by_hand():
    share = np.array([0.75, 0.25])
    assert class_weights.weights(share, 0.5) == pytest.approx([6 / 7, 10 / 7])
    assert class_weights.weights(share, 1) == pytest.approx([1, 1])
    assert np.sum(share * class_weights.weights(share, 0.1)) == pytest.approx(1)
    # A colour that never occurs counts, but not without bound.
    assert class_weights.weights(np.array([1.0, 0.0]), 0.5)[1] == pytest.approx(3)


def test_a_run_keeps_what_it_has_measured(whole):
    run, trainer, photos = whole
    about = json.loads((run.folder / class_weights.FILE).read_text())
    assert about["photos"] == 1200 and about["ids_sha256"] == photos.ids_sha256
    assert (about["sigma"], about["uniform_share"], about["size"]) == (5.0, 0.5, 16)
    assert sum(about["counts"]) == 1200 * 16 and sum(about["share"]) == pytest.approx(1, abs=1e-3)
    mean = np.dot(about["share"], about["weights"])
    assert mean == pytest.approx(1, abs=1e-3) and about["weights"] == trainer.classes
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(trainer))
    assert again.classes == trainer.classes


def test_a_killed_run_reads_its_prior_and_ends_as_the_uninterrupted_one(
    whole, tmp_path, monkeypatch
):
    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    run = run_folder.Run.begin(tmp_path / "run", tiny())
    with pytest.raises(KeyboardInterrupt):
        fit.train(run.recipe, run, extra_callbacks=[Kill()])
    monkeypatch.setattr(class_weights, "count", None)  # it is not measured anew
    trainer, _ = fit.train(run.recipe, run_folder.Run(run.folder))
    for a, b in zip(whole[1].get_weights(), trainer.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)
    assert (run.folder / class_weights.FILE).read_bytes() == (
        whole[0].folder / class_weights.FILE
    ).read_bytes()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (None, "prior.json: no such file, this run's loss needs it; restore it or begin anew"),
        ("{", "prior.json: damaged .*; restore it or begin the run anew"),
        ("[]", "prior.json: damaged"),
        ({"weights": [1.0]}, "prior.json: damaged .not 261 weights above 0"),
        ({"weights": [float("nan")] * 261}, "not 261 weights above 0"),
        ({"weights": None}, "prior.json: damaged"),
        ({"ids_sha256": "0"}, "measured on other photos or for another uniform_share"),
        ({"uniform_share": 0.4}, "measured on other photos or for another uniform_share"),
    ],
)
def test_a_prior_that_is_gone_or_damaged_is_one_clear_line(whole, tmp_path, change, told):
    run, _, photos = whole
    path = tmp_path / class_weights.FILE
    (tmp_path / "checkpoints" / "last-00001").mkdir(parents=True)
    if isinstance(change, str):
        path.write_text(change)
    elif change:
        about = json.loads((run.folder / class_weights.FILE).read_text())
        path.write_text(json.dumps(about | change))
    with pytest.raises(UserError, match=told) as error:
        class_weights.of_run(run.recipe, run_folder.Run(tmp_path), photos)
    assert "\n" not in error.value.message


def test_other_losses_have_none(tmp_path):
    photos = data.load_photos("synthetic", "test", 16)
    recipe = recipes.smoke(recipes.get("quickstart"))
    assert class_weights.of_run(recipe, run_folder.Run(tmp_path), photos) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"loss": "l1"}, "`loss=l1`: cross_entropy is for codecs .* codec 'bins' is one"),
        ({"codec": "ycbcr", "generator": "chroma", "size": 32}, "codec 'ycbcr' is none"),
        ({"discriminator": "discriminator"}, "`discriminator=discriminator`: it judges"),
        ({"saturation": 1.2}, "`saturation=…`: codec 'bins' predicts no chroma"),
        ({"neutral_weight": 1.0}, "`neutral_weight=…`: codec 'bins' predicts no chroma"),
        ({"restraint_saturation": 0.5}, "`restraint_saturation=…`: codec 'bins' predicts no"),
        ({"codec_options": {"temperature": 2}}, "codec.temperature is 2; give a number from 0"),
        ({"codec_options": {"temp": 1}}, "codec 'bins' has no option 'temp'"),
        ({"generator": "unet", "generator_options": {}}, "codec 'bins' takes 4 × 4 × 261"),
    ],
)
def test_parts_that_do_not_fit_are_one_clear_line(changes, told):
    if changes.get("generator") == "chroma":
        changes = {**changes, "generator_options": {}}
    with pytest.raises(UserError, match=told):
        fit.build(tiny(**changes))


def test_rebalancing_and_the_codecs_temperature_reach_the_trainer(photos):
    rare = np.ones(bins.COUNT)
    plain = fit.build(tiny())
    heavy = fit.build(tiny(codec_options={"temperature": 0.0}), classes=list(3 * rare))
    logits = np.random.default_rng(0).normal(size=bins.COUNT)
    for trainer in (plain, heavy):
        trainer.generator.layers[-2].bias.assign(logits)
    one, two = (t.test_on_batch(photos, return_dict=True) for t in (plain, heavy))
    assert float(two["loss"]) == pytest.approx(3 * float(one["loss"]), rel=1e-5)
    assert float(two["colourfulness"]) != pytest.approx(float(one["colourfulness"]), rel=0.1)
    sheet = callbacks.sample_sheet(heavy.generator, "bins", photos[:2], temperature=0.0)
    assert np.ptp(np.asarray(sheet)) > 0


def test_a_restraint_of_other_photos_counts_by_itself(photos):
    trainer = fit.build(tiny(restraint="synthetic", restraint_batch=4, flip=False))
    assert np.isfinite(float(trainer.train_on_batch(photos, return_dict=True)["loss"]))


def test_the_card_says_options_of_the_codec(tmp_path):
    from keras_colorizer.engine import train

    recipe = tiny(epochs=1, codec_options={"temperature": 0.7})
    train.run(recipe, None, tmp_path / "run", None, None, "none", False)
    assert card.read(tmp_path / "run")["codec_options"] == {"temperature": 0.7}
