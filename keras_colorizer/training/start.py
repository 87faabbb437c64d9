"""Beginning a run from another one's weights."""

import json
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.images.files import write_text
from keras_colorizer.models import card

# The card of the run that the weights came from, kept beside the new run's recipe.
KEPT = "init.json"


def begin_from(recipe, run, trainer):
    """Gives the trainer the weights of the finished run ``recipe.init``, and records whence.

    The run's folder receives init.json, the other run's card; environment.json its name, its time
    and its photos. The networks must have the same weights; working sizes may differ.

    Args:
        recipe: the Recipe.
        run: the ``Run`` that begins.
        trainer: its ``ColorTrainer``.

    Raises:
        UserError: the other run is not finished, or its network or codec is another.

    Example:
        >>> begin_from(recipe, run, session.build(recipe))
    """
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


def inherited_hashes(folder):
    """Hashes of the photos that the run's beginning was trained on; empty without one.

    Example:
        >>> inherited_hashes("runs/0001-gan")
        set()
    """
    path = Path(folder) / KEPT
    if not path.is_file():
        return set()
    found = json.loads(path.read_text(encoding="utf-8"))
    return set((found.get("data") or {}).get("id_hashes", "").split())
