"""Whole runs on the garden: resuming, stopping, NaN."""

import keras
import numpy as np
import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training import callbacks, fit, recipes, run_folder

TINY = {"widths": (4, 6, 8, 10)}


def tiny_gan(**changes):
    recipe = recipes.smoke(recipes.get("gan")).changed(
        data="synthetic",
        size=16,
        generator_options=TINY,
        discriminator_options={**TINY, "dropout": 0.4},
        epochs=4,
        noise_interval=2,
    )
    return recipe.changed(**changes)


def begin(folder, recipe):
    return run_folder.Run.begin(folder, recipe)


class Killed(Exception):
    """Stands for the end of the process."""


class KillAt(keras.callbacks.Callback):
    def __init__(self, epoch, batch):
        super().__init__()
        self.at = (epoch, batch)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise Killed


@pytest.mark.parametrize("changes", [{}, {"discriminator": None}], ids=["gan", "supervised"])
def test_a_killed_run_ends_where_the_uninterrupted_one_ends(tmp_path, changes):
    recipe = tiny_gan(**changes)
    if not recipe.adversary:
        recipe = recipe.changed(generator_options={**TINY, "dropout": 0.3})
    whole, _ = fit.train(recipe, begin(tmp_path / "whole", recipe))
    broken = begin(tmp_path / "broken", recipe)
    with pytest.raises(Killed):
        fit.train(recipe, broken, extra_callbacks=[KillAt(2, 0)])
    assert broken.epochs_done == 2
    resumed, _ = fit.train(recipe, run_folder.Run(broken.folder))
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)
    one, two = run_folder.Run(tmp_path / "whole").rows, broken.rows
    assert [row["epoch"] for row in two] == [1, 2, 3, 4]
    for a, b in zip(one, two, strict=True):
        assert a == pytest.approx(b, rel=1e-4, abs=1e-5)


def test_a_run_leaves_all_its_files(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO", "keras_colorizer")
    monkeypatch.setattr(run_folder, "commit", lambda: None)
    recipe = tiny_gan()
    fit.train(recipe, begin(tmp_path, recipe))
    assert "the commit of this code is not known" in caplog.text
    assert run_folder.Run(tmp_path).environment["commits"] == [None]
    names = {p.name for p in tmp_path.iterdir()}
    assert names >= {"recipe.json", "environment.json", "metrics.csv", "curves.png", "samples"}
    assert len(list((tmp_path / "samples").glob("epoch-*.png"))) == 4
    row = run_folder.Run(tmp_path).rows[-1]
    assert row["photos"] == 64
    assert set(row) >= {
        "generator_loss", "discriminator_loss", "l1", "discriminator_accuracy", "update_rate",
        "val_discriminator_accuracy", "val_neutral_drift", "val_psnr",
    }  # fmt: skip


def test_nan_stops_with_the_last_good_checkpoint(tmp_path):
    recipe = tiny_gan()

    class Poison(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                bias = self.model.generator.trainable_variables[-1]
                bias.assign(bias.value * np.nan)

    run = begin(tmp_path, recipe)
    with pytest.raises(UserError, match="became nan in epoch 2.*the checkpoint after epoch 1"):
        fit.train(recipe, run, extra_callbacks=[Poison()])
    assert run.epochs_done == 1
    good = fit.build(recipe)
    run.load(good, "last")
    assert all(np.isfinite(w).all() for w in good.get_weights())


@pytest.mark.parametrize(
    ("values", "stops"),
    [([0.5, 1.0, 1.0], True), ([1.0, 0.9, 1.0], False), ([1.0], False)],
)
def test_a_stop_rule_waits_for_its_patience(tmp_path, values, stops):
    run = begin(tmp_path, recipes.get("gan"))
    run.write_rows([{"epoch": i, "accuracy": v} for i, v in enumerate(values)])
    assert callbacks.StopRule(run, "accuracy", 0.995, 2, "won").holds() is stops


def test_a_stop_rule_ends_the_run_and_holds_after_it(tmp_path):
    recipe = tiny_gan(drift_limit=1e-9, drift_patience=2, validation_photos=120)
    run = begin(tmp_path, recipe)
    fit.train(recipe, run)
    assert run.epochs_done == 2
    fit.train(recipe, run)
    assert run.epochs_done == 2


def test_an_unmeasured_monitor_is_one_clear_line(tmp_path):
    recipe = tiny_gan(monitor="val_beauty")
    with pytest.raises(UserError, match="monitor=val_beauty`: not measured; there are epoch"):
        fit.train(recipe, begin(tmp_path, recipe))


def test_a_generator_is_no_discriminator():
    with pytest.raises(UserError, match="'unet' is no discriminator"):
        fit.build(tiny_gan(discriminator="unet", discriminator_options={}))
