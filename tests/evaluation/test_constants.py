"""The committed measurement is whole, and what evaluation reads of it is right."""

import json
from pathlib import Path

import numpy as np
import pytest
from skimage import color

from keras_colorizer.data.statistics import mean_chroma, rebalancing_weights
from keras_colorizer.evaluation import constants
from keras_colorizer.evaluation.photos import TestPhotos


@pytest.fixture(scope="module")
def measured():
    path = Path(constants.__file__).with_name("oxford_flowers102.json")
    return json.loads(path.read_text("utf-8"))


def test_it_is_of_the_training_photos(measured):
    assert (measured["data"], measured["split"], measured["size"]) == (
        "oxford_flowers102", "train", 128,
    )  # fmt: skip
    assert measured["photos"] == 6149
    assert np.sum(measured["ab"]["counts"]) == 6149 * 128 * 128


def test_the_docstring_says_its_command(measured):
    said = " ".join(constants.__doc__.split())
    command = measured["command"].replace("--out ", "--out keras_colorizer/evaluation/")
    assert command in said


def test_mean_chroma_is_a_warm_one():
    cb, cr = constants.mean_chroma()
    assert -0.08 < cb < -0.03 and 0.02 < cr < 0.06


def test_pixels_weigh_what_their_cells_do(measured):
    weights = rebalancing_weights(np.array(measured["ab"]["counts"]))
    ab = np.float32([[[-4, 6], [78, -99]], [[14, 12], [-34, 28]]])
    found = constants.pixel_weights(ab)
    assert found.shape == (2, 2) and found.dtype == np.float32
    wanted = [[weights[11, 12], weights[19, 1]], [weights[12, 12], weights[8, 14]]]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert found[0, 0] < 0.1 < 10 < found[0, 1]  # grayish green is everywhere, violet is rare


def test_every_colour_has_a_finite_weight():
    axis = np.linspace(-128, 128, 257, dtype=np.float32)
    weights = constants.pixel_weights(np.stack(np.meshgrid(axis, axis), axis=-1))
    assert np.isfinite(weights).all() and weights.min() > 0
    assert weights.max() < 1000


def test_the_mean_weight_of_the_training_photos_is_about_one(measured):
    counts = np.array(measured["ab"]["counts"])
    middles = np.arange(-110, 111, 10, dtype=np.float32)
    ab = np.stack(np.meshgrid(middles, middles, indexing="ij"), axis=-1)
    mean = np.average(constants.pixel_weights(ab), weights=counts)
    assert mean == pytest.approx(1, abs=0.25)  # smoothing keeps it from being 1 exactly


def test_other_photos_are_a_reference_measured_as_oxfords_were():
    images = np.zeros((2, 16, 16, 3), np.uint8)
    images[:, :15], images[:, 15] = (200, 120, 60), (30, 60, 220)  # orange is common, blue rare
    found = constants.reference_of(TestPhotos(images, ["a", "b"], None, [], "set", "train", "none"))
    assert found.name == "set train, 2 photos at 16 px"
    assert found.mean_chroma == pytest.approx(mean_chroma(images))
    orange, blue = color.rgb2lab(images[0, [0, 15], 0])[:, 1:].astype(np.float32)
    assert found.weigh(orange) < found.weigh(blue)
    weights = found.weigh(np.stack([orange] * 15 + [blue]))
    assert weights.dtype == np.float32 and np.isfinite(weights).all()


def test_oxford_is_the_reference_by_default():
    found = constants.Reference()
    assert (found.name, found.mean_chroma) == (constants.OXFORD, constants.mean_chroma())
    assert found.weigh is constants.pixel_weights and found.ids_sha256 is None
