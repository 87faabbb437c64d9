"""Models in ``.tflite`` files: LiteRT, NumPy and Pillow, without TensorFlow or Keras."""

import contextlib
import os
import threading
from pathlib import Path

import numpy as np

from keras_colorizer.color import merging
from keras_colorizer.errors import UserError
from keras_colorizer.inference import layout
from keras_colorizer.inference.backends.base import Model, check
from keras_colorizer.models import card as cards
from keras_colorizer.utils import stderr
from keras_colorizer.utils.threads import cores

OURS = (
    "gray [1, S, S, 1] to chroma [1, h, w, 2], both float32 or both quantized uint8, or uint8 "
    "photos [1, ?, ?, 1 or 3] to RGB of the same size"
)
_FIRST, _said = threading.Lock(), False


@contextlib.contextmanager
def _quiet_at_first():
    """Once a process LiteRT says which delegate it made; nobody can act on it."""
    global _said
    with _FIRST:  # stderr is the process's: one thread at a time may hold it
        first, _said = not _said, True
        with stderr.held_back() if first else contextlib.nullcontext():
            yield


def _interpreter(path, threads):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise UserError(
            f"{path}: needs ai-edge-litert; run: python -m pip install ai-edge-litert"
        ) from error
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error})") from error
    try:
        with _quiet_at_first():
            interpreter = Interpreter(model_content=content, num_threads=threads or cores())
            interpreter.allocate_tensors()
    except Exception as error:  # ValueError for other content, RuntimeError for its operators
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{path}: cannot be loaded ({reason}); export it again") from error
    return interpreter


class _Tensor:
    """An input or output: its shape with -1 where it is free, its type and quantization."""

    def __init__(self, details):
        self.index, self.dtype = details["index"], details["dtype"]
        signature = details.get("shape_signature")
        self.shape = tuple(int(n) for n in (details["shape"] if signature is None else signature))
        self.scale, self.zero = details["quantization"]

    def __str__(self):
        shape = ", ".join("?" if n < 0 else str(n) for n in self.shape)
        return f"{np.dtype(self.dtype).name} [{shape}]"

    @property
    def holds_floats(self):
        return self.dtype == np.float32 or (self.dtype == np.uint8 and self.scale > 0)

    def quantized(self, values):
        if self.dtype == np.float32:
            return values.astype(np.float32)
        return np.clip(np.rint(values / self.scale + self.zero), 0, 255).astype(np.uint8)

    def floats(self, values):
        if self.dtype == np.float32:
            return values
        return ((values.astype(np.float32) - self.zero) * self.scale).astype(np.float32)


class _LiteModel(Model):
    kind = "tflite"

    def __init__(self, path, interpreter, gray, result, card, size):
        super().__init__(card.get("name", path.stem), card, size)
        self._path = path.absolute()
        self._interpreter, self._gray, self._result = interpreter, gray, result

    def __reduce__(self):
        return open_tflite, (self._path,)

    def clone(self, threads=None):
        """The file opened again, with an interpreter of its own."""
        return open_tflite(self._path, threads)

    def _call(self, values):
        self._interpreter.set_tensor(self._gray.index, values)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._result.index)


class ChromaModel(_LiteModel):
    """A ``chroma_*.tflite``: gray at its working size to chroma; the photo's luma is kept here."""

    def chroma(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2) in ±0.5, as it comes."""
        values = self._gray.quantized(np.asarray(gray))
        # The file takes one photo a call; resizing its input can give wrong shapes silently.
        return np.concatenate([self._result.floats(self._call(one[None])) for one in values])


class PhotoModel(_LiteModel):
    """A ``colorize.tflite``: photos of any size to RGB; it resizes and keeps luma by itself.

    ``size`` is the card's, None without a card: the file does not tell its working size.
    """

    def colorize(self, gray):
        """uint8 gray (B, H, W, 1) → the file's own uint8 RGB (B, H, W, 3), as it comes."""
        gray = check(gray)
        channels = max(self._gray.shape[3], 1)  # -1: the file takes 1 and 3
        return self.call(np.broadcast_to(gray, (*gray.shape[:3], channels)))

    def call(self, photos):
        """uint8 photos (B, H, W, C), with as many channels as the file takes → uint8 RGB."""
        shape = (1, *photos.shape[1:])
        if tuple(self._interpreter.get_input_details()[0]["shape"]) != shape:
            self._interpreter.resize_tensor_input(self._gray.index, shape)
            self._interpreter.allocate_tensors()
        return np.concatenate([self._call(photo[None]) for photo in photos])

    def chroma(self, gray):
        """float32 gray (B, H, W, 1) in 0..1 → float32 CbCr (B, H, W, 2) of the file's RGB."""
        rgb = self.colorize(np.rint(np.asarray(gray) * 255).astype(np.uint8))
        return merging.chroma(rgb)


