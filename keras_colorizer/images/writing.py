"""A colorized photo to a file: the input's format, its metadata, whole or not at all."""

import io
import os
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from keras_colorizer.errors import UserError, choose
from keras_colorizer.images import formats, guard, levels, tiff
from keras_colorizer.images.reading import Photo
from keras_colorizer.utils.files import replace_atomically

WRITTEN = tuple(name for name in formats.FORMATS if name != "GIF")  # whose 256 colours are too few
ASKED = {kind: name for name in WRITTEN for kind in (name.lower(), *formats.FORMATS[name])}
QUALITIES = {"JPEG": 95, "WEBP": 95, "AVIF": 90}
_ALPHA = ("PNG", "WEBP", "TIFF", "AVIF")
_METADATA = ("JPEG", *_ALPHA)
_LONGEST = {"JPEG": 65500, "WEBP": 16383, "AVIF": 65536}  # pixels a side
_JPEG_PART = 65533  # bytes that a JPEG has for its EXIF
# A network's chroma comes up to about 1 MP: from here on 4:2:0 holds all of it, at half the time.
_HALF_CHROMA = 4_000_000  # pixels


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
        name = photo.format if photo.format in WRITTEN else "PNG"
        if max(photo.size) > _LONGEST.get(name, max(photo.size)):
            name = "PNG"  # a frame of a WebP animation may be larger than a WebP photo
    else:
        name = ASKED[choose("format", asked.lower().removeprefix("."), ASKED)]
    if not formats.supported(name):
        raise UserError(f"this Pillow writes no {name}; choose another format, or update Pillow")
    return name, f".{formats.FORMATS[name][0]}"


def write(
    image: Image.Image,
    target: str | os.PathLike | BinaryIO,
    photo: Photo,
    format: str | None = None,
    quality: int | None = None,
) -> None:
    """Writes a photo's result with the photo's transparency, EXIF and RGB profile.

    What the format does not hold is left out, and ``photo.notes`` gets a line about it.

    Args:
        image: RGB or YCbCr, the latter written to JPEG as it is; any size.
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
    name, _ = format_for(photo, format or (suffix if suffix in ASKED else None))
    if quality is not None and not 1 <= quality <= 100:
        raise UserError(f"{what}: quality {quality}; give a whole number from 1 to 100")
    longest = _LONGEST.get(name, 1 << 31)
    if max(image.size) > longest:
        raise UserError(
            f"{what}: {name} holds {longest} pixels a side, this has {max(image.size)}; ask for PNG"
        )
    try:
        with guard.quiet():
            image = _prepared(image, photo, name)
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
    if name in _ALPHA:
        return Image.merge("RGBA", (*image.split(), alpha))
    _note(photo, f"{name} has no transparency: it is laid over white")
    return levels.over_white(image, alpha)


def _options(image, photo, name, quality):
    options = {}
    if name in QUALITIES:
        options["quality"] = quality or QUALITIES[name]
    if name == "JPEG":
        half = image.width * image.height > _HALF_CHROMA or options["quality"] < 90
        options["subsampling"] = "4:2:0" if half else "4:4:4"
    elif name == "WEBP" and photo.lossless and quality is None:
        options = {"lossless": True, "exact": True}  # exact: also the colours of clear pixels
    elif name == "PNG":
        options["compress_level"] = 2  # 2 to 10 % larger than by default, in a quarter of the time
    if name in _METADATA:
        options["icc_profile"] = photo.icc
    elif photo.icc:
        _note(photo, f"{name} holds no colour profile: it is left out")
    if photo.exif and name not in _METADATA:
        _note(photo, f"{name} holds no EXIF: it is left out")
    elif photo.exif and name == "JPEG" and len(photo.exif) > _JPEG_PART:
        _note(photo, "its EXIF is too long for JPEG and is left out")
    elif photo.exif:
        options["exif"] = photo.exif
    return options


def _save(image, target, name, options, photo):
    if name != "TIFF":
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
