"""Every registered codec: what it encodes it decodes, and its chroma is the photo's."""

import numpy as np
import pytest
from keras import ops
from skimage import color, data

from keras_colorizer.color import bins, codecs, hues, spaces
from keras_colorizer.errors import UserError


@pytest.fixture(scope="module")
def photos():
    return np.stack([data.coffee()[:64:2, :64:2], data.astronaut()[:64:2, :64:2]])


def as_float(photos):
    return ops.convert_to_tensor(photos.astype("float32") / 255.0)


# What a codec admits on photos, in the mean, and on corners of the RGB cube, at most. Bins are 10
# wide, and the cube's corners lie at their outermost edges; hues are turned towards the nearest.
ADMITTED = {"bins": (0.025, 0.23), "hue": (0.02, 0.13)}


def errors(name, photos):
    """Absolute errors of both ways back from what the codec itself encoded."""
    codec, truth = codecs.get(name), as_float(photos)
    gray, (x, target) = spaces.luma(truth), codec.encode(photos)
    side = photos.shape[1] // codec.shrink
    assert target.shape == (len(photos), side, side, codec.channels)
    assert np.allclose(codec.see(gray), x)
    target = codec.express(target)
    merged = spaces.merge(gray, codecs.enlarge(codec.chroma(gray, target), gray))
    found = [codec.decode(gray, target), merged]
    return np.abs(np.stack([ops.convert_to_numpy(rgb) for rgb in found]) - photos / 255.0)


@pytest.mark.parametrize("name", sorted(codecs.CODECS))
def test_round_trip_of_real_photos(name, photos):
    found = errors(name, photos)
    if codecs.get(name).shrink == 1:
        assert found.max() < 0.02
    # Chroma that was averaged over blocks loses the edges between colours, and no more.
    assert found.mean() < ADMITTED.get(name, (0.02,))[0]


@pytest.mark.parametrize("name", sorted(codecs.CODECS))
def test_round_trip_of_the_corners_of_the_rgb_cube(name):
    corners = [[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)]
    photos = np.broadcast_to(np.uint8(corners)[:, None, None], (8, 8, 8, 3))
    assert errors(name, photos).max() < ADMITTED.get(name, (0, 0.003))[1]


def test_ycbcr_predicts_the_means_of_blocks(photos):
    _, target = codecs.get("ycbcr").encode(photos)
    chroma = ops.convert_to_numpy(spaces.chroma(as_float(photos)))
    means = chroma.reshape(2, 8, 4, 8, 4, 2).mean(axis=(2, 4))
    assert np.allclose(target, means, atol=1e-6)


def test_ycbcr_keeps_the_luma_of_any_prediction(photos):
    gray = spaces.luma(as_float(photos))
    wild = np.random.default_rng(0).uniform(-0.7, 0.7, (2, 8, 8, 2)).astype("float32")
    rgb = codecs.get("ycbcr").decode(gray, wild)
    assert np.abs(ops.convert_to_numpy(spaces.luma(rgb) - gray)).max() < 1e-5


def test_bins_see_lightness_and_predict_shares_of_the_blocks_mean_colour(photos):
    codec = codecs.get("bins")
    x, target = codec.encode(photos)
    gray = ops.convert_to_numpy(spaces.luma(as_float(photos)))
    lab = color.rgb2lab(np.repeat(gray, 3, axis=-1))
    assert np.allclose(x, lab[..., :1] / 50 - 1, atol=0.2 / 50)
    means = ops.convert_to_numpy(as_float(photos)).reshape(2, 8, 4, 8, 4, 3).mean(axis=(2, 4))
    ab = color.rgb2lab(means)[..., 1:]
    nearest = bins.centres()[np.argmax(target, axis=-1)]
    assert np.abs(nearest - ab).max() < 5.01
    found = bins.annealed_mean(codec.express(target), 1.0)
    assert np.abs(found - ab).mean() < 1


def test_a_temperature_sharpens_and_is_checked(photos):
    gray = spaces.luma(as_float(photos))
    logits = np.random.default_rng(0).normal(size=(2, 8, 8, bins.COUNT)).astype("float32")

    def strength(codec, **options):
        return float(np.abs(codec.chroma(gray, logits, **options)).mean())

    vivid, own, mild = (strength(codecs.get("bins", temperature=t)) for t in (0, 0.38, 1))
    assert vivid > 2 * own > 4 * mild
    assert strength(codecs.get("bins"), temperature=1.0) == mild
    for wrong in (-0.1, 1.1, float("nan"), "hot", True):
        with pytest.raises(UserError, match="codec.temperature is .*; give a number from 0 to 1"):
            codecs.get("bins", temperature=wrong)
    assert [n for n in codecs.CODECS if codecs.get(n).temperature is not None] == ["bins", "hue"]


def test_bins_see_gray_and_vote_for_all_where_they_are_told_to(photos):
    gray = spaces.luma(as_float(photos))
    x, target = codecs.get("bins", sees="gray", votes="all").encode(photos)
    lightness, nearest = codecs.get("bins").encode(photos)
    assert np.array_equal(x, gray) and not np.allclose(lightness, gray)
    assert np.min(target) >= 0 and np.allclose(ops.sum(target, axis=-1), 1, atol=1e-5)
    assert 0 < np.abs(target - nearest).max() < 0.1
    for option in ("sees", "votes"):
        with pytest.raises(UserError, match=f"unknown codec.{option} 'x'"):
            codecs.get("bins", **{option: "x"})


