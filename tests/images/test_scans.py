"""Scans of every depth and layout are read right, and what is not read is said."""

import io
import itertools
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from keras_colorizer.errors import UserError
from keras_colorizer.images import reading, scans, writing

SHAPE = (24, 40)
DTYPES = ("uint8", "uint16", "uint32", "float16", "float32", "float64")


def values(dtype, channels, seed=0):
    """Numbers over the whole range of a dtype, and what share of white each is."""
    shares = np.random.default_rng(seed).random((*SHAPE, channels))
    shares[0, 0], shares[0, 1] = 0, 1
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        found = shares.astype(dtype)
        return found, found.astype(float)
    top = np.iinfo(dtype).max
    found = np.rint(shares * top).astype(dtype)
    return found, found / top


def tiff(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, metadata=None, **options)
    return file.getvalue()


def luma(shares):
    return shares[..., 0] if shares.shape[2] == 1 else shares[..., :3] @ [0.299, 0.587, 0.114]


def check(data, light, alpha=None, levels=1):
    """The photo of these bytes has this luma in 8 and in 16 bits, and this transparency."""
    found = reading.read(data)
    assert found.format == "TIFF" and found.notes == []
    assert np.abs(np.asarray(found.gray) - np.rint(255 * light)).max() <= 1
    near = np.abs(255 * light % 1 - 0.5) > 0.02  # where rounding is no matter of the last bit
    assert (np.asarray(found.gray) == np.rint(255 * light))[near].all()
    if found.deep is not None:
        assert np.abs(found.deep - 65535 * light).max() <= levels + 0.01
    if alpha is None:
        assert found.alpha is None
    else:
        assert np.abs(np.asarray(found.alpha) - 255 * alpha).max() <= 0.51
    return found


@pytest.mark.parametrize("compression", [None, "lzw", "deflate", "packbits"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_gray_of_every_depth(dtype, tile, compression):
    found, shares = values(dtype, 1)
    for photometric in ("minisblack", "miniswhite"):
        data = tiff(found[..., 0], photometric=photometric, tile=tile, compression=compression)
        light = luma(shares)
        photo = check(data, 1 - light if photometric == "miniswhite" else light)
        assert (photo.deep is None) == (dtype == "uint8")
        assert photo.colour() is None


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rgb_of_every_depth(dtype, alpha, planar):
    found, shares = values(dtype, 3 + alpha)
    options = {"extrasamples": ["unassalpha"]} if alpha else {}
    for tile, compression in itertools.product((None, (16, 16)), (None, "lzw")):
        data = tiff(
            np.moveaxis(found, 2, 0) if planar == "separate" else found,
            photometric="rgb", planarconfig=planar, tile=tile, compression=compression, **options,
        )  # fmt: skip
        photo = check(data, luma(shares[..., :3]), shares[..., 3] if alpha else None)
        assert np.abs(np.asarray(photo.colour()) - 255 * shares[..., :3]).max() <= 0.51


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_gray_with_transparency(dtype):
    found, shares = values(dtype, 2)
    for kind in ("unassalpha", "assocalpha"):
        light, alpha, stored = shares[..., 0], shares[..., 1], found
        if kind == "assocalpha" and dtype == "uint8":
            continue  # Pillow's
        if kind == "assocalpha":
            light, alpha = light * 0.5, 0.5 + alpha * 0.5
            top = 1 if dtype == "float32" else 65535
            stored = np.stack([light * alpha * top, alpha * top], axis=2)
            stored = (stored if top == 1 else np.rint(stored)).astype(dtype)
        data = tiff(stored, photometric="minisblack", planarconfig="contig", extrasamples=[kind])
        check(data, light, alpha, levels=2)  # associated ones are divided


def packed(bits, numbers):
    """A TIFF file of gray samples of so many bits, rows packed to whole bytes, by hand."""
    height, width = numbers.shape
    rows = (f"{''.join(f'{n:0{bits}b}' for n in row)}" for row in numbers.tolist())
    body = b"".join(
        int(row.ljust(-(-len(row) // 8) * 8, "0"), 2).to_bytes(-(-len(row) // 8)) for row in rows
    )
    tags = [(256, 4, width), (257, 4, height), (258, 3, bits), (259, 3, 1), (262, 3, 1)]
    tags += [(273, 4, 0), (277, 3, 1), (278, 4, height), (279, 4, len(body))]
    place = 8 + 2 + 12 * len(tags) + 4
    out = b"MM\0*" + (8).to_bytes(4) + len(tags).to_bytes(2)
    for tag, kind, value in tags:
        value = place if tag == 273 else value
        value = value.to_bytes(2).ljust(4, b"\0") if kind == 3 else value.to_bytes(4)
        out += tag.to_bytes(2) + kind.to_bytes(2) + (1).to_bytes(4) + value
    return out + bytes(4) + body


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 6, 8, 10, 12, 14, 16])
def test_packed_samples_are_scaled_by_their_own_maximum(bits):
    top = (1 << bits) - 1
    numbers = np.random.default_rng(bits).integers(0, top + 1, SHAPE)
    numbers[0, :2] = 0, top
    photo = check(packed(bits, numbers), numbers / top)
    assert (photo.deep is not None) == (bits > 8)


def test_a_preview_is_passed_over():
    full, shares = values("uint16", 1)
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.zeros((6, 10), np.uint8), subfiletype=1, metadata=None)
        writer.write(full[..., 0], metadata=None)
    check(file.getvalue(), luma(shares))
    eight = io.BytesIO()
    with tifffile.TiffWriter(eight) as writer:
        writer.write(np.zeros((6, 10), np.uint8), subfiletype=1, metadata=None)
        writer.write((full[..., 0] >> 8).astype(np.uint8), metadata=None)
    assert reading.read(eight.getvalue()).size == SHAPE[::-1]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_scans_are_turned_upright(orientation):
    found, _ = values("uint16", 1)
    tag = (274, 3, 1, orientation, True)
    photo = reading.read(tiff(found[..., 0], extratags=[tag]))
    plain = Image.fromarray((found[..., 0] >> 8).astype(np.uint8))
    exif = Image.Exif()
    exif[274] = orientation
    file = io.BytesIO()
    plain.save(file, "PNG", exif=exif)
    same = reading.read(file.getvalue())
    assert photo.size == same.size
    assert np.abs(np.asarray(photo.gray).astype(int) - np.asarray(same.gray)).max() <= 1
    assert (scans.turned(found[..., 0], orientation) == photo.deep).all()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"photometric": "separated"}, "a TIFF file of CMYK of 16 bits, which is not read"),
        ({"photometric": "cielab"}, "a TIFF file of CIELab of 16 bits"),
    ],
)
def test_what_is_not_read_is_called_what_it_is(options, told):
    channels = 4 if options["photometric"] == "separated" else 3
    with pytest.raises(UserError, match=told):
        reading.read(tiff(values("uint16", channels)[0], **options))


