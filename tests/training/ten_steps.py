"""Ten steps of the GAN from given weights and batches; prints every step's losses as JSON.

Run by test_backends.py on each backend; nothing here is random but NumPy's seeded draws.
"""

import json

import keras
import numpy as np

from keras_colorizer import models
from keras_colorizer.training.recipes.sections import Adversary, Augmentation
from keras_colorizer.training.trainers.adversarial import AdversarialColorizer

WIDTHS = (8, 12, 16, 20)


def fill(model, draw):
    """Sets every weight from NumPy; variances stay positive."""
    new = []
    for variable in model.weights:
        value = draw.normal(0, 0.1, variable.shape)
        new.append(abs(value) + 1 if "variance" in variable.path else value)
    model.set_weights(new)


def main():
    """Trains and prints."""
    draw = np.random.default_rng(0)
    generator = models.build("unet", 16, widths=WIDTHS)
    judge = models.build("discriminator", 16, widths=WIDTHS, dropout=0.0, conditional=True)
    for model in (generator, judge):
        fill(model, draw)
    trainer = AdversarialColorizer(
        generator, judge, Adversary(noise_interval=0), augmentation=Augmentation(flip=False)
    )
    trainer.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    photos = draw.integers(0, 256, (80, 16, 16, 3), "uint8")
    rows = []
    for step in range(10):
        logs = trainer.train_on_batch(photos[8 * step : 8 * step + 8], return_dict=True)
        rows.append({name: float(value) for name, value in logs.items()})
        trainer.reset_metrics()
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
