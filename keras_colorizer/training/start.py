"""Beginning a run from another one's weights."""

import functools
import json
from pathlib import Path

import numpy as np
from keras import ops

from keras_colorizer.color import codecs
from keras_colorizer.data import likeness
from keras_colorizer.errors import UserError
from keras_colorizer.models import card, presets, registry
from keras_colorizer.models.backbones import pretrained
from keras_colorizer.training import recipes
from keras_colorizer.training.trainers.base import BACKBONE
from keras_colorizer.utils.files import write_text
from keras_colorizer.utils.progress import log

# ``--init imagenet`` begins from the pretrained weights of the generator's backbone.
IMAGENET = "imagenet"
# The card of the run that the weights came from, kept beside the new run's recipe.
KEPT = "init.json"
# The card of the run's teacher, likewise.
TAUGHT = "teacher.json"


def begin_from(recipe, run, trainer):
    """Gives the trainer the weights that ``recipe.run.init`` names, and records whence.

    They are a finished run's or a preset's, or, with ``imagenet``, the pretrained ones of the
    generator's backbone. The run's folder receives init.json, the other run's card;
    environment.json its name, its time and its photos. The networks must have the same weights;
    working sizes may differ. Where the run's codec or its head (the last layer with weights) is
    another, the body's weights are taken over and the head begins anew: one printed line says so,
    and environment.json ``"head": "new"``.

    Args:
        recipe: the Recipe.
        run: the ``Run`` that begins.
        trainer: its ``ColorTrainer``.

    Raises:
        UserError: the generator has no backbone with pretrained weights, or their package is not
            installed; the other run is not finished, its network's body is another, or that was
            trained to see something else than this run's codec gives.
    """
    if recipe.run.init == IMAGENET:
        run.write_environment(init=_pretrained(recipe, trainer))
        return
    start = folder_of(recipe.run.init)
    network, found = card.load_network(start)
    whole = _is_same_head(recipe, found, trainer.generator, network)
    new, old = (_weights(n, whole) for n in (trainer.generator, network))
    if [w.shape for w in new] != [w.shape for w in old]:
        if found["codec"] != recipe.codec.name:
            raise UserError(
                f"`init={recipe.run.init}`: its codec is {found['codec']!r}, this run's "
                f"{recipe.codec.name!r}, and the bodies of their generators "
                f"{found.get('generator')} and {recipe.generator.name!r} differ; set them alike"
            )
        raise UserError(
            f"`init={recipe.run.init}`: its generator {found.get('generator')} has other weights "
            f"than this run's {recipe.generator.name!r} with {recipe.generator.options}; set them "
            "alike"
        )
    for weight, before in zip(new, old, strict=True):
        weight.assign(before)
    if not whole:
        log.info(_told(recipe, found, trainer.generator, network, len(new)))
    if trainer.ema:
        trainer.average.set_weights(trainer.generator.get_weights())
    write_text(run.folder / KEPT, (start / card.CARD).read_text(encoding="utf-8"))
    training = found.get("training") or {}
    init = {"run": start.name, "training": training}
    run.write_environment(init=init if whole else {**init, "head": "new"})


def followed(recipe):
    """A recipe of ``finetune`` with network, codec and size of what it begins from.

    Args:
        recipe: the Recipe; without ``finetune`` it is returned as it is.

    Raises:
        UserError: ``init`` names no finished run or preset, or its card does not say what it is.
    """
    if not recipe.run.finetune:
        return recipe
    if recipe.run.init in (None, IMAGENET):
        raise UserError("`finetune=true` goes on from a model: add `init=RUN` or `init=NAME`")
    found = card.read_run(folder_of(recipe.run.init))
    generator = found.get("generator") or {}
    if "name" not in generator:
        raise UserError(f"`init={recipe.run.init}`: its card names no generator; train it anew")
    options = generator.get("options") or {}
    changes = {key: found[key] for key in ("codec", "size", "fit") if key in found}
    changes |= {"codec_options": found.get("codec_options") or {}}
    changes |= {"generator": generator["name"], "generator_options": options}
    if BACKBONE not in {**registry.defaults(generator["name"]), **options}:
        changes |= {"backbone_learning_rate": None, "backbone_frozen": 0}
    return recipe.changed(**changes)


