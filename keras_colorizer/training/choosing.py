"""Which validation photos of a mix are scored, and what a checkpoint of it is chosen by."""

import keras
import numpy as np
from keras import ops
from skimage import color

from keras_colorizer.color import codecs, spaces


def folder_of(photo_id):
    """What a mixed photo is counted under: its source and that source's first-level folder."""
    source, _, path = photo_id.partition("/")
    return f"{source}/{path.rpartition('/')[0].partition('/')[0]}".rstrip("/")


def spread(ids, count):
    """Places of ``count`` photos, as many of each folder as there are, spread over each.

    Args:
        ids: of the photos, in their order.
        count: how many at most; None for all.

    Returns:
        Int64 array of places in ``ids``, rising. A folder with fewer photos gives all of them.
    """
    if count is None or count >= len(ids):
        return np.arange(len(ids))
    folders = {}
    for place, photo_id in enumerate(ids):
        folders.setdefault(folder_of(photo_id), []).append(place)
    chosen, rest = [], count
    by_size = sorted(folders.values(), key=len)
    for number, places in enumerate(by_size):
        share = min(len(places), rest // (len(by_size) - number))
        chosen += [places[i] for i in np.linspace(0, len(places) - 1, share).astype(int)]
        rest -= share
    return np.sort(np.array(chosen, np.int64))


class FolderScores(keras.callbacks.Callback):
    """Logs what a mix is chosen by: the mean over folders of each folder's mean over its photos.

    ``val_folder_psnr`` in dB, of the result that keeps the photo's luma; ``val_folder_ciede2000``
    at the chroma's own resolution, where a quarter of the working size makes it quick; and
    ``val_folder_gain``, by how much the latter is below that of the photo left gray.

    Args:
        photos: uint8 RGB (N, S, S, 3).
        ids: their N ids.
        batch: photos that are predicted at once.
    """

    def __init__(self, photos, ids, batch=32):
        super().__init__()
        self.photos, self.batch = photos, batch
        self.folders = np.array([folder_of(photo_id) for photo_id in ids])

    def on_epoch_end(self, epoch, logs=None):
        parts = [
            self._scores(self.photos[first : first + self.batch])
            for first in range(0, len(self.photos), self.batch)
        ]
        psnr, error, gray = np.concatenate(parts, axis=1)
        for name, values in (("psnr", psnr), ("ciede2000", error), ("gain", gray - error)):
            means = [values[self.folders == folder].mean() for folder in set(self.folders)]
            logs[f"val_folder_{name}"] = float(np.mean(means))

    def _scores(self, rgb):
        model = self.model
        codec = codecs.get(model.codec_name, **model.codec_options)
        truth = ops.cast(rgb, "float32") / 255.0
        gray = spaces.luma(truth)
        prediction = model.result(codec.see(gray), training=False)
        chroma = codec.chroma(gray, prediction)
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
