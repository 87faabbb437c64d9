"""The supervised trainer learns, and saves what it is."""

import keras
import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.errors import UserError
from keras_colorizer.training.recipes.sections import Loss
from keras_colorizer.training.trainers.supervised import SupervisedColorizer


def make(**options):
    keras.utils.set_random_seed(0)
    trainer = SupervisedColorizer(models.build("autoencoder", 16, widths=(4, 6, 8)), **options)
    trainer.compile(keras.optimizers.Adam(1e-2))
    return trainer


@pytest.mark.parametrize("loss", ["l1", "mse"])
def test_it_learns_one_colour(loss):
    orange = np.full((16, 16, 16, 3), (230, 140, 20), "uint8")
    trainer = make(loss=Loss(loss))
    losses = trainer.fit(orange, batch_size=4, epochs=12, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 4
    logs = trainer.evaluate(orange, return_dict=True, verbose=0)
    assert logs["psnr"] > 20 and set(logs) == {"loss", "psnr", "colourfulness", "neutral_drift"}


def test_the_loss_is_the_mean_error_over_rgb(photos):
    trainer = make(flip=False)
    x = photos.astype("float32") / 255
    predicted = trainer.predict(x @ np.float32([[0.299], [0.587], [0.114]]), verbose=0)
    logs = trainer.evaluate(photos, return_dict=True, verbose=0)
    assert logs["loss"] == pytest.approx(np.abs(predicted - x).mean(), rel=1e-4)


def test_saving_keeps_the_loss_and_the_optimizer(photos, tmp_path):
    trainer = make(loss=Loss("mse"))
    trainer.fit(photos, verbose=0)
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    assert again.asked.name == "mse" and int(again.optimizer.iterations) == 1


def test_an_unknown_loss_lists_the_known():
    with pytest.raises(UserError, match="unknown loss 'l2'"):
        make(loss=Loss("l2"))


def test_flips_are_drawn_in_training_only(photos):
    trainer = make()
    plain = trainer.prepare((photos,), training=False)[2]
    assert np.allclose(plain, photos / 255.0)
    flipped = np.asarray(trainer.prepare((photos,), training=True)[2])
    mirrored = [np.allclose(a, b[:, ::-1] / 255.0) for a, b in zip(flipped, photos, strict=True)]
    kept = [np.allclose(a, b / 255.0) for a, b in zip(flipped, photos, strict=True)]
    assert all(m != k for m, k in zip(mirrored, kept, strict=True))
    assert any(mirrored) and any(kept)
