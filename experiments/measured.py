"""A measured number by the key of its record.

value("runs", "flowers-128", "wall_minutes")                     of its environment.json
value("evaluations", "oxford-test-128", "gan", "psnr")           a metric's mean
value("benchmarks", "photo", "1 MP, colour", "seconds")          of `benchmark … --json`
value("saved_models", "flowers", "training", "photos")           of a shipped model's card
"""

import functools
import json
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "experiments"


@functools.cache
def _json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def value(kind, name, *keys, root=ROOT):
    """The number that stands in a record.

    Args:
        kind: ``runs``, ``evaluations``, ``benchmarks`` or ``saved_models``.
        name: of the record.
        keys: where in its file: a field, a row and a metric, a path.

    Raises:
        KeyError: there is no such record or number; it is named.
    """
    where = root / "experiments" / kind / name
    path = {
        "runs": where / "environment.json",
        "evaluations": where / "results.json",
        "benchmarks": where.with_name(f"{name}.json"),
        "saved_models": root / kind / name / "card.json",
    }[kind]
    if kind == "evaluations":
        keys = keys if keys[0] == "protocol" else ("models", keys[0], "metrics", *keys[1:], "mean")
    if kind == "benchmarks":
        keys = ("measured", *keys)
    try:
        return functools.reduce(lambda found, key: found[key], keys, _json(path))
    except (OSError, KeyError, TypeError):
        raise KeyError(f"{path.relative_to(root)}: no {' / '.join(map(str, keys))}") from None


def typed():
    """The command line of the script that runs, without where its record goes."""
    words = list(sys.argv)
    if "--json" in words:
        place = words.index("--json")
        del words[place : place + 2]
    return shlex.join(["python", *words])
