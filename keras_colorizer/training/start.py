"""Beginning a run from another one's weights."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from keras_colorizer.data import likeness
from keras_colorizer.errors import UserError
from keras_colorizer.images.files import write_text
from keras_colorizer.models import card, presets, registry
from keras_colorizer.models.backbones import pretrained
from keras_colorizer.training.trainer import BACKBONE

# ``--init imagenet`` begins from the pretrained weights of the generator's backbone.
IMAGENET = "imagenet"
# The card of the run that the weights came from, kept beside the new run's recipe.
KEPT = "init.json"
# The card of the run's teacher, likewise.
TAUGHT = "teacher.json"


def begin_from(recipe, run, trainer):
    """Gives the trainer the weights that ``recipe.init`` names, and records whence.

    They are a finished run's or a preset's, or, with ``imagenet``, the pretrained ones of the
    generator's backbone. The run's folder receives init.json, the other run's card;
    environment.json its name, its time and its photos. The networks must have the same weights;
    working sizes may differ.

    Args:
        recipe: the Recipe.
        run: the ``Run`` that begins.
        trainer: its ``ColorTrainer``.

    Raises:
        UserError: the generator has no backbone with pretrained weights, or their package is not
            installed; the other run is not finished, or its network or codec is another.
    """
    if recipe.init == IMAGENET:
        run.write_environment(init=_pretrained(recipe, trainer))
        return
    before = folder_of(recipe.init)
    network, found = card.load_network(before)
    if found["codec"] != recipe.codec:
        raise UserError(
            f"--init {recipe.init}: its codec is {found['codec']!r}, this run's {recipe.codec!r}; "
            f"add --set codec={found['codec']} or begin from another run"
        )
    new, old = (tuple(w.shape for w in n.get_weights()) for n in (trainer.generator, network))
    if new != old:
        raise UserError(
            f"--init {recipe.init}: its generator {found.get('generator')} has other weights than "
            f"this run's {recipe.generator!r} with {recipe.generator_options}; set them alike"
        )
    trainer.generator.set_weights(network.get_weights())
    if trainer.ema:
        trainer.average.set_weights(network.get_weights())
    write_text(run.folder / KEPT, (before / card.CARD).read_text(encoding="utf-8"))
    training = found.get("training") or {}
    run.write_environment(init={"run": before.name, "training": training})


def followed(recipe):
    """A recipe of ``finetune`` with network, codec and size of what it begins from.

    Args:
        recipe: the Recipe; without ``finetune`` it is returned as it is.

    Raises:
        UserError: ``init`` names no finished run or preset, or its card does not say what it is.
    """
    if not recipe.finetune:
        return recipe
    if recipe.init in (None, IMAGENET):
        raise UserError("--set finetune=true goes on from a model: add --init RUN or --init NAME")
    found = card.read_run(folder_of(recipe.init))
    generator = found.get("generator") or {}
    if "name" not in generator:
        raise UserError(
            f"--init {recipe.init}: its card does not name its generator; train it anew"
        )
    options = generator.get("options") or {}
    changes = {key: found[key] for key in ("codec", "size", "fit") if key in found}
    changes |= {"codec_options": found.get("codec_options") or {}}
    changes |= {"generator": generator["name"], "generator_options": options}
    if BACKBONE not in {**registry.defaults(generator["name"]), **options}:
        changes |= {"backbone_learning_rate": None, "backbone_frozen": 0}
    return dataclasses.replace(recipe, **changes)


def check(recipe):
    """Raises a UserError, before there is a run folder, if beginning or teacher is not there."""
    if recipe.teacher is not None:
        card.read_run(folder_of(recipe.teacher, "--teacher"))
    if recipe.init == IMAGENET:
        pretrained.check(_backbone(recipe))
    elif recipe.init:
        card.read_run(folder_of(recipe.init))


def folder_of(init, option="--init"):
    """The folder that ``option`` means: what stands at the path, else the preset of that name.

    Raises:
        UserError: neither is there.
    """
    if Path(init).exists():
        return Path(init)
    try:
        return presets.find(init)
    except UserError as error:
        raise UserError(f"{option} {init}: no such folder, and {error.message}") from None


def _backbone(recipe):
    name = {**registry.defaults(recipe.generator), **recipe.generator_options}.get(BACKBONE)
    if name is None:
        raise UserError(
            f"--init {IMAGENET}: generator {recipe.generator!r} has no backbone with pretrained "
            "weights; --set generator=pyramid has"
        )
    return name


def _pretrained(recipe, trainer):
    """Gives the generator's backbone its pretrained weights; returns what a card keeps of them."""
    name = _backbone(recipe)
    found = pretrained.load(trainer.generator.get_layer(BACKBONE), name)
    if trainer.ema:
        trainer.average.set_weights(trainer.generator.get_weights())
    return {"backbone": name, **found}


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
