"""Metrics against values computed by hand."""

import numpy as np
import pytest
from keras import ops

from keras_colorizer.color import metrics


def flat(*colours):
    return ops.convert_to_tensor(np.float32(colours).reshape(1, 1, -1, 3))


def test_psnr_by_hand():
    truth, result = flat([1, 1, 1], [0, 0, 0]), flat([0.9, 0.9, 0.9], [0.1, 0.1, 0.1])
    assert float(metrics.psnr(truth, result)[0]) == pytest.approx(20.0, abs=1e-3)


def test_psnr_is_of_each_photo():
    truth = ops.zeros((2, 2, 2, 3))
    result = ops.stack([ops.full((2, 2, 3), 0.1), ops.full((2, 2, 3), 0.01)])
    assert np.allclose(metrics.psnr(truth, result), [20.0, 40.0], atol=1e-3)


def test_colourfulness_by_hand():
    # Red and green: R-G is ±255, 0.5(R+G)-B is 127.5 twice. 255 + 0.3 * 127.5.
    found = metrics.colourfulness(flat([1, 0, 0], [0, 1, 0]))
    assert float(found[0]) == pytest.approx(255 + 0.3 * 127.5, rel=1e-5)


def test_gray_has_no_colourfulness():
    assert float(metrics.colourfulness(flat([0.2] * 3, [0.9] * 3))[0]) == pytest.approx(0, abs=1e-3)


def test_neutral_drift_looks_only_where_the_truth_is_neutral_and_light():
    truth = flat([1, 1, 1], [0.1, 0.1, 0.1], [1, 0, 0])
    result = flat([0, 0, 1], [0, 0, 1], [0, 0, 1])
    drift, pixels = metrics.neutral_drift(truth, result)
    assert float(pixels[0]) == 1
    assert float(drift[0]) == pytest.approx(133.8, abs=0.2)  # C* of sRGB blue


def test_a_photo_without_neutral_pixels_has_no_weight():
    drift, pixels = metrics.neutral_drift(flat([1, 0, 0]), flat([0, 0, 1]))
    assert float(drift[0]) == 0 and float(pixels[0]) == 0
