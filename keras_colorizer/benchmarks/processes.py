"""Fair timings for ``keras-colorizer benchmark``: whole processes, each beside its floor."""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError

SIZES = {"1 MP": (1200, 840), "12 MP": (4000, 3000)}
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


def photo(model, repeats):
    """Times the colorize command on single JPEG photos, gray and in colour, 1 and 12 MP.

    Args:
        model: a shipped name, a path, or None for the shipped one.
        repeats: timed runs of each process.

    Returns:
        Dict of a photo's kind → seconds, the floor's, their ratio, and peak memory in MB.
    """
    rows = {}
    _title("one photo, whole process from start to file on disk", repeats)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for name, size in SIZES.items():
            for mode, kind in (("RGB", "colour"), ("L", "gray")):
                source = scratch / f"{size[0]}-{mode}.jpg"
                picture(*size, mode).save(source, quality=92)
                found = beside(
                    {
                        "floor": floor_command([source], scratch),
                        "ours": colorize_command([source], scratch / "out", model),
                    },
                    repeats,
                )
                rows[f"{name}, {kind}"] = _row(found)
                _line(f"{name}, {kind} JPEG", rows[f"{name}, {kind}"])
    return rows


def folder(model, repeats, photos):
    """Times the colorize command on a folder of 1 MP JPEG photos.

    Args:
        model, repeats: as for `photo`.
        photos: how many.

    Returns:
        Dict of one row as `photo`'s, with photos a second of both.
    """
    _title(f"a folder of {photos} photos of 1 MP", repeats)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        sources = scratch / "photos"
        sources.mkdir()
        for i in range(photos):
            picture(*SIZES["1 MP"], seed=i).save(sources / f"{i:04}.jpg", quality=92)
        (scratch / "floor").mkdir()
        found = beside(
            {
                "floor": floor_command(sorted(sources.iterdir()), scratch / "floor"),
                "ours": colorize_command([sources], scratch / "out", model),
            },
            repeats,
        )
    row = _row(found)
    row |= {"photos": photos, "photos_per_s": photos / row["seconds"]}
    row["floor_photos_per_s"] = photos / row["floor_seconds"]
    _line(f"{photos} photos", row)
    click.echo(
        f"{row['photos_per_s']:.1f} photos/s; the floor {row['floor_photos_per_s']:.1f} "
        "(one thread)"
    )
    return {"folder": row}


def _title(what, repeats):
    click.echo(f"{what}; best of {repeats} runs in turns, {os.cpu_count()} cores")
    click.echo(f"{'':<22}{'seconds':>9}{'floor':>9}{'ratio':>8}{'peak MB':>9}{'floor':>8}")


def _row(found):
    """The best of both, in seconds; peak memory in MB."""
    ours, floor = found["ours"], found["floor"]
    return {
        "seconds": ours["best"],
        "floor_seconds": floor["best"],
        "ratio": ours["best"] / floor["best"],
        "peak_mb": ours["peak"],
        "floor_peak_mb": floor["peak"],
    }


def _line(what, row):
    click.echo(
        f"{what:<22}{row['seconds']:>9.2f}{row['floor_seconds']:>9.2f}{row['ratio']:>7.1f}x"
        f"{row['peak_mb']:>9.0f}{row['floor_peak_mb']:>8.0f}"
    )
