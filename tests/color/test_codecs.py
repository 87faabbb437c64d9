"""Every registered codec: what it encodes it decodes, and its chroma is the photo's."""

import numpy as np
import pytest
from keras import ops
from skimage import data

from keras_colorizer.color import codecs, spaces
from keras_colorizer.errors import UserError


@pytest.fixture(scope="module")
def photos():
    return np.stack([data.coffee()[:64:2, :64:2], data.astronaut()[:64:2, :64:2]])


def as_float(photos):
    return ops.convert_to_tensor(photos.astype("float32") / 255.0)


def errors(name, photos):
    """Absolute errors of both ways back from what the codec itself encoded."""
    codec, truth = codecs.get(name), as_float(photos)
    gray, (x, target) = spaces.luma(truth), codec.encode(photos)
    side = photos.shape[1] // codec.shrink
    assert target.shape == (len(photos), side, side, codec.channels)
    assert np.allclose(codec.see(gray), x)
    merged = spaces.merge(gray, codecs.enlarge(codec.chroma(gray, target), gray))
    found = [codec.decode(gray, target), merged]
    return np.abs(np.stack([ops.convert_to_numpy(rgb) for rgb in found]) - photos / 255.0)


@pytest.mark.parametrize("name", sorted(codecs.CODECS))
def test_round_trip_of_real_photos(name, photos):
    found = errors(name, photos)
    if codecs.get(name).shrink == 1:
        assert found.max() < 0.02
    # Chroma that was averaged over blocks loses the edges between colours, and no more.
    assert found.mean() < 0.02


@pytest.mark.parametrize("name", sorted(codecs.CODECS))
def test_round_trip_of_the_corners_of_the_rgb_cube(name):
    corners = [[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)]
    photos = np.broadcast_to(np.uint8(corners)[:, None, None], (8, 8, 8, 3))
    assert errors(name, photos).max() < 0.003


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
