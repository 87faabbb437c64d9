"""Files that lack a trifle are read, and those that lack more are not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images.reading import read

NOTE = "its end marker is missing: nothing of the picture is"


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_jpeg_without_its_end_marker_is_read(photo, encoded, options):
    data = encoded(photo, "JPEG", quality=90, **options)
    for cut in (1, 2):
        found = read(data[:-cut])
        assert found.notes == [NOTE]
        assert (np.asarray(found.gray) == np.asarray(read(data).gray)).all()
    assert read(data).notes == []


def test_a_jpeg_that_lacks_pixels_is_still_refused(photo, encoded):
    data = encoded(photo, "JPEG", quality=90)
    for cut in (12, 40, len(data) // 2):
        with pytest.raises(UserError, match="cut off or damaged"):
            read(data[:-cut])


def test_what_follows_a_jpeg_is_no_matter(photo, encoded, camera_exif):
    data = encoded(photo, "JPEG", exif=camera_exif())
    assert read(data + bytes(100_000)).notes == []
    inner = encoded(photo.resize((30, 20)), "JPEG")
    with_thumbnail = data[:2] + b"\xff\xe2" + struct.pack(">H", len(inner) + 2) + inner + data[2:]
    assert read(with_thumbnail[:-2]).notes == [NOTE]


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
def test_a_png_with_a_long_text_is_read(photo, encoded, kind):
    text = b"x" * 3_000_000
    content = {
        b"tEXt": b"Comment\0" + text, b"zTXt": b"Comment\0\0" + zlib.compress(text),
        b"iTXt": b"Comment\0\1\0\0\0" + zlib.compress(text),
    }[kind]  # fmt: skip
    chunk = struct.pack(">I", len(content)) + kind + content
    chunk += struct.pack(">I", zlib.crc32(kind + content))
    data = encoded(photo, "PNG")
    found = read(data[:33] + chunk + data[33:])
    assert found.notes == ["a long text in it is left out"]
    assert (np.asarray(found.gray) == np.asarray(read(data).gray)).all()


def test_a_bitmap_whose_alpha_is_empty_is_opaque(photo, encoded):
    rgba = photo.convert("RGBA")
    rgba.putalpha(0)
    data = bytearray(encoded(rgba, "BMP"))
    with Image.open(io.BytesIO(data)) as image:
        mode = image.mode
    found = read(bytes(data))
    assert found.alpha is None
    assert np.abs(np.asarray(found.gray).astype(int) - np.asarray(photo.convert("L"))).max() <= 1
    assert mode in ("RGB", "RGBA")


def bitmap_of_version_4(photo, alpha):
    """Pillow writes no BMP whose header names an alpha mask."""
    width, height = photo.size
    rgba = photo.convert("RGBA")
    rgba.putalpha(alpha)
    body = np.asarray(rgba)[::-1, :, [2, 1, 0, 3]].tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    head = struct.pack("<IiiHHIIiiII", 108, width, height, 1, 32, 3, len(body), 2835, 2835, 0, 0)
    head += masks + b"BGRs" + bytes(36 + 12)
    return b"BM" + struct.pack("<IHHI", 14 + 108 + len(body), 0, 0, 14 + 108) + head + body


def test_a_bitmap_with_an_alpha_mask(photo):
    empty = read(bitmap_of_version_4(photo, 0))
    assert empty.alpha is None
    assert np.abs(np.asarray(empty.gray).astype(int) - np.asarray(photo.convert("L"))).max() <= 1
    half = Image.new("L", photo.size, 255)
    half.paste(0, (0, 0, 20, 20))
    assert read(bitmap_of_version_4(photo, half)).alpha.getextrema() == (0, 255)
