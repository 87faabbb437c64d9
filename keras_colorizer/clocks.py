"""Fair timings for ``keras-colorizer benchmark``: whole processes, each beside its floor."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError

# What any program must do that turns one photo into another: start, decode, encode.
FLOOR = """
import sys
from PIL import Image
quality = int(sys.argv[1])
for source, target in zip(sys.argv[2::2], sys.argv[3::2]):
    with Image.open(source) as photo:
        photo.save(target, quality=quality)
"""


def picture(width, height, mode="RGB", seed=0):
    """A photo-like picture: smooth shapes, edges, fine texture; the same for the same seed.

    Args:
        width, height: in pixels.
        mode: ``RGB`` or ``L``.
        seed: of the picture.

    Returns:
        ``PIL.Image``.
    """
    from keras_colorizer.data.sources.garden import garden

    small = Image.fromarray(garden(1, 256, seed)[0])
    large = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    grain = np.random.default_rng(seed).normal(0, 6, (height, width, 1)).astype(np.int16)
    return Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).convert(mode)


# Linux counts the memory of the process that starts another to that one's peak: so a small one.
LAUNCHER = """
import os, sys, time
started = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), time.perf_counter() - started, usage.ru_maxrss)
"""


def process(command):
    """Runs a command to its end: (seconds of wall time, peak memory in MB).

    Args:
        command: list of words, the first a program's absolute path; it must print nothing.

    Raises:
        UserError: it fails; its last line is told.
    """
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    # Compiling every module at each start is no user's case; the untimed round fills the caches.
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(launched, capture_output=True, text=True, env=variables, check=False)
    code, seconds, peak = done.stdout.split()[-3:]
    if code != "0":
        lines = done.stderr.strip().splitlines()
        raise UserError(f"{' '.join(command[:4])} … failed: {lines[-1] if lines else 'silent'}")
    return float(seconds), float(peak) / (2**20 if sys.platform == "darwin" else 1024)


def beside(commands, repeats):
    """Times commands in turns, so that a slow moment of the machine meets them all.

    Args:
        commands: dict of name → command.
        repeats: how often each runs, after one untimed round that fills the file cache.

    Returns:
        Dict of name → {"best", "median" (seconds), "peak" (MB)}.
    """
    runs = {name: [] for name in commands}
    for turn in range(repeats + 1):
        for name, command in commands.items():
            measured = process(command)
            if turn:
                runs[name].append(measured)
    return {
        name: {
            "best": min(seconds for seconds, _ in found),
            "median": statistics.median(seconds for seconds, _ in found),
            "peak": max(peak for _, peak in found),
        }
        for name, found in runs.items()
    }


def floor_command(photos, folder, quality=95):
    """A Python process that decodes and encodes ``photos`` into ``folder`` with Pillow, no more."""
    pairs = [str(path) for photo in photos for path in (photo, Path(folder) / f"{photo.stem}.jpg")]
    return [sys.executable, "-c", FLOOR, str(quality), *pairs]


def colorize_command(inputs, folder, model=None, *options):
    """The command that a user types to colorize ``inputs`` into ``folder``."""
    command = [sys.executable, "-m", "keras_colorizer.colorize", *map(str, inputs)]
    command += ["--out", str(folder), "--overwrite", *options]
    return command + (["--model", str(model)] if model else [])
