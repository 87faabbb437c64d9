"""Rebuilds the training photos that list.csv.gz names from local checkouts of their repositories.

    python experiments/photos/rebuild.py --checkouts CHECKOUTS --out PHOTOS [--folder NAME]…

CHECKOUTS holds a clone of every repository, with or without a work tree, as OWNER/NAME, OWNER+NAME
or NAME; `python experiments/photos/rebuild.py --repositories` lists them with their commits. Photos
that stand under PHOTOS already are left alone, so an interrupted run goes on.
"""

import csv
import gzip
import hashlib
import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
from PIL import Image, ImageOps

from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError, choose
from keras_colorizer.utils.files import replace_atomically, write_text
from keras_colorizer.utils.threads import Stopped, cores, share_out

LIST = Path(__file__).resolve().parent / "list.csv.gz"
SHORT = 256  # px, the longest that a photo's short side may be
LEAST = 120  # px, the shortest, but for the folders of LESS
LESS = {"mini-imagenet": 84}  # px
ASPECT = 1.6  # long side over short side, at most
QUALITY = 92  # of JPEG, with chroma at full resolution
SWAPPED = {"stanford-cars"}  # folders whose files have red and blue exchanged
CENTER = {"lfw-faces": 170}  # px, the centre that is free of the black corners of turned photos
CHUNK = 50  # photos for one git process


class Row(NamedTuple):
    """A photo: its folder in the set, and where it comes from."""

    folder: str
    repository: str
    commit: str
    path: str
    licence: str

    @property
    def name(self) -> str:
        """The photo's path in the set."""
        digest = hashlib.sha1(f"{self.repository}/{self.path}".encode()).hexdigest()
        return f"{self.folder}/{digest[:12]}.jpg"


def read_list(path: Path = LIST) -> list[Row]:
    """The photos of a list, a CSV file that may be gzipped.

    Example:
        >>> read_list()[0].folder
        'animals3'
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


def by_commit(rows: list[Row]) -> dict[tuple[str, str], list[Row]]:
    """Rows by their repository and commit, in alphabetical order."""
    found = {}
    for row in sorted(rows, key=lambda row: (row.repository, row.commit)):
        found.setdefault((row.repository, row.commit), []).append(row)
    return found


def git_directory(checkouts: Path, repository: str) -> Path | None:
    """Finds a repository's git directory below the folder of checkouts."""
    owner, name = repository.split("/")
    for place in (checkouts / owner / name, checkouts / f"{owner}+{name}", checkouts / name):
        for directory in (place / ".git", place):
            if (directory / "HEAD").is_file() and (directory / "objects").is_dir():
                return directory
    return None


