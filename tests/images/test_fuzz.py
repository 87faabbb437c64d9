"""Damaged files of every kind end as a photo or as one line: no crash, no hang, no warning.

The slow test takes 2,400 files, or as many as the environment variable FUZZ_FILES says.
"""

import contextlib
import io
import os
import queue
import re
import struct
import threading
import time
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images import formats
from keras_colorizer.images.reading import read
from keras_colorizer.images.writing import write

SECONDS = 5  # that one file may take, on a machine that does other things as well
ODD = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)
LENGTHS = (0, 1, 255, 16_384, 30_000, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 1)


@pytest.fixture(scope="module")
def seeds(photo, encoded, camera_exif, profiles):
    """Good files of all formats and modes, small ones: damage shall hit what matters."""
    photo = photo.resize((48, 32))
    clear = photo.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(photo.size))
    deep = Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) * 257)
    real = Image.fromarray(np.asarray(photo.convert("L")).astype(np.float32) / 255)
    wide = np.asarray(photo).astype(np.uint16) * 257
    extra = {"exif": camera_exif(6), "icc_profile": profiles["sRGB"]}
    gray = {"exif": camera_exif(3, ">"), "icc_profile": profiles["gray"]}
    moving = {"save_all": True, "append_images": [photo.rotate(90), photo.rotate(180)]}
    files = [
        encoded(photo, "JPEG", **extra),
        encoded(photo, "JPEG", progressive=True, restart_marker_rows=1),
        encoded(photo.convert("L"), "JPEG", **gray),
        encoded(photo.convert("CMYK"), "JPEG", icc_profile=profiles["CMYK"]),
        encoded(photo, "MPO", save_all=True, append_images=[photo.rotate(180)]),
        encoded(photo, "PNG", **extra),
        encoded(clear, "PNG", **moving),
        encoded(photo.quantize(16), "PNG", transparency=b"\0\x80\xff"),
        encoded(deep, "PNG", transparency=999, icc_profile=profiles["gray"]),
        encoded(photo.convert("1"), "PNG"),
        encoded(photo, "WEBP", **extra),
        encoded(clear, "WEBP", lossless=True, **extra),
        encoded(clear, "WEBP", **moving),
        encoded(photo, "GIF", transparency=3, **moving),
        encoded(photo.convert("L"), "GIF"),
        encoded(photo, "BMP"),
        encoded(photo.quantize(16), "BMP"),
        encoded(photo, "PPM"),
        encoded(deep, "PPM"),
        b"P3 3 2 255 " + b"1 22 255 " * 6,
        encoded(photo, "TIFF", **extra),
        encoded(clear, "TIFF", **moving),
        encoded(deep, "TIFF", compression="tiff_adobe_deflate"),
        encoded(real, "TIFF"),
        encoded(photo.convert("CMYK"), "TIFF", compression="tiff_lzw"),
        encoded(photo, "TIFF", compression="jpeg"),
        encoded(photo.convert("1"), "TIFF", compression="group4"),
        encoded(photo.quantize(16), "TIFF", compression="packbits"),
        *(tiff(wide, photometric="rgb", compression=kind) for kind in (None, "lzw", "deflate")),
        tiff(np.moveaxis(wide, 2, 0), photometric="rgb", planarconfig="separate", tile=(16, 16)),
        tiff(wide[..., :2], photometric="minisblack", planarconfig="contig",
             extrasamples=["assocalpha"], iccprofile=profiles["gray"]),
        tiff(wide[..., 0].astype(np.float64), photometric="miniswhite", predictor=True,
             compression="lzw"),
        imagecodecs.png_encode(wide),
        imagecodecs.png_encode(wide[..., :2].copy()),
    ]  # fmt: skip
    return files + ([encoded(photo, "AVIF", **extra)] if formats.supported("AVIF") else [])


def tiff(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, metadata=None, **options)
    return file.getvalue()


def overwritten(rng, data, reach, count):
    for place in rng.integers(0, max(1, min(len(data), reach)), count):
        data[place] = rng.choice(ODD) if rng.random() < 0.5 else rng.integers(256)


