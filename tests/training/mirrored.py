"""Two epochs of a small GAN on one CPU or mirrored on two logical ones; prints losses as JSON."""

import json
import sys

import numpy as np
import tensorflow as tf

devices = int(sys.argv[1])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)

from keras_colorizer.training import fit, recipes  # noqa: E402
from keras_colorizer.training.trainers import backend  # noqa: E402

WIDTHS = {"widths": (4, 6, 8, 10)}
recipe = recipes.get("gan").changed(size=16, generator_options=WIDTHS, flip=False, noise_interval=0,
    discriminator_options={**WIDTHS, "dropout": 0.0}, learning_rate=1e-3,
)  # fmt: skip
photos = np.random.default_rng(0).integers(0, 256, (16, 16, 16, 3), "uint8")
with backend.strategy("mirrored" if devices > 1 else "none"):
    assert backend.replicas() == devices
    trainer = fit.build(recipe)
    batches = tf.data.Dataset.from_tensor_slices(photos).batch(8)
    print(json.dumps(trainer.fit(batches, epochs=4, verbose=0, shuffle=False).history))
