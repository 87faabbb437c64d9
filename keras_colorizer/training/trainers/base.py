"""What the supervised and the adversarial trainer share."""

import dataclasses
import functools
import types

import keras
import numpy as np
from keras import ops

from keras_colorizer.color import codecs, metrics, spaces
from keras_colorizer.errors import UserError
from keras_colorizer.training.augmentation import ageing, photo
from keras_colorizer.training.losses import activation_penalty, pixel
from keras_colorizer.training.recipes import sections
from keras_colorizer.training.recipes.sections import Augmentation, Loss, OutOfDomain, Part
from keras_colorizer.training.trainers import backend

# The generator's layer that is a backbone, and may learn at its own rate.
BACKBONE = "backbone"
RGB, L1, AS_REPORTED, NONE = Part("rgb"), Loss(), Augmentation(), OutOfDomain()


class ColorTrainer(keras.Model):
    """A generator with its codec, fed batches of uint8 RGB photos (B, S, S, 3).

    A functional model over the generator's own inputs, so it is built at construction and
    ``predict`` maps gray photos (B, S, S, 1) in 0..1 to the generator's prediction. Colour maths,
    augmentation and losses happen in the step, in ``keras.ops``.

    Args:
        generator: functional model from gray to what the codec decodes.
        codec, loss, augmentation, out_of_domain: sections of a recipe. In training the last
            ``out_of_domain.count`` photos of a batch are those of other things.
        classes: weights of the codec's classes in ``cross_entropy``, as ``class_weights`` measures
            them; None lets all count alike.
        teacher: a ``teaching.Teacher``, whose chroma is, or is part of, the target in training, of
            photos of other things too; validation is against the truth. None for the truth alone.
        ema: decay of the moving average of the generator's weights, such as 0.995; the average is
            then what is validated and delivered. 0 for none.
        seed: of flips, dropout and noise; every epoch reseeds from (seed, epoch), so a resumed
            run draws what the uninterrupted one would.
    """

    optimizer_names = ("optimizer",)
    backbone_optimizer = None
    sections = types.MappingProxyType(
        {"codec": Part, "loss": Loss, "augmentation": Augmentation, "out_of_domain": OutOfDomain}
    )

    def __init__(
        self,
        generator,
        codec=RGB,
        loss=L1,
        augmentation=AS_REPORTED,
        out_of_domain=NONE,
        classes=None,
        teacher=None,
        ema=0.0,
        seed=0,
        **kwargs,
    ):
        super().__init__(inputs=generator.inputs, outputs=generator.outputs, **kwargs)
        self.generator = generator
        self.codec, self.asked, self.seed = codec, loss, seed
        self.augmentation, self.out_of_domain = augmentation, out_of_domain
        self.teacher = teacher
        self.classes = None if classes is None else [float(weight) for weight in classes]
        self._pixel = pixel.PixelLoss(loss, self.classes)
        self.ema, self.average = ema, keras.models.clone_model(generator) if ema else None
        if ema:
            self.average.set_weights(generator.get_weights())
            self.average.trainable = False
        self._codec = codecs.get(codec.name, **codec.options)
        self.random = keras.random.SeedGenerator(seed)
        names = ("psnr", "colourfulness", "neutral_drift")
        self.quality = {name: keras.metrics.Mean(name=name) for name in names}

    def get_config(self):
        """The trainer's options and its generator, for saving."""
        return {
            "name": self.name,
            "generator": keras.saving.serialize_keras_object(self.generator),
            "codec": dataclasses.asdict(self.codec),
            "loss": dataclasses.asdict(self.asked),
            "augmentation": dataclasses.asdict(self.augmentation),
            "out_of_domain": dataclasses.asdict(self.out_of_domain),
            "classes": self.classes,
            "teacher": self.teacher and keras.saving.serialize_keras_object(self.teacher),
            "ema": self.ema,
            "seed": self.seed,
        }

    @property
    def result(self):
        """The network to validate and deliver: the weights' moving average, or the generator."""
        return self.average if self.ema else self.generator

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuilds a trainer from ``get_config``; nested models are revived first."""
        found = dict(config)
        for key, value in config.items():
            if key in cls.sections:
                found[key] = sections.revive(cls.sections[key], value)
            elif isinstance(value, dict) and "class_name" in value:
                found[key] = keras.saving.deserialize_keras_object(value)
        return cls(**found)

    def compile(self, optimizer, backbone_optimizer=None, jit_compile=False, **kwargs):
        """Sets the generator's optimizers and builds their slots, so that checkpoints hold them.

        Args:
            optimizer: of the generator, or, beside a backbone's own, of the rest of it.
            backbone_optimizer: of the generator's layer ``backbone``; None where one serves all.
            jit_compile: as in Keras.

        Raises:
            UserError: a backbone's optimizer without a backbone, or with loss scaling.
        """
        super().compile(optimizer=optimizer, jit_compile=jit_compile, **kwargs)
        self.optimizer_names = type(self).optimizer_names
        if backbone_optimizer is not None:
            if not self._of_backbone:
                raise UserError(
                    f"a backbone's own learning rate: generator {self.generator.name!r} has no "
                    "backbone, or all of it is frozen"
                )
            if isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
                raise UserError("a backbone's own learning rate: mixed_float16 scales one loss")
            self.optimizer_names += ("backbone_optimizer",)
        self.backbone_optimizer = backbone_optimizer
        for owner, places in self._parts():
            variables = self.generator.trainable_variables
            owner.build([variables[place] for place in places])

    @property
    def _of_backbone(self):
        """Ids of the backbone's weights that are trained; empty without one."""
        inner = [layer for layer in self.generator.layers if layer.name == BACKBONE]
        return {id(v) for layer in inner for v in layer.trainable_variables}

    def _parts(self):
        """(optimizer, places of its weights among the generator's trained ones)."""
        variables = self.generator.trainable_variables
        if self.backbone_optimizer is None:
            return [(self.optimizer, range(len(variables)))]
        inside = self._of_backbone
        places = {True: [], False: []}
        for place, variable in enumerate(variables):
            places[id(variable) in inside].append(place)
        return [(self.optimizer, places[False]), (self.backbone_optimizer, places[True])]

    def get_compile_config(self):
        """The optimizers, for saving."""
        serialize = keras.saving.serialize_keras_object
        return {name: serialize(getattr(self, name)) for name in self.optimizer_names}

    def compile_from_config(self, config):
        """Compiles from ``get_compile_config``, for loading."""
        self.compile(**{k: keras.saving.deserialize_keras_object(v) for k, v in config.items()})

    def begin_epoch(self, epoch):
        """Reseeds every random generator from (seed, epoch); ``fit`` calls it."""
        states = [v for v in self.variables if v.name == "seed_generator_state"]
        for number, state in enumerate(states):
            words = np.random.SeedSequence([self.seed, epoch, number]).generate_state(1)
            state.assign(np.array([words[0] >> 1, 0], state.dtype))

    def fit(self, *args, callbacks=None, **kwargs):
        """As ``keras.Model.fit`` for batches of uint8 RGB, with ``begin_epoch`` before each."""
        begin = keras.callbacks.LambdaCallback(on_epoch_begin=lambda e, _: self.begin_epoch(e))
        return super().fit(*args, callbacks=[begin, *(callbacks or [])], **kwargs)

    def prepare(self, data, training):
        """A batch as ``fit`` hands it over → (gray, network input, target) floats."""
        rgb, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        change = self.augmentation if training else Augmentation(flip=False)
        if change.flip:
            draw = keras.random.uniform((ops.shape(rgb)[0], 1, 1, 1), seed=self.random)
            rgb = ops.where(draw < 0.5, ops.flip(rgb, axis=2), rgb)
        if change.zoom:
            # Back to whole levels, which is what codecs take and photos have.
            rgb = photo.window(ops.cast(rgb, "float32"), change.zoom, self.random)
            rgb = ops.cast(ops.round(ops.clip(rgb, 0.0, 255.0)), "uint8")
        clean = rgb
        if change.age:
            rgb = ageing.frames(rgb, change.age, self.random)
        x, target = self._codec.encode(rgb)
        if training and self.teacher:
            target = self.teacher.target(clean, rgb, target)
        rgb = ops.cast(rgb, "float32") / 255.0
        if change.film or change.age:
            seen = photo.gray_of_film(rgb, change.film, self.random, change.age)
            x = self._codec.see(seen)
        return spaces.luma(rgb), x, target

    def pixel_loss(self, target, prediction, gray, training=False):
        """The loss of predictions (B, h, w, C) against their targets, a scalar.

        In training the photos of other things count by themselves.
        """
        section = self.out_of_domain
        if not (training and section.count):
            return self._pixel(target, prediction, gray)
        known, other = slice(None, -section.count), slice(-section.count, None)
        value = self._pixel(target[known], prediction[known], gray[known])
        pale = section.saturation * target[other]
        loss = self._pixel if section.terms else self._pixel.plain
        return value + section.weight * loss(pale, prediction[other], gray[other])

    @functools.cached_property  # past Keras's tracking: its weights are the generator's
    def _watched(self):
        return activation_penalty.watched(self.generator)

    def step_generator(self, x, loss):
        """One optimizer step of the generator on ``loss(prediction) → (scalar, rest)``."""
        model = self._watched if self.asked.headroom else self.generator
        state = [v.value for v in model.non_trainable_variables]

        def objective(values):
            prediction, moved = model.stateless_call(values, state, x, training=True)
            if self.asked.headroom:
                prediction, *crowd = prediction
            value, rest = loss(prediction)
            if self.asked.headroom:
                value = value + self.asked.headroom * activation_penalty.crowding(crowd)
            scaled = self.optimizer.scale_loss(value / backend.replicas())
            return scaled, (prediction, moved, rest)

        values = [v.value for v in model.trainable_variables]
        _, (prediction, moved, rest), grads = backend.value_and_gradients(objective, values)
        for optimizer, places in self._parts():
            variables = model.trainable_variables
            optimizer.apply([grads[i] for i in places], [variables[i] for i in places])
        for variable, value in zip(model.non_trainable_variables, moved, strict=True):
            variable.assign(value)
        if self.ema:
            self.step_average()
        return prediction, rest

    def step_average(self):
        """Moves the average towards the generator; faster in the first steps, as if unbiased."""
        step = ops.cast(self.optimizer.iterations, "float32")
        keep = ops.minimum(self.ema, (1.0 + step) / (10.0 + step))
        for mean, variable in zip(self.average.weights, self.generator.weights, strict=True):
            mean.assign(keep * mean + (1.0 - keep) * variable)

    def score(self, gray, data, prediction):
        """Updates the quality trackers with the luma-keeping result; returns their means."""
        rgb, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        truth = ops.cast(rgb, "float32") / 255.0
        chroma = codecs.enlarge(self._codec.chroma(gray, prediction), gray)
        result = spaces.merge(gray, chroma)
        drift, pixels = metrics.neutral_drift(truth, result)
        self.quality["psnr"].update_state(metrics.psnr(truth, result))
        self.quality["colourfulness"].update_state(metrics.colourfulness(result))
        self.quality["neutral_drift"].update_state(drift, sample_weight=pixels)
        return {name: tracker.result() for name, tracker in self.quality.items()}
