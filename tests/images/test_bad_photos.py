"""What cannot be read is one line that names the file and says what to do."""

import io
import os
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images import guard
from keras_colorizer.images.reading import MAX_PIXELS, read


def error_of(source, **options):
    with pytest.raises(UserError) as caught:
        read(source, **options)
    assert "\n" not in caught.value.message and ";" in caught.value.message
    return caught.value.message


CONTENTS = {
    "empty, zero bytes": b"",
    "nothing but zero bytes": bytes(1000),
    "a web page": b"\n<!DOCTYPE html><html>",
    "text, not a photo": b"404 not found",
    "a drawing (SVG)": b'<?xml version="1.0"?><svg>',
    "a PDF document": b"%PDF-1.7",
    "an HEIC picture": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "a video": b"\0\0\0\x18ftypisom\0\0\0\0mp42iso2",
    "a JPEG 2000 picture": b"\0\0\0\x0cjP  \r\n\x87\n",
    "a Photoshop document": b"8BPS\0\1",
    "a ZIP archive": b"PK\x03\x04",
    "a camera's raw file": b"II*\0\x10\0\0\0CR\x02\0",
    "no image that can be read": bytes(range(256)),
}


@pytest.mark.parametrize("found", CONTENTS)
def test_other_content_is_named(tmp_path, found):
    path = tmp_path / "photo.jpg"
    path.write_bytes(CONTENTS[found])
    message = error_of(path)
    assert message.startswith(f"{path}: ") and found in message
    assert error_of(CONTENTS[found], what="-").startswith("-: ")


def test_what_is_no_file(tmp_path):
    assert error_of(tmp_path / "absent.jpg").startswith(f"{tmp_path / 'absent.jpg'}: no such file")
    assert "a folder, not a photo" in error_of(tmp_path)
    (tmp_path / "link.jpg").symlink_to("nowhere")
    assert "no such file" in error_of(tmp_path / "link.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    assert "loop.jpg: cannot be read" in error_of(tmp_path / "loop.jpg")
    assert "cannot be read" in error_of(tmp_path / ("long" * 100))
    assert "no file can have this name" in error_of("a\0b.jpg")
    assert "a device or pipe" in error_of("/dev/zero")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "a device or pipe" in error_of(tmp_path / "pipe.jpg")


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "secret.jpg"
    path.write_bytes(b"\xff\xd8\xff")

    def refuse(self, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    assert error_of(path).startswith(f"{path}: no permission to read it; ")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "PPM"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
def test_what_is_cut_off_is_refused(photo, encoded, kind, part):
    data = encoded(photo, kind)
    message = error_of(data[: int(len(data) * part)], what="photo.x")
    assert message.startswith("photo.x: cut off or damaged (")
    assert "0x" not in message and "<_io" not in message


def test_a_tiff_in_strips_cut_off_is_refused(photo, encoded):
    data = encoded(photo, "TIFF", compression="tiff_lzw")
    assert "cut off or damaged" in error_of(data[: len(data) // 2])


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_a_tiff_of_which_strips_are_missing_is_refused(photo, encoded, compression):
    data = bytearray(encoded(photo, "TIFF", compression=compression))
    kind = 4 if compression == "raw" else 3  # as Pillow and libtiff write the height
    place = data.index(struct.pack("<HHI", 257, kind, 1)) + 8
    struct.pack_into("<H", data, place, 2 * photo.height)
    assert "cut off or damaged" in error_of(bytes(data))


def png(width, height):
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    parts = [
        struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in (head, data)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + b"\0\0\0\0IEND\xaeB`\x82"


@pytest.mark.parametrize(
    ("data", "pixels"),
    [
        (png(20_000, 20_000), "400.0"),
        (png(13_378, 13_378), "179.0"),
        (b"P5 70000 70000 255\n", "4900.0"),
        (b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\0", "4294.8"),
    ],
)
def test_decompression_bombs_are_refused_by_their_pixels(data, pixels):
    message = error_of(data, what="bomb")
    assert message == (
        f"bomb: {pixels} million pixels, above the limit of 179.0 million; make it smaller first"
    )


def test_large_photos_are_read_without_a_warning(encoded, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60)  # as if 10 x 10 had over 89 million
    data = encoded(Image.new("L", (10, 10)), "PNG")
    assert read(data).size == (10, 10)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    assert "0.0 million pixels, above the limit" in error_of(data)
    assert MAX_PIXELS == 178_956_970


def test_the_limit_can_be_lowered(photo):
    assert "above the limit of 0.0 million" in error_of(photo, max_pixels=9599)
    assert read(photo, max_pixels=9600).size == photo.size


def test_no_pixels():
    assert "it has no pixels (0 x 5)" in error_of(Image.new("L", (0, 5)))
    assert "it has no pixels" in error_of(np.zeros((0, 5, 3), np.uint8))


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4), "f4"), np.zeros((4,), "u1"), np.zeros((4, 4, 5), "u1")]
)
def test_arrays_of_other_kinds(array):
    assert "give" in error_of(array) and "(H, W, 3)" in error_of(array)


@pytest.mark.parametrize("tag", [{254: 1}, {50706: b"\1\4\0\0"}])
def test_the_thumbnail_of_a_raw_file_is_not_taken_for_the_photo(photo, encoded, tag):
    tags = Image.Exif()
    tags.update(tag)
    assert "camera's raw file" in error_of(encoded(photo, "TIFF", exif=tags))


def test_a_file_that_changes_before_its_colours_are_wanted(photo, encoded, tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(photo, "PNG"))
    found = read(path)
    path.unlink()
    with pytest.raises(UserError, match=r"photo\.png: no such file"):
        found.colour()


@pytest.mark.parametrize(
    "error",
    [SyntaxError("a"), struct.error("a"), ValueError("a"), OSError("a"), OverflowError("a")]
    + [KeyError("a"), MemoryError(), SystemError("a"), RecursionError("a"), AssertionError()],
)
def test_whatever_pillow_throws_is_one_line(monkeypatch, photo, encoded, error):
    data = encoded(photo, "PNG")

    def throw(*args):
        raise error

    monkeypatch.setattr(Image.Image, "load", throw)
    assert error_of(data, what="photo.png").startswith("photo.png: ")


def test_warnings_of_pillow_vanish_and_others_stay():
    before = list(warnings.filters)
    with guard.quiet():
        warnings.warn_explicit("quiet", UserWarning, "TiffImagePlugin.py", 1, "PIL.TiffImagePlugin")
        with pytest.raises(UserWarning, match="loud"):
            warnings.warn_explicit("loud", UserWarning, "mine.py", 1, "mine")
    assert list(warnings.filters) == before


def test_many_threads_leave_the_filters_as_they_were(photo, encoded):
    data, before = encoded(photo, "JPEG"), list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(lambda _: read(io.BytesIO(data).getvalue()), range(64)))) == 64
    assert list(warnings.filters) == before
