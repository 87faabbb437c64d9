"""Every system on one bench: the same photos, split, size and number of photos seen.

    python experiments/systems.py [NAME…] [--seed 0] [--photos 10240] [--size 64] [--list]

Trains each NAME (default: all of SYSTEMS) one after the other into runs/bench/NAME-sSEED with
`python -m keras_colorizer.train`, 512 photos an epoch, on as many photos as every other, whatever
the discriminator's accuracy. What is finished is left alone, what was broken off goes on. Then
score them all in one table, and count who dominates:

    python -m keras_colorizer.evaluate runs/bench/*-s0 --size 64 --out bench-64
    python experiments/dominance.py runs/bench/gan*

The report's question about random images: the same with other photos, and no flowers.

    python experiments/systems.py autoencoder unet gan nazeri colorful chroma --data FOLDER
        --out runs/random

``--set KEY=VALUE`` changes a field of each recipe, as in training: give it an ``--out`` of its own.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from keras_colorizer.training import recipes

EPOCH = 512
# Recipes on the bench, those of the report first.
SYSTEMS = (
    "autoencoder",
    "unet",
    "gan",
    "gan-conditional",
    "gan-dense",
    "gan-highway",
    "gan-patch",
    "gan-spectral",
    "gan-hinge",
    "gan-least-squares",
    "gan-augmented",
    "nogan",
    "nazeri",
    "colorful",
    "chroma",
)


def settings(name, options):
    """What ``--set`` says of a system: the same for all, epochs of stages in proportion."""
    recipe, epochs = recipes.get(name), options.photos // EPOCH
    shared = {"size": options.size, "epoch_photos": EPOCH, "validation_photos": 256}
    shared |= {"seed": options.seed, "precision": options.precision, "converged_patience": "none"}
    if not recipe.stages:
        return {**shared, "epochs": epochs}
    found = {k: v for k, v in shared.items() if not any(k in stage for stage in recipe.stages)}
    left = epochs
    for number in range(len(recipe.stages), 0, -1):
        stage = recipe.stages[number - 1]
        part = max(1, round(stage["epochs"] * epochs / recipe.run.epochs)) if number > 1 else left
        left -= part
        own = {"epochs": part} | {k: v for k, v in shared.items() if k in stage}
        found |= {f"stages.{number}.{key}": value for key, value in own.items()}
    return found


def command(name, folder, options):
    """What a user would type to train one system, or to go on with it."""
    train = [sys.executable, "-m", "keras_colorizer.train"]
    if (folder / "recipe.json").is_file():
        return [*train, "--run", str(folder), "--resume"]
    return train + arguments_of(name, folder, options)


def arguments_of(name, folder, options):
    """What train is told for one system."""
    data = ["--data", options.data] if options.data else []
    found = settings(name, options)
    found = [f"{key}={value}" for key, value in found.items()] + options.set
    sets = [word for setting in found for word in ("--set", setting)]
    return ["--recipe", name, "--run", str(folder), *data, *sets]


def read(arguments=None):
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--photos", type=int, default=10_240)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--precision", default="mixed_bfloat16")
    parser.add_argument("--data", help="other photos than each recipe's own")
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--list", action="store_true", help="only print the commands")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(SYSTEMS):
        parser.error(
            f"no such system: {', '.join(sorted(unknown))}; there are {', '.join(SYSTEMS)}"
        )
    return options


def main():
    """Trains what the command line names."""
    options = read()
    for name in options.names or SYSTEMS:
        folder = options.out / f"{name}-s{options.seed}"
        words = command(name, folder, options)
        print(" ".join(["python", *words[1:]]), flush=True)
        if options.list or (folder / "saved_model").is_dir():
            continue
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
