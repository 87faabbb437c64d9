"""What ``keras-colorizer train`` does once its options are read: say, train, score, export."""

import contextlib
import importlib.util
import shlex
import time
from pathlib import Path

import click
import keras
import numpy as np

from keras_colorizer import data
from keras_colorizer.data import likeness
from keras_colorizer.data.mix import Mix, members
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import export
from keras_colorizer.inference import loading
from keras_colorizer.inference.backends.run import in_float32
from keras_colorizer.models import card
from keras_colorizer.training import callbacks, fit, output_scale, recipes, run_folder, start
from keras_colorizer.training.trainers import backend
from keras_colorizer.utils.files import replace_atomically
from keras_colorizer.visualization import sheets

SHEET_PHOTOS = 16


def run(recipe, resumed, folder, data_dir, cache, strategy, tensorboard):
    """Trains a recipe (or goes on with a run), scores it on the test split and exports it.

    Args:
        recipe: the Recipe.
        resumed: the ``Run`` to go on with, or None for a new one in ``folder``.
        folder: where a new run goes; None for the next number under runs/.
        data_dir, cache, strategy, tensorboard: the command's options.

    Raises:
        UserError: anything that the user can mend.
    """
    source = data.open_source(recipe.data.sources, data_dir, recipe.data.folder_cap)
    with backend.strategy(strategy):
        _check_replicas(recipe, source)
        click.echo(f"recipe {recipe.name}: {recipe.purpose}")
        if download := source.to_download():
            click.echo(f"downloads {source.name} first: {download}")
            source.check()  # a dead network ends here, before anything slow
        extra = [_tensorboard()] if tensorboard else []
        if resumed is None:
            start.check(recipe)
            click.echo(_estimate(recipe, source))
            source.ids("train")  # data that cannot be had ends here, before there is a run folder
            this = run_folder.Run.begin(folder or run_folder.new_folder(recipe.name), recipe)
        else:
            this = resumed
            recipes.write(recipe, this.folder / "recipe.json")
        click.echo(f"run folder: {this.folder}")
        for callback in extra:
            callback.log_dir = str(this.folder / "tensorboard")
        with _interruptible(this, recipe):
            trainer, photos = fit.train(recipe, this, data_dir, cache, extra)
    with _interruptible(this, recipe):
        final = recipes.plan(recipe)[-1].recipe
        _deliver(final, this, trainer, photos, data_dir, cache)


@contextlib.contextmanager
def _interruptible(this, recipe):
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(
            f"stopped after epoch {this.epochs_done} of {recipe.run.epochs}; go on with: "
            f"python -m keras_colorizer.train --run {this.folder} --resume"
        ) from None


def _check_replicas(recipe, source):
    count = backend.replicas()
    if count == 1:
        return
    photos = recipe.data.epoch_photos or len(source.ids("train"))
    if recipe.data.batch % count or photos % recipe.data.batch:
        raise UserError(
            f"--strategy mirrored on {count} devices: batch ({recipe.data.batch}) must be a "
            f"multiple of {count}, and photos an epoch ({photos}) of batch; set batch and "
            "epoch_photos so"
        )


def _estimate(recipe, source):
    """Times two steps of each stage's own trainer, so that the user knows what to expect."""
    if backend.replicas() > 1:
        return "time: not estimated for several devices"
    plan, device = [stage.recipe for stage in recipes.plan(recipe)], backend.device_name()
    paces = [_pace(stage) for stage in plan]
    if any(stage.data.epoch_photos is None for stage in plan) and source.to_download():
        return f"time: about {paces[-1]:.1f} photos/s on this {device}"
    # Unless an epoch's photos are told, they are all; what is not here yet is not asked for.
    whole = 0 if source.to_download() else sum(map(len, map(source.ids, recipe.data.roles)))
    counts = [stage.run.epochs * (stage.data.epoch_photos or whole) for stage in plan]
    minutes = sum(count / pace for count, pace in zip(counts, paces, strict=True)) / 60
    told = f"{minutes:.0f} minutes" if minutes < 100 else f"{minutes / 60:.1f} hours"
    told = told if minutes > 1.5 else f"{minutes * 60:.0f} seconds"
    return f"time: roughly {told} on this {device} ({sum(counts):,} photos)"


