"""Chroma at a photo's size: where it stays, what it follows, and that photos gain by it."""

import numpy as np
import pytest
from PIL import Image
from skimage import color, data

from keras_colorizer.color import merging
from keras_colorizer.inference import upsampling


def image(values):
    return Image.fromarray(np.asarray(values, np.uint8))


def flat(width, height, level=120):
    return Image.new("L", (width, height), level)


def bilinear(chroma, width, height):
    return np.stack([upsampling.resized(chroma[..., i], width, height) for i in range(2)])


def block_means(values, size):
    """Of (H, W, 2), H and W multiples of ``size``."""
    height, width = values.shape[:2]
    blocks = values.reshape(size, height // size, size, width // size, 2)
    return blocks.mean(axis=(1, 3))


def test_a_grid_keeps_proportions_and_the_limit():
    assert upsampling.grid_size(768, 512) == (768, 512)
    for size in [(4000, 3000), (3000, 4000), (20_000, 100), (1, 5_000_000)]:
        width, height = upsampling.grid_size(*size)
        assert 0.97e6 < width * height < 1.03e6 or min(width, height) == 1
        assert width <= size[0] and height <= size[1]


def test_a_ramp_stays_in_its_place():
    ramp = np.tile(np.linspace(-0.5, 0.5, 16, dtype="float32"), (16, 1))
    large = upsampling.enlarge(np.stack([ramp, ramp.T], axis=-1), flat(160, 48))
    assert large.shape == (2, 48, 160) and large.dtype == np.float32
    centres = (np.arange(160) + 0.5) / 160 * 16 - 0.5
    expected = np.interp(centres, np.arange(16), ramp[0])
    assert np.allclose(large[0, 7, 15:-15], expected[15:-15], atol=1e-5)
    assert np.allclose(large[0], large[0, :1], atol=1e-6) and np.ptp(large[1, :, 5]) > 0.9


def test_at_its_own_size_and_below_nothing_is_sharpened():
    chroma = np.random.default_rng(0).uniform(-0.5, 0.5, (32, 32, 2)).astype("float32")
    photo = image(np.random.default_rng(1).integers(0, 256, (32, 32)))
    assert np.array_equal(upsampling.enlarge(chroma, photo), chroma.transpose(2, 0, 1))
    for size in [(1, 1), (20, 9), (31, 64), (64, 31), (400, 32)]:
        small = upsampling.enlarge(chroma, photo.resize(size))
        assert np.array_equal(small, bilinear(chroma, *size))


def test_cells_keep_their_means_over_texture_and_edges():
    photo = data.astronaut()
    truth = merging.chroma(photo)
    cells = block_means(truth, 64)
    gray = image(photo).convert("L")
    ours = upsampling.enlarge(cells, gray).transpose(1, 2, 0)
    plain = bilinear(cells, 512, 512).transpose(1, 2, 0)
    off = [np.abs(block_means(large, 64) - cells).mean() for large in (ours, plain)]
    assert off[0] < 0.6 * off[1]


def test_colour_changes_where_the_photo_does():
    lit = np.full((256, 256), 60, "uint8")
    lit[:, 141:] = 200  # inside a cell of 16 pixels
    truth = np.where(lit[..., None] > 100, np.float32([0.1, -0.2]), np.float32([-0.2, 0.2]))
    cells = block_means(truth, 16)
    ours = np.abs(upsampling.enlarge(cells, image(lit)).transpose(1, 2, 0) - truth)
    plain = np.abs(bilinear(cells, 256, 256).transpose(1, 2, 0) - truth)
    assert ours[:, 120:160].mean() < 0.4 * plain[:, 120:160].mean()
    assert ours[:, :100].max() < 0.02  # and nothing far from the edge


def test_it_does_not_colour_by_luma_alone():
    noise = image(np.random.default_rng(0).integers(0, 256, (300, 400)))
    chroma = np.full((16, 16, 2), (0.2, -0.1), "float32")
    assert np.allclose(upsampling.enlarge(chroma, noise).transpose(1, 2, 0), chroma[0, 0])


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
@pytest.mark.parametrize("size", [32, 64])
def test_photos_gain_by_it(name, size):
    photo = getattr(data, name)()
    gray = image(photo).convert("L")
    cells = block_means(merging.chroma(np.asarray(image(photo).resize((256, 256)))), size)
    truth = color.rgb2lab(photo)

    def error(planes):
        merged = merging.merge(np.asarray(gray)[..., None], planes.transpose(1, 2, 0))
        return np.hypot(*(color.rgb2lab(merged) - truth)[..., 1:].transpose(2, 0, 1)).mean()

    plain = error(bilinear(cells, *gray.size))
    assert error(upsampling.enlarge(cells, gray)) < 0.93 * plain
