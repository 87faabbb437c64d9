"""The photo's own luma under any chroma, at any size, and how chroma is made to fit."""

import itertools

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.color import merging
from keras_colorizer.inference import compose, upsampling

SIZES = [(1, 1), (40, 1), (1, 40), (16, 16), (17, 15), (77, 101), (451, 300), (2001, 2003)]


def photo(width, height, kind="noise", seed=0):
    values = {
        "black": lambda: np.zeros((height, width)),
        "white": lambda: np.full((height, width), 255),
        "ramp": lambda: np.tile(np.linspace(0, 255, width), (height, 1)),
        "noise": lambda: np.random.default_rng(seed).integers(0, 256, (height, width)),
    }[kind]()
    return Image.fromarray(values.astype("uint8"))


def noise(strength=0.5, size=8, seed=1):
    drawn = np.random.default_rng(seed).uniform(-strength, strength, (size, size, 2))
    return drawn.astype("float32")


def flat(cb, cr):
    return np.full((4, 4, 2), (cb, cr), "float32")


def off(result, gray):
    """The largest difference of the result's luma, as Pillow finds it, from the photo's."""
    if result.mode == "YCbCr":
        assert np.array_equal(np.asarray(result.getchannel(0)), np.asarray(gray))
    luma = np.asarray(result.convert("RGB").convert("L"), np.int16)
    return np.abs(luma - np.asarray(gray)).max()


@pytest.mark.parametrize("mode", ["RGB", "YCbCr"])
@pytest.mark.parametrize("size", SIZES)
def test_luma_is_the_photos_own_at_any_size(size, mode):
    gray = photo(*size)
    result = compose.compose(gray, noise(), mode, threads=2)
    assert (result.size, result.mode) == (size, mode)
    assert off(result, gray) <= (1 if mode == "RGB" else 2)


@pytest.mark.parametrize("mode", ["RGB", "YCbCr"])
@pytest.mark.parametrize("kind", ["black", "white", "ramp", "noise"])
def test_luma_is_kept_under_extreme_colour(kind, mode):
    gray = photo(200, 150, kind)
    extremes = [flat(*c) for c in itertools.product((-0.5, 0, 0.5), repeat=2)]
    for chroma in [*extremes, noise(0.5, 64), noise(5.0), noise(100.0), flat(1e-6, -0.6)]:
        assert off(compose.compose(gray, chroma, mode), gray) <= 2
    assert off(compose.compose(gray, noise(), mode, saturation=50.0, blend=0.7), gray) <= 2


@pytest.mark.parametrize("mode", ["RGB", "YCbCr"])
def test_luma_is_kept_at_24_megapixels(mode):
    gray = photo(300, 200, seed=3).resize((6000, 4000), Image.Resampling.BICUBIC)
    assert off(compose.compose(gray, noise(0.3), mode, threads=2), gray) <= 2


def test_rgb_is_the_merge_of_luma_and_enlarged_chroma():
    gray, chroma = photo(451, 300), noise(0.4)
    planes = upsampling.enlarge(chroma, gray).transpose(1, 2, 0)
    expected = merging.merge(np.asarray(gray)[..., None], planes).astype(int)
    assert np.abs(np.asarray(compose.compose(gray, chroma)) - expected).max() <= 1


@pytest.mark.parametrize("size", [(300, 200), (2801, 1601)])
def test_both_modes_are_one_picture(size):
    gray = photo(60, 40).resize(size, Image.Resampling.BICUBIC)
    rgb = np.asarray(compose.compose(gray, noise(0.2)), np.int16)
    other = np.asarray(compose.compose(gray, noise(0.2), "YCbCr").convert("RGB"), np.int16)
    difference = np.abs(rgb - other)
    assert difference.mean() < 1 and np.quantile(difference, 0.999) <= 4


@pytest.mark.parametrize("mode", ["RGB", "YCbCr"])
@pytest.mark.parametrize("blend", [1.0, 0.3])
def test_passing_over_what_surely_fits_changes_nothing(monkeypatch, mode, blend):
    gray = photo(70, 60, seed=2).resize((701, 603), Image.Resampling.BICUBIC)
    for chroma, limit in itertools.product((noise(0.2), noise(0.6, 40)), (1_000_000, 20_000)):
        monkeypatch.setattr(upsampling.enlarge, "__defaults__", (limit,))
        quick = compose.compose(gray, chroma, mode, 1.2, blend)
        with monkeypatch.context() as patch:
            patch.setattr(compose, "_outside", lambda luma, *_: range(luma.size))
            whole = compose.compose(gray, chroma, mode, 1.2, blend)
        # Rounded chroma may be a level outside: only then are the two not the same.
        assert np.abs(np.asarray(quick, np.int16) - np.asarray(whole)).max() <= 1


