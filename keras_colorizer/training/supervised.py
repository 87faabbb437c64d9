"""The supervised trainer: one network, one loss against the photo's own colours."""

import keras

from keras_colorizer.training import losses
from keras_colorizer.training.trainer import ColorTrainer


@keras.saving.register_keras_serializable("keras_colorizer")
class SupervisedColorizer(ColorTrainer):
    """Trains a generator on pairs of gray and colour, as the report trains its autoencoder.

    Args:
        generator, codec, flip, augment, ema, seed: as in ``ColorTrainer``.
        loss_name: ``l1``, ``mse`` or ``huber`` over what the codec predicts.
        saturation_weight: factor of ``losses.saturation_weights``, for codecs of chroma; 0 for
            none.

    Source: the report, section on the baseline.

    Example:
        >>> trainer = SupervisedColorizer(models.build("autoencoder", 128))
        >>> trainer.compile(keras.optimizers.Adam(1e-3))
        >>> trainer.fit(photos)                  # uint8 RGB (N, 128, 128, 3)
    """

    def __init__(self, generator, codec="rgb", loss_name="l1", saturation_weight=0.0, **kwargs):
        super().__init__(generator, codec, **kwargs)
        self.loss_name, self.saturation_weight = loss_name, saturation_weight
        self._objective = losses.get(loss_name)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    def get_config(self):
        """The trainer's options and its generator, for saving."""
        own = {"loss_name": self.loss_name, "saturation_weight": self.saturation_weight}
        return {**super().get_config(), **own}

    def compile(self, optimizer, jit_compile=False, **kwargs):
        """Sets the optimizer and builds its slots, so that checkpoints hold them."""
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        self.optimizer.build(self.generator.trainable_variables)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean loss of a prediction (B, S, S, C) against its target, a scalar."""
        if not self.saturation_weight:
            return self._objective(y, y_pred)
        return self._objective(y, y_pred, losses.saturation_weights(y, self.saturation_weight))

    def train_step(self, data):
        """One step on uint8 RGB (B, S, S, 3); returns the running mean loss."""
        _, x, target = self.prepare(data, training=True)

        def loss(prediction):
            value = self.compute_loss(x, target, prediction)
            return value, value

        _, value = self.step_generator(x, loss)
        self.loss_tracker.update_state(value)
        return {"loss": self.loss_tracker.result()}

    def test_step(self, data):
        """Loss and quality on uint8 RGB (B, S, S, 3); returns running means."""
        gray, x, target = self.prepare(data, training=False)
        prediction = self.result(x, training=False)
        self.loss_tracker.update_state(self.compute_loss(x, target, prediction, training=False))
        return {"loss": self.loss_tracker.result(), **self.score(gray, data, prediction)}
