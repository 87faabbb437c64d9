"""How real results look, as a number that anyone can repeat offline: distances of Lite2's features.

Results of one half of the photos are compared with truths of the other half, so that no result is
near for being of the same photo. The same halves of the truth against each other give the floor.
"""

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation.metrics.inception import frechet_distance, kernel_distance

BACKBONE, SIZE, SEED = "efficientnet_lite2", 260, 0
LEAST = 4  # photos: two in each half, below which there is no variance


class Realism:
    """Gathers what EfficientNet-Lite2 sees in results, and gives their distances from truths.

    No shipped model is built on this network, and no checkpoint is chosen by it.

    Args:
        count: how many photos there are; of an odd number one is left out.
        batch: pictures that go through the network at once.

    Raises:
        UserError: fewer than four photos, or no pretrained weights at hand.
    """

    def __init__(self, count: int, batch: int = 16):
        from keras_colorizer import models
        from keras_colorizer.models.backbones import pretrained

        if count < LEAST:
            raise UserError(
                f"`realism` compares two halves of {LEAST} photos at least, not {count}"
            )
        order = np.random.default_rng(SEED).permutation(count)
        self.n, self.batch = count // 2, batch
        # 0 for the half whose results are looked at, 1 for that of the truths, 2 for neither.
        self._half = np.full(count, 2)
        self._half[order[: self.n]], self._half[order[self.n : 2 * self.n]] = 0, 1
        self._network = models.build(BACKBONE, SIZE, channels=3, top="pooled")
        pretrained.load(self._network, BACKBONE)
        self._found = {}

    def add(self, name: str, start: int, result: np.ndarray) -> None:
        """Takes a row's results of the photos from ``start`` on, uint8 (B, S, S, 3)."""
        halves = self._half[start : start + len(result)]
        for half in (0, 1) if name == "truth" else (0,):
            if np.any(halves == half):
                seen = self._features(result[halves == half])
                self._found.setdefault((name, half), []).append(seen)

    def distances(self) -> dict:
        """Each row's ``fd_lite2`` and ``kd_lite2``; that of ``truth`` is the least to expect."""
        truth = np.concatenate(self._found["truth", 1])
        found = {}
        for name, half in self._found:
            if half == 0:
                results = np.concatenate(self._found[name, half])
                found[name] = {
                    "fd_lite2": frechet_distance(results, truth),
                    "kd_lite2": kernel_distance(results, truth),
                }
        return found

    def _features(self, images):
        """Pooled features float32 (B, 1280): 260 px by Pillow's BICUBIC, (x - 127) / 128."""
        found = []
        for start in range(0, len(images), self.batch):
            part = images[start : start + self.batch]
            large = np.stack([_resized(image) for image in part]).astype("float32") / 255.0
            found.append(np.asarray(self._network.predict_on_batch(large)))
        return np.concatenate(found)


def _resized(image):
    return np.asarray(Image.fromarray(image).resize((SIZE, SIZE), Image.Resampling.BICUBIC))
