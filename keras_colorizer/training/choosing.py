"""Validation by folder: which photos of a mix are scored, and what its best epoch is chosen by."""

import keras
import numpy as np
from keras import ops
from skimage import color

from keras_colorizer.color import codecs, spaces
from keras_colorizer.data import likeness, mix


def apart(held_out, trained_on):
    """Places of the validation photos that are no near-duplicates of photos trained on.

    Args:
        held_out: the validation Photos.
        trained_on: a list of Photos.

    Returns:
        ``(places, told)``: int64 array, rising, and a line that says how many others there are,
        with an example; empty if there are none. Where all are near-duplicates, as frames of one
        film may be, all stay, and the line says so.
    """
    hashes = [likeness.hashes(photos.images) for photos in trained_on]
    known = np.concatenate([h.plain[h.telling] for h in hashes])
    match = likeness.near(likeness.hashes(held_out.images), known)
    places = np.flatnonzero(match < 0)
    if len(places) == len(match):
        return places, ""
    if not len(places):
        told = f"validation: all {len(match):,} photos are near-duplicates of training photos"
        return np.arange(len(match)), told + ", so its scores say little"
    ids = [photos.ids[i] for photos, h in zip(trained_on, hashes, strict=True)
           for i in np.flatnonzero(h.telling)]  # fmt: skip
    first = np.flatnonzero(match >= 0)[0]
    return places, (
        f"validation: {len(match) - len(places):,} of {len(match):,} photos left out, "
        f"near-duplicates of training photos (such as {held_out.ids[first]} of {ids[match[first]]})"
    )


def are_scored(photos, monitor):
    """Whether a run has `FolderScores`: a mix, photos in several folders, or asked for."""
    if photos.shares or monitor.startswith("val_folder_"):
        return True
    return len(set(mix.folders_of(photos.ids, is_mix=False))) > 1


class FolderScores(keras.callbacks.Callback):
    """Logs the mean over folders of each folder's mean over its photos, for ``--set monitor=…``.

    ``val_folder_psnr`` in dB, of the result that keeps the photo's luma; ``val_folder_ciede2000``
    at the chroma's own resolution, where a quarter of the working size makes it quick; and
    ``val_folder_gain``, by how much the latter is below that of the photo left gray.

    Args:
        photos: uint8 RGB (N, S, S, 3).
        folders: their N folders.
        batch: photos that are predicted at once.
    """

    def __init__(self, photos, folders, batch=32):
        super().__init__()
        self.photos, self.folders, self.batch = photos, np.array(folders), batch

    def on_epoch_end(self, epoch, logs=None):
        parts = [
            self._scores(self.photos[first : first + self.batch])
            for first in range(0, len(self.photos), self.batch)
        ]
        psnr, error, gray = np.concatenate(parts, axis=1)
        for name, values in (("psnr", psnr), ("ciede2000", error), ("gain", gray - error)):
            means = [values[self.folders == folder].mean() for folder in np.unique(self.folders)]
            logs[f"val_folder_{name}"] = float(np.mean(means))

    def _scores(self, rgb):
        model = self.model
        codec = codecs.get(model.codec.name, **model.codec.options)
        truth = ops.cast(rgb, "float32") / 255.0
        gray = spaces.luma(truth)
        prediction = model.result.predict_on_batch(codec.see(gray))
        chroma = codec.chroma(gray, ops.convert_to_tensor(prediction))
        whole = spaces.merge(gray, codecs.enlarge(chroma, gray))
        psnr = -10 * np.log10(np.maximum(np.mean(_squared(truth, whole), axis=(1, 2, 3)), 1e-10))
        small = [ops.average_pool(x, 4, strides=4) for x in (truth, gray, whole)]
        small, luma, result = (np.asarray(ops.convert_to_numpy(x)) for x in small)
        truth_lab, result_lab = color.rgb2lab(small), color.rgb2lab(result)
        gray_lab = color.rgb2lab(np.repeat(luma, 3, axis=-1))
        error, left = (
            color.deltaE_ciede2000(truth_lab, lab).mean(axis=(1, 2))
            for lab in (result_lab, gray_lab)
        )
        return np.stack([psnr, error, left])


def _squared(a, b):
    return np.square(ops.convert_to_numpy(a) - ops.convert_to_numpy(b))