def _kind_of(gray, result):
    """The class for a file with this input and output; None if it is none of ours."""
    if len(gray.shape) != 4 or len(result.shape) != 4 or {gray.shape[0], result.shape[0]} - {1, -1}:
        return None
    _, height, width, channels = gray.shape
    if channels == 1 and height == width > 0 and result.shape[3] == 2:
        floats = gray.dtype == result.dtype and gray.holds_floats and result.holds_floats
        return ChromaModel if floats and min(result.shape[1:3]) > 0 else None
    if channels in (1, 3, -1) and height == width == -1 and result.shape[3] in (3, -1):
        return PhotoModel if gray.dtype == result.dtype == np.uint8 else None
    return None


def open_tflite(path: str | os.PathLike, threads: int | None = None) -> Model:
    """Opens a ``.tflite`` file; a ``card.json`` beside it is its card.

    Args:
        path: a file with one input and one output: gray float32 [1, S, S, 1] in 0..1 → CbCr
            [1, h, w, 2] in ±0.5 (or both uint8 with a scale and zero point), or uint8 photos
            [1, ?, ?, 1 or 3] → uint8 RGB of the same size.

    Returns:
        A ``ChromaModel`` or a ``PhotoModel``.

    Raises:
        UserError: the file is missing, damaged or another model's, or its card is.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a .tflite file that an export wrote")
    interpreter = _interpreter(path, threads)
    inputs = [_Tensor(details) for details in interpreter.get_input_details()]
    results = [_Tensor(details) for details in interpreter.get_output_details()]
    kind = _kind_of(inputs[0], results[0]) if len(inputs) == len(results) == 1 else None
    if kind is None:
        found = f"{', '.join(map(str, inputs))} to {', '.join(map(str, results))}"
        raise UserError(f"{path}: no colorizer of ours: it takes {found}; ours take {OURS}")
    card = cards.read(path.parent) if path.with_name(cards.CARD).is_file() else {}
    size = inputs[0].shape[1] if kind is ChromaModel else card.get("size")
    if card and card["size"] != size:
        raise UserError(
            f"{path}: works at {size} px, {cards.CARD} beside it says {card['size']}; keep a model "
            "with its own card, or alone"
        )
    return kind(path, interpreter, inputs[0], results[0], card, size)


class ExportedModel(Model):
    """An exported folder: chroma by its ``chroma_float32.tflite``, the fastest, on LiteRT.

    The network's own RGB, where it has such, is its SavedModel's or its ``generator.keras``'s,
    which is opened (by TensorFlow) when ``raw`` is first asked for.
    """

    kind = "tflite"

    def __init__(self, folder: str | os.PathLike):
        self._folder, self._rgb = Path(folder).absolute(), None
        card = cards.read(folder)
        self.lite = open_tflite(self._folder / layout.EXACT)
        super().__init__(card["name"], card, card["size"])
        self.predicts_rgb = bool(card.get("predicts_rgb"))

    def __reduce__(self):
        return ExportedModel, (self._folder,)

    def clone(self, threads=None):
        """The same with an interpreter of its own."""
        twin = ExportedModel.__new__(ExportedModel)  # copy.copy would open the folder once more
        vars(twin).update(vars(self), lite=self.lite.clone(threads))
        return twin

    def chroma(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2) in ±0.5, as it comes."""
        return self.lite.chroma(gray)

    def rgb(self, gray):
        """float32 gray (B, S, S, 1) in 0..1 → float32 RGB (B, S, S, 3) in 0..1, or None.

        Raises:
            UserError: the SavedModel is not in the folder, or TensorFlow is absent.
        """
        if not self.predicts_rgb:
            return None
        saved = (self._folder / "saved_model.pb").is_file()
        if self._rgb is None and not saved and (self._folder / cards.WEIGHTS).is_file():
            from keras_colorizer.inference.backends.run import RunModel

            self._rgb = RunModel(self._folder).rgb
        if self._rgb is None:
            from keras_colorizer.inference.backends import saved_model

            try:
                _, self._rgb, _ = saved_model.load_predictions(self._folder)
            except UserError as error:
                raise UserError(
                    f"model {self.name!r}: its own RGB (raw) comes from the SavedModel alone, and "
                    f"{error.message}"
                ) from error
        return self._rgb(gray)
