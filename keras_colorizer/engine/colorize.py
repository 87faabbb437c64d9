"""What ``keras-colorizer colorize`` does once its options are read: find, plan, paint, tell."""

import dataclasses
import errno
import io
import os
import queue
import sys
import threading
from pathlib import Path

import click
from PIL import Image

import keras_colorizer
from keras_colorizer.engine import inputs
from keras_colorizer.engine.outputs import Targets
from keras_colorizer.engine.progress import Tally
from keras_colorizer.errors import UserError
from keras_colorizer.images import levels, reading, writing
from keras_colorizer.images.formats import FORMATS
from keras_colorizer.inference import layout
from keras_colorizer.models import presets
from keras_colorizer.utils import startup, threads
from keras_colorizer.utils.files import replace_atomically

STDIN_LIMIT = 1_000_000_000  # bytes
_HOPELESS = (errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The options of the command; ``format`` is Pillow's name of one, or None."""

    photos: tuple[str, ...]
    out: Path = Path("colorized")
    model: str | None = None
    format: str | None = None
    quality: int | None = None
    depth: int = 16
    workers: int | None = None
    saturation: float = 1.0
    blend: float = 1.0
    temperature: float | None = None
    raw: bool = False
    compare: bool = False
    overwrite: bool = False
    allow_private_hosts: bool = False


def run(wanted: Wanted) -> None:
    """Colorizes all photos into files.

    Raises:
        UserError: before any work, what makes all of it pointless; in the end, how many failed.
    """
    tally = None
    try:
        found, problems = inputs.find(wanted.photos, beside=wanted.out)
        targets = Targets(wanted.out, wanted.format, wanted.overwrite, wanted.compare)
        planned = targets.plan(found)
        to_do = [one for one, places in planned.items() if places is None or not places.is_done]
        tally = Tally(len(found) + len(problems), len(to_do), kept=len(found) - len(to_do))
        for problem in problems:
            tally.failed(problem)
        if to_do:
            _check_writable(wanted.out)
            _paint_all(to_do, targets, wanted, tally)
    except KeyboardInterrupt:
        done = f"{tally.painted} of {tally.total} photos are done; " if tally else ""
        raise click.ClickException(f"stopped: {done}the same command goes on") from None
    tally.close(wanted.out)


def _paint_all(to_do, targets, wanted, tally):
    cores = wanted.workers or threads.cores()
    count = min(cores, len(to_do))
    stop = threading.Event()
    painter = _Painter(_load(wanted), count, max(1, cores // count), targets, wanted, stop)

    def report(one, notes, error):
        if error is not None:
            tally.failed(_problem(one, error, wanted.out))
        elif notes is None:
            tally.was_there()
        else:
            tally.done(notes)

    with tally:
        threads.share_out(to_do, painter, report, count, stop)


def stream(wanted: Wanted) -> None:
    """Colorizes the photo on standard input to standard output, and writes nothing else there.

    Raises:
        UserError: it cannot be colorized, or there is more than that to do.
    """
    if len(wanted.photos) > 1:
        raise UserError("- is one photo from standard input; give it alone")
    if sys.stdin is None or sys.stdin.isatty():
        raise UserError("-: no photo comes in; pipe one, as in: … - < photo.jpg > colour.jpg")
    if sys.stdout is None or sys.stdout.isatty():
        raise UserError("-: the photo would go to the terminal; redirect it: … - > colour.jpg")
    name = "standard input"
    content = sys.stdin.buffer.read(STDIN_LIMIT + 1)
    if len(content) > STDIN_LIMIT:
        raise UserError(f"{name}: larger than {STDIN_LIMIT / 1e9:g} GB; give it as a file")
    photo = reading.read(content, what=name)
    painter = _load(wanted)
    if wanted.workers:
        painter = painter.clone(threads=wanted.workers)
    image, format = _coloured(photo, painter, wanted)
    result = io.BytesIO()  # whole before its first byte is sent; and TIFF needs to go back in it
    writing.write(image, result, photo, format, wanted.quality)
    for note in photo.notes:
        click.echo(note, err=True)
    sys.stdout.buffer.write(result.getbuffer())
    sys.stdout.buffer.flush()


def _load(wanted):
    if wanted.raw and not wanted.saturation == wanted.blend == 1:
        raise UserError("--raw is the network's own RGB; leave out --saturation and --blend")
    model = wanted.model or _default()
    path = presets.locate(model)
    exported = (path / layout.EXACT).is_file()
    another = wanted.temperature is not None and path.suffix != ".tflite"  # the SavedModel's
    if another or (path.is_dir() and not exported):
        startup.import_keras()  # quietly; what runs on LiteRT goes without
    if note := presets.shadowed(model):
        click.echo(note, err=True)
    found = keras_colorizer.load(model, temperature=wanted.temperature)
    if wanted.raw:
        if not found.predicts_rgb:
            raise UserError(f"--raw: model {found.name!r} predicts chroma only; leave it out")
        if found.kind == "tflite":
            startup.import_keras()  # that RGB is its SavedModel's
        found(
            Image.new("L", (8, 8)), raw=True
        )  # so that a SavedModel that is not there is told now
    return found


def _default():
    try:
        return presets.default()
    except UserError as error:
        raise UserError(f"--model is not given: {error.message}") from None


def _check_writable(out):
    there = next(place for place in (out, *out.absolute().parents) if os.path.lexists(place))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UserError(f"--out {out}: no folder that can be written to; give another")


def _coloured(photo, painter, wanted):
    """The result, and the format that it is to be written in."""
    format, _ = writing.format_for(photo, wanted.format)
    if wanted.raw:
        return painter(photo.gray, raw=True), format
    if photo.deep is not None and min(wanted.depth, FORMATS[format].depth) > 8:
        options = {"saturation": wanted.saturation, "blend": wanted.blend}
        return painter.paint_deep(photo.gray, photo.deep, **options), format
    if photo.deep is not None and wanted.depth > 8:
        photo.notes.append("16-bit: the result has 8 bits a channel")
    mode = "YCbCr" if format == "JPEG" else "RGB"
    image = painter.paint(photo.gray, mode, saturation=wanted.saturation, blend=wanted.blend)
    return image, format


class _Painter:
    """From an input to its files, in any of ``count`` threads."""

    def __init__(self, colorizer, count, threads, targets, wanted, stop):
        self._idle = queue.SimpleQueue()
        if colorizer.threads == threads:
            self._idle.put(colorizer)
        while self._idle.qsize() < count:
            self._idle.put(colorizer.clone(threads=threads))
        self._targets, self._wanted, self._stop = targets, wanted, stop

    def __call__(self, one):
        """The notes on the photo; None if its result was there, and is kept."""
        colorizer = self._idle.get()
        try:
            return self._paint(one, colorizer)
        finally:
            self._idle.put(colorizer)

    def _paint(self, one, colorizer):
        self._go_on()
        source = one.path
        if source is None:
            from keras_colorizer.images.web import fetching  # TLS takes its time to be imported

            source = fetching.fetch(one.name, self._wanted.allow_private_hosts, stop=self._stop)
        photo = reading.read(source, what=one.name)
        places = self._targets.claim(one, photo.format)
        if places.is_done:
            return None
        self._go_on()
        if places.keep:
            kept = reading.read(places.result)
            image = kept.colour() or kept.gray
        else:
            image, format = _coloured(photo, colorizer, self._wanted)
            self._go_on()
            writing.write(image, places.result, photo, format, self._wanted.quality)
        if places.sheet:
            self._write_sheet(places.sheet, photo, image)
        return None if places.keep else photo.notes

    def _write_sheet(self, path, photo, result):
        from keras_colorizer.visualization import comparisons

        if not isinstance(result, Image.Image):  # 16 bits; screens show 8
            result = Image.fromarray(levels.eight(result))
        panels = {"gray": photo.gray, "result": result, "original": photo.colour()}
        panels = {name: panel for name, panel in panels.items() if panel is not None}
        with replace_atomically(path) as temporary:
            # Photos become no smaller by Pillow's level 6, and take twice the time.
            comparisons.side_by_side(panels).save(temporary, format="PNG", compress_level=2)

    def _go_on(self):
        if self._stop.is_set():
            raise threads.Stopped


def _problem(one, error, out):
    """The line on what went wrong with one photo; raises where it would be so with all others."""
    cause = error if isinstance(error, OSError) else error.__cause__
    if isinstance(cause, OSError) and cause.errno in _HOPELESS:
        raise UserError(
            f"{out}: cannot be written to any more ({cause.strerror}); see to that, "
            "then the same command goes on"
        ) from error
    if isinstance(error, UserError):
        text = error.message
    elif isinstance(error, MemoryError):
        text = "too large for this machine's memory; make it smaller, or give --workers 1"
    elif isinstance(error, OSError):
        text = f"its result cannot be written ({error.strerror or error})"
    else:
        text = f"unexpected: {type(error).__name__}: {error}"
    return text if one.name in text else f"{one.name}: {text}"
