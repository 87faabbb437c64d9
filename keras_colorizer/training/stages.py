"""What one stage of a run hands to the next: weights, their average, optimizer slots, the clock."""

import keras


@keras.saving.register_keras_serializable("keras_colorizer")
class Later(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that begins at a later step than the optimizer's first.

    An optimizer that goes on from an earlier stage counts on, because its slots' bias correction
    must; each stage's learning rate begins anew.

    Args:
        schedule: the stage's own, a Keras schedule or a number.
        start: steps that are done when the stage begins.
    """

    def __init__(self, schedule, start):
        super().__init__()
        self.schedule, self.start = schedule, start

    def __call__(self, step):
        """The learning rate at a step of the optimizer's own count."""
        return self.schedule(step - self.start) if callable(self.schedule) else self.schedule

    def get_config(self):
        """The options, for saving."""
        return {"schedule": keras.saving.serialize_keras_object(self.schedule), "start": self.start}

    @classmethod
    def from_config(cls, config):
        """Rebuilds from ``get_config``."""
        schedule = keras.saving.deserialize_keras_object(config["schedule"])
        return cls(schedule, config["start"])


def carry(before, after, continues):
    """Gives the trainer of a new stage what the one before has learnt.

    Networks of another working size have the same weights, so they are copied. Where the stage
    continues, the generator goes on beside its moving average and the optimizers keep their
    slots; else what the stage before would have delivered is the beginning.

    Args:
        before, after: compiled ``ColorTrainer`` s.
        continues: the ``Stage``'s.
    """
    networks = {"generator": before.generator if continues else before.result}
    if after.ema:
        networks["average"] = before.result
    if continues and hasattr(after, "discriminator"):
        networks["discriminator"] = before.discriminator
    for name, network in networks.items():
        getattr(after, name).set_weights(network.get_weights())
    if continues:
        for name in after.optimizer_names:
            new, old = (_slots(getattr(trainer, name)) for trainer in (after, before))
            for slot, value in zip(new, old, strict=True):
                slot.assign(value)


def _slots(optimizer):
    """All that an optimizer keeps, but a learning rate, which is the stage's own."""
    return [v for v in optimizer.variables if v.name != "learning_rate"]
