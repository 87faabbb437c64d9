"""What the supervised and the adversarial trainer share."""

import functools

import keras
import numpy as np
from keras import ops

from keras_colorizer.color import codecs, metrics, spaces
from keras_colorizer.errors import UserError
from keras_colorizer.training.augmentation import ageing, photo
from keras_colorizer.training.losses import activation_penalty, pixel
from keras_colorizer.training.trainers import backend

# The generator's layer that is a backbone, and may learn at its own rate.
BACKBONE = "backbone"


class ColorTrainer(keras.Model):
    """A generator with its codec, fed batches of uint8 RGB photos (B, S, S, 3).

    A functional model over the generator's own inputs, so it is built at construction and
    ``predict`` maps gray photos (B, S, S, 1) in 0..1 to the generator's prediction. Colour maths,
    augmentation and losses happen in the step, in ``keras.ops``.

    Args:
        generator: functional model from gray to what the codec decodes.
        codec: a registered codec's name.
        codec_options: of that codec, a dict.
        loss_name: ``l1``, ``mse``, ``huber`` or ``cross_entropy`` over what the codec predicts.
        classes: weights of the codec's classes in ``cross_entropy``, as ``prior`` measures them;
            None lets all count alike.
        terms: weights of ``losses.PixelLoss``'s further terms, such as ``{"neutral": 1.0}``.
        restraint: how many photos at the end of each batch in training show other things than
            the rest. They teach the network to be modest where it does not know.
        restraint_weight: of their loss beside that of the rest.
        restraint_saturation: their true chroma is scaled by it; below 1 asks for paler ones.
        restraint_terms: the ``terms`` are asked of them too; else only the plain loss is.
        headroom_weight: of ``headroom.crowding`` in the generator's loss; 0 for none.
        flip: mirror each training photo left to right with probability 1/2.
        zoom: of ``augmentation.window`` on each training photo; 0 for none.
        augment: strength of ``augmentation.gray_of_film`` on what the generator sees; 0 for none.
        age: strength of ``ageing`` on what the generator sees, with paper around some photos; 0 for
            none.
        teacher: a ``teaching.Teacher``, whose chroma is, or is part of, the target in training, of
            photos of restraint too; validation is against the truth. None for the truth alone.
        ema: decay of the moving average of the generator's weights, such as 0.995; the average is
            then what is validated and delivered. 0 for none.
        seed: of flips, dropout and noise; every epoch reseeds from (seed, epoch), so a resumed
            run draws what the uninterrupted one would.
    """

    optimizer_names = ("optimizer",)
    backbone_optimizer = None

    def __init__(
        self,
        generator,
        codec="rgb",
        loss_name="l1",
        terms=None,
        codec_options=None,
        classes=None,
        restraint=0,
        restraint_weight=1.0,
        restraint_saturation=1.0,
        restraint_terms=False,
        headroom_weight=0.0,
        flip=True,
        zoom=0.0,
        augment=0.0,
        age=0.0,
        teacher=None,
        ema=0.0,
        seed=0,
        **kwargs,
    ):
        super().__init__(inputs=generator.inputs, outputs=generator.outputs, **kwargs)
        self.generator = generator
        self.codec_name, self.flip, self.zoom, self.augment = codec, flip, zoom, augment
        self.age, self.teacher = age, teacher
        self.loss_name, self.terms, self.seed = loss_name, dict(terms or {}), seed
        self.restraint, self.restraint_weight = restraint, restraint_weight
        self.restraint_saturation, self.restraint_terms = restraint_saturation, restraint_terms
        self.headroom_weight = headroom_weight
        self.classes = None if classes is None else [float(weight) for weight in classes]
        self._pixel = pixel.PixelLoss(loss_name, **self.terms, classes=self.classes)
        self.ema, self.average = ema, keras.models.clone_model(generator) if ema else None
        if ema:
            self.average.set_weights(generator.get_weights())
            self.average.trainable = False
        self.codec_options = dict(codec_options or {})
        self._codec = codecs.get(codec, **self.codec_options)
        self.random = keras.random.SeedGenerator(seed)
        names = ("psnr", "colourfulness", "neutral_drift")
        self.quality = {name: keras.metrics.Mean(name=name) for name in names}

    def get_config(self):
        """The trainer's options and its generator, for saving."""
        return {
            "name": self.name,
            "generator": keras.saving.serialize_keras_object(self.generator),
            "codec": self.codec_name,
            "codec_options": self.codec_options,
            "classes": self.classes,
            "loss_name": self.loss_name,
            "terms": self.terms,
            "restraint": self.restraint,
            "restraint_weight": self.restraint_weight,
            "restraint_saturation": self.restraint_saturation,
            "restraint_terms": self.restraint_terms,
            "headroom_weight": self.headroom_weight,
            "flip": self.flip,
            "zoom": self.zoom,
            "augment": self.augment,
            "age": self.age,
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
        revive = keras.saving.deserialize_keras_object
        nested = {k for k, v in config.items() if isinstance(v, dict) and "class_name" in v}
        return cls(**{k: revive(v) if k in nested else v for k, v in config.items()})

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
        if training and self.flip:
            draw = keras.random.uniform((ops.shape(rgb)[0], 1, 1, 1), seed=self.random)
            rgb = ops.where(draw < 0.5, ops.flip(rgb, axis=2), rgb)
        if training and self.zoom:
            # Back to whole levels, which is what codecs take and photos have.
            rgb = photo.window(ops.cast(rgb, "float32"), self.zoom, self.random)
            rgb = ops.cast(ops.round(ops.clip(rgb, 0.0, 255.0)), "uint8")
        clean = rgb
        if training and self.age:
            rgb = ageing.frames(rgb, self.age, self.random)
        x, target = self._codec.encode(rgb)
        if training and self.teacher:
            target = self.teacher.target(clean, rgb, target)
        rgb = ops.cast(rgb, "float32") / 255.0
        if training and (self.augment or self.age):
            seen = photo.gray_of_film(rgb, self.augment, self.random, self.age)
            x = self._codec.see(seen)
        return spaces.luma(rgb), x, target

    def pixel_loss(self, target, prediction, gray, training=False):
        """The loss of predictions (B, h, w, C) against their targets, a scalar.

        In training the last ``restraint`` photos count by themselves.
        """
        if not (training and self.restraint):
            return self._pixel(target, prediction, gray)
        known, other = slice(None, -self.restraint), slice(-self.restraint, None)
        value = self._pixel(target[known], prediction[known], gray[known])
        pale = self.restraint_saturation * target[other]
        modest = self._pixel if self.restraint_terms else self._pixel.plain
        return value + self.restraint_weight * modest(pale, prediction[other], gray[other])

    @functools.cached_property  # past Keras's tracking: its weights are the generator's
    def _watched(self):
        return activation_penalty.watched(self.generator)

    def step_generator(self, x, loss):
        """One optimizer step of the generator on ``loss(prediction) → (scalar, rest)``."""
        model = self._watched if self.headroom_weight else self.generator
        state = [v.value for v in model.non_trainable_variables]

        def objective(values):
            prediction, moved = model.stateless_call(values, state, x, training=True)
            if self.headroom_weight:
                prediction, *crowd = prediction
            value, rest = loss(prediction)
            if self.headroom_weight:
                value = value + self.headroom_weight * activation_penalty.crowding(crowd)
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
