"""What happens at an epoch's end: scores, rows, curves, sheets, checkpoints, and when to stop.

Every decision reads the run's rows, so it is the same in a resumed run.
"""

import math

import keras
import numpy as np
from keras import ops

from keras_colorizer.color import codecs, spaces
from keras_colorizer.errors import UserError
from keras_colorizer.training.losses import pixel
from keras_colorizer.utils.progress import log
from keras_colorizer.visualization import sheets


def panels():
    """The panels of curves.png: title → columns of metrics.csv."""
    return {
        "loss": ["loss", "val_loss", "generator_loss"],
        "adversarial loss": ["adversarial_loss", "discriminator_loss"],
        "pixel loss": [column for loss in pixel.LOSSES for column in (loss, f"val_{loss}")],
        "discriminator": ["discriminator_accuracy", "val_discriminator_accuracy", "update_rate"],
        "PSNR (dB)": ["val_psnr", "val_folder_psnr"],
        "CIEDE2000": ["val_folder_ciede2000", "val_folder_gain"],
        "colour": ["val_colourfulness", "val_neutral_drift"],
    }


class DiscriminatorAccuracy(keras.callbacks.Callback):
    """Logs the discriminator's accuracy on randomly drawn validation photos and their results.

    Args:
        photos: uint8 RGB (N, S, S, 3).
        count: how many are drawn each epoch; the report's is 100.
        seed: with the epoch, decides the draw.
    """

    def __init__(self, photos, count=100, seed=0):
        super().__init__()
        self.photos, self.count, self.seed = photos, count, seed

    def on_epoch_end(self, epoch, logs=None):
        draw = np.random.default_rng([self.seed, epoch, 1])
        drawn = draw.choice(len(self.photos), min(self.count, len(self.photos)), replace=False)
        logs["val_discriminator_accuracy"] = self.model.discriminator_accuracy(self.photos[drawn])


class SampleSheets(keras.callbacks.Callback):
    """Writes samples/epoch-NNNN.png: gray | result | original of the same photos each time.

    A network that predicts RGB shows its own RGB too, before its chroma meets the photo's luma.
    """

    def __init__(self, photos, folder, interval=1):
        super().__init__()
        self.photos, self.folder, self.interval = photos, folder, interval

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.interval == 0:
            codec = self.model.codec
            sheet = sample_sheet(self.model.result, codec.name, self.photos, **codec.options)
            sheets.save_png(sheet, self.folder / f"epoch-{epoch + 1:04d}.png")


def sample_sheet(network, codec_name, photos, **codec_options):
    """A sheet of gray | own RGB | result | original for uint8 RGB photos (N, S, S, 3)."""
    codec = codecs.get(codec_name, **codec_options)
    gray = spaces.gray_uint8(photos.astype("int32")).astype("uint8")
    x = ops.convert_to_tensor(gray.astype("float32") / 255.0)
    prediction = network(codec.see(x), training=False)
    result = spaces.merge(x, codecs.enlarge(codec.chroma(x, prediction), x))
    columns = {"gray": gray}
    if codec.predicts_rgb:
        columns["own RGB"] = to_uint8(codec.decode(x, prediction))
    columns |= {"result": to_uint8(result), "original": photos}
    return sheets.contact_sheet(columns, wrap=2)


def to_uint8(rgb):
    """Float RGB in 0..1, a tensor → uint8 NumPy array."""
    return np.uint8(np.round(np.clip(ops.convert_to_numpy(rgb), 0, 1) * 255))


class StopOnNaN(keras.callbacks.Callback):
    """Ends training with one clear line as soon as a loss or a score is not finite.

    It must stand before whatever writes at an epoch's end, so that the last good checkpoint stays.
    """

    def __init__(self, run):
        super().__init__()
        self.run = run

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self.check(logs, f"epoch {self.epoch + 1}, batch {batch + 1}")

    def on_epoch_end(self, epoch, logs=None):
        self.check(logs, f"epoch {epoch + 1}")

    def check(self, logs, where):
        for name, value in (logs or {}).items():
            if not math.isfinite(float(value)):
                done = self.run.epochs_done
                kept = f"the checkpoint after epoch {done} is kept" if done else "none was saved"
                raise UserError(
                    f"{self.run.folder}: {name} became {float(value)} in {where}; {kept}; "
                    "begin again with a smaller `learning_rate=…` or `precision=float32`"
                )


class Records(keras.callbacks.Callback):
    """Writes metrics.csv, curves.png, environment.json and the checkpoints, in that order.

    Args:
        run: the ``Run``.
        stage: the ``Stage`` that is trained; its best epoch is the run's, because scores of
            different sizes do not compare.
        clock: the run's ``Clock``.
        epoch_photos: photos an epoch.
    """

    def __init__(self, run, stage, clock, epoch_photos):
        super().__init__()
        self.run, self.stage, self.clock, self.epoch_photos = run, stage, clock, epoch_photos

    def on_epoch_end(self, epoch, logs=None):
        section, done = self.stage.recipe.run, epoch + 1
        monitor = section.monitor
        rows = [r for r in self.run.rows if r["epoch"] < done]
        seen = (rows[-1]["photos"] if rows else 0) + self.epoch_photos
        row = {"epoch": done, "stage": self.stage.number, "photos": seen, **logs}
        if monitor not in row:
            raise UserError(f"`monitor={monitor}`: not measured; there are {', '.join(row)}")
        sign = 1 if section.monitor_mode == "max" else -1
        rivals = [r for r in rows if r["epoch"] > self.stage.first]
        best = all(sign * row[monitor] > sign * r[monitor] for r in rivals)
        self.run.write_rows([*rows, {k: float(v) for k, v in row.items()}])
        sheets.save_curves(self.run.rows, panels(), self.run.folder / "curves.png")
        self.run.write_environment(**self.clock.spent(), photos_seen=int(seen), epochs=done)
        self.run.save(self.model, "last", done)
        if best:
            self.run.copy_best(done)


class StopRule(keras.callbacks.Callback):
    """Stops once a column of metrics.csv has met a bound for some epochs in a row.

    Args:
        run: the ``Run``, whose rows are read.
        column: such as ``val_discriminator_accuracy``.
        bound: the smallest value that counts.
        patience: epochs in a row.
        reason: what to tell the user.

    Source: the report stops shortly after the discriminator's accuracy has converged to 1, or
    when white flowers grow purple.
    """

    def __init__(self, run, column, bound, patience, reason):
        super().__init__()
        self.run, self.column, self.bound = run, column, bound
        self.patience, self.reason = patience, reason

    def holds(self):
        """Whether the last ``patience`` rows all met the bound."""
        last = [row[self.column] for row in self.run.rows[-self.patience :]]
        return len(last) == self.patience and all(value >= self.bound for value in last)

    def on_epoch_end(self, epoch, logs=None):
        if self.holds():
            log.info("\nstopping after epoch %d: %s", epoch + 1, self.reason)
            self.model.stop_training = True
