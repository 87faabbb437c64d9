"""Which image files are read and written, recognised by their first bytes, not by their names."""

import dataclasses
import importlib
import struct
from collections.abc import Callable
from typing import BinaryIO

from keras_colorizer.utils.registry import Registry


@dataclasses.dataclass(frozen=True)
class Format:
    """A kind of image file that Pillow, perhaps by a plugin, reads and writes.

    Attributes:
        suffixes: of its files, without a dot; the first is the one that is written.
        recognises: from the first ``HEAD`` bytes of a file, whether it is one.
        plugin: the module that brings it to Pillow.
        holds_colour: results may be written in it.
        quality: its quality from 1 to 100 if none is asked for; None where it has none.
        longest: pixels a side that it holds; None for any.
        keeps: what of "alpha" and "metadata" (EXIF and an RGB profile) it holds.
        depth: bits a channel that results have in it, where the photo has as many.
        read_only: suffixes of files that are read, and written with the first of ``suffixes``.
    """

    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    plugin: str
    holds_colour: bool = True
    quality: int | None = None
    longest: int | None = None
    keeps: tuple[str, ...] = ()
    depth: int = 8
    read_only: tuple[str, ...] = ()


# By the name that Pillow has for it.
FORMATS = Registry("format")
register = FORMATS.register
HEAD = 512  # bytes that `recognise` wants to see
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _begins(*starts):
    return lambda head: head.startswith(starts)


def _add(name, suffixes, recognises, plugin=None, **facts):
    plugin = f"PIL.{plugin or name.capitalize()}ImagePlugin"
    register(name)(Format(tuple(suffixes.split()), recognises, plugin, **facts))


ALL = ("alpha", "metadata")
_add("JPEG", "jpg jpeg jpe jfif", _begins(b"\xff\xd8\xff"), quality=95, longest=65500,
     keeps=("metadata",), read_only=("mpo",))  # fmt: skip
_add("PNG", "png", _begins(b"\x89PNG\r\n\x1a\n"), keeps=ALL, depth=16)
_add("WEBP", "webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", "WebP",
     quality=95, longest=16383, keeps=ALL)  # fmt: skip
_add("BMP", "bmp", _begins(b"BM"))
# Its 256 colours are too few.
_add("GIF", "gif", _begins(b"GIF87a", b"GIF89a"), holds_colour=False)
_add("TIFF", "tif tiff", lambda head: head.startswith(_TIFF) and head[8:10] != b"CR", keeps=ALL,
     depth=16)  # fmt: skip
_add("PPM", "ppm pgm",
     lambda head: head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace())  # fmt: skip
_add("AVIF", "avif", lambda head: bool(_brands(head) & {b"avif", b"avis"}), quality=90,
     longest=65536, keeps=ALL)  # fmt: skip

_ELSE = "convert it to JPEG or PNG first"
_FOREIGN = (
    (b"%PDF", "a PDF document", "export its pictures as JPEG or PNG"),
    (b"%!PS", "a PostScript file", _ELSE),
    (b"8BPS", "a Photoshop document", "save it as TIFF or PNG first"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", _ELSE),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture", _ELSE),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", _ELSE),
    (b"\xff\x0a", "a JPEG XL picture", _ELSE),
    (b"PK\x03\x04", "a ZIP archive", "unpack it and give the photos in it"),
    (b"\x1f\x8b", "gzip data", "unpack it first"),
    (b"\0\0\1\0", "an icon", _ELSE),
    (b"FUJIFILMCCD-RAW", "a camera's raw file", "develop it to JPEG or TIFF first"),
    (b"IIRO", "a camera's raw file", "develop it to JPEG or TIFF first"),
    (b"IIU\0", "a camera's raw file", "develop it to JPEG or TIFF first"),
)


def kinds() -> list[str]:
    """The suffixes of all formats, without their dots."""
    return [kind for known in FORMATS.values() for kind in known.suffixes]


def of_suffix(suffix: str) -> str | None:
    """Pillow's name of the format that a suffix such as ``.JPG`` or ``jpg`` stands for, or None."""
    kind = suffix.lower().removeprefix(".")
    for formats in (FORMATS.own, lambda: FORMATS):  # other packages' only if it must be
        for name, known in formats().items():
            if kind in known.suffixes or kind in known.read_only:
                return name
    return None


def recognise(head: bytes) -> tuple[str | None, str]:
    """What a file is by its first bytes.

    Args:
        head: the first ``HEAD`` bytes, or all there are.

    Returns:
        Pillow's name of the format and "", or None and what the file is with what to do.
    """
    found = _recognised(head, FORMATS.own())
    if found is None and (problem := _foreign(head)) is None:
        found = _recognised(head, FORMATS)
    if found:
        return found, ""
    return None, f"it is {problem or _other(head)}"


def _recognised(head, formats):
    return next((name for name, known in formats.items() if known.recognises(head)), None)


def _foreign(head):
    """What a file of another kind is, and what to do with it; None for what is not known."""
    for start, what, advice in _FOREIGN:
        if head.startswith(start):
            return f"{what}; {advice}"
    brands = _brands(head)
    if brands & {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}:
        return f"an HEIC picture; {_ELSE}"
    if b"crx " in brands or head.startswith(_TIFF):
        return "a camera's raw file; develop it to JPEG or TIFF first"
    return None


def _other(head):
    what = "a video" if _brands(head) else _text(head)
    *most, last = FORMATS
    return f"{what}; give a {', '.join(most)} or {last} file"


def _brands(head):
    """The formats of the ISO family tell themselves by the brands in their first box."""
    if head[4:8] != b"ftyp":
        return set()
    return {head[8:12]} | {head[i : i + 4] for i in range(16, min(head[3], len(head)), 4)}


def _text(head):
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page, not a photo"
    if b"<svg" in start:
        return "a drawing (SVG), not a photo"
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return "text, not a photo" if not control else "no image that can be read"


def supported(name: str) -> bool:
    """Whether this Pillow reads and writes a format.

    Imports Pillow's plugin for this format alone, and not those for forty others.
    """
    try:
        return getattr(importlib.import_module(FORMATS[name].plugin), "SUPPORTED", True)
    except ImportError:
        return False


def is_lossless_webp(file: BinaryIO) -> bool:
    """Whether the first picture of a WebP file was stored without loss; the place is kept."""
    place = file.tell()
    try:
        file.seek(12)
        while len(header := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", header)
            if name in (b"VP8L", b"VP8 "):
                return name == b"VP8L"
            # A frame of an animation holds its picture's chunk after 16 bytes of its own.
            file.seek(16 if name == b"ANMF" else length + length % 2, 1)
        return False
    finally:
        file.seek(place)