def _is_same_head(recipe, found, generator, network):
    """Whether codec and last layer of both are the same; checks that both see the same."""
    before = codecs.get(found["codec"], **found.get("codec_options", {}))
    after = codecs.get(recipe.codec.name, **recipe.codec.options)
    ramp = np.linspace(0, 1, 256, dtype=np.float32).reshape(1, 16, 16, 1)
    if not np.allclose(*(ops.convert_to_numpy(c.see(ramp)) for c in (before, after)), atol=1e-3):
        option = "sees" in codecs.defaults(recipe.codec.name)
        mend = "set codec.sees as that run saw it" if option else "begin from another run"
        raise UserError(
            f"`init={recipe.run.init}`: its network sees the photo as codec {found['codec']!r} "
            f"gives it, this run's codec {recipe.codec.name!r} gives something else; {mend}"
        )
    shapes = [[w.shape for w in _head(n).weights] for n in (generator, network)]
    return found["codec"] == recipe.codec.name and shapes[0] == shapes[1]


def _head(network):
    """The last layer with weights, which makes features into what the codec decodes."""
    return [layer for layer in network.layers if layer.weights][-1]


def _weights(network, whole):
    """The network's weights, or those of its body alone."""
    head = set() if whole else {id(w) for w in _head(network).weights}
    return [w for w in network.weights if id(w) not in head]


def _told(recipe, found, generator, network, count):
    kernels = [_head(n).weights[0].shape for n in (generator, network)]
    new, old = (" × ".join(map(str, shape)) for shape in kernels)
    return (
        f"init: {count} weight tensors of the body are taken over from {recipe.run.init}; the last "
        f"layer begins anew ({new} for codec {recipe.codec.name!r}, there {old} for "
        f"{found['codec']!r})"
    )


def check(recipe):
    """Raises a UserError, before there is a run folder, if beginning or teacher is not there."""
    if recipe.teacher.source is not None:
        card.read_run(folder_of(recipe.teacher.source, "teacher"))
    for stage in recipes.plan(recipe):
        if name := _judging(stage.recipe):
            try:
                pretrained.check(name)
            except UserError as error:
                told = (
                    f"discriminator {stage.recipe.adversary.discriminator.name!r}: {error.message}"
                )
                raise UserError(told) from None
    if recipe.run.init == IMAGENET:
        pretrained.check(_backbone(recipe))
    elif recipe.run.init:
        card.read_run(folder_of(recipe.run.init))


def folder_of(init, option="init"):
    """The folder that ``option`` means: the preset of that name, else what stands at the path.

    Raises:
        UserError: neither is there.
    """
    _note(str(init))
    return presets.existing(init, option)


@functools.cache
def _note(init):
    """Says once that a folder of a shipped model's name is passed over."""
    if told := presets.shadowed(init):
        log.info(told)


def _backbone(recipe):
    name = {**registry.defaults(recipe.generator.name), **recipe.generator.options}.get(BACKBONE)
    if name is None:
        raise UserError(
            f"`init={IMAGENET}`: generator {recipe.generator.name!r} has no backbone with "
            "pretrained weights; `generator=pyramid` has"
        )
    return name


def _pretrained(recipe, trainer):
    """Gives the generator's backbone its pretrained weights; returns what a card keeps of them."""
    name = _backbone(recipe)
    found = pretrained.load(trainer.generator.get_layer(BACKBONE), name)
    if trainer.ema:
        trainer.average.set_weights(trainer.generator.get_weights())
    return {"backbone": name, **found}


def teach(recipe, run, trainer):
    """Gives the backbone of a new discriminator its pretrained weights, and records whence.

    Args:
        recipe: the Recipe, or the stage's, that the discriminator is new in.
        run: the ``Run``; its environment.json receives ``"discriminator"``.
        trainer: its trainer; one whose discriminator has no backbone stays as it is.

    Raises:
        UserError: no pretrained weights are known of it, or their package is not installed.
    """
    if name := _judging(recipe):
        found = pretrained.load(trainer.discriminator.get_layer(BACKBONE), name)
        run.write_environment(discriminator={"backbone": name, **found})


def _judging(recipe):
    """The name of the discriminator's backbone; None without one."""
    if recipe.adversary is None:
        return None
    part = recipe.adversary.discriminator
    return {**registry.defaults(part.name), **part.options}.get(BACKBONE)


def inherited_hashes(folder):
    """Hashes of the ids of photos that the run's beginning or teacher was trained on, a set."""
    return {word for data in _inherited(folder) for word in data.get("id_hashes", "").split()}


def inherited_likeness(folder):
    """Perceptual hashes of the photos that the run's beginning or teacher learned, uint64 [M]."""
    found = [likeness.unpack(data.get("photo_hashes", "")) for data in _inherited(folder)]
    return np.concatenate([likeness.unpack(""), *found])


def _inherited(folder):
    """What the cards of the run's beginning and of its teacher tell of their data, a list."""
    paths = [Path(folder) / name for name in (KEPT, TAUGHT)]
    cards = [json.loads(p.read_text(encoding="utf-8")) for p in paths if p.is_file()]
    return [found.get("data") or {} for found in cards]
