"""Small trainers and photos that every training test shares."""

import keras
import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.models import registry
from keras_colorizer.models.backbones import efficientnet_lite
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


@pytest.fixture(scope="module")
def tiny_backbone():
    """Registers ``tiny``, an EfficientNet-Lite of one block a stage: a third of the time to trace.

    It is taken out again, for what looks at every registered network.
    """

    @registry.register("tiny", role="backbone", stride=4, mobile=True)
    def tiny(size, channels=1, frozen=0, batch_norm_momentum=0.99, synchronized=False):
        shared = (channels, "none", 1000, frozen, batch_norm_momentum, synchronized)
        return efficientnet_lite._build("tiny", size, (0.25, 0.25), *shared)

    yield
    for known in (registry.NETWORKS._parts, registry.NETWORKS._facts):
        del known["tiny"]
