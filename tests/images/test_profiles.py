"""RGB profiles go along untouched; gray and CMYK ones are converted; broken ones are left out."""

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.images.reading import read


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_rgb_profiles_are_carried(photo, encoded, profiles, kind):
    found = read(encoded(photo, kind, icc_profile=profiles["sRGB"]))
    assert found.icc == profiles["sRGB"] and found.notes == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "LA"])
def test_gray_profiles_are_converted(encoded, profiles, kind, mode):
    if (mode, kind) == ("LA", "JPEG"):
        mode = "L"
    ramp = Image.linear_gradient("L").convert(mode)
    found = read(encoded(ramp, kind, icc_profile=profiles["gray"], quality=100))
    assert (found.icc, found.notes, found.colour()) == (None, [], None)
    linear = np.arange(256) / 255  # the profile's gamma is 1; IEC 61966-2-1 gives sRGB's
    wanted = np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    got = np.asarray(found.gray)[:, 5] / 255
    assert np.abs(got - wanted)[4:].max() < (0.012 if kind == "JPEG" else 0.006)


def test_16_bit_gray_profiles_are_converted(encoded, profiles):
    deep = Image.fromarray(np.full((4, 4), 65535 * 55 // 255, np.uint16))
    found = read(encoded(deep, "PNG", icc_profile=profiles["gray"]))
    assert abs(found.gray.getpixel((0, 0)) - 128) <= 1 and found.icc is None


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_profiles_are_converted(encoded, profiles, kind):
    image = Image.new("CMYK", (16, 16), (255, 0, 0, 0))  # a quarter of the ink: L* is 75
    found = read(encoded(image, kind, icc_profile=profiles["CMYK"]))
    assert (found.icc, found.notes) == (None, [])
    assert abs(found.gray.getpixel((3, 3)) - 185) <= 2
    plain = read(encoded(image, kind))  # without a profile it is plain cyan
    assert abs(plain.gray.getpixel((3, 3)) - 179) <= 2 and plain.colour() is not None


@pytest.mark.parametrize(
    ("profile", "note"),
    [
        (b"no profile", "its colour profile cannot be used and is left out"),
        (bytes(200), "its colour profile cannot be used and is left out"),
        ("gray", "its colour profile is of another kind and is left out"),
        ("CMYK", "its colour profile is of another kind and is left out"),
        ("cut", "its colour profile is damaged and is left out"),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_profiles_that_do_not_fit_are_left_out(photo, encoded, profiles, profile, note, kind):
    cut = profiles["sRGB"][:140]
    icc = {**profiles, "cut": cut}.get(profile, profile)
    found = read(encoded(photo, kind, icc_profile=icc))
    assert (found.icc, found.notes) == (None, [note])
    assert found.colour().size == photo.size


def test_an_rgb_profile_of_a_gray_photo_is_carried(photo, encoded, profiles):
    found = read(encoded(photo.convert("L"), "JPEG", icc_profile=profiles["sRGB"]))
    assert found.icc == profiles["sRGB"] and found.notes == []