def test_what_is_missing_or_too_large_is_told_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(scans, "decode", None)
    data = tiff(values("uint16", 3)[0], photometric="rgb")
    with pytest.raises(UserError, match="parts of the picture are missing"):
        reading.read(data[:-10])
    with pytest.raises(UserError, match="million pixels, above the limit"):
        reading.read(data, max_pixels=100)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_of_16_bits(channels):
    found, shares = values("uint16", channels)
    base = channels - (channels in (2, 4))
    photo = reading.read(imagecodecs.png_encode(found.squeeze()))
    light = luma(shares[..., :base])
    assert np.abs(photo.deep - 65535 * light).max() <= 0.51
    assert (photo.alpha is None) == (base == channels)
    assert photo.format == "PNG" and photo.notes == []
    if base == 3:
        assert np.abs(np.asarray(photo.colour()) - 255 * shares[..., :3]).max() <= 0.51


def test_a_gray_profile_is_applied_before_8_bits(profiles):
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    found = reading.read(tiff(ramp, iccprofile=profiles["gray"]))
    light = np.arange(65536) / 65535
    wanted = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(found.deep.reshape(-1) - 65535 * wanted).max() < 40
    assert len(np.unique(found.gray)) == 256 and found.icc is None


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_a_deep_result_is_written_whole(kind, profiles, camera_exif):
    deep = values("uint16", 3)[0]
    alpha = values("uint16", 1, 1)[0][..., 0]
    photo = reading.Photo(
        gray=Image.new("L", SHAPE[::-1]), deep=deep[..., 0], deep_alpha=alpha,
        alpha=scans.as_image(alpha), exif=camera_exif(), icc=profiles["sRGB"], format=kind,
    )  # fmt: skip
    file = io.BytesIO()
    writing.write(deep, file, photo)
    if kind == "TIFF":
        stored = tifffile.imread(io.BytesIO(file.getvalue()))
    else:
        stored = imagecodecs.png_decode(file.getvalue())
    assert stored.dtype == np.uint16
    assert (stored[..., :3] == deep).all() and (stored[..., 3] == alpha).all()
    with Image.open(file) as image:
        assert image.info["icc_profile"] == photo.icc
        exif = image.getexif()
        assert exif[0x010F] == "Maker" and exif.get_ifd(0x8825)[2] == (51.0, 28.0, 38.0)
    assert photo.notes == []


def test_gamma_of_a_png_is_used_where_there_is_no_profile(encoded, profiles):
    def with_gamma(data, gamma):
        chunk = b"gAMA" + round(gamma * 1e5).to_bytes(4)
        chunk = (4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
        return data[:33] + chunk + data[33:]

    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    plain = encoded(Image.fromarray(ramp), "PNG")
    linear = np.asarray(reading.read(with_gamma(plain, 1.0)).gray)
    assert (linear == np.rint(255 * (ramp / 255) ** (1 / 2.2))).all()
    assert (np.asarray(reading.read(with_gamma(plain, 0.45455)).gray) == ramp).all()
    kept = encoded(Image.fromarray(ramp).convert("RGB"), "PNG", icc_profile=profiles["sRGB"])
    assert (np.asarray(reading.read(with_gamma(kept, 1.0)).gray) == ramp).all()
    deep = imagecodecs.png_encode(ramp.astype(np.uint16) * 257)
    found = reading.read(with_gamma(deep, 1.0))
    assert np.abs(found.deep - 65535 * (ramp / 255) ** (1 / 2.2)).max() <= 0.51
