"""Metadata in PNG files that something else than Pillow encoded.

Source: PNG, third edition, sections 5.3 (chunks), 11.3.2.3 (iCCP) and 11.3.4.5 (eXIf).
"""

import struct
import zlib

_HEAD = 8 + 25  # bytes: the signature and the chunk IHDR


def with_metadata(data: bytes, icc: bytes | None, exif: bytes | None) -> bytes:
    """A PNG file with an ICC profile and EXIF.

    Args:
        data: the file, without either.
        icc: the profile, or None.
        exif: the block, with or without its JPEG header, or None.
    """
    chunks = b""
    if icc:
        chunks += _chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc))
    if exif:
        chunks += _chunk(b"eXIf", exif.removeprefix(b"Exif\0\0"))
    return data[:_HEAD] + chunks + data[_HEAD:]


def _chunk(kind, content):
    check = zlib.crc32(kind + content)
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", check)
