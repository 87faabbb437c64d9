"""What the colorize command tells: progress with photos/s, bad photos, remarks, the sum of it."""

import collections
import sys
import time

import click

from keras_colorizer.errors import UserError


def plain(text: str) -> str:
    r"""``text`` without what a terminal would obey: names of files and links may hold anything."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


class Tally:
    """Counts photos and says how it goes: on stderr while it goes, on stdout in the end.

    Args:
        total: how many photos (and arguments that gave none) there are.
        to_do: how many of them are to be worked on.
        kept: how many have their results already.
    """

    def __init__(self, total: int, to_do: int, kept: int):
        self.total, self.painted, self.kept = total, 0, kept
        self.problems: list[str] = []
        self._notes = collections.Counter()
        self._started = self._seconds = 0.0
        self._is_working = False
        self._bar = click.progressbar(
            length=to_do,
            label="colorizing",
            show_pos=True,
            item_show_func=lambda _: f"{self._pace():.1f} photos/s",
            file=sys.stderr,
            hidden=to_do < 2 or not sys.stderr.isatty(),
        )

    def __enter__(self):
        self._started, self._is_working = time.perf_counter(), True
        self._bar.__enter__()
        return self

    def __exit__(self, *error):
        self._seconds, self._is_working = time.perf_counter() - self._started, False
        self._bar.__exit__(*error)

    def _pace(self):
        return self.painted / max(time.perf_counter() - self._started, 1e-9)

    def done(self, notes: list[str]) -> None:
        """A photo was painted; ``notes`` are the remarks on it."""
        self.painted += 1
        self._notes.update(dict.fromkeys(notes, 1))
        self._bar.update(1, "")

    def was_there(self) -> None:
        """A photo turned out to have its result already."""
        self.kept += 1
        self._bar.update(1, "")

    def failed(self, problem: str) -> None:
        """A photo, or an argument that gave none, failed; ``problem`` says why, and names it."""
        self.problems.append(problem)
        if self.total > 1:
            if self._is_working and not self._bar.hidden:
                click.echo("\r\x1b[2K", nl=False, err=True)  # the bar makes room for the line
            click.echo(plain(problem), err=True)
        if self._is_working:
            self._bar.update(1, "")

    def close(self, out: str) -> None:
        """Says what was done, and raises UserError if anything failed."""
        for note, count in self._notes.items():
            click.echo(note if self.total == 1 else f"{_photos(count)}: {note}", err=True)
        if self.painted:
            pace = f" ({self.painted / self._seconds:.1f} photos/s)" if self.painted > 1 else ""
            told = f"{_photos(self.painted)} colorized in {self._seconds:.1f} s{pace}"
            click.echo(plain(f"{told}: {out}"))
        if self.kept:
            click.echo(f"{_photos(self.kept)} done already, and kept; --overwrite makes them anew")
        if self.problems:
            one = self.total == 1
            count = f"{len(self.problems)} of {_photos(self.total)} failed"
            raise UserError(plain(self.problems[0]) if one else count)


def _photos(count):
    return f"{count:,} photo{'' if count == 1 else 's'}"
