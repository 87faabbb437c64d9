"""EXIF goes into compressed TIFF files and comes out of them."""

import io

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.images import tiff
from keras_colorizer.images.reading import read


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_survives_compression(photo, camera_exif, order):
    file = io.BytesIO()
    tiff.save(photo, file, camera_exif(order=order))
    with Image.open(file) as image:
        assert image.info["compression"] == "tiff_lzw" and image.tag_v2[317] == 2
        assert image.tag_v2[271] == "Maker"
        inner = image.getexif().get_ifd(0x8769)
        assert inner[0x9003] == "1969:07:20 20:17:40" and inner[0x829A] == 0.5
        np.testing.assert_array_equal(np.asarray(image), np.asarray(photo))
    tags = Image.Exif()
    tags.load(read(file.getvalue()).exif)
    assert tags[0x010F] == "Maker" and tags.get_ifd(0x8825)[2] == (51.0, 28.0, 38.0)
    assert tags.get_ifd(0x8769)[0x927C] == b"MAKERS NOTE" * 3


def test_only_what_tells_about_the_photo_is_taken(photo, encoded):
    tags = Image.Exif()
    tags.update({270: "a cat", 256: 9999, 34377: b"Photoshop's own", 305: "Scan 1.0"})
    found = Image.Exif()
    found.load(read(encoded(photo, "TIFF", exif=tags)).exif)
    assert dict(found) == {270: "a cat", 305: "Scan 1.0"}


def test_a_tiff_without_exif_has_none(photo):
    file = io.BytesIO()
    tiff.save(photo, file, None)
    assert read(file.getvalue()).exif is None


def test_exif_that_cannot_be_kept_is_an_error_and_the_photo_is_written(photo):
    file = io.BytesIO()
    with pytest.raises(ValueError, match="EXIF cannot be kept"):
        tiff.save(photo, file, b"Exif\0\0nonsense")
    assert read(file.getvalue()).colour().tobytes() == photo.tobytes()