def _pace(recipe):
    count = min(recipe.data.batch, 8)
    shape = (count + recipe.out_of_domain.count, recipe.data.size, recipe.data.size, 3)
    trial = np.random.default_rng(0).integers(0, 255, shape, "uint8")
    trainer = fit.build(recipe)
    trainer.train_on_batch(trial)
    started = time.perf_counter()
    trainer.train_on_batch(trial)
    return count / (time.perf_counter() - started)


def _tensorboard():
    if not importlib.util.find_spec("tensorboard"):
        raise UserError(
            "--tensorboard: TensorBoard is not installed; "
            "run: python -m pip install 'keras_colorizer[tensorboard]'"
        )
    return keras.callbacks.TensorBoard()


def _deliver(recipe, this, trainer, photos, data_dir, cache):
    network = in_float32(output_scale.saturated(trainer.result, recipe.run.saturation))
    with replace_atomically(this.folder / card.WEIGHTS) as temporary:
        network.save(temporary)
    written = _card(recipe, this, photos, data_dir, cache)
    card.write(this.folder, written)
    if recipe.run.finetune:
        _judge(recipe, this, data_dir)
    _score(recipe, this, written, data.mean_chroma(photos.images), data_dir)
    options = {"fit": recipe.data.fit, "data_dir": data_dir, "cache": cache}
    test = data.load_photos(recipe.data.sources, "test", recipe.data.size, **options)
    chosen = test.images[np.linspace(0, len(test) - 1, min(SHEET_PHOTOS, len(test))).astype(int)]
    sheet = this.folder / "samples" / "test.png"
    shown = callbacks.sample_sheet(
        network, recipe.codec.name, np.asarray(chosen), **recipe.codec.options
    )
    sheets.save_png(shown, sheet)
    click.echo(f"sample sheet: {sheet}")
    if backend.BACKEND != "tensorflow":
        click.echo(f"next, where TensorFlow is: python -m keras_colorizer.export {this.folder}")
        return
    with contextlib.redirect_stdout(None):
        saved = export.export(this.folder, overwrite=True)
    click.echo(f"SavedModel:   {saved}")
    click.echo(f"next: look at {sheet}, then train on your own photos:")
    click.echo("  python -m keras_colorizer.train --data FOLDER")


def _judge(recipe, this, data_dir):
    """Compares a fine-tuned run with what it began from; raises a UserError if it is worse."""
    from keras_colorizer.evaluation import before_after, photos, seen

    source = data.open_source(recipe.data.sources, data_dir)
    if not source.ids("validation"):
        click.echo("not judged: no photo has the validation role; add photos")
        return
    after = loading.open_model(this.folder)
    before = loading.open_model(start.folder_of(recipe.run.init))
    test = photos.load(source, "validation", recipe.data.size)
    known = seen.find({"after": after}, test)
    if len(known["after"].places) == len(test):
        click.echo("not judged: every validation photo was trained on, or looks like such")
        return
    test, _ = seen.leave_out(known, test)
    sheet = this.folder / "samples" / "before_after.png"
    before_after.save_sheet(before, after, test, sheet)
    click.echo(f"before and after: {sheet}")
    if len(test) < before_after.ENOUGH:
        click.echo(
            f"not judged: {len(test)} validation photos, {before_after.ENOUGH} are needed; look at "
            "the sheet"
        )
        return
    was, is_now = before_after.mean_errors(before, after, test)
    this.write_environment(judged={"photos": len(test), "before": was, "after": is_now})
    told = f"mean CIEDE2000 of {len(test)} validation photos: {was:.2f} before, {is_now:.2f} after"
    if is_now > was:
        raise UserError(
            f"{told}: worse, so nothing was exported; {this.folder} is kept; to deliver it all the "
            f"same: python -m keras_colorizer.export {this.folder} --no-tflite"
        )
    click.echo(told)


def _data_options(recipe):
    sources = recipe.data.sources
    named = sources if isinstance(sources, tuple) else (sources,)
    return shlex.join(word for name in named for word in ("--data", name))


