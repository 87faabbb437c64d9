"""The path from photo to photo, run eagerly with a Keras network."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_colorizer.color import codecs
from keras_colorizer.exporting import graph

CODEC = codecs.get("rgb")
SIZE = 32


def pillow_gray(rgb):
    return np.asarray(Image.fromarray(rgb).convert("L"))


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_gray_is_exactly_pillows():
    rgb = noise(1, 64, 50, 3)
    gray = graph.gray_in_graph(rgb)[0, ..., 0]
    assert np.array_equal(np.round(gray * 255), pillow_gray(rgb[0]))


def test_one_channel_is_taken_as_it_is():
    gray = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    assert np.array_equal(graph.gray_in_graph(gray), gray.astype("float32") / 255)


@pytest.mark.parametrize("channels", [2, 4])
def test_other_channels_fail_with_a_message_that_says_so(network, channels):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"(?s)1 or 3.*1, 5, 6, {channels}"):
        graph.colorize_in_graph(network, CODEC, SIZE, noise(1, 5, 6, channels))


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (32, 32), (33, 95), (64, 128), (257, 1025)])
def test_shrinking_keeps_a_ramp_in_its_place(shape):
    """The picture neither shifts nor stretches: cell centres of a linear ramp stay on the ramp."""
    height, width = shape
    ramp = (np.arange(width, dtype="float32") + 0.5) / width
    small = graph.shrink_in_graph(np.tile(ramp, (2, height, 1))[..., None], SIZE)
    assert small.shape == (2, SIZE, SIZE, 1)
    centres = (np.arange(SIZE) + 0.5) / SIZE
    expected = np.clip(centres, ramp[0], ramp[-1])  # beyond the last pixel's centre: that pixel
    assert np.allclose(small[1, 5, 1:-1, 0], expected[1:-1], atol=1e-3)
    assert np.allclose(small[0, 0], small[1, -1], atol=1e-6)


def test_shrinking_averages_instead_of_sampling():
    stripes = np.ones((1, 700, 1, 1), "float32") * np.float32([0, 1] * 384)[:, None]
    assert np.allclose(graph.shrink_in_graph(stripes, SIZE), 0.5, atol=1e-5)
    assert np.allclose(graph.shrink_in_graph(stripes[:, :, :751], SIZE), 0.5, atol=0.03)
    blocks = noise(1, SIZE * 3, SIZE * 5, 1).astype("float32")
    means = blocks.reshape(SIZE, 3, SIZE, 5).mean(axis=(1, 3))
    assert np.allclose(graph.shrink_in_graph(blocks, SIZE)[0, ..., 0], means, atol=1e-3)


def test_at_the_working_size_it_is_the_networks_chroma_on_the_photos_luma(network):
    gray = np.uint8(110) + noise(1, SIZE, SIZE, 1) // 8  # room for colour on both sides
    own = np.asarray(network(gray.astype("float32") / 255))[0]
    luma = own @ np.array([0.299, 0.587, 0.114])
    offsets = own - luma[..., None]
    expected = gray[0] + 255 * offsets
    result = np.asarray(graph.colorize_in_graph(network, CODEC, SIZE, gray))[0]
    inside = np.all((expected > 1) & (expected < 254), axis=-1)
    assert inside.mean() > 0.5
    assert np.abs(result - expected)[inside].max() <= 0.51
    assert np.ptp(result.astype(int), axis=-1).mean() > 5  # it is a colour picture


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (64, 64), (101, 77), (300, 451), (1237, 811)])
def test_luma_is_the_photos_own(network, photo, shape):
    """At any size, also where the gamut leaves no room: merging never changes luma."""
    rgb = np.asarray(Image.fromarray(photo).resize(shape[::-1]))
    result = np.asarray(graph.colorize_in_graph(network, CODEC, SIZE, rgb[None]))
    assert result.shape == (1, *shape, 3) and result.dtype == np.uint8
    difference = pillow_gray(result[0]).astype(int) - pillow_gray(rgb)
    assert np.abs(difference).max() <= 1


def test_gray_in_one_channel_or_three_is_one_photo(network):
    gray = noise(2, 50, 70, 1)
    one = graph.colorize_in_graph(network, CODEC, SIZE, gray)
    three = graph.colorize_in_graph(network, CODEC, SIZE, np.repeat(gray, 3, axis=-1))
    assert np.array_equal(one, three)


def test_a_batch_is_its_photos(network):
    photos = noise(2, 45, 31, 3)
    both = np.asarray(graph.colorize_in_graph(network, CODEC, SIZE, photos)).astype(int)
    for photo, result in zip(photos, both, strict=True):
        alone = graph.colorize_in_graph(network, CODEC, SIZE, photo[None])[0]
        assert np.abs(alone - result).max() <= 1


def test_raw_is_the_networks_own_rgb(network):
    gray = noise(1, SIZE, SIZE, 1)
    raw = np.asarray(graph.raw_in_graph(network, CODEC, SIZE, gray))
    own = np.asarray(network(gray.astype("float32") / 255))
    assert raw.dtype == np.uint8 and np.abs(raw - own * 255).max() <= 0.51
    assert graph.raw_in_graph(network, CODEC, SIZE, noise(1, 99, 40, 3)).shape == raw.shape


def test_raw_needs_a_codec_that_predicts_rgb(network):
    class ChromaOnly:
        name, predicts_rgb = "chroma", False

    with pytest.raises(ValueError, match="chroma"):
        graph.raw_in_graph(network, ChromaOnly(), SIZE, noise(1, 8, 8, 3))
