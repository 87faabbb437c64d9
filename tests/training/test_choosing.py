"""Validation by folder: which photos are scored, and their folders' means."""

import keras
import numpy as np
import pytest

from keras_colorizer import data, models
from keras_colorizer.data.photos import Photos
from keras_colorizer.errors import UserError
from keras_colorizer.training import choosing, fit, recipes, run_folder
from keras_colorizer.training.trainers.supervised import SupervisedColorizer


def photos_of(ids, shares=()):
    return Photos(np.zeros((len(ids), 4, 4, 3), np.uint8), ids, "set", "train", "none", shares)


@pytest.mark.parametrize(
    ("ids", "shares", "monitor", "scored"),
    [
        (["a.jpg", "b.jpg"], (), "val_psnr", False),
        (["a/a.jpg", "b/b.jpg"], (), "val_psnr", True),
        (["one/a.jpg", "two/b.jpg"], ((1, 1.0), (1, 1.0)), "val_psnr", True),
        (["a.jpg", "b.jpg"], (), "val_folder_gain", True),
    ],
)
def test_when_folders_are_scored(ids, shares, monitor, scored):
    assert choosing.are_scored(photos_of(ids, shares), monitor) is scored


def apart(held_out, trained_on):
    ids = [f"v{i}" for i in range(len(held_out))]
    train = [Photos(p, [f"{n}/{i}" for i in range(len(p))], "set", "train", "none")
             for n, p in enumerate(trained_on)]  # fmt: skip
    return choosing.apart(Photos(held_out, ids, "set", "validation", "none"), train)


def test_validation_photos_that_look_like_training_photos_are_left_out():
    photos = data.garden(30, 32)
    held_out = np.concatenate([photos[20:], photos[3:4, :, ::-1], photos[17:18]])
    places, told = apart(held_out, [photos[:10], photos[10:20]])
    assert places.tolist() == list(range(10))
    assert "2 of 12 photos left out" in told and "v10 of 0/3" in told
    places, told = apart(photos[20:], [photos[:20]])
    assert places.tolist() == list(range(10)) and told == ""


def test_validation_stays_where_all_of_it_looks_like_training_photos():
    photos = data.garden(5, 32)
    places, told = apart(photos, [photos])
    assert places.tolist() == list(range(5)) and "all 5 photos" in told


def trainer():
    keras.utils.set_random_seed(0)
    network = models.build("unet", 16, widths=(4, 6, 8, 10), channels=3)
    made = SupervisedColorizer(network)
    made.compile(keras.optimizers.Adam(1e-3))
    return made


def test_scores_are_the_mean_over_folders_of_their_means():
    photos = data.garden(14, 16)
    folders = ["many"] * 11 + ["few"] * 3
    made, logs = trainer(), {}
    scores = choosing.FolderScores(photos, folders, batch=5)
    scores.set_model(made)
    scores.on_epoch_end(0, logs)
    parts = [photos[:11], photos[11:]]
    means = [made.evaluate(part, verbose=0, return_dict=True)["psnr"] for part in parts]
    assert logs["val_folder_psnr"] == pytest.approx(np.mean(means), abs=1e-3)
    assert logs["val_folder_ciede2000"] > 0 and np.isfinite(logs["val_folder_gain"])


def test_a_photo_left_gray_gains_nothing():
    photos = data.garden(4, 16)
    made, logs = trainer(), {}
    made.generator.set_weights([np.zeros_like(w) for w in made.generator.get_weights()])
    scores = choosing.FolderScores(photos, ["a", "a", "b", "b"])
    scores.set_model(made)
    scores.on_epoch_end(0, logs)
    assert logs["val_folder_gain"] == pytest.approx(0.0, abs=1e-3)


def test_one_source_can_be_chosen_by_folders_too(tmp_path):
    recipe = recipes.smoke(recipes.get("gan")).changed(
        data="synthetic", size=16, discriminator=None,
        generator_options={"widths": (4, 6, 8, 10)}, monitor="val_folder_gain",
    )  # fmt: skip
    run = run_folder.Run.begin(tmp_path / "run", recipe)
    fit.train(recipe, run)
    assert {"val_folder_psnr", "val_folder_ciede2000"} <= set(run.rows[-1])
    plain = recipe.changed(monitor="val_folder_beauty")
    with pytest.raises(UserError, match="not measured; there are .*val_folder_psnr"):
        fit.train(plain, run_folder.Run.begin(tmp_path / "plain", plain))
