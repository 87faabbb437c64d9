"""What every kind of model is to the rest: chroma for gray photos, in NumPy and Pillow alone."""

import os

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.inference import compose


def shrink(gray: np.ndarray, size: int) -> np.ndarray:
    """Gray photos as a network sees them: antialiased bilinear, as in training.

    Args:
        gray: uint8 array (B, H, W, 1).
        size: the working size in pixels; stretched, both axes alike.

    Returns:
        float32 array (B, size, size, 1) in 0..1; whole levels of 1/255.
    """
    if gray.shape[1:3] != (size, size):
        photos = [Image.fromarray(photo[..., 0]) for photo in gray]
        gray = np.stack([_small(photo, size) for photo in photos])[..., None]
    return gray.astype(np.float32) / np.float32(255)


def _small(gray, size):
    return np.asarray(gray.resize((size, size), Image.Resampling.BILINEAR))


def see(gray: Image.Image, size: int) -> np.ndarray:
    """`shrink` for one ``PIL.Image`` of mode L: float32 (1, size, size, 1) in 0..1."""
    return shrink(_small(gray, size)[None, ..., None], size)


def check(gray: np.ndarray) -> np.ndarray:
    """``gray`` if it is uint8 (B, H, W, 1) and not empty; TypeError or ValueError otherwise."""
    gray = np.asarray(gray)
    if gray.dtype != np.uint8:
        raise TypeError(f"gray photos must be uint8, 0..255; got {gray.dtype}")
    if gray.ndim != 4 or gray.shape[-1] != 1 or 0 in gray.shape:
        raise ValueError(f"gray photos must be (B, H, W, 1) and not empty; got {gray.shape}")
    return gray


class Model:
    """A network that can be asked for chroma; a kind of model adds how it is called.

    Attributes:
        name: the card's name, or what the file is called.
        card: dict as ``models.card.read`` gives it, {} where there is none.
        size: the working size in pixels.
        kind: "run", "SavedModel" or "tflite".
        predicts_rgb: the network has RGB of its own, which ``raw`` gives.
    """

    kind = ""
    predicts_rgb = False

    def __init__(self, name: str, card: dict, size: int | None):
        self.name, self.card, self.size = name, card, size

    def chroma(self, gray: np.ndarray) -> np.ndarray:
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2) in ±0.5, as it comes."""
        raise NotImplementedError

    def rgb(self, gray: np.ndarray) -> np.ndarray | None:
        """float32 gray (B, S, S, 1) in 0..1 → the network's own RGB (B, S, S, 3) in 0..1."""
        return None

    def clone(self, threads: int | None = None) -> "Model":
        """The same for another thread: itself, where calls take turns, or one opened again."""
        return self

    def decide(self, seen: np.ndarray) -> np.ndarray:
        """Chroma that can become pixels.

        Args:
            seen: float32 gray (B, S, S, 1) in 0..1, as `shrink` gives it.

        Returns:
            Finite float32 CbCr (B, h, w, 2) in about ±0.5.

        Raises:
            UserError: the network gave NaN or no chroma; it names the model.
        """
        return self._usable(self.chroma(seen), len(seen), 2)

    def draw(self, seen: np.ndarray) -> np.ndarray:
        """The network's own RGB as uint8 (B, S, S, 3), where ``predicts_rgb``; else as `decide`."""
        rgb = self._usable(self.rgb(seen), len(seen), 3)
        return np.rint(np.clip(rgb, 0.0, 1.0) * 255.0).astype(np.uint8)

    def colorize(self, gray: np.ndarray) -> np.ndarray:
        """Colour photos with the gray photos' own luma, to within 1 level.

        Args:
            gray: uint8 array (B, H, W, 1), any H and W.

        Returns:
            uint8 array (B, H, W, 3): what a ``Colorizer`` gives for each photo.

        Raises:
            TypeError, ValueError: gray is something else.
            UserError: the network gave NaN or no chroma; it names the model.
        """
        gray = check(gray)
        chroma = self.decide(shrink(gray, self.size))
        colour = np.empty((*gray.shape[:3], 3), np.uint8)
        for photo, planes, result in zip(gray, chroma, colour, strict=True):
            result[...] = compose.compose(Image.fromarray(photo[..., 0]), planes)
        return colour

    def raw(self, gray: np.ndarray) -> np.ndarray | None:
        """The network's own RGB, luma included, resized (bilinear) to the photos' size.

        Args:
            gray: uint8 array (B, H, W, 1), any H and W.

        Returns:
            uint8 array (B, H, W, 3); None where the network predicts chroma only.

        Raises:
            TypeError, ValueError, UserError: as ``colorize``.
        """
        gray = check(gray)
        if not self.predicts_rgb:
            return None
        rgb = self.draw(shrink(gray, self.size))
        height, width = gray.shape[1:3]
        if rgb.shape[1:3] == (height, width):
            return rgb
        photos = [Image.fromarray(photo) for photo in rgb]
        sized = [photo.resize((width, height), Image.Resampling.BILINEAR) for photo in photos]
        return np.stack([np.asarray(photo) for photo in sized])

    def _usable(self, found, count, channels):
        """What the network gave, if it can become pixels: uint8 would hide NaN."""
        found = np.asarray(found)
        what = "RGB" if channels == 3 else "chroma"
        if found.ndim != 4 or found.shape[::3] != (count, channels) or 0 in found.shape:
            raise UserError(
                f"model {self.name!r} gave {what} of shape {found.shape} for {count} photos, not "
                f"({count}, h, w, {channels}); export or train it again"
            )
        if not np.isfinite(found).all():
            raise UserError(
                f"model {self.name!r} gave NaN or infinite {what}: its weights are damaged, or its "
                "training diverged; export or train it again"
            )
        return found


class Saturated(Model):
    """Another model with its chroma scaled, as ``colorize --saturation`` scales it.

    Args:
        model: any `Model`.
        saturation: the factor, 0 or more.
    """

    def __init__(self, model: Model, saturation: float):
        super().__init__(f"{model.name} × {saturation:g}", model.card, model.size)
        self.kind, self.model, self.saturation = model.kind, model, saturation

    def chroma(self, gray: np.ndarray) -> np.ndarray:
        """float32 gray (B, S, S, 1) in 0..1 → float32 CbCr (B, h, w, 2), scaled."""
        return self.saturation * self.model.chroma(gray)

    def clone(self, threads=None):
        """The same with a clone of its model."""
        return Saturated(self.model.clone(threads), self.saturation)


def require_finite(where: str | os.PathLike, weights) -> None:
    """Raises a UserError if any of ``weights``, NumPy arrays, holds NaN or infinity.

    TensorFlow's fused ReLUs make zeros of NaN, so that pictures of a broken network look whole.
    """
    bad = sum(not np.isfinite(weight).all() for weight in weights)
    if bad:
        raise UserError(
            f"{where}: {bad} of its weights' arrays hold NaN or infinity: the file is damaged, or "
            "training diverged; train it again"
        )


def without_temperature(path, card):
    """The error for a model whose colours have no temperature."""
    return UserError(
        f"{path}: its codec {card['codec']!r} has no temperature; leave temperature out, or give a "
        "model of recipe colorful"
    )
