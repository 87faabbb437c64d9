"""Results are written whole, in the input's format, with what the input carried."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images import formats, writing
from keras_colorizer.images.reading import Photo, read
from keras_colorizer.images.writing import format_for, write

LOSSLESS = ("PNG", "TIFF", "BMP", "PPM")


def written(image, photo, **options):
    file = io.BytesIO()
    write(image, file, photo, **options)
    return file.getvalue()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("JPEG", ("JPEG", ".jpg")), ("PNG", ("PNG", ".png")), ("WEBP", ("WEBP", ".webp"))]
    + [("TIFF", ("TIFF", ".tif")), ("BMP", ("BMP", ".bmp")), ("PPM", ("PPM", ".ppm"))]
    + [("GIF", ("PNG", ".png")), (None, ("PNG", ".png")), ("PSD", ("PNG", ".png"))],
)
def test_the_format_is_the_inputs_where_that_holds_rgb(given, wanted):
    assert format_for(Photo(Image.new("L", (2, 2)), format=given)) == wanted


def test_a_format_can_be_asked_for():
    photo = Photo(Image.new("L", (2, 2)), format="GIF")
    for asked in ("jpg", "JPEG", ".jpg", "jpe"):
        assert format_for(photo, asked) == ("JPEG", ".jpg")
    with pytest.raises(UserError, match="unknown format 'pgn'.*did you mean 'png'"):
        format_for(photo, "pgn")
    with pytest.raises(UserError, match="unknown format 'gif'"):
        format_for(photo, "gif")


@pytest.mark.parametrize("kind", [*LOSSLESS, "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "YCbCr"])
def test_pixels_come_back(photo, kind, mode):
    back = read(written(photo.convert(mode), read(photo), format=kind))
    assert back.format == kind and back.size == photo.size
    wrong = np.abs(np.asarray(back.colour()).astype(int) - np.asarray(photo))
    if kind in LOSSLESS:
        assert wrong.max() <= (0 if mode == "RGB" else 3)  # YCbCr is rounded
    else:
        assert wrong.mean() < 5 and wrong.mean() > 0


def test_a_jpeg_is_written_from_ycbcr_as_it_is(photo):
    image = photo.convert("YCbCr")
    back = read(written(image, read(photo), format="JPEG", quality=100))
    luma = np.asarray(image.getchannel("Y")).astype(int)
    assert np.abs(np.asarray(back.gray) - luma).max() <= 1


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_results_of_every_kind_of_input_can_be_written(photo, encoded, mode):
    kinds = {"CMYK": ["JPEG", "TIFF"]}.get(mode, ["PNG", "TIFF"])
    for kind in kinds:
        found = read(encoded(photo.convert(mode), kind))
        back = read(written(photo, found))
        assert back.format == kind and back.colour() is not None


def test_quality_of_jpegs_and_their_chroma(photo, monkeypatch):
    from PIL import JpegImagePlugin

    def sampling(**options):
        with Image.open(io.BytesIO(written(photo, read(photo), format="JPEG", **options))) as image:
            return JpegImagePlugin.get_sampling(image)

    assert (sampling(), sampling(quality=80)) == (0, 2)  # 4:4:4, 4:2:0
    monkeypatch.setattr(writing, "_HALF_CHROMA", 9000)  # as if the cat had over 4 MP
    assert sampling() == 2
    sizes = [len(written(photo, read(photo), format="JPEG", quality=q)) for q in (50, 95, 100)]
    assert sizes == sorted(sizes) and len(written(photo, read(photo), format="jpg")) == sizes[1]
    for quality in (0, 101, -1):
        with pytest.raises(UserError, match=f"quality {quality}; give a whole number"):
            written(photo, read(photo), format="JPEG", quality=quality)


def test_a_lossless_webp_stays_one(photo, encoded):
    clear = photo.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(photo.size))
    data = written(photo, read(encoded(clear, "WEBP", lossless=True, exact=True)))
    assert read(data).lossless
    assert read(data).colour().tobytes() == photo.tobytes()  # also where it is clear
    assert not read(written(photo, read(encoded(photo, "WEBP")))).lossless
    asked = written(photo, read(encoded(photo, "WEBP", lossless=True)), quality=50)
    assert not read(asked).lossless


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "JPEG", "BMP", "PPM"])
def test_transparency_is_kept_or_laid_over_white(photo, encoded, kind):
    image = photo.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(photo.size))
    found = read(encoded(image, "PNG"))
    back = read(written(photo, found, format=kind))
    if kind in ("PNG", "WEBP", "TIFF"):
        assert back.alpha.tobytes() == found.alpha.tobytes() and found.notes == []
    else:
        assert back.alpha is None
        assert found.notes == [f"{kind} has no transparency: it is laid over white"]
        assert min(back.colour().getpixel((60, 0))) > 240  # clear at the top
        written(photo, found, format=kind)
        assert len(found.notes) == 1  # said once


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_and_profile_are_carried(photo, encoded, camera_exif, profiles, source, kind):
    data = encoded(photo, source, exif=camera_exif(8), icc_profile=profiles["sRGB"])
    found = read(data)
    back = read(written(photo.rotate(90, expand=True), found, format=kind))
    assert back.icc == profiles["sRGB"] and found.notes == back.notes == []
    tags = Image.Exif()
    tags.load(back.exif)
    assert back.size == photo.size[::-1] and tags.get(0x0112, 1) == 1
    assert tags[0x010F] == "Maker" and tags.get_ifd(0x8825)[2] == (51.0, 28.0, 38.0)
    assert tags.get_ifd(0x8769)[0x829A] == 0.5 and b"THUMBNAIL" not in back.exif
    if "TIFF" not in (source, kind):
        assert back.exif == found.exif


def test_what_a_format_cannot_hold_is_said(photo, encoded, camera_exif, profiles):
    found = read(encoded(photo, "JPEG", exif=camera_exif(), icc_profile=profiles["sRGB"]))
    written(photo, found, format="BMP")
    assert found.notes == [
        "BMP holds no colour profile: it is left out",
        "BMP holds no EXIF: it is left out",
    ]
    long = Photo(photo.convert("L"), exif=found.exif + bytes(70_000))
    assert read(written(photo, long, format="JPEG")).exif is None
    assert long.notes == ["its EXIF is too long for JPEG and is left out"]
    odd = Photo(photo.convert("L"), exif=b"Exif\0\0nonsense")
    assert read(written(photo, odd, format="TIFF")).exif is None
    assert odd.notes == ["its EXIF cannot be kept whole in TIFF"]


def test_a_path_says_its_format_unless_one_is_given(photo, tmp_path):
    found = read(photo)
    for name, asked, wanted in [
        ("a.jpg", None, "JPEG"),
        ("a.tif", "png", "PNG"),
        ("a", None, "PNG"),
    ]:
        write(photo, tmp_path / "new" / name, found, format=asked)
        assert read(tmp_path / "new" / name).format == wanted
    assert names(tmp_path / "new") == ["a", "a.jpg", "a.tif"]


@pytest.mark.parametrize("kind", [*LOSSLESS, "JPEG", "WEBP"])
def test_what_fails_leaves_nothing_and_what_stood_there(photo, tmp_path, monkeypatch, kind):
    (tmp_path / "old").write_text("old")

    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    for name in ("old", "new"):
        with pytest.raises(UserError, match=f"{name}: cannot be written .No space left on device"):
            write(photo, tmp_path / name, read(photo), format=kind)
    with pytest.raises(UserError, match="the result: cannot be written"):
        written(photo, read(photo), format=kind)
    assert names(tmp_path) == ["old"] and (tmp_path / "old").read_text() == "old"


def test_targets_that_cannot_be(photo, tmp_path):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_text("mine")
    for target in (tmp_path / "folder.png", tmp_path / "file" / "a.png"):
        with pytest.raises(UserError, match="cannot be written"):
            write(photo, target, read(photo))
    assert names(tmp_path) == ["file", "folder.png"] and (tmp_path / "file").read_text() == "mine"


def test_formats_have_a_longest_side():
    wide = Image.new("RGB", (16384, 1))
    with pytest.raises(UserError, match="WEBP holds 16383 pixels a side, this has 16384"):
        written(wide, read(wide), format="webp")
    wider = Image.new("RGB", (65501, 1))
    with pytest.raises(UserError, match="JPEG holds 65500 pixels a side, this has 65501"):
        written(wider, read(wider), format="jpg")
    assert read(written(wider, read(wider))).size == (65501, 1)
    assert format_for(Photo(wide.convert("L"), format="WEBP")) == ("PNG", ".png")


def test_transparency_fits_a_result_of_another_size(photo, encoded):
    image = photo.convert("RGBA")
    image.putalpha(100)
    small = written(photo.resize((64, 64)), read(encoded(image, "PNG")))
    assert read(small).size == (64, 64) and read(small).alpha.getextrema() == (100, 100)


def test_avif_where_pillow_has_it(photo, camera_exif):
    found = Photo(photo.convert("L"), exif=camera_exif(), format="AVIF")
    if not formats.supported("AVIF"):
        pytest.skip("this Pillow has no AVIF")
    back = read(written(photo, found))
    assert back.format == "AVIF" and back.exif and back.size == photo.size


def test_a_format_that_pillow_lacks(photo, encoded, monkeypatch):
    data = encoded(photo, "WEBP")
    found = read(data)
    absent = dataclasses.replace(formats.FORMATS["WEBP"], plugin="PIL.AbsentImagePlugin")
    monkeypatch.setitem(formats.FORMATS._parts, "WEBP", absent)
    with pytest.raises(UserError, match="this Pillow writes no WEBP; choose another format"):
        format_for(found)
    with pytest.raises(UserError, match=r"a\.webp: this Pillow reads no WEBP; update it"):
        read(data, what="a.webp")
