"""From gray photos to colour photos: one path for every kind of model, in NumPy and Pillow alone.

The network decides chroma only, at its working size; luma is the photo's own, at its own size.
"""

import collections
import copy
import itertools
import math
import numbers
import os
import queue
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images import reading
from keras_colorizer.images.reading import Source
from keras_colorizer.inference import compose
from keras_colorizer.inference.backends.base import Model, check, see, shrink
from keras_colorizer.utils.threads import cores, ordered_map

__all__ = ["Colorizer", "Model", "check", "see", "shrink"]

_BATCH = 8  # photos at a time, for models that gain by it
_UNKNOWN = 512  # what a colorize.tflite without a card is shown; it shrinks that by itself


class Colorizer:
    """Colours photos of any size; their luma and sharpness stay their own.

    Args:
        model: from ``loading.open_model``; `load` opens and wraps one in one go.
        threads: processor threads for one photo; default all that this process may use.

    Attributes:
        model, name, card, kind, predicts_rgb: the model, and what it says of itself.
        size: the working size in pixels: what the network sees of a photo.

    It can be pickled and copied, for processes of its own: the model is opened again from its file.

    Example:
        >>> colorizer = keras_colorizer.load("flowers")
        >>> colorizer("old.jpg").save("colour.png")
    """

    def __init__(self, model: Model, threads: int | None = None):
        self.model, self.threads = model, threads or cores()
        self.name, self.card, self.kind = model.name, model.card, model.kind
        self.predicts_rgb, self.size = model.predicts_rgb, model.size or _UNKNOWN
        self._turn = threading.Lock()  # neither LiteRT nor Keras takes two calls at once

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "_turn"}

    def __setstate__(self, state):
        vars(self).update(state, _turn=threading.Lock())

    def __call__(
        self, photo: Source, saturation: float = 1.0, blend: float = 1.0, raw: bool = False
    ) -> Image.Image:
        """Colours one photo.

        Args:
            photo: a path, a file's bytes, a ``PIL.Image`` or a uint8 array (H, W), (H, W, 1 or 3),
                gray or in colour.
            saturation: 0 or more: scales what the network gives; 0 is gray.
            blend: 0..1: from the gray photo to the result.
            raw: the network's own RGB, luma included, at its working size.

        Returns:
            ``PIL.Image`` RGB, upright, of the photo's size; ``convert("L")`` is the gray photo.

        Raises:
            UserError: the photo cannot be read, a value is out of its range, or the model has no
                RGB of its own.

        Example:
            >>> colorizer = load("flowers")
            >>> colorizer("old.jpg", saturation=1.2).size
            (600, 400)
        """
        self._check(saturation, blend, raw)
        gray = reading.read(photo).gray
        if raw:
            return Image.fromarray(self._draw(see(gray, self.size))[0])
        return self.paint(gray, "RGB", saturation, blend)

    def paint(
        self, gray: Image.Image, mode: str = "RGB", saturation: float = 1.0, blend: float = 1.0
    ) -> Image.Image:
        """Colours a gray ``PIL.Image`` of mode L, read already; mode is "RGB" or "YCbCr".

        "YCbCr" is what JPEG is written from: its Y is the photo, untouched.

        Raises:
            UserError: a value is out of its range, or the network gave what is no colour.

        Example:
            >>> from PIL import Image
            >>> colorizer = load("flowers")
            >>> colorizer.paint(Image.open("old.jpg").convert("L"), "YCbCr").save("colour.jpg")
        """
        self._check(saturation, blend)
        return self._compose(gray, self._decide(see(gray, self.size))[0], mode, saturation, blend)

    def paint_deep(
        self, gray: Image.Image, deep: np.ndarray, saturation: float = 1.0, blend: float = 1.0
    ) -> np.ndarray:
        """Colours a scan of more than 8 bits, read already.

        Args:
            gray: mode L: what the network sees, as ``reading.read`` gives it.
            deep: uint16 (H, W): the same in 16 bits.
            saturation, blend: as for a call.

        Returns:
            uint16 array (H, W, 3), whose luma is the scan's own within 1 of 65,535.

        Raises:
            UserError: a value is out of its range, or the network gave what is no colour.
        """
        self._check(saturation, blend)
        chroma = self._decide(see(gray, self.size))[0]
        return compose.compose_deep(gray, deep, chroma, saturation, blend, self.threads)

    def many(
        self,
        photos: Iterable[Source],
        saturation: float = 1.0,
        blend: float = 1.0,
        raw: bool = False,
    ) -> Iterator[Image.Image]:
        """Colours photos one after the other, in order, reading a few ahead.

        Runs and SavedModels are given several photos at a time; ``.tflite`` models colour one a
        thread. Memory does not grow with their number.

        Args:
            photos: any iterable of what a call takes; it is taken only as results are.
            saturation, blend, raw: as for a call.

        Yields:
            ``PIL.Image`` RGB, one for each photo.

        Raises:
            UserError: as a call does, in the place of the photo that cannot be read.

        Example:
            >>> from pathlib import Path
            >>> for image in load("flowers").many(Path("photos").glob("*.jpg")):
            ...     print(image.size)
            (600, 400)
            (600, 400)
        """
        self._check(saturation, blend, raw)  # now, not at the first photo
        if isinstance(photos, str | bytes | os.PathLike | Image.Image):
            raise UserError("many takes several photos: a list or another iterable of them")
        return self._many(photos, saturation, blend, raw)

    def _many(self, photos, saturation, blend, raw):
        first = self.clone(threads=1)
        if first.model is self.model:
            return self._in_batches(photos, saturation, blend, raw)
        # One thread a photo takes less time than all threads on one after the other.
        free = queue.SimpleQueue()
        for twin in (first, *(self.clone(threads=1) for _ in range(self.threads - 1))):
            free.put(twin)

        def colorize(photo):
            twin = free.get()
            try:
                return twin(photo, saturation, blend, raw)
            finally:
                free.put(twin)

        return ordered_map(colorize, photos, self.threads)

    def _in_batches(self, photos, saturation, blend, raw):
        def read(photo):
            gray = reading.read(photo).gray
            return gray, see(gray, self.size)

        def paint(gray, found):
            if raw:
                return Image.fromarray(found)
            return self._compose(gray, found, "RGB", saturation, blend)

        photos = iter(photos)
        ahead = collections.deque()
        pool = ThreadPoolExecutor(self.threads)
        try:
            while True:
                for photo in itertools.islice(photos, _BATCH + self.threads - len(ahead)):
                    ahead.append(pool.submit(read, photo))
                if not ahead:
                    return
                ready, error = _ready([ahead.popleft() for _ in range(min(_BATCH, len(ahead)))])
                if ready:
                    grays, seen = zip(*ready, strict=True)
                    seen = np.concatenate(seen)
                    found = self._draw(seen) if raw else self._decide(seen)
                    yield from map(paint, grays, found)
                if error:
                    raise error
        finally:
            pool.shutdown(cancel_futures=True)

    def clone(self, threads: int | None = 1) -> "Colorizer":
        """The same for another thread, which may then work at the same time as this one.

        Clones of ``.tflite`` models have an interpreter of their own; those of runs and SavedModels
        share the model, and take turns.

        Example:
            >>> colorizer = load("flowers")
            >>> workers = [colorizer.clone(threads=1) for _ in range(4)]
        """
        twin = copy.copy(self)
        twin.threads, twin.model = threads or cores(), self.model.clone(threads)
        if twin.model is self.model:
            twin._turn = self._turn
        return twin

    def _check(self, saturation, blend, raw=False):
        for name, value, most in (("saturation", saturation, math.inf), ("blend", blend, 1)):
            number = isinstance(value, numbers.Real) and not isinstance(value, bool)
            if not (number and 0 <= value <= most and math.isfinite(value)):
                limit = "a number from 0 to 1" if most == 1 else "a number, 0 or more"
                raise UserError(f"{name} is {value!r}; give {limit} (1 is what the model decided)")
        if raw and not self.predicts_rgb:
            raise UserError(
                f"model {self.name!r} predicts chroma only: it has no raw picture of its own"
            )
        if raw and not saturation == blend == 1:
            raise UserError("raw is the network's own picture: leave saturation and blend out")

    def _decide(self, seen):
        with self._turn:
            return self.model.decide(seen)

    def _draw(self, seen):
        with self._turn:
            return self.model.draw(seen)

    def _compose(self, gray, chroma, mode, saturation, blend):
        return compose.compose(gray, chroma, mode, saturation, blend, self.threads)


def _ready(futures):
    """What the first futures gave, up to the first that failed, and that one's error or None."""
    ready = []
    for future in futures:
        if error := future.exception():
            return ready, error
        ready.append(future.result())
    return ready, None
