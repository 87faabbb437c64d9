"""The adversarial trainer: the report's GAN with its accuracy-gated discriminator, and others."""

import dataclasses
import types

import keras
import numpy as np
from keras import ops

from keras_colorizer.errors import UserError
from keras_colorizer.models.discriminators.projection import JUDGE
from keras_colorizer.training.augmentation.discriminator import SHOWN
from keras_colorizer.training.losses import adversarial, pixel
from keras_colorizer.training.recipes.sections import Adversary
from keras_colorizer.training.trainers import backend, update_rules
from keras_colorizer.training.trainers.base import BACKBONE, ColorTrainer

REPORT = Adversary()
TRACKED = (
    "generator_loss",
    "adversarial_loss",
    "pixel",  # under the pixel loss's own name
    "discriminator_loss",
    "discriminator_accuracy",
    "update_rate",
)


@keras.saving.register_keras_serializable("keras_colorizer")
class AdversarialColorizer(ColorTrainer):
    """Trains a generator against a discriminator that steps only when its update rule says so.

    Args:
        generator, options: as in ``ColorTrainer``; the discriminator never sees photos of other
            things.
        discriminator: model from colour (B, S, S, C), or [colour, gray] if it is conditional, to
            logits (B, 1), or (B, n) of n patches. What its layer ``backbone``, which stays as it
            is, sees in gray is computed once a step, for both networks and for reals and fakes.
        adversary: the recipe's section, whose network ``discriminator`` is. The report's is the
            default: gated at an accuracy of 0.8, 75 × L1 over RGB in 0..1, noise in every fifth
            epoch.

    Raises:
        UserError: an ``augmentation`` of the adversary for a discriminator with a backbone.

    Source: the report, section on the GAN; Goodfellow et al. 2014; Isola et al. 2017 for L1.
    """

    optimizer_names = ("optimizer", "discriminator_optimizer")
    sections = types.MappingProxyType({**ColorTrainer.sections, "adversary": Adversary})

    def __init__(
        self,
        generator,
        discriminator,
        adversary=REPORT,
        **options,
    ):
        super().__init__(generator, **options)
        self.discriminator, self.adversary = discriminator, adversary
        rule, objective = adversary.update_rule, adversary.objective
        self.update_rule = update_rules.get(rule.name, **rule.options)
        self.update_rule.build(())
        self._objective = adversarial.get(objective.name, **objective.options)
        self._change = SHOWN.find(adversary.augmentation)
        batch_norm = keras.layers.BatchNormalization
        self._sees = any(layer.name == BACKBONE for layer in discriminator.layers)
        if self._sees and adversary.augmentation != "plain":
            raise UserError(
                f"`shown={adversary.augmentation}`: discriminator {discriminator.name!r} sees gray "
                "through its backbone, once a step; add `shown=plain`"
            )
        self._mixed = any(isinstance(layer, batch_norm) for layer in discriminator.layers)
        self.noisy = self.add_weight(shape=(), initializer="zeros", trainable=False, name="noisy")
        names = [self.asked.name if name == "pixel" else name for name in TRACKED]
        self.trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def get_config(self):
        """The trainer's options and its networks, for saving."""
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "discriminator": serialize(self.discriminator),
            "adversary": dataclasses.asdict(self.adversary),
        }

    def compile(self, optimizer, discriminator_optimizer, **kwargs):
        """Sets all optimizers and builds their slots, so that checkpoints hold them."""
        super().compile(optimizer, **kwargs)
        scaled = keras.optimizers.LossScaleOptimizer
        # Keras wraps only the optimizer that it is given itself.
        if isinstance(self.optimizer, scaled) and not isinstance(discriminator_optimizer, scaled):
            discriminator_optimizer = scaled(discriminator_optimizer, name="discriminator_scale")
        self.discriminator_optimizer = discriminator_optimizer
        discriminator_optimizer.build(self._judge.trainable_variables)

    @property
    def _judge(self):
        """The part of the discriminator that learns: all of it, or what reads its backbone."""
        return self.discriminator.get_layer(JUDGE) if self._sees else self.discriminator

    def begin_epoch(self, epoch):
        """Reseeds, and turns noise on in every ``noise_interval``-th epoch (counted from 1)."""
        super().begin_epoch(epoch)
        interval = self.adversary.noise_interval
        due = interval and (epoch + 1) % interval == 0
        self.noisy.assign(1.0 if due else 0.0)

    def judged(self, colour, gray):
        """What the discriminator takes: colour, or [colour, gray] if it is conditional.

        Gray is shrunk to the size at which it looks at it.
        """
        if len(self.discriminator.inputs) == 1:
            return colour
        return [colour, pixel.shrunk(gray, self.discriminator.inputs[1])]

    def condition(self, gray):
        """What ``judge`` takes beside colour, a list: gray, or what a backbone sees in it."""
        if not self._sees:
            return [gray]
        features = self.discriminator.get_layer(BACKBONE)(gray, training=False)
        read = len(self._judge.inputs) - 1  # the coarsest ones
        return [ops.stop_gradient(feature) for feature in features[-read:]]

    def changed(self, colour, gray):
        """As ``judged``, in training: changed by ``adversary.augmentation``, gray as colour."""
        pictures = self.judged(colour, gray)
        if not isinstance(pictures, list):
            return self._change(pictures, self.random)
        together = self._change(ops.concatenate(pictures, axis=-1), self.random, conditions=1)
        return [together[..., :-1], together[..., -1:]]

    def judge(self, weights, colours, condition):
        """The discriminator's logits for several batches of colour at once, in training mode.

        Reals and fakes in one batch give both networks' steps the same batch statistics, and the
        statistics that move are those of the mixture, which inference meets. Nothing moves here:
        the discriminator's new state is returned, for its own step to assign.
        """
        colour = ops.concatenate(colours, axis=0)
        seen = [ops.concatenate([part] * len(colours), axis=0) for part in condition]
        pictures = [colour, *seen] if self._sees else self.changed(colour, *seen)
        state = [v.value for v in self._judge.non_trainable_variables]
        logits, moved = self._judge.stateless_call(weights, state, pictures, training=True)
        return *ops.split(logits, len(colours)), moved

    def known(self, *tensors):
        """Tensors of a training batch without the photos of other things."""
        count = self.out_of_domain.count
        return [t[:-count] for t in tensors] if count else tensors

    def train_step(self, data):
        """One step of both networks on uint8 RGB (B, S, S, 3); returns running means."""
        gray, x, target = self.prepare(data, training=True)
        condition = self.condition(*self.known(gray))

        def loss(prediction):
            # The new state is dropped: the generator's pass moves no statistics.
            weights = [v.value for v in self._judge.trainable_variables]
            real, fake = self.known(target, prediction)
            # Without batch statistics, reals change nothing for fakes.
            *_, logits, _ = self.judge(weights, [real, fake] if self._mixed else [fake], condition)
            adversarial = self._objective.generator(logits)
            pixel = self.pixel_loss(target, prediction, gray, training=True)
            total = adversarial + self.adversary.pixel_weight * pixel
            return total, (total, adversarial, pixel)

        if self.adversary.frozen:
            fake = ops.stop_gradient(self.generator(x, training=False))
            values = tuple(ops.stop_gradient(value) for value in loss(fake)[1])
        else:
            fake, values = self.step_generator(x, loss)
        real, fake = self.known(target, ops.stop_gradient(fake))
        values += self.step_discriminator(real, fake, condition)
        for tracker, value in zip(self.trackers.values(), values, strict=True):
            tracker.update_state(value)
        return {name: tracker.result() for name, tracker in self.trackers.items()}

    def step_discriminator(self, real, fake, condition):
        """One gated step; returns its loss, its accuracy before it, and 1 or 0 for updated."""
        model, optimizer = self._judge, self.discriminator_optimizer
        batch = ops.shape(real)[0]
        noise = keras.random.uniform(ops.shape(fake), seed=self.random)
        first_half = ops.reshape(ops.arange(batch) < batch // 2, (-1, 1, 1, 1))
        fake = ops.where(ops.logical_and(first_half, self.noisy > 0.5), noise, fake)

        def objective(values):
            on_real, on_fake, moved = self.judge(values, [real, fake], condition)
            loss = self._objective.discriminator(on_real, on_fake)
            scaled = optimizer.scale_loss(loss / backend.replicas())
            return scaled, (loss, ops.concatenate([on_real > 0, on_fake <= 0], axis=0), moved)

        values = [v.value for v in model.trainable_variables]
        _, (loss, hits, moved), pullback = backend.value_and_pullback(objective, values)
        accuracy = backend.replica_mean(ops.mean(ops.cast(hits, "float32")))
        due = self.update_rule(accuracy)

        def update(grads):
            optimizer.apply(grads, model.trainable_variables)
            for variable, value in zip(model.non_trainable_variables, moved, strict=True):
                variable.assign(value)

        backend.update_if(due, pullback, update)
        return loss, accuracy, ops.cast(due, "float32")

    def test_step(self, data):
        """The pixel loss and quality on uint8 RGB (B, S, S, 3); returns running means."""
        gray, x, target = self.prepare(data, training=False)
        prediction = self.result(x, training=False)
        tracker = self.trackers[self.asked.name]
        tracker.update_state(self.pixel_loss(target, prediction, gray))
        return {self.asked.name: tracker.result(), **self.score(gray, data, prediction)}

    def discriminator_accuracy(self, rgb):
        """How often the discriminator is right on photos and on their results, in 0..1.

        Args:
            rgb: uint8 array (N, S, S, 3).

        Returns:
            Float over the N photos and their N results, in inference mode. Source: the report,
            which logs it after every epoch on 100 validation photos.
        """
        hits = []
        for first in range(0, len(rgb), 16):
            gray, x, target = self.prepare((rgb[first : first + 16],), training=False)
            for colour, real in ((target, True), (self.result(x, training=False), False)):
                logits = self.discriminator(self.judged(colour, gray), training=False)
                hits.append(np.mean((ops.convert_to_numpy(logits) > 0) == real, axis=1))
        return float(np.mean(np.concatenate(hits)))