def with_another_size(rng, data):
    """Width or height set to an odd number where the format keeps it; PNG's check sum mended."""
    length = int(rng.choice(LENGTHS))
    if data.startswith(b"\x89PNG"):
        struct.pack_into(">I", data, int(rng.choice([16, 20])), length)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif data.startswith(b"\xff\xd8"):
        frame = re.search(rb"\xff[\xc0-\xc2]\0.\x08", data, re.DOTALL)
        struct.pack_into(">H", data, frame.start() + int(rng.choice([5, 7])), length & 0xFFFF)
    elif data.startswith(b"GIF"):
        struct.pack_into("<H", data, int(rng.choice([6, 8])), length & 0xFFFF)
    elif data.startswith(b"BM"):
        struct.pack_into("<I", data, int(rng.choice([18, 22])), length)
    elif data.startswith(b"RIFF"):
        struct.pack_into("<H", data, int(rng.choice([24, 26, 27])), length & 0xFFFF)
    elif data.startswith((b"II", b"MM")):
        order = "<" if data.startswith(b"II") else ">"
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        place = start + 2 + 12 * int(rng.integers(count)) + int(rng.choice([4, 8]))
        struct.pack_into(f"{order}I", data, place, length)
    elif data.startswith(b"P"):
        data[3:5] = str(length).encode()


def damaged(rng, files):
    """One of ``files``, damaged in one of eight ways; sometimes in two."""
    data = bytearray(files[rng.integers(len(files))])
    for _ in range(rng.integers(1, 3)):
        way = rng.integers(8)
        place, length = rng.integers(len(data)), int(rng.integers(1, 64))
        if way == 0:
            overwritten(rng, data, 64, rng.integers(1, 5))
        elif way == 1:
            overwritten(rng, data, 600, rng.integers(1, 20))
        elif way == 2:
            overwritten(rng, data, len(data), rng.integers(1, 30))
        elif way == 3:
            del data[place:]
        elif way == 4:
            del data[place : place + length]
        elif way == 5:
            data[place:place] = rng.bytes(length)
        elif way == 6:
            with contextlib.suppress(AttributeError, struct.error, ValueError):
                with_another_size(rng, data)  # unless the field was damaged before
        else:
            data[place:] = files[rng.integers(len(files))][place:]
        if len(data) < 40:
            break
    return bytes(data)


def use(data):
    """Reads a file, decodes its colours and writes a result in its format; what came of it."""
    try:
        photo = read(data, what="photo")
        colour = photo.colour() or photo.gray.convert("RGB")
        assert photo.gray.mode == "L" and photo.gray.size == colour.size
        assert photo.alpha is None or photo.alpha.size == photo.size
    except UserError as error:
        assert error.message.startswith("photo: ") and "\n" not in error.message
        return "refused"
    if photo.gray.width * photo.gray.height < 1_000_000:
        file = io.BytesIO()
        deep = photo.deep
        write(colour if deep is None else np.stack([deep] * 3, axis=2), file, photo)
        assert read(file.getvalue()).size == photo.size
    return "read"


def fuzz(files, seed, count):
    """Uses ``count`` damaged files in a thread of its own; how many were read and refused."""
    jobs, results = queue.Queue(), queue.Queue()

    def work():
        while (job := jobs.get()) is not None:
            try:
                results.put(use(job))
            except BaseException as error:
                results.put(error)

    threading.Thread(target=work, daemon=True).start()
    counts = {"read": 0, "refused": 0}
    for index in range(count):
        data = damaged(np.random.default_rng([seed, index]), files)
        begin = time.monotonic()
        jobs.put(data)
        try:
            result = results.get(timeout=10 * SECONDS)
        except queue.Empty:
            pytest.fail(f"file {index} of seed {seed} hangs")
        took = time.monotonic() - begin
        if isinstance(result, BaseException):
            raise AssertionError(f"file {index} of seed {seed}: {result!r}") from result
        assert took < SECONDS, f"file {index} of seed {seed} took {took:.1f} s"
        counts[result] += 1
    jobs.put(None)
    return counts


def test_the_undamaged_files_are_read(seeds):
    assert len(seeds) == 36 + formats.supported("AVIF")
    assert [use(seed) for seed in seeds] == ["read"] * len(seeds)


def test_150_damaged_files(seeds, capfd):
    counts = fuzz(seeds, seed=1, count=150)
    assert min(counts.values()) > 20
    assert capfd.readouterr() == ("", "")  # decoders in C say nothing either


@pytest.mark.slow
def test_thousands_of_damaged_files(seeds, capfd):
    counts = fuzz(seeds, seed=2, count=int(os.environ.get("FUZZ_FILES", "2400")))
    assert min(counts.values()) > 0
    assert capfd.readouterr() == ("", "")
