"""EXIF of TIFF files, which keep it among the tags that tell how they are stored."""

import io
import struct
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin

# What the first directory of a TIFF file says about the photo; the rest is about how it is stored.
DESCRIPTIVE = frozenset(
    (270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 18246, 33432)
    + (40091, 40092, 40093, 40094, 40095)
)
_INNER = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
_RESOLUTION = (282, 283, 296)  # pixels a unit across and down, and the unit
_STRIP = 1 << 18  # bytes of a strip before it is compressed, about
_PREDICTOR, _DIFFERENCES = 317, 2  # LZW of the differences of neighbours is half as large


def exif_at(file: BinaryIO, place: int) -> bytes | None:
    """`exif` of the page whose directory stands at ``place`` in a file."""
    found = Image.Exif()
    file.seek(0)
    found.load_from_fp(file, place)
    return exif(found)


def exif(found: Image.Exif) -> bytes | None:
    r"""The EXIF of a TIFF file: what its first directory tells about the photo.

    Args:
        found: all of the directory, of a photo that is turned upright.

    Raises:
        Exception: whatever Pillow raises on tags that it cannot read.
    """
    kept = Image.Exif()
    for tag in DESCRIPTIVE & set(found):
        kept[tag] = found[tag]
    for tag in _INNER:
        if inner := _inner(found, tag):
            kept[tag] = inner
    return kept.tobytes() if len(kept) else None


def save(image: Image.Image | np.ndarray, file: BinaryIO, data: bytes | None, **options) -> None:
    """Writes a compressed TIFF file with EXIF.

    Pillow cannot write inner directories (exposure, GPS …) into compressed TIFF files: they are
    added behind what it wrote.

    Args:
        image: RGB or RGBA, or uint16 (H, W, 3 or 4).
        file: empty, to be read and written; where EXIF fails it holds the photo without all of it.
        data: EXIF, or None.
        options: of Pillow's for TIFF.

    Raises:
        ValueError: the EXIF cannot be kept; the photo is written.
        OSError: the photo cannot be written.
    """
    tags, found, problem = Image.Exif(), Image.Exif(), None
    try:
        found.load(data or b"")
        for tag in DESCRIPTIVE & set(found):
            tags[tag] = found[tag]
        inner = {tag: values for tag in _INNER if (values := _inner(found, tag))}
        tags.tobytes()  # what cannot be written fails here, not amid the photo
    except Exception as error:  # Pillow raises many kinds on tags that others wrote
        tags, inner, problem = Image.Exif(), {}, error
    if isinstance(image, np.ndarray):
        _save_deep(image, file, tags, **options)
    else:
        tags[_PREDICTOR] = _DIFFERENCES
        image.save(file, "TIFF", compression="tiff_lzw", exif=tags, **options)
    try:
        _add(file, inner)
    except OSError:
        raise
    except Exception as error:
        problem = error
    if problem is not None:
        raise ValueError("its EXIF cannot be kept") from problem


def _save_deep(image, file, tags, icc_profile=None):
    import tifffile  # ordinary photos go without

    extra = []
    for tag, value in tags.items():
        if tag in _RESOLUTION:
            continue
        if isinstance(value, str):
            extra.append((tag, 2, 0, value.encode("utf-8"), True))
        elif isinstance(value, bytes):
            extra.append((tag, 1, len(value), value, True))
        elif isinstance(value, int):
            extra.append((tag, 3, 1, value, True))
    resolution = [tags.get(tag) for tag in _RESOLUTION]
    x, y, unit = (None if value is None else float(value) for value in resolution)
    tifffile.imwrite(
        file,
        image,
        photometric="rgb",
        planarconfig="contig",
        extrasamples=["unassalpha"] if image.shape[2] == 4 else None,
        compression="lzw",
        predictor=True,
        rowsperstrip=max(1, _STRIP // (image.shape[1] * image.shape[2] * 2)),
        iccprofile=icc_profile,
        resolution=(x, y) if x and y else None,
        resolutionunit=int(unit) if unit else None,
        metadata=None,
        software=False,
        extratags=extra,
    )


def _inner(found, tag):
    values = dict(found.get_ifd(tag)) if tag in found else {}
    if isinstance(values.get(ExifTags.IFD.Interop), int):
        del values[ExifTags.IFD.Interop]  # an offset into the file that is left behind
    return values


def _add(file, inner):
    """Appends inner directories, then the first directory anew, with links to them."""
    file.seek(0)
    head = file.read(8)
    order = "<" if head[:2] == b"II" else ">"
    (start,) = struct.unpack_from(f"{order}I", head, 4)
    file.seek(start)
    (count,) = struct.unpack(f"{order}H", file.read(2))
    entries = [file.read(12) for _ in range(count)]
    following = file.read(4)
    end = file.seek(0, io.SEEK_END)
    new = bytearray(end % 2)
    for tag, values in inner.items():
        directory = TiffImagePlugin.ImageFileDirectory_v2(head, group=tag)
        for key, value in values.items():
            directory[key] = value
        place = end + len(new)
        entries.append(struct.pack(f"{order}HHII", tag, 4, 1, place))
        new += directory.tobytes(place)
        new += bytes(len(new) % 2)
    if not inner:
        return
    entries.sort(key=lambda entry: struct.unpack_from(f"{order}H", entry))
    first = end + len(new)
    new += struct.pack(f"{order}H", len(entries)) + b"".join(entries) + following
    file.write(new)
    file.seek(4)
    file.write(struct.pack(f"{order}I", first))
