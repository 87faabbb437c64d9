"""What a recorded command would train, without training it.

A record's command.txt holds one line that runs as it stands, in the repository's root:

    python -m keras_colorizer.train …
    python experiments/systems.py NAME …
"""

import shlex
from pathlib import Path

import click
import systems

from keras_colorizer.train import chosen, train
from keras_colorizer.training import recipes

ROOT = Path(__file__).resolve().parents[1]
TRAIN = ("python", "-m", "keras_colorizer.train")
BENCH = ("python", "experiments/systems.py")


def read(command):
    """The options of the training that a command begins, as a dict of train's parameters.

    Raises:
        ValueError: the command is not one that begins one training, or does not parse.
    """
    try:
        with train.make_context("train", _arguments(command)) as context:
            found = context.params
    except click.exceptions.Exit:
        raise ValueError(f"{command!r}: trains nothing") from None
    except click.ClickException as error:
        raise ValueError(f"{command!r}: {error.format_message()}") from error
    if found["resume"]:
        raise ValueError(f"{command!r}: goes on with a run that is not recorded")
    return found


def recipe(command, root=ROOT):
    """The Recipe that a command trains; ValueError as `read`, UserError as ``train``.

    The path of a recipe.json stands below ``root``.
    """
    found = read(command)
    name = found["name"]
    name = str(root / name) if name.endswith(".json") else name
    return chosen(name, *(found[key] for key in ("settings", "data", "init", "smoke")))


def differences(one, other):
    """The fields in which two recipes would train differently, by name."""
    different = _different(recipes.keys.flat(one), recipes.keys.flat(other))
    plans = [[recipes.keys.flat(stage.recipe) for stage in recipes.plan(r)] for r in (one, other)]
    staged = len(plans[0]) != len(plans[1]) or any(
        _different(*stages) - different for stages in zip(*plans, strict=True)
    )
    return sorted(different | ({"stages"} if staged else set()))


def _different(one, other):
    # What is said of an adversary counts where both have one.
    return {key for key in one.keys() & other.keys() if _plain(one[key]) != _plain(other[key])}


def _plain(value):
    """A value as JSON would give it back: lists for tuples."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _arguments(command):
    """What train is told."""
    if len(command.splitlines()) != 1:
        raise ValueError(f"{command!r}: not one line")
    words = shlex.split(command)
    if tuple(words[: len(TRAIN)]) == TRAIN:
        return words[len(TRAIN) :]
    if tuple(words[: len(BENCH)]) == BENCH:
        return _of_bench(words[len(BENCH) :])
    raise ValueError(f"{command!r}: begins with neither {' '.join(TRAIN)} nor {' '.join(BENCH)}")


def _of_bench(words):
    """What train is told for the one system that systems.py is to train."""
    try:
        options = systems.read(words)
    except SystemExit:
        raise ValueError(f"{shlex.join(words)}: not what systems.py takes") from None
    if len(options.names) != 1 or options.list:
        raise ValueError(f"{shlex.join(words)}: name one system, so that it is one training")
    (name,) = options.names
    return systems.arguments_of(name, options.out / f"{name}-s{options.seed}", options)