@pytest.mark.parametrize("count", [4, 16])
def test_hues_are_shares_of_two_directions_beside_the_strength(photos, count):
    codec = codecs.get("hue", directions=count)
    x, target = codec.encode(photos)
    _, cbcr = (np.asarray(part) for part in codecs.get("ycbcr").encode(photos))
    assert np.array_equal(x, spaces.luma(as_float(photos)))
    assert target.shape == (*cbcr.shape[:3], codec.channels) and codec.channels == count + 1
    shares, strength = np.asarray(target[..., :-1]), np.asarray(target[..., -1]) / hues.SCALE
    assert np.allclose(shares.sum(-1), 1, atol=1e-5) and ((shares > 0).sum(-1) <= 2).all()
    assert np.allclose(strength, np.hypot(*np.moveaxis(cbcr, -1, 0)), atol=1e-6)
    own = np.degrees(np.arctan2(cbcr[..., 1], cbcr[..., 0]))
    ahead = shares.argmax(-1) * 360 / count
    assert np.abs((own - ahead + 180) % 360 - 180).max() <= 180 / count + 0.01
    # The mean of the two is the truth's direction but for what a chord lies inside its arc.
    found = np.asarray(codec.chroma(x, codec.express(target), temperature=1.0))
    inside = 1 - np.cos(np.pi / count)
    assert np.abs(found - cbcr).max() < inside * strength.max() + 1e-4


def test_hues_that_disagree_are_pale_unless_they_are_sharpened():
    # Two opposite directions, one e times as likely; the strength is 0.2.
    prediction = np.full((1, 1, 1, 5), -50, np.float32)
    prediction[..., [0, 2]], prediction[..., -1] = [1, 0], 0.2 * hues.SCALE
    for temperature, length in [(0, 0.2), (1, 0.2 * np.tanh(0.5)), (0.5, 0.2 * np.tanh(1))]:
        codec = codecs.get("hue", directions=4, temperature=temperature)
        found = np.asarray(codec.chroma(None, prediction))[0, 0, 0]
        assert found == pytest.approx([length, 0], abs=1e-5)
    prediction[..., -1] = -1  # less than no strength is none
    assert np.abs(np.asarray(codec.chroma(None, prediction))).max() == 0
    for wrong in (3, 65, 16.0, True):
        with pytest.raises(UserError, match="codec.directions is .*; give a whole number from 4"):
            codecs.get("hue", directions=wrong)
    with pytest.raises(UserError, match="codec.temperature is 2; give a number from 0 to 1"):
        codecs.get("hue", temperature=2)


def test_an_option_that_a_codec_has_not_is_one_clear_line():
    assert codecs.defaults("rgb") == {} and codecs.defaults("bins")["temperature"] == 0.38
    with pytest.raises(UserError, match="codec 'bins' has no option 'temprature'; did you mean"):
        codecs.get("bins", temprature=0.5)
    with pytest.raises(UserError, match="codec 'rgb' has no option 'temperature'.* has none"):
        codecs.get("rgb", temperature=0.5)


def test_enlarging_undoes_block_means_of_a_slope():
    slope = np.linspace(0, 1, 32, dtype="float32")
    full = np.broadcast_to(slope[None, None, :, None], (1, 32, 32, 2))
    small = ops.convert_to_tensor(full.reshape(1, 8, 4, 8, 4, 2).mean(axis=(2, 4)))
    gray = ops.zeros((1, 32, 32, 1))
    large = ops.convert_to_numpy(codecs.enlarge(small, gray))
    assert np.allclose(large[:, :, 2:-2], full[:, :, 2:-2], atol=1e-6)
    assert codecs.enlarge(large, gray) is large


def test_an_unknown_codec_lists_the_known():
    with pytest.raises(UserError, match="unknown codec 'rbg'.*did you mean 'rgb'"):
        codecs.get("rbg")


def test_the_options_of_ycbcr_change_what_is_made_of_a_prediction_alone(photos):
    plain, vivid = (
        codecs.get("ycbcr", **options) for options in ({}, {"saturation": 1.5, "expansion": 2})
    )
    (gray, target), (_, other) = plain.encode(photos), vivid.encode(photos)
    assert np.array_equal(target, other)
    short, long = 0.02 * np.ones((1, 8, 8, 2), "float32"), 0.2 * np.ones((1, 8, 8, 2), "float32")
    assert np.allclose(plain.chroma(gray, long), long)
    assert np.allclose(vivid.chroma(gray, short), 1.5 * short, rtol=1e-4)
    assert ops.convert_to_numpy(vivid.chroma(gray, long)).min() > 0.3 + 0.05


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"expansion": -1}, "codec.expansion"),
        ({"knee": 0.9}, "codec.knee"),
        ({"ceiling": 0.01}, "ceiling 0.01 must be above codec.knee 0.04"),
    ],
)
def test_what_ycbcr_does_not_take(options, words):
    with pytest.raises(UserError, match=words):
        codecs.get("ycbcr", **options)
