"""EXIF for an upright photo: orientation 1, no thumbnail, everything else as it was.

Its bytes are patched where they stand. Writing them anew would move makers' notes, whose offsets
count from the start of the block, and would lose what Pillow does not understand.
Source: Exif 2.32 (CIPA DC-008), 4.5 and 4.6; TIFF 6.0, section 2.
"""

import re
import struct

HEADER = b"Exif\0\0"
_ORIENTATION = 0x0112
_INTEGERS = {1: ("B", 1), 3: ("H", 2), 4: ("I", 4)}  # TIFF type → struct's letter, bytes
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_OFFSETS, _LENGTHS = (0x0201, 0x0111), (0x0202, 0x0117)  # JPEG thumbnails, uncompressed ones


def upright(data: bytes) -> tuple[bytes | None, int | None]:
    """EXIF with its orientation set to 1 and its thumbnail removed, and what the orientation was.

    Args:
        data: an EXIF block, with or without ``HEADER``.

    Returns:
        ``(block, orientation)``: the block with ``HEADER``, or None where it was empty, and 1..8,
        or None where it names none.

    Raises:
        ValueError: the block is damaged.
    """
    while data.startswith(HEADER):
        data = data[len(HEADER) :]
    if not data.strip(b"\0"):
        return None, None
    block = bytearray(data)
    try:
        order = {b"II*\0": "<", b"MM\0*": ">"}[bytes(block[:4])]
        (first,) = struct.unpack_from(f"{order}I", block, 4)
        entries, link = _directory(block, order, first)
        orientation = None
        for place, tag, kind, _ in entries:
            if tag == _ORIENTATION and kind in _INTEGERS:
                letter, _ = _INTEGERS[kind]
                (found,) = struct.unpack_from(order + letter, block, place + 8)
                orientation = found if 1 <= found <= 8 else 1
                struct.pack_into(order + letter, block, place + 8, 1)
        (second,) = struct.unpack_from(f"{order}I", block, link)
    except (KeyError, struct.error) as error:
        raise ValueError("its EXIF is damaged") from error
    struct.pack_into(f"{order}I", block, link, 0)
    if second:
        block = _without_thumbnail(block, order, second, link + 4)
    return HEADER + bytes(block), orientation


def _directory(block, order, start):
    """Its entries as (place, tag, type, count), and the place of its link to the next one."""
    (count,) = struct.unpack_from(f"{order}H", block, start)
    places = range(start + 2, start + 2 + 12 * count, 12)
    entries = [(p, *struct.unpack_from(f"{order}HHI", block, p)) for p in places]
    struct.unpack_from(f"{order}I", block, start + 2 + 12 * count)
    return entries, start + 2 + 12 * count


def _without_thumbnail(block, order, start, kept):
    """``block`` with the second directory and what it points to set to zero, cut at its end.

    Nothing before ``kept`` is touched: the first directory stands there.
    """
    try:
        entries, link = _directory(block, order, start)
    except struct.error:
        return block  # nothing links to it any more
    spans, numbers = [(start, link + 4)], {}
    for place, tag, kind, count in entries:
        size = count * _SIZES.get(kind, 1)
        if size > 4:
            (offset,) = struct.unpack_from(f"{order}I", block, place + 8)
            spans.append((offset, offset + size))
        if kind in _INTEGERS and tag in _OFFSETS + _LENGTHS:
            letter, width = _INTEGERS[kind]
            at = offset if size > 4 else place + 8
            if at + count * width <= len(block):
                numbers[tag] = struct.unpack_from(f"{order}{count}{letter}", block, at)
    for offsets, lengths in zip(_OFFSETS, _LENGTHS, strict=True):
        pairs = zip(numbers.get(offsets, ()), numbers.get(lengths, ()), strict=False)
        spans += [(offset, offset + length) for offset, length in pairs]
    for begin, end in spans:
        end = min(end, len(block))
        if kept <= begin < end:
            block[begin:end] = bytes(end - begin)
    last = len(block)
    for begin, end in sorted(spans, key=lambda span: span[1], reverse=True):
        if end >= last and begin >= kept:
            last = min(last, begin)
    return block[:last]


def in_png_text(text: str) -> bytes:
    r"""EXIF that ImageMagick and others keep in a PNG text chunk, ``Raw profile type exif``.

    Raises:
        ValueError: it is damaged.
    """
    return bytes.fromhex("".join(text.split("\n")[3:]))


def xmp_of(info: dict) -> bytes:
    """The XMP among what Pillow says of an image, or nothing."""
    found = info.get("xmp") or info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else bytes(found)


def xmp_orientation(xmp: bytes) -> int | None:
    """The orientation that XMP names, 1 to 8, or None.

    Source: XMP, part 2, section 3.2 (tiff:Orientation), as an attribute or an element.
    """
    found = re.search(rb'tiff:Orientation(?:\s*=\s*["\']|\s*>\s*)([1-8])\b', xmp)
    return int(found[1]) if found else None
