"""The run folder: its number, its environment, its metrics, its checkpoints."""

import csv
import datetime
import importlib.metadata
import io
import json
import os
import platform
import re
import shutil
import subprocess
import time
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.training import recipes
from keras_colorizer.utils.files import replace_atomically, write_text

PACKAGES = (
    "keras_colorizer", "keras", "tensorflow", "torch", "numpy", "pillow", "scikit-image", "scipy",
)  # fmt: skip


def new_folder(name, root="runs"):
    """The next numbered run folder, such as ``runs/0003-gan`` (made, empty)."""
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    numbers = [int(m[1]) for p in root.iterdir() if (m := re.match(r"(\d{4})-", p.name))]
    for number in range(max(numbers, default=0) + 1, 10_000):
        folder = root / f"{number:04d}-{name}"
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            continue
    raise UserError(f"{root}: all run numbers are taken; give `run=DIR`")


def newest(root="runs"):
    """The run folder that was begun last, for ``--resume`` without ``--run``.

    Raises:
        UserError: there is none.
    """
    runs = sorted(Path(root).glob("[0-9]*-*/recipe.json")) if Path(root).is_dir() else []
    if not runs:
        raise UserError(f"{root}/: no run to resume; name its folder with `run=DIR`")
    return runs[-1].parent


def versions():
    """Versions of what computes, for environment.json and cards."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def commit(folder=None):
    """The commit of the code that runs, or None.

    Git is asked only about a checkout of this project, whose ``setup.cfg`` stands beside the
    package and at the top of the repository: an installed copy may lie in another's repository.
    """
    top = Path(folder or Path(__file__).parents[2]).resolve()
    try:
        if "name = keras_colorizer\n" not in (top / "setup.cfg").read_text(encoding="utf-8"):
            return None
        if Path(_git(top, "--show-toplevel")).resolve() != top:
            return None
        return _git(top, "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(folder, what):
    command = ["git", "-C", str(folder), "rev-parse", what]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _epoch_of(checkpoint):
    return int(checkpoint.name.rpartition("-")[2])


class Run:
    """One run folder.

    Args:
        folder: its path.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.checkpoints = self.folder / "checkpoints"

    @classmethod
    def begin(cls, folder, recipe):
        """Starts a run in ``folder``, which must not hold one already."""
        run = cls(folder)
        if (run.folder / "recipe.json").exists():
            raise UserError(
                f"{folder}: holds a run already; add `resume=True` to go on with it, "
                "or name another folder"
            )
        recipes.write(recipe, run.folder / "recipe.json")
        return run

    @property
    def recipe(self):
        """The run's own recipe."""
        return recipes.read(self.folder / "recipe.json")

    @property
    def rows(self):
        """metrics.csv as a list of dicts of floats, one an epoch."""
        path = self.folder / "metrics.csv"
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]

    def write_rows(self, rows):
        """Writes metrics.csv, whole or not at all."""
        columns = list(dict.fromkeys(key for row in rows for key in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: f"{v:.7g}" for k, v in row.items()} for row in rows)
        write_text(self.folder / "metrics.csv", text.getvalue())

    def _kept(self, kind):
        found = self.checkpoints.glob(f"{kind}-*") if self.checkpoints.is_dir() else []
        return sorted(p for p in found if re.fullmatch(rf"{kind}-\d{{5}}", p.name))

    @property
    def epochs_done(self):
        """How many epochs the last complete checkpoint has behind it."""
        kept = self._kept("last")
        return _epoch_of(kept[-1]) if kept else 0

    def save(self, trainer, kind, epochs):
        """Writes checkpoint ``kind`` ("last" or "best"), then removes the one before it."""
        folder = self.checkpoints / f"{kind}-{epochs:05d}"
        with replace_atomically(folder) as temporary:
            temporary.mkdir()
            trainer.save_weights(temporary / "trainer.weights.h5")
        for old in self._kept(kind):
            if old != folder:
                shutil.rmtree(old)

    def load(self, trainer, kind):
        """Loads checkpoint ``kind`` (weights, optimizers, statistics); returns its epoch."""
        kept = self._kept(kind)
        if not kept:
            raise UserError(f"{self.folder}: no {kind!r} checkpoint to load")
        trainer.load_weights(kept[-1] / "trainer.weights.h5")
        return _epoch_of(kept[-1])

    def copy_best(self, epochs):
        """Makes the checkpoint just saved as ``last`` also the best."""
        source, target = (self.checkpoints / f"{kind}-{epochs:05d}" for kind in ("last", "best"))
        with replace_atomically(target) as temporary:
            shutil.copytree(source, temporary)
        for old in self._kept("best"):
            if old != target:
                shutil.rmtree(old)

    @property
    def environment(self):
        """environment.json as a dict, empty before the first epoch."""
        path = self.folder / "environment.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def write_environment(self, **facts):
        """Merges facts into environment.json; ``commits`` keeps every one that the run met.

        None among them stands for code whose commit is not known.
        """
        before = self.environment
        if commits := [*before.get("commits", []), *facts.pop("commits", [])]:
            facts["commits"] = list(dict.fromkeys(commits))
        text = json.dumps({**before, **facts}, indent=2) + "\n"
        write_text(self.folder / "environment.json", text)


class Clock:
    """Adds this process's wall and CPU time to what earlier ones of a resumed run took."""

    def __init__(self, environment):
        self._before = {k: environment.get(k, 0.0) for k in ("wall_minutes", "cpu_minutes")}
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def spent(self):
        """Minutes of wall and of CPU time since the run was first begun."""
        wall, cpu = time.monotonic() - self._wall, time.process_time() - self._cpu
        return {
            "wall_minutes": round(self._before["wall_minutes"] + wall / 60, 3),
            "cpu_minutes": round(self._before["cpu_minutes"] + cpu / 60, 3),
        }


def facts(device):
    """What environment.json says of machine and software."""
    allowed = getattr(os, "sched_getaffinity", None)
    return {
        "versions": versions(),
        "platform": platform.platform(terse=True),
        "cores": len(allowed(0)) if allowed else os.cpu_count(),
        "device": device,
        "backend": os.environ.get("KERAS_BACKEND", "tensorflow"),
        "commits": [commit()],
        "date": datetime.date.today().isoformat(),
    }
