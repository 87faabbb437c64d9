"""Every system on one bench: the same photos, split, size and number of photos seen.

    python experiments/systems.py [NAME…] [--seed 0] [--photos 10240] [--size 64] [--list]

Trains each NAME (default: all of SYSTEMS) one after the other into runs/bench/NAME-sSEED with
`python -m keras_colorizer.train`, 512 photos an epoch. What is finished is left alone, what was
broken off goes on. Then score them all in one table and count who dominates:

    python -m keras_colorizer.evaluate runs/bench/*-s0 --size 64 --out bench-64
    python experiments/dominance.py runs/bench/gan*
"""

import argparse
import subprocess
import sys
from pathlib import Path

EPOCH = 512

# name → what makes it different: a recipe, then --set overrides.
SYSTEMS = {
    "autoencoder": ["autoencoder"],
    "gan": ["gan"],
    "gan-dense": ["gan-dense"],
    "gan-highway": ["gan-highway"],
    "gan-conditional": ["gan-conditional"],
    "nazeri": ["nazeri"],
    "colorful": ["colorful"],
}


def command(name, folder, options):
    """What a user would type to train one system."""
    recipe, *overrides = SYSTEMS[name]
    train = [sys.executable, "-m", "keras_colorizer.train"]
    if (folder / "recipe.json").is_file():
        return [*train, "--run", str(folder), "--resume"]
    shared = {"size": options.size, "epochs": options.photos // EPOCH, "epoch_photos": EPOCH}
    shared |= {"seed": options.seed, "validation_photos": 256, "precision": options.precision}
    sets = [f"{key}={value}" for key, value in shared.items()] + overrides
    train += ["--recipe", recipe, "--run", str(folder)]
    return train + [word for override in sets for word in ("--set", override)]


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--photos", type=int, default=10_240)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    parser.add_argument("--list", action="store_true", help="only print the commands")
    options = parser.parse_args()
    unknown = set(options.names) - set(SYSTEMS)
    if unknown:
        parser.error(
            f"no such system: {', '.join(sorted(unknown))}; there are {', '.join(SYSTEMS)}"
        )
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
