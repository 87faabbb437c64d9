"""A colorized photo to a file: the input's format, its metadata, whole or not at all."""

import io
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError, choose
from keras_colorizer.images import formats, guard, levels, png, scans, tiff
from keras_colorizer.images.formats import FORMATS
from keras_colorizer.images.reading import Photo
from keras_colorizer.utils.files import replace_atomically

_JPEG_PART = 65533  # bytes that a JPEG has for its EXIF
# A network's chroma comes up to about 1 MP: from here on 4:2:0 holds all of it, at half the time.
_HALF_CHROMA = 4_000_000  # pixels


def written() -> list[str]:
    """Pillow's names of the formats that results may have."""
    return [name for name, known in FORMATS.items() if known.holds_colour]


def kept(name: str | None) -> str:
    """The format of the result of a photo of format ``name``, None for arrays."""
    return name if name and name in FORMATS and FORMATS[name].holds_colour else "PNG"


def _suffixes(name):
    return FORMATS[name].suffixes


def format_for(photo: Photo, asked: str | None = None) -> tuple[str, str]:
    """The format that a photo's result is written in.

    Args:
        photo: as read; its own format is kept if that holds it in RGB, else (GIF, arrays) it is
            PNG.
        asked: a name or suffix such as "png", "jpg" or ".tif", or None.

    Returns:
        Pillow's name of the format, and the suffix: ("JPEG", ".jpg").

    Raises:
        UserError: no such format, or this Pillow cannot write it.
    """
    if asked is None:
        name = kept(photo.format)
        if max(photo.size) > (FORMATS[name].longest or max(photo.size)):
            name = "PNG"  # a frame of a WebP animation may be larger than a WebP photo
    else:
        asked = asked.lower().removeprefix(".")
        known = {kind: name for name in written() for kind in (name.lower(), *_suffixes(name))}
        name = known[choose("format", asked, known)]
    if not formats.supported(name):
        raise UserError(f"this Pillow writes no {name}; choose another format, or update Pillow")
    return name, f".{_suffixes(name)[0]}"


def write(
    image: Image.Image | np.ndarray,
    target: str | os.PathLike | BinaryIO,
    photo: Photo,
    format: str | None = None,
    quality: int | None = None,
) -> None:
    """Writes a photo's result with the photo's transparency, EXIF and RGB profile.

    What the format does not hold is left out, and ``photo.notes`` gets a line about it.

    Args:
        image: RGB or YCbCr, the latter written to JPEG as it is; or uint16 (H, W, 3), which PNG and
            TIFF hold in 16 bits, and the rest in 8; any size.
        target: a path, written whole or not at all, or a binary file object, which gets the whole
            file in one piece.
        photo: what ``reading.read`` gave.
        format: as for `format_for`; None means what a path's suffix says, else the photo's own.
        quality: 1 to 100 for JPEG, WebP and AVIF (95, 95, 90 by default; a lossless WebP stays
            one); the others are lossless.

    Raises:
        UserError: it cannot be written; names the target, and nothing is left there.
    """
    is_path = isinstance(target, str | os.PathLike)
    what = os.fspath(target) if is_path else "the result"
    suffix = Path(target).suffix.lower().removeprefix(".") if is_path else ""
    by_suffix = formats.of_suffix(suffix)
    if by_suffix and not FORMATS[by_suffix].holds_colour:
        by_suffix = None
    name, _ = format_for(photo, format or by_suffix)
    if quality is not None and not 1 <= quality <= 100:
        raise UserError(f"{what}: quality {quality}; give a whole number from 1 to 100")
    longest = FORMATS[name].longest
    is_deep = isinstance(image, np.ndarray)
    size = image.shape[1::-1] if is_deep else image.size
    if longest and max(size) > longest:
        raise UserError(
            f"{what}: {name} holds {longest} pixels a side, this has {max(size)}; ask for PNG"
        )
    if is_deep and FORMATS[name].depth == 8:
        image, is_deep = Image.fromarray(levels.eight(image)), False
    try:
        with guard.quiet():
            image = _with_alpha(image, photo) if is_deep else _prepared(image, photo, name)
            options = _options(image, photo, name, quality)
            if is_path:
                with replace_atomically(target) as temporary:
                    _save(image, temporary, name, options, photo)
                return
            memory = io.BytesIO()
            _save(image, memory, name, options, photo)
    except UserError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "check the folder, its permissions and the space left, or give another"
        raise UserError(f"{what}: cannot be written ({reason}); {advice}") from error
    except (ValueError, TypeError, MemoryError, SystemError) as error:
        raise UserError(
            f"{what}: cannot be written as {name} ({error}); ask for another format"
        ) from error
    target.write(memory.getbuffer())


def _note(photo, line):
    if line not in photo.notes:
        photo.notes.append(line)


def _prepared(image, photo, name):
    """The image in a mode that the format takes, with transparency or freed from it."""
    if image.mode != "RGB" and (image.mode, name) != ("YCbCr", "JPEG"):
        image = image.convert("RGB")
    alpha = photo.alpha
    if alpha is None:
        return image
    if alpha.size != image.size:
        alpha = alpha.resize(image.size, Image.Resampling.BILINEAR)
    if "alpha" in FORMATS[name].keeps:
        return Image.merge("RGBA", (*image.split(), alpha))
    _note(photo, f"{name} has no transparency: it is laid over white")
    return levels.over_white(image, alpha)


def _with_alpha(deep, photo):
    if photo.deep_alpha is None:
        return deep
    return np.concatenate([deep, photo.deep_alpha[..., None]], axis=2)


def _options(image, photo, name, quality):
    options, keeps = {}, FORMATS[name].keeps
    if FORMATS[name].quality:
        options["quality"] = quality or FORMATS[name].quality
    if name == "JPEG":
        half = image.width * image.height > _HALF_CHROMA or options["quality"] < 90
        options["subsampling"] = "4:2:0" if half else "4:4:4"
    elif name == "WEBP" and photo.lossless and quality is None:
        options = {"lossless": True, "exact": True}  # exact: also the colours of clear pixels
    elif name == "PNG":
        options["compress_level"] = 2  # 2 to 10 % larger than by default, in a quarter of the time
    if "metadata" in keeps:
        options["icc_profile"] = photo.icc
    elif photo.icc:
        _note(photo, f"{name} holds no colour profile: it is left out")
    if photo.exif and "metadata" not in keeps:
        _note(photo, f"{name} holds no EXIF: it is left out")
    elif photo.exif and name == "JPEG" and len(photo.exif) > _JPEG_PART:
        _note(photo, "its EXIF is too long for JPEG and is left out")
    elif photo.exif:
        options["exif"] = photo.exif
    return options


def _save(image, target, name, options, photo):
    if name == "PNG" and isinstance(image, np.ndarray):
        data = png.with_metadata(
            scans.encode_png(image), options.get("icc_profile"), options.get("exif")
        )
        if isinstance(target, Path):
            target.write_bytes(data)
        else:
            target.write(data)
    elif name != "TIFF":
        image.save(target, format=name, **options)
    elif isinstance(target, Path):
        with target.open("w+b") as file:
            _save(image, file, name, options, photo)
    else:
        data = options.pop("exif", None)
        try:
            tiff.save(image, target, data, **options)
        except ValueError:
            if data is None:
                raise
            _note(photo, "its EXIF cannot be kept whole in TIFF")
