"""Merging in NumPy against ``spaces.merge`` and Pillow."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from keras import ops
from PIL import Image
from skimage import data

from keras_colorizer.color import merging, spaces


def pillow_gray(rgb):
    return np.asarray(Image.fromarray(rgb).convert("L"))


def by_spaces(gray, cbcr):
    gray = ops.convert_to_tensor(gray.astype("float32") / 255)
    merged = spaces.merge(gray, ops.convert_to_tensor(cbcr.astype("float32")))
    return np.rint(ops.convert_to_numpy(merged) * 255)


def corners():
    """Every mixture of extreme luma and extreme or no chroma, far out of gamut mostly."""
    planes = (-0.6, -0.5, -1e-4, 0.0, 1e-4, 0.5, 0.6)
    found = np.array(list(itertools.product((0, 1, 76, 128, 254, 255), planes, planes)))
    return found[:, :1].astype("uint8"), found[:, 1:].astype("float32")


def drawn(seed=0, count=20_000):
    draw = np.random.default_rng(seed)
    gray = draw.integers(0, 256, (count, 1), "uint8")
    return gray, draw.uniform(-0.5, 0.5, (count, 2)).astype("float32")


def test_the_numbers_are_those_of_spaces():
    assert (merging.LUMA, merging.BLUE, merging.RED) == (spaces.LUMA, spaces.BLUE, spaces.RED)


@pytest.mark.parametrize("colours", [corners, drawn])
def test_it_is_spaces_merge(colours):
    gray, cbcr = colours()
    merged = merging.merge(gray, cbcr)
    assert merged.dtype == np.uint8 and merged.shape == (*gray.shape[:-1], 3)
    assert np.abs(merged - by_spaces(gray, cbcr)).max() <= 1


@pytest.mark.parametrize("colours", [corners, drawn])
def test_pillow_finds_the_photos_luma_in_it(colours):
    gray, cbcr = colours()
    luma = pillow_gray(merging.merge(gray, cbcr)[None])
    assert np.abs(luma[0].astype(int) - gray[:, 0]).max() <= 1


def test_every_corner_of_the_rgb_cube_comes_back():
    cube = np.array(list(itertools.product((0, 255), repeat=3)), "uint8")
    merged = merging.merge(pillow_gray(cube[None])[0][:, None], merging.chroma(cube))
    assert np.abs(merged.astype(int) - cube).max() <= 1


def test_a_photo_comes_back():
    photo = np.array(data.astronaut()[::4, ::4])
    merged = merging.merge(pillow_gray(photo)[..., None], merging.chroma(photo)).astype(int)
    assert np.abs(merged - photo).max() <= 4  # beside the gamut's edge; luma was rounded
    assert np.abs(merged - photo).mean() < 0.5


def test_chroma_is_that_of_spaces():
    photo = np.array(data.astronaut()[::8, ::8])
    ours = merging.chroma(photo)
    theirs = spaces.chroma(ops.convert_to_tensor(photo.astype("float32") / 255))
    assert ours.dtype == np.float32
    assert np.abs(ours - ops.convert_to_numpy(theirs)).max() < 1e-6


def test_it_needs_no_keras():
    code = "import sys, keras_colorizer.color.merging; assert 'keras' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