def has_commit(directory: Path, commit: str) -> bool:
    """Whether a git directory holds a commit."""
    command = ["git", f"--git-dir={directory}", "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def contents(directory: Path, rows: list[Row]) -> Iterator[tuple[Row, bytes | None]]:
    """Yields each row with its file's bytes, None if the commit lacks the file."""
    command = ["git", f"--git-dir={directory}", "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for row in rows:
            process.stdin.write(f"{row.commit}:{row.path}\n".encode())
            process.stdin.flush()
            answer = process.stdout.readline().rsplit(b" ", 2)
            if len(answer) < 3 or answer[1] != b"blob":
                yield row, None
                continue
            data = process.stdout.read(int(answer[2]))
            process.stdout.read(1)
            yield row, data
        process.stdin.close()


def prepare(data: bytes, folder: str) -> Image.Image:
    """Decodes a file and makes of it what the set holds: upright, RGB, of bounded size and shape.

    Args:
        data: an encoded photo.
        folder: decides what is mended, see ``SWAPPED`` and ``CENTER``.

    Returns:
        The photo: its short side at most 256 px, its long side at most 1.6 times that.
    """
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    if folder in SWAPPED:
        image = Image.merge("RGB", image.split()[::-1])
    if side := CENTER.get(folder):
        image = _centre(image, side, side)
    width, height = image.size
    if min(width, height) < (least := LESS.get(folder, LEAST)):
        raise ValueError(f"{width}x{height} px, the shorter side must have {least}")
    long = int(ASPECT * min(width, height))
    image = _centre(image, min(width, long), min(height, long))
    if min(image.size) > SHORT:
        size = [round(side * SHORT / min(image.size)) for side in image.size]
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    return image


def _centre(image, width, height):
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def rebuild(rows: list[Row], checkouts: Path, out: Path, workers: int) -> tuple[int, list[str]]:
    """Writes the photos that do not stand yet.

    Args:
        rows: what to write.
        checkouts: the folder of clones.
        out: the folder of the set.
        workers: threads.

    Returns:
        How many of the photos are missing afterwards, and one line on each thing that was wrong.
    """
    jobs, wrong, stop = [], [], threading.Event()
    wanted = [row for row in rows if not (out / row.name).exists()]
    for (repository, commit), its in by_commit(wanted).items():
        directory = git_directory(checkouts, repository)
        if directory and has_commit(directory, commit):
            jobs += [(directory, its[i : i + CHUNK]) for i in range(0, len(its), CHUNK)]
            continue
        what = f"its checkout lacks commit {commit}" if directory else f"no checkout in {checkouts}"
        wrong.append(f"{repository}: {what}; {len(its):,} photos of it are missing")

    def write(job):
        lacking = []
        for row, data in contents(*job):
            if stop.is_set():
                raise Stopped
            try:
                if data is None:
                    raise ValueError("no such file")
                photo = prepare(data, row.folder)
            except (OSError, ValueError, Image.DecompressionBombError) as error:
                lacking.append(f"{row.repository}: {row.path}: {error}")
                continue
            with replace_atomically(out / row.name) as temporary:
                photo.save(temporary, quality=QUALITY, subsampling=0)
        return lacking

    def report(job, lacking, error):
        if error:
            raise error
        wrong.extend(lacking)
        bar.update(len(job[1]))

    with click.progressbar(
        length=sum(len(its) for _, its in jobs), label=f"{out}", show_pos=True, file=sys.stderr
    ) as bar:
        share_out(jobs, write, report, workers, stop)
    return sum(not (out / row.name).exists() for row in rows), wrong


def write_licences(rows: list[Row], out: Path) -> None:
    """Writes licences.csv, from which the card of what is trained on the set tells them.

    Args:
        rows: of the whole list.
        out: the folder of the set.
    """
    stated = {row.folder: (row.folder, row.licence, row.repository) for row in rows}
    with io.StringIO(newline="") as text:
        csv.writer(text, lineterminator="\n").writerows(
            [("folder", "licence", "origin"), *(stated[folder] for folder in sorted(stated))]
        )
        write_text(out / "licences.csv", text.getvalue())


@click.command(help=__doc__.splitlines()[0], cls=Command)
@click.option(
    "--checkouts", type=click.Path(path_type=Path, file_okay=False), help="Folder of clones."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The set's folder.")
@click.option("--folder", "folders", multiple=True, help="Only this folder of the set; repeatable.")
@click.option("--repositories", is_flag=True, help="List the repositories and their commits.")
@click.option("--workers", type=click.IntRange(1), default=cores, help="Threads.")
@click.option(
    "--list", "path", type=click.Path(path_type=Path, exists=True), default=LIST, help="Its list."
)
def main(checkouts, out, folders, repositories, workers, path):
    """Rebuilds the set, or lists the repositories."""
    rows = read_list(path)
    known = sorted({row.folder for row in rows})
    folders = {choose("folder", folder, known) for folder in folders}
    rows = [row for row in rows if not folders or row.folder in folders]
    if repositories:
        for repository, commit in by_commit(rows):
            click.echo(f"{repository} {commit}")
        return
    if not (checkouts and out):
        raise UserError("give --checkouts and --out, or --repositories")
    every = rows if not folders else read_list(path)
    missing, wrong = rebuild(rows, checkouts, out, workers)
    write_licences(every, out)
    for line in wrong:
        click.echo(line, err=True)
    click.echo(f"{out}: {len(rows) - missing:,} of {len(rows):,} photos")
    if missing:
        raise UserError(f"{out}: {missing:,} photos are missing")


if __name__ == "__main__":
    main()
