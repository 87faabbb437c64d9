"""Photos, a camera's EXIF and ICC profiles, made on the spot."""

import io
import struct

import pytest
from PIL import Image, ImageCms
from skimage import data


@pytest.fixture(scope="session")
def photo():
    """A photo of a cat: RGB, 120 x 80."""
    return Image.fromarray(data.chelsea()).resize((120, 80))


@pytest.fixture(scope="session")
def encoded():
    """A function that gives an image as a file's bytes."""

    def encode(image, kind, **options):
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return encode


THUMBNAIL = b"\xff\xd8THUMBNAIL" * 40


@pytest.fixture(scope="session")
def camera_exif():
    """A function that gives EXIF as cameras write it: maker's note, GPS and a thumbnail."""

    def make(orientation=1, order="<"):
        exif = Image.Exif()
        exif.endian = order
        exif[0x010F], exif[0x0112], exif[0x0132] = "Maker", orientation, "1969:07:20 20:17:40"
        exif[0x8769] = {0x9003: "1969:07:20 20:17:40", 0x927C: b"MAKERS NOTE" * 3, 0x829A: 0.5}
        exif[0x8825] = {1: "N", 2: (51.0, 28.0, 38.0)}
        block = bytearray(exif.tobytes()[6:])
        (start,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        block += bytes(len(block) % 2)
        struct.pack_into(f"{order}I", block, start + 2 + 12 * count, len(block))
        place = len(block) + 2 + 2 * 12 + 4
        block += struct.pack(f"{order}H", 2)
        block += struct.pack(f"{order}HHII", 0x0201, 4, 1, place)
        block += struct.pack(f"{order}HHII", 0x0202, 4, 1, len(THUMBNAIL))
        return b"Exif\0\0" + bytes(block + bytes(4) + THUMBNAIL)

    return make


def profile(space, tags, kind=b"mntr", connection=b"XYZ "):
    """An ICC profile, version 2, of tags given as (signature, data)."""
    place, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for signature, content in tags:
        content += bytes(-len(content) % 4)
        table += struct.pack(">4sII", signature, place + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s", place + len(body), b"", 0x02400000, kind, space, connection)
    head = (head + bytes(12) + b"acsp").ljust(68, b"\0") + struct.pack(">3I", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


@pytest.fixture(scope="session")
def profiles():
    """ICC profiles by what they are for: sRGB, gray of gamma 1, CMYK of which inks are gray."""
    white = (b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">3I", 63190, 65536, 54061))
    linear = (b"kTRC", b"curv" + bytes(8))
    ramp = bytes(range(256))
    inks = range(16)  # the corners of CMYK: all four bits set is black, no bit is paper white
    corners = b"".join(bytes([255 - 255 * i.bit_count() // 4, 128, 128]) for i in inks)
    unity = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + unity + 4 * ramp + corners + 3 * ramp
    return {
        "sRGB": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
        "gray": profile(b"GRAY", [white, linear]),
        "CMYK": profile(b"CMYK", [white, (b"A2B0", table)], b"prtr", b"Lab "),
    }
