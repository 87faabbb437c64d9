"""Files that are whole but for a trifle: read all the same, and told."""

import io
import struct
from typing import BinaryIO

from PIL import Image

_END = b"\xff\xd9"  # of a JPEG
# After complete data a decoder passes over what is no marker; amid data it takes it for pixels.
_FILLERS = (b"", b"\x5a\xa5" * 64, b"\x93\x3c" * 64)
_TEXT = (b"tEXt", b"zTXt", b"iTXt")
_LONGEST = 1 << 20  # bytes of a text chunk that Pillow takes, inflated


def mended(file: BinaryIO, name: str) -> tuple[BinaryIO, str | None]:
    """A file as it can be opened, and a note on what had to be mended, or None.

    Args:
        file: at its beginning; read no further than to its end where nothing is wrong.
        name: Pillow's name of its format.
    """
    if name == "JPEG":
        return _ended(file)
    if name == "PNG":
        return _without_long_text(file)
    return file, None


def _ended(file):
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 64))
    tail = file.read()
    file.seek(0)
    if _END in tail:
        return file, None
    data = file.read()
    file.seek(0)
    if _END in data[_first_scan(data) :]:  # what follows it is no part of the picture
        return file, None
    data = data.removesuffix(b"\xff")
    try:
        first, *others = (_pixels(data + filler + _END) for filler in _FILLERS)
    except Exception:  # the reader will say what is wrong
        return file, None
    if any(other != first for other in others):
        return file, None  # data is missing, too
    return io.BytesIO(data + _END), "its end marker is missing: nothing of the picture is"


def _first_scan(data):
    """Where a JPEG's pixels begin: behind its metadata, which may hold another JPEG."""
    place = 2
    while data[place : place + 1] == b"\xff" and data[place + 1 : place + 2] != b"\xda":
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    return place


def _pixels(data):
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        image.draft("L", None)
        return image.tobytes()


def _without_long_text(file):
    """Passes over the chunks; only where a text is longer than Pillow takes, they are copied."""
    kept, left_out = [(0, 8)], False
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        place = file.tell() - 8
        may_be = kind in _TEXT and length > _LONGEST // 1032  # the most that deflate can inflate
        if may_be and _is_long(file.read(length), kind):
            left_out = True
        else:
            kept.append((place, length + 12))
        file.seek(place + length + 12)
    file.seek(0)
    if not left_out:
        return file, None
    whole = bytearray()
    for place, length in kept:
        file.seek(place)
        whole += file.read(length)
    return io.BytesIO(bytes(whole)), "a long text in it is left out"


def _is_long(content, kind):
    """Whether a text chunk's text is longer than Pillow takes."""
    import zlib

    keyword, _, rest = content.partition(b"\0")
    if kind == b"tEXt":
        return len(rest) > _LONGEST
    if kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        rest = rest.split(b"\0", 2)[-1]
        if not packed:
            return len(rest) > _LONGEST
    else:
        rest = rest[1:]
    try:
        return len(zlib.decompressobj().decompress(rest, _LONGEST + 1)) > _LONGEST
    except zlib.error:
        return True