@pytest.mark.parametrize("mode", ["RGB", "YCbCr"])
@pytest.mark.parametrize("size", [(333, 500), (2101, 2003)])
def test_strips_do_not_show(monkeypatch, mode, size):
    gray = photo(50, 70).resize(size, Image.Resampling.BICUBIC)
    monkeypatch.setattr(compose, "STRIP", 1 << 40)
    whole = np.asarray(compose.compose(gray, noise(), mode), np.int16)
    monkeypatch.setattr(compose, "STRIP", 1 << 15)
    strips = np.asarray(compose.compose(gray, noise(), mode, threads=3), np.int16)
    assert np.abs(whole - strips).max() <= 3 and (whole != strips).mean() < 1e-3


def test_what_does_not_fit_is_desaturated_not_clipped():
    gray = photo(256, 8, "ramp")
    colour = np.asarray(compose.compose(gray, flat(0.1, 0.3)), float)
    chroma = merging.chroma(colour)
    clear = np.abs(chroma[..., 1]) > 0.05  # else rounding decides
    assert np.allclose(chroma[clear][:, 0] / chroma[clear][:, 1], 1 / 3, atol=0.08)
    assert chroma[:, 120, 1].mean() == pytest.approx(0.3, abs=0.01)  # that fits
    assert chroma[:, 240, 1].mean() < 0.1 and chroma[:, 5, 1].mean() < 0.1


@pytest.mark.parametrize("mode", ["RGB", "YCbCr"])
def test_saturation_and_blend(mode):
    gray, chroma = photo(100, 80), noise(0.8)
    gray = gray.point(lambda v: 100 + v // 5)

    def cbcr(*options):
        found = compose.compose(gray, chroma, mode, *options).convert("RGB")
        return merging.chroma(np.asarray(found))

    for options in [(0.0, 1.0), (1.0, 0.0)]:
        assert np.abs(cbcr(*options)).max() <= 0.004
    assert np.abs(cbcr(0.5) - cbcr() / 2).mean() > 0.01  # more of half the colour fits …
    assert np.abs(cbcr(1.0, 0.5) - cbcr() / 2).max() < 0.02  # … than half of what fits has
    assert np.abs(cbcr(0.2) - cbcr(0.1) * 2).max() < 0.03
    assert np.abs(cbcr(3.0)).mean() > np.abs(cbcr()).mean()


def test_other_modes_are_refused():
    with pytest.raises(ValueError, match="got RGB and RGB"):
        compose.compose(Image.new("RGB", (4, 4)), flat(0, 0))
    with pytest.raises(ValueError, match="got L and LAB"):
        compose.compose(Image.new("L", (4, 4)), flat(0, 0), "LAB")


def scan(width, height, seed=0):
    """A scan of 16 bits with black and white in it, and the same in 8."""
    deep = np.random.default_rng(seed).integers(0, 65536, (height, width)).astype(np.uint16)
    deep.flat[0], deep.flat[-1] = 0, 65535
    return deep, Image.fromarray(np.rint(deep / 257).astype(np.uint8))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("options", [{}, {"saturation": 3.0}, {"blend": 0.5}, {"saturation": 0.0}])
def test_a_scans_luma_is_its_own_within_1_of_65535(size, options):
    deep, gray = scan(*size)
    for chroma in (noise(), noise(5.0), flat(0.5, 0.5)):
        result = compose.compose_deep(gray, deep, chroma, threads=2, **options)
        assert result.dtype == np.uint16 and result.shape == (*deep.shape, 3)
        luma = result @ np.array(merging.LUMA)
        assert np.abs(luma - deep).max() <= 1


@pytest.mark.parametrize("options", [{}, {"saturation": 2.0}, {"blend": 0.5}])
def test_a_scan_gets_the_colours_that_it_gets_in_8_bits(options):
    deep, gray = scan(300, 200)
    eight = np.asarray(compose.compose(gray, noise(0.3), **options)).astype(float)
    sixteen = compose.compose_deep(gray, deep, noise(0.3), **options) / 257
    # At the gamut's edge half a level of luma is up to 4.4 of blue (1 / 0.114).
    assert np.abs(sixteen - eight).max() < 5 and np.abs(sixteen - eight).mean() < 0.5
