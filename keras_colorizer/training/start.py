"""Beginning a run from another one's weights."""

import json
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.images.files import write_text
from keras_colorizer.models import card, registry
from keras_colorizer.models.backbones import pretrained
from keras_colorizer.training.trainer import BACKBONE

# ``--init imagenet`` begins from the pretrained weights of the generator's backbone.
IMAGENET = "imagenet"
# The card of the run that the weights came from, kept beside the new run's recipe.
KEPT = "init.json"


def begin_from(recipe, run, trainer):
    """Gives the trainer the weights that ``recipe.init`` names, and records whence.

    They are a finished run's, or, with ``imagenet``, the pretrained ones of the generator's
    backbone. The run's folder receives init.json, the other run's card; environment.json its name,
    its time and its photos. The networks must have the same weights; working sizes may differ.

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
    network, found = card.load_network(recipe.init)
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
    write_text(run.folder / KEPT, (Path(recipe.init) / card.CARD).read_text(encoding="utf-8"))
    training = found.get("training") or {}
    run.write_environment(init={"run": Path(recipe.init).name, "training": training})


def check(recipe):
    """Raises a UserError, before there is a run folder, if the run has nothing to begin from."""
    if recipe.init == IMAGENET:
        pretrained.check(_backbone(recipe))


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
    """Hashes of the photos that the run's beginning was trained on; empty without one."""
    path = Path(folder) / KEPT
    if not path.is_file():
        return set()
    found = json.loads(path.read_text(encoding="utf-8"))
    return set((found.get("data") or {}).get("id_hashes", "").split())
