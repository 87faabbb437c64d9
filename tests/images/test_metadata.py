"""EXIF is patched where it stands: orientation 1, no thumbnail, the rest byte for byte."""

import struct

import pytest
from PIL import Image

from keras_colorizer.images import metadata as exifs
from keras_colorizer.images.reading import read


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("header", [b"", b"Exif\0\0", b"Exif\0\0Exif\0\0"])
def test_only_orientation_and_thumbnail_change(camera_exif, order, header):
    before = camera_exif(6, order)
    after, orientation = exifs.upright(header + before[6:])
    assert orientation == 6
    assert b"THUMBNAIL" in before and b"THUMBNAIL" not in after
    assert len(after) < len(before) - 400  # it stood at the end, and was cut off
    changed = [i for i in range(len(after)) if after[i] != before[i]]
    assert 0 < len(changed) <= 3  # the orientation and the link to the thumbnail
    found = Image.Exif()
    found.load(after)
    assert found[0x0112] == 1 and found[0x010F] == "Maker"
    assert found.get_ifd(0x8825)[2] == (51.0, 28.0, 38.0)
    assert found.get_ifd(0x8769)[0x927C] == b"MAKERS NOTE" * 3
    assert not found.get_ifd(1)
    assert exifs.upright(after) == (after, 1)


def test_a_thumbnail_amid_the_block_is_zeroed(camera_exif):
    block = camera_exif(3) + b"what follows"
    after, _ = exifs.upright(block)
    assert b"THUMBNAIL" not in after and after.endswith(b"what follows")
    assert len(after) == len(block)


@pytest.mark.parametrize("empty", [b"", b"Exif\0\0", bytes(64)])
def test_empty_exif_is_none(empty):
    assert exifs.upright(empty) == (None, None)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(camera_exif, value):
    assert exifs.upright(camera_exif(value))[1] == 1


@pytest.mark.parametrize("cut", [3, 8, 20, 60])
def test_damaged_exif_is_left_out_and_said(photo, encoded, camera_exif, cut):
    broken = camera_exif(6)[: 6 + cut]
    with pytest.raises(ValueError, match="EXIF is damaged"):
        exifs.upright(broken)
    found = read(encoded(photo, "JPEG", exif=broken))
    assert found.exif is None and found.size == photo.size
    assert found.notes == ["its EXIF is damaged and is left out"]


def test_a_directory_that_links_to_itself_ends():
    entry = struct.pack("<HHII", 0x0112, 3, 1, 8)
    loop = b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8)
    after, orientation = exifs.upright(loop)
    assert orientation == 8 and after.endswith(bytes(4)) and len(after) == 6 + len(loop)


def test_a_thumbnail_that_lies_about_its_place_takes_nothing_else(camera_exif):
    block = bytearray(camera_exif())
    place = block.index(struct.pack("<HHI", 0x0201, 4, 1)) + 8
    struct.pack_into("<I", block, place, 8)  # the first directory
    after, _ = exifs.upright(bytes(block))
    found = Image.Exif()
    found.load(after)
    assert found[0x010F] == "Maker"


def test_exif_in_a_text_chunk_of_png(photo, encoded, camera_exif):
    from PIL import PngImagePlugin

    text, data = PngImagePlugin.PngInfo(), camera_exif(6)
    text.add_text("Raw profile type exif", f"\nexif\n{len(data):8}\n{data.hex()}\n", zip=True)
    found = read(encoded(photo, "PNG", pnginfo=text))
    assert found.size == photo.size[::-1] and found.exif == exifs.upright(data)[0]
