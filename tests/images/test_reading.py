"""Photos of every kind are read as gray, upright, with what their results will carry."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from keras_colorizer.images.reading import read

TURNS = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}  # fmt: skip


def difference(one, other):
    return np.abs(np.asarray(one).astype(int) - np.asarray(other)).max()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", kind) for kind in ("PNG", "WEBP", "TIFF", "BMP", "PPM")]
    + [("L", kind) for kind in ("PNG", "TIFF", "BMP", "PPM", "GIF", "JPEG")]
    + [("P", kind) for kind in ("PNG", "TIFF", "BMP", "GIF")]
    + [("1", "PNG"), ("1", "TIFF"), ("1", "PPM"), ("1", "BMP"), ("CMYK", "TIFF")]
    + [("RGBA", kind) for kind in ("PNG", "WEBP", "TIFF")]
    + [("LA", "PNG"), ("LA", "TIFF")],
)
def test_gray_is_the_luma_of_what_is_stored(photo, encoded, tmp_path, mode, kind):
    data = encoded(photo.convert(mode), kind, **({"lossless": True} if kind == "WEBP" else {}))
    with Image.open(io.BytesIO(data)) as image:
        wanted = (image if image.mode == "L" else image.convert("RGB")).convert("L")
    path = tmp_path / "photo"
    path.write_bytes(data)
    for source in (data, path, str(path), bytearray(data)):
        found = read(source)
        assert (found.gray.mode, found.gray.size, found.size) == ("L", photo.size, photo.size)
        assert difference(found.gray, wanted) <= 1
        assert (found.format, found.alpha, found.icc, found.notes) == (kind, None, None, [])
    if mode in ("L", "1", "LA"):
        assert found.colour() is None
    else:
        assert found.colour().mode == "RGB"
        assert difference(found.colour().convert("L"), found.gray) <= 1


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
def test_gray_of_a_jpeg_is_its_own_luma_plane(photo, encoded, subsampling):
    data = encoded(photo, "JPEG", quality=85, subsampling=subsampling)
    with Image.open(io.BytesIO(data)) as image:
        image.draft("YCbCr", None)
        luma = image.getchannel("Y")
    found = read(data)
    assert difference(found.gray, luma) == 0
    with Image.open(io.BytesIO(data)) as image:
        assert difference(found.colour(), image.convert("RGB")) == 0


def test_jpegs_of_other_colour_spaces(photo, encoded):
    assert difference(read(encoded(photo, "JPEG", keep_rgb=True)).gray, photo.convert("L")) < 24
    cmyk = read(encoded(photo.convert("CMYK"), "JPEG", quality=95))  # inverted, as Adobe's
    assert difference(cmyk.gray, photo.convert("L")) < 24
    assert np.abs(np.asarray(cmyk.colour()).astype(int) - np.asarray(photo)).mean() < 3


def test_lab(photo, encoded):
    rgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    found = read(encoded(ImageCms.profileToProfile(photo, rgb, lab, outputMode="LAB"), "TIFF"))
    assert difference(found.gray, photo.convert("L")) < 8


def test_colour_stored_as_gray_is_gray(photo, encoded):
    gray = photo.convert("L").convert("RGB")
    assert read(encoded(gray, "PNG")).colour() is None
    assert read(encoded(gray, "JPEG")).colour() is None
    assert read(gray).colour() is None


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description{}>{}</rdf:Description></rdf:RDF>'
    "</x:xmpmeta>"
)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("form", ["attribute", "element"])
def test_photos_are_turned_as_xmp_says_where_exif_says_nothing(encoded, camera_exif, kind, form):
    xmp = XMP.format("", "<tiff:Orientation>6</tiff:Orientation>")
    if form == "attribute":
        xmp = XMP.format(' tiff:Orientation="6"', "")
    image, options = Image.new("RGB", (48, 24), "navy"), {"xmp": xmp.encode()}
    if kind == "PNG":
        options = {"pnginfo": PngImagePlugin.PngInfo()}
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp)
    assert read(encoded(image, kind, **options)).size == (24, 48)
    exif = Image.Exif()
    exif[271] = "Maker"
    assert read(encoded(image, kind, exif=exif, **options)).size == (24, 48)
    assert read(encoded(image, kind, exif=camera_exif(3), **options)).size == (48, 24)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", TURNS)
def test_photos_are_turned_upright(encoded, camera_exif, kind, orientation):
    upright = Image.new("RGB", (48, 24), "navy")
    upright.paste((255, 240, 200), (0, 0, 24, 12))  # a bright corner, top left
    turn = TURNS[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    found = read(encoded(stored, kind, exif=camera_exif(orientation)))
    assert found.size == upright.size
    assert difference(found.gray, upright.convert("L")) < 40
    assert found.colour().size == upright.size
    assert difference(found.colour().convert("L"), upright.convert("L")) < 60
    exif = Image.Exif()
    exif.load(found.exif)
    assert exif.get(0x0112, 1) == 1
    assert b"THUMBNAIL" not in found.exif and exif.get_ifd(0x8769)[0x927C] == b"MAKERS NOTE" * 3


def test_transparency_turns_too(encoded, camera_exif):
    image = Image.new("RGBA", (30, 20), (200, 10, 10, 255))
    image.putpixel((29, 0), (0, 0, 0, 7))
    found = read(encoded(image, "PNG", exif=camera_exif(6)))
    assert found.alpha.size == found.size == (20, 30)
    assert found.alpha.getpixel((19, 29)) == 7


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_is_scaled_not_clipped(encoded, kind):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    found = read(encoded(Image.fromarray(ramp), kind))
    np.testing.assert_array_equal(np.asarray(found.gray), np.rint(ramp / 257))
    np.testing.assert_array_equal(found.deep, ramp)
    assert found.notes == []
    assert found.colour() is None


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.float32([[0, 0.2, 1, np.nan, np.inf, -1]]), [0, 51, 255, 0, 255, 0]),
        (np.float32([[0, 51, 255]]), [0, 51, 255]),
        (np.float32([[0, 3e5, 1.5e6]]), [0, 51, 255]),
        (np.int32([[0, 200, 255]]), [0, 200, 255]),
        (np.int32([[-5, 13107, 65535]]), [0, 51, 255]),
        (np.int32([[0, 400_000, 2_000_000]]), [0, 51, 255]),
    ],
)
def test_32_bit_and_float_are_scaled(encoded, values, wanted):
    found = read(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_array_equal(np.asarray(found.gray)[0], wanted)


def test_numbers_are_scaled_alike_in_all_strips(monkeypatch):
    monkeypatch.setattr("keras_colorizer.images.levels._STRIP", 4)
    values = np.arange(35, dtype=np.float32).reshape(7, 5) * 7
    gray = read(Image.fromarray(values)).gray
    np.testing.assert_array_equal(np.asarray(gray), np.rint(values))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa"])
def test_transparency_stands_apart(photo, mode):
    image = photo.convert("RGBA" if mode != "LA" else "LA")
    alpha = Image.linear_gradient("L").resize(photo.size)
    image.putalpha(alpha)
    if mode == "PA":
        image = photo.quantize(64)
        image.putalpha(alpha)
    found = read(image if mode == "PA" else image.convert(mode))
    assert difference(found.alpha, alpha) == 0
    if mode in ("RGBA", "LA"):  # what is clear keeps its gray
        assert difference(found.gray, photo.convert("L")) <= 1


@pytest.mark.parametrize(
    ("image", "kind", "key"),
    [
        (Image.new("RGB", (4, 4), (9, 8, 7)), "PNG", (9, 8, 7)),
        (Image.new("L", (4, 4), 9), "PNG", 9),
        (Image.new("1", (4, 4), 1), "PNG", 255),
        (Image.new("P", (4, 4), 3), "PNG", 3),
        (Image.new("P", (4, 4), 1), "PNG", b"\xff\x00\x80"),
        (Image.new("P", (4, 4), 3), "GIF", 3),
        (Image.fromarray(np.full((4, 4), 999, np.uint16)), "PNG", 999),
    ],
)
def test_one_colour_may_be_the_clear_one(encoded, image, kind, key):
    image = image.copy()
    if image.mode == "P":
        image.putpalette(range(48))
    image.putpixel((2, 1), image.getpixel((0, 0)) ^ 1 if image.mode != "RGB" else (1, 2, 3))
    alpha = read(encoded(image, kind, transparency=key)).alpha
    assert alpha.getpixel((0, 0)) == 0 and alpha.getpixel((2, 1)) == 255


def test_what_is_opaque_has_no_alpha(photo, encoded):
    assert read(encoded(photo.convert("RGBA"), "PNG")).alpha is None


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_picture_is_taken(photo, encoded, kind):
    first = photo.convert("L").quantize(64).convert("RGB")
    data = encoded(first, kind, save_all=True, append_images=[Image.new("RGB", photo.size)])
    with Image.open(io.BytesIO(data)) as image:
        assert len(list(ImageSequence.Iterator(image))) == 2
    found = read(data)
    assert found.notes == ["holds several pictures: the first one is taken"]
    assert difference(found.gray, first.convert("L")) < 20


def test_a_jpeg_with_a_second_picture_is_a_jpeg(photo, encoded):
    found = read(encoded(photo, "MPO", save_all=True, append_images=[photo]))
    assert found.format == "JPEG" and len(found.notes) == 1
    assert difference(found.gray, photo.convert("L")) < 24


def test_lossless_webp_is_told(photo, encoded):
    assert read(encoded(photo, "WEBP", lossless=True)).lossless
    assert read(encoded(photo, "WEBP", lossless=True, exif=b"Exif\0\0II*\0")).lossless
    assert not read(encoded(photo, "WEBP")).lossless
    frames = {"save_all": True, "append_images": [Image.new("RGB", photo.size)]}
    assert read(encoded(photo, "WEBP", lossless=True, **frames)).lossless
    assert not read(encoded(photo, "WEBP", **frames)).lossless


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3), (4, 6, 4)])
def test_arrays(shape):
    array = np.full(shape, 100, np.uint8)
    found = read(array)
    assert (found.size, found.format, found.colour()) == ((6, 4), None, None)
    assert (np.asarray(found.gray) == 100).all()
    assert (found.alpha is None) == (shape[2:] != (4,))


def test_images_in_memory_are_left_as_they_are(photo, encoded):
    image = photo.convert("L")
    found = read(image)
    found.gray.paste(0, (0, 0, 120, 80))
    assert image.getextrema() != (0, 0)
    with Image.open(io.BytesIO(encoded(photo, "JPEG", exif=b"Exif\0\0"))) as image:
        assert read(image).format == "JPEG" and image.mode == "RGB"


def test_one_pixel(encoded):
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "PPM"):
        assert read(encoded(Image.new("RGB", (1, 1), (50, 50, 50)), kind)).size == (1, 1)
