"""Every kind of image file becomes upright 8-bit RGB."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.data.decoding import decode, fit_photo, to_rgb
from keras_colorizer.data.sources.garden import garden
from keras_colorizer.errors import UserError


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def photo():
    return Image.fromarray(garden(1, 48)[0])


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "PNG"), ("L", "PNG"), ("P", "PNG"), ("1", "PNG"), ("RGBA", "PNG"), ("LA", "PNG")]
    + [("CMYK", "JPEG"), ("L", "JPEG"), ("RGB", "WEBP"), ("P", "GIF"), ("CMYK", "TIFF")],
)
def test_modes_become_rgb(photo, mode, kind):
    result = decode(encoded(photo.convert(mode), kind), 48)
    assert result.shape == (48, 48, 3) and result.dtype == np.uint8
    wanted = np.array(photo.convert(mode).convert("RGB"))
    assert np.abs(result.astype(int) - wanted).mean() < 12  # JPEG and WebP are lossy


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_gray_is_scaled_not_clipped(kind):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    result = decode(encoded(Image.fromarray(ramp), kind), 16)
    np.testing.assert_array_equal(result[..., 0], ramp >> 8)
    np.testing.assert_array_equal(result[..., 0], result[..., 2])


def test_32_bit_and_float_modes_are_scaled():
    assert to_rgb(Image.new("I", (2, 2), 65535)).getpixel((0, 0)) == (255, 255, 255)
    assert to_rgb(Image.new("I", (2, 2), 200)).getpixel((0, 0)) == (200, 200, 200)
    assert to_rgb(Image.new("F", (2, 2), 0.2)).getpixel((0, 0)) == (51, 51, 51)


def test_what_is_transparent_is_white():
    assert to_rgb(Image.new("RGBA", (2, 2), (9, 9, 9, 0))).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(orientation):
    upright = np.zeros((24, 48, 3), np.uint8)
    upright[:12, :24] = 255  # a white corner, top left
    turns = {
        1: [], 2: [0], 3: [Image.Transpose.ROTATE_180], 4: [1],
        5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }[orientation]  # fmt: skip
    stored = Image.fromarray(upright)
    for turn in turns:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = decode(encoded(stored, "JPEG", exif=exif, quality=95), 48)
    assert result.shape == upright.shape
    assert np.abs(result.astype(int) - upright).max() < 40


def test_large_jpegs_are_decoded_small_but_not_below_twice_the_size():
    image = Image.fromarray(garden(1, 400)[0])
    assert decode(encoded(image, "JPEG"), 64).shape == (200, 200, 3)
    assert decode(encoded(image, "JPEG"), 150).shape == (400, 400, 3)
    assert decode(encoded(image, "PNG"), 64).shape == (400, 400, 3)


def test_fit():
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 200  # the central square
    assert (fit_photo(wide, 5, "crop") == 200).all()
    assert (fit_photo(wide, 10, "stretch")[:, [0, -1]] == 0).all()
    with pytest.raises(UserError, match="unknown fit 'corp'.*did you mean 'crop'"):
        fit_photo(wide, 5, "corp")


def test_a_bitmap_whose_alpha_is_empty_is_opaque(photo):
    width, height = photo.size
    rgba = photo.convert("RGBA")
    rgba.putalpha(0)
    body = np.asarray(rgba)[::-1, :, [2, 1, 0, 3]].tobytes()
    head = struct.pack("<IiiHHIIiiII", 108, width, height, 1, 32, 3, len(body), 2835, 2835, 0, 0)
    head += struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs" + bytes(48)
    data = b"BM" + struct.pack("<IHHI", 14 + 108 + len(body), 0, 0, 14 + 108) + head + body
    np.testing.assert_array_equal(decode(data, 48), np.asarray(photo))
