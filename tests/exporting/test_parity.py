"""Parity is measured as it is said, and holds what is exported to its bands."""

import copy
import math

import numpy as np
import pytest
from skimage import color

from keras_colorizer.errors import UserError
from keras_colorizer.exporting import parity
from keras_colorizer.inference import layout
from keras_colorizer.models import card


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_it_is_ciede2000():
    # Sharma, Wu, Dalal 2005, table 1, pair 7: (50, 0, 0) and (50, -1, 2) are 2.3669 apart.
    truth, result = np.float64([[50, 0, 0]]), np.float64([[50, -1, 2]])
    assert color.deltaE_ciede2000(truth, result)[0] == pytest.approx(2.3669, abs=1e-4)
    red, blue = np.uint8([[[255, 0, 0]]]), np.uint8([[[0, 0, 255]]])
    assert parity.delta_e(red, blue)[0, 0] == pytest.approx(52.88, abs=0.05)


def test_means_and_largest_are_over_all_pixels():
    truth = noise(2, 4, 5, 3)
    result = truth.copy()
    result[1, 2, 3] = 255 - result[1, 2, 3]
    found = parity.compare(truth, result)
    one = float(parity.delta_e(truth[1, 2, 3], result[1, 2, 3]))
    assert found["max_delta_e"] == pytest.approx(one) and one > 5
    assert found["mean_delta_e"] == pytest.approx(one / 40)
    assert parity.compare(truth, truth) == {
        "mean_delta_e": 0, "max_delta_e": 0, "colourfulness_ratio": 1,
    }  # fmt: skip


def test_colourfulness_beside_the_truths():
    truth = noise(2, 8, 8, 3)
    gray = np.repeat(truth[..., :1], 3, axis=-1)
    pale = np.rint(gray + 0.5 * (truth.astype(float) - gray)).astype(np.uint8)
    assert parity.compare(truth, gray)["colourfulness_ratio"] == 0
    assert parity.compare(truth, pale)["colourfulness_ratio"] == pytest.approx(0.5, abs=0.02)
    assert parity.compare(gray, gray)["colourfulness_ratio"] is None


@pytest.fixture
def found(exported):
    return copy.deepcopy(card.read(exported)["parity"])


def test_what_was_exported_is_within_its_bands(found):
    parity.check(found)
    assert set(found["files"]) == {parity.SAVED_MODEL, *layout.FILES}
    assert set(parity.BANDS) == set(found["files"])
    for file, entry in found["files"].items():
        assert entry["bytes"] > 1000
        assert 0 <= entry["mean_delta_e"] <= entry["max_delta_e"]
        if file != parity.SAVED_MODEL:
            assert set(entry["latency_ms"]) == {"1", str(found["cores"])}
            assert all(time > 0 for time in entry["latency_ms"].values())
    # Precision is what it costs: a float16 file that equalled float32 would be one.
    means = [found["files"][file]["mean_delta_e"] for file in layout.CHROMA]
    assert means[0] < means[1] < means[2]
    assert 0 < found["photo_path"]["mean_delta_e"] < 20 and found["photo_path"]["size"] == 128


@pytest.mark.parametrize("file", parity.BANDS)
def test_a_file_outside_its_band_is_named(found, file):
    for value, words in ((3.5, "mean ΔE 3.50"), (math.nan, "mean ΔE nan")):
        found["files"][file]["mean_delta_e"] = value
        with pytest.raises(UserError, match=f"{file} has {words} .*nothing was exported"):
            parity.check(found)
    found["files"][file]["mean_delta_e"] = 0.0
    for ratio in (0.7, 1.3):
        found["files"][file]["colourfulness_ratio"] = ratio
        with pytest.raises(UserError, match=f"{file} has {ratio:.2f} of its colourfulness"):
            parity.check(found)
    found["files"][file]["colourfulness_ratio"] = None  # a gray picture has no ratio
    parity.check(found)


def test_the_photo_path_may_be_a_few_levels_off(found):
    found["files"][layout.PHOTO]["max_levels"] = parity.LEVELS + 1
    with pytest.raises(UserError, match="colorize.tflite has up to 9 levels from the SavedModel"):
        parity.check(found)