def _score(recipe, this, written, tint, data_dir):
    """Scores the run on its test split, as ``evaluate`` does, into results.json and its card."""
    try:
        from keras_colorizer.evaluation import photos, results, scoring, seen, session, tables
    except ImportError as error:
        click.echo(f"not scored: {error}; next, where that is installed:")
        click.echo(f"  python -m keras_colorizer.evaluate {this.folder} {_data_options(recipe)}")
        return
    test = photos.load(data.open_source(recipe.data.sources, data_dir), "test", recipe.data.size)
    model = loading.open_model(this.folder)
    known, dropped, option = seen.find({recipe.name: model}, test), [], ""
    count = len(known[recipe.name].places)
    if count == len(test):
        option = " --allow-seen"
        click.echo(f"test: all {count:,} photos were trained on, or look like such, and are scored")
    elif count:
        option = " --drop-seen"
        test, dropped = seen.leave_out(known, test)
        known = seen.find({recipe.name: model}, test)
        click.echo(f"test: {count:,} photos left out that were trained on, or look like such")
    if recipe.data.test_photos and recipe.data.test_photos < len(test):
        option += f" --photos {recipe.data.test_photos}"
        test = test.spread(recipe.data.test_photos)
        known = seen.find({recipe.name: model}, test)
    click.echo(f"scoring {len(test):,} test photos")
    rows = scoring.score({recipe.name: model}, test.images, tint)
    command = f"python -m keras_colorizer.evaluate {this.folder.name} {_data_options(recipe)}"
    command += f" --split test --size {recipe.data.size}{option}"
    protocol = session.protocol(
        test, recipe.data.size, known, run_folder.versions(), command, tint, dropped=dropped
    )
    found = results.build(rows, protocol)
    results.write_results(this.folder, found)
    models = found["models"]
    metrics = models[recipe.name]["metrics"]
    written["scores"] = {key: entry["mean"] for key, entry in metrics.items()}
    written["data"]["left_out"]["test"] = len(dropped)
    card.write(this.folder, written)
    click.echo("\n" + tables.text(tables.Table(protocol, models, {})) + "\n")
    floor = models["mean_chroma"]["metrics"]["psnr"]["mean"]
    click.echo(f"test PSNR is {metrics['psnr']['mean'] - floor:+.2f} dB beside one mean chroma")


def _is_told(source):
    """Whether name, count and licence of the whole do not tell all of the training photos."""
    return isinstance(source, Mix) or bool(source.licences)


def _likeness(photos):
    hashes = likeness.hashes(photos.images)
    return hashes.plain[hashes.telling]


def _card(recipe, this, photos, data_dir, cache):
    environment = this.environment
    source = data.open_source(recipe.data.sources, data_dir, recipe.data.folder_cap)
    looks = [start.inherited_likeness(this.folder), _likeness(photos)]
    hashes = {card.id_hash(source.own_id(i)) for i in photos.ids}
    hashes |= start.inherited_hashes(this.folder)
    licence, restraint = photos.licence, {}
    if recipe.out_of_domain.sources:
        other = data.open_source(recipe.out_of_domain.sources, data_dir)
        ids = other.ids("train")
        hashes |= {card.id_hash(i) for i in ids}
        options = {"fit": recipe.data.fit, "data_dir": data_dir, "cache": cache}
        looks.append(_likeness(data.load_photos(other, "train", recipe.data.size, **options)))
        restraint = {"restraint": {"name": other.name, "split": "train", "photos": len(ids)}}
        licence += f"; of the photos of restraint ({other.name}): {other.licence}"
    return {
        "name": recipe.name,
        "codec": recipe.codec.name,
        **({"codec_options": recipe.codec.options} if recipe.codec.options else {}),
        "size": recipe.data.size,
        "fit": recipe.data.fit,
        "generator": {"name": recipe.generator.name, "options": recipe.generator.options},
        "data": {
            "name": photos.name,
            "split": photos.split,
            "photos": len(photos),
            "ids_sha256": photos.ids_sha256,
            **({"sources": members(source, photos.ids)} if _is_told(source) else {}),
            # First 8 hex digits of each id's SHA-256: tells whether a photo was trained on.
            "id_hashes": " ".join(sorted(hashes)),
            # 64 bits of each photo's look: tells whether a copy of it was trained on.
            "photo_hashes": likeness.pack(np.concatenate(looks)),
            "left_out": {"validation": environment.get("validation_left_out")},
            **restraint,
        },
        "licence": licence,
        "scores": {},
        "training": {
            "minutes": environment.get("wall_minutes"),
            "cpu_minutes": environment.get("cpu_minutes"),
            "photos": environment.get("photos_seen"),
            "epochs": environment.get("epochs"),
            "delivered_epoch": environment.get("delivered_epoch"),
            "init": environment.get("init"),
            **({"teacher": environment["teacher"]} if recipe.teacher.source else {}),
            "device": environment.get("device"),
            "run": Path(this.folder).name,
        },
        "versions": run_folder.versions(),
    }
