"""The supervised trainer: one network, one loss against the photo's own colours."""

import keras

from keras_colorizer.training.trainers.base import ColorTrainer


@keras.saving.register_keras_serializable("keras_colorizer")
class SupervisedColorizer(ColorTrainer):
    """Trains a generator on pairs of gray and colour, as the report trains its autoencoder.

    Args:
        generator, options: as in ``ColorTrainer``.

    Source: the report, section on the baseline.
    """

    def __init__(self, generator, **options):
        super().__init__(generator, **options)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    def train_step(self, data):
        """One step on uint8 RGB (B, S, S, 3); returns the running mean loss."""
        gray, x, target = self.prepare(data, training=True)

        def loss(prediction):
            value = self.pixel_loss(target, prediction, gray, training=True)
            return value, value

        _, value = self.step_generator(x, loss)
        self.loss_tracker.update_state(value)
        return {"loss": self.loss_tracker.result()}

    def test_step(self, data):
        """Loss and quality on uint8 RGB (B, S, S, 3); returns running means."""
        gray, x, target = self.prepare(data, training=False)
        prediction = self.result(x, training=False)
        self.loss_tracker.update_state(self.pixel_loss(target, prediction, gray))
        return {"loss": self.loss_tracker.result(), **self.score(gray, data, prediction)}
