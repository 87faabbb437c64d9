"""Small trainers and photos that every training test shares."""

import keras
import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.training.trainers.adversarial import AdversarialColorizer
from keras_colorizer.training.trainers.update_rules import AccuracyBelow

WIDTHS = (4, 6, 8, 10)


@pytest.fixture
def photos():
    return np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), "uint8")


@pytest.fixture
def adversarial():
    """Makes a small compiled GAN trainer; same arguments, same weights."""

    def make(threshold=0.8, conditional=False, dropout=0.3, rate=1e-3, **options):
        keras.utils.set_random_seed(0)
        trainer = AdversarialColorizer(
            models.build("unet", 16, widths=WIDTHS),
            models.build(
                "discriminator", 16, widths=WIDTHS, conditional=conditional, dropout=dropout
            ),
            update_rule=AccuracyBelow(threshold),
            **options,
        )
        trainer.compile(keras.optimizers.Adam(rate), keras.optimizers.Adam(rate))
        return trainer

    return make
