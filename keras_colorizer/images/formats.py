"""Which image files are read and written, recognised by their first bytes, not by their names."""

import importlib
import struct
from typing import BinaryIO

# Pillow's name of a format → the suffixes of its files; the first is the one that is written.
FORMATS = {
    "JPEG": ("jpg", "jpeg", "jpe", "jfif"),
    "PNG": ("png",),
    "WEBP": ("webp",),
    "BMP": ("bmp",),
    "GIF": ("gif",),
    "TIFF": ("tif", "tiff"),
    "PPM": ("ppm", "pgm"),
    "AVIF": ("avif",),
}
KINDS = tuple(kind for kinds in FORMATS.values() for kind in kinds)
SUFFIXES = frozenset(f".{kind}" for kind in KINDS)
HEAD = 512  # bytes that `recognise` wants to see

_PLUGINS = {"WEBP": "WebPImagePlugin"}  # the others are called as one would think
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
_NOT_A_PHOTO = f"give a {', '.join(list(FORMATS)[:-1])} or {list(FORMATS)[-1]} file"


def recognise(head: bytes) -> tuple[str | None, str]:
    """What a file is by its first bytes.

    Args:
        head: the first ``HEAD`` bytes, or all there are.

    Returns:
        Pillow's name of the format and "", or None and what the file is with what to do.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG", ""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", ""
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF", ""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP", ""
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        if head[8:10] == b"CR":
            return None, "it is a camera's raw file; develop it to JPEG or TIFF first"
        return "TIFF", ""
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return "PPM", ""
    if head[4:8] == b"ftyp":
        return _boxed(head)
    for start, what, advice in _FOREIGN:
        if head.startswith(start):
            return None, f"it is {what}; {advice}"
    if head.startswith(b"BM"):
        return "BMP", ""
    return None, f"it is {_text(head)}; {_NOT_A_PHOTO}"


def _boxed(head):
    """The formats of the ISO family tell themselves by the brands in their first box."""
    brands = {head[8:12]} | {head[i : i + 4] for i in range(16, min(head[3], len(head)), 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF", ""
    if brands & {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}:
        return None, f"it is an HEIC picture; {_ELSE}"
    if b"crx " in brands:
        return None, "it is a camera's raw file; develop it to JPEG or TIFF first"
    return None, f"it is a video; {_NOT_A_PHOTO}"


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
        plugin = f"PIL.{_PLUGINS.get(name, name.capitalize() + 'ImagePlugin')}"
        return getattr(importlib.import_module(plugin), "SUPPORTED", True)
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
