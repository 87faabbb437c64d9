"""Small trainers and photos that every training test shares."""

import keras
import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.training.recipes.sections import Adversary, Augmentation, Part
from keras_colorizer.training.trainers.adversarial import AdversarialColorizer

WIDTHS = (4, 6, 8, 10)


@pytest.fixture
def photos():
    return np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), "uint8")


@pytest.fixture
def adversarial():
    """Makes a small compiled GAN trainer; same arguments, same weights."""

    def make(threshold=0.8, conditional=False, dropout=0.3, rate=1e-3, flip=True, ema=0.0, **more):
        keras.utils.set_random_seed(0)
        trainer = AdversarialColorizer(
            models.build("unet", 16, widths=WIDTHS),
            models.build(
                "discriminator", 16, widths=WIDTHS, conditional=conditional, dropout=dropout
            ),
            Adversary(update_rule=Part("accuracy_below", {"threshold": threshold}), **more),
            augmentation=Augmentation(flip=flip),
            ema=ema,
        )
        trainer.compile(keras.optimizers.Adam(rate), keras.optimizers.Adam(rate))
        return trainer

    return make
