"""What ``keras-colorizer evaluate`` does once its options are read: check, score, write, show."""

import dataclasses
import functools
import hashlib
import time
from pathlib import Path

import click

from keras_colorizer import data
from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import (
    aged,
    constants,
    photos,
    results,
    scoring,
    seen,
    session,
    tables,
)
from keras_colorizer.evaluation.metrics import inception, realism
from keras_colorizer.inference import loading
from keras_colorizer.inference.backends.base import Saturated
from keras_colorizer.models import presets
from keras_colorizer.training import run_folder


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The options of the command: what is to be scored, on which photos, and where to."""

    models: tuple[str, ...]
    data: tuple[str, ...]
    data_dir: str | None
    split: str | None
    size: int
    out: Path
    allow_seen: bool
    drop_seen: bool
    saturations: tuple[float, ...]
    temperatures: tuple[float, ...]
    inception_weights: Path | None
    realism: bool
    compare: tuple[str, ...]
    reference: str = "oxford"
    aged: float = 0.0
    count: int | None = None


def run(wanted, overwrite, command):
    """Scores models on a split, joins earlier results, and writes everything into a folder.

    Args:
        wanted: `Wanted`.
        overwrite: replace an evaluation that stands there.
        command: what results.json says the user typed.

    Raises:
        UserError: anything that the user can mend.
    """
    out = wanted.out
    if not overwrite and any((out / name).exists() for name in (results.RESULTS, session.TABLE)):
        raise UserError(f"{out}: holds an evaluation already; give another --out, or --overwrite")
    earlier = [tables.read(path) for path in wanted.compare]
    if earlier and not wanted.models:
        _join(earlier, wanted.compare, out)
        return
    for note in filter(None, map(presets.shadowed, wanted.models)):
        click.echo(note)
    models = [loading.open_model(text) for text in wanted.models]
    models = session.name_models(models, wanted.models)
    models = _varied(models, wanted)
    network, missing = _inception(wanted.inception_weights)
    source, test = _photos(wanted)
    known, dropped = seen.find(models, test), []
    if wanted.drop_seen:
        test, dropped = seen.leave_out(known, test)
        known = seen.find(models, test) if dropped else known
    elif not wanted.allow_seen:
        seen.refuse(known, test)
    if wanted.count:
        test = test.spread(wanted.count)
        known = seen.find(models, test)
    reference = _reference(wanted, source)
    judge = realism.Realism(len(test)) if wanted.realism else None
    if wanted.aged:
        test = aged.copies(test, wanted.aged)

    started = time.perf_counter()
    extract = functools.partial(inception.features, network=network) if network else None
    tint, weigh = reference.mean_chroma, reference.weigh
    rows = scoring.score(models, test.images, tint, extract, judge, weigh=weigh)
    seconds = time.perf_counter() - started
    versions = run_folder.versions()
    protocol = session.protocol(
        test, wanted.size, known, versions, command, reference=reference, dropped=dropped
    )
    if network:
        protocol["inception_weights_sha256"] = network.sha256
    about = {name: session.facts(model) for name, model in models.items()}
    looks = (judge.distances(), judge.n) if judge else "not asked for; --realism gives it"
    distances = session.distances(rows) if network else missing
    found = results.build(rows, protocol, about, distances, looks)
    table = tables.Table(protocol, found["models"], {row.name: row.columns for row in rows})
    if earlier:
        table = tables.join([table, *earlier], [str(out), *_marks(wanted.compare)])
    try:
        results.write_per_image(out, rows, test)
        session.save_pictures(out, models, rows, test)
        session.write_table(out, table, missing)
        results.write_results(out, found)
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror or error})") from error
    _show(table, test, rows, seconds, missing, out)


def _varied(models, wanted):
    """The models, each followed by itself at other saturations and temperatures."""
    found = {}
    for (name, model), path in zip(models.items(), wanted.models, strict=True):
        found[name] = model
        found |= {f"{name} × {s:g}": Saturated(model, s) for s in wanted.saturations}
        found |= {f"{name} @ T {t:g}": loading.open_model(path, t) for t in wanted.temperatures}
    return found


def _photos(wanted):
    source = data.open_source(wanted.data, wanted.data_dir)
    if download := source.to_download():
        click.echo(f"downloads {source.name} first: {download}")
        source.check()
    is_folder = len(wanted.data) == 1 and Path(wanted.data[0]).expanduser().is_dir()
    default = "all" if is_folder else "test"
    return source, photos.load(source, wanted.split or default, wanted.size)


def _reference(wanted, source):
    """Oxford's training photos, or those of the data itself."""
    if wanted.reference == "oxford":
        return constants.Reference()
    return constants.reference_of(photos.load(source, wanted.reference, wanted.size))


def _inception(weights):
    found = inception.find_weights(weights)
    if found is None:
        return None, "the InceptionV3 weights of keras.applications are not at hand"
    network = inception.load(found)
    network.sha256 = hashlib.sha256(found.read_bytes()).hexdigest()
    return network, None


def _marks(paths):
    """What tells rows of one name apart: the folder of each results.json, or its whole path."""
    folders = [(Path(p) if Path(p).is_dir() else Path(p).parent).resolve().name for p in paths]
    pairs = zip(folders, paths, strict=True)
    return [folder if folders.count(folder) == 1 else str(path) for folder, path in pairs]


def _join(earlier, paths, out):
    table = tables.join(earlier, _marks(paths))
    session.write_table(out, table)
    click.echo(tables.text(table))
    click.echo(f"\nwith intervals and differences by photo: {out / session.TABLE}")


def _show(table, test, rows, seconds, missing, out):
    click.echo("\n" + tables.text(table) + "\n")
    if dropped := table.protocol.get("dropped"):
        click.echo(f"left out: {len(dropped):,} photos that a model was trained on")
    if test.excluded:
        click.echo(f"left out: {len(test.excluded)} photos that cannot be read:")
        for photo_id in test.excluded:
            click.echo(f"  {photo_id}")
    if missing:
        click.echo(f"no fid_keras, kid_keras: {missing} (--inception-weights FILE)")
    own = sum(row.model_seconds for row in rows)
    click.echo(
        f"{len(rows)} rows of {len(test):,} photos: {own:.1f} s in the models, "
        f"{(seconds - own) / len(rows):.1f} s a row for measuring"
    )
    click.echo(
        f"look at {out / 'sheet.png'}; all numbers: {out / session.TABLE}, {results.RESULTS}"
    )
