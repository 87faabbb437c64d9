"""Every measure on photos whose values are computed by hand."""

import numpy as np
import pytest
from skimage import color, data

from keras_colorizer.evaluation import constants, summary
from keras_colorizer.evaluation.metrics import pixel
from keras_colorizer.evaluation.metrics.truth import Truth
from keras_colorizer.evaluation.photos import gray_of as photos_gray


def measure(truth, result):
    return pixel.measure(Truth(truth), result)


def from_lab(lab, size=32):
    rgb = np.round(color.lab2rgb(np.float64(lab)) * 255).astype(np.uint8)
    return np.broadcast_to(rgb, (1, size, size, 3)).copy()


@pytest.fixture(scope="module")
def photos():
    whole = np.stack([data.chelsea()[:64, i : i + 64] for i in (100, 200, 300)])
    return np.ascontiguousarray(whole)


def test_psnr_by_hand():
    truth = np.full((2, 4, 4, 3), 100, np.uint8)
    result = truth.copy()
    result[0] += 10  # every value off by 10
    result[1, :, :, 0] += 30  # a third of the values off by 30
    expected = [10 * np.log10(255**2 / 100), 10 * np.log10(255**2 / 300)]
    assert pixel.psnr(truth, result) == pytest.approx(expected)
    assert np.isposinf(pixel.psnr(truth, truth)).all()


def test_psnr_does_not_wrap_around():
    black, white = np.zeros((1, 2, 2, 3), np.uint8), np.full((1, 2, 2, 3), 255, np.uint8)
    assert pixel.psnr(black, white) == pixel.psnr(white, black) == pytest.approx(0)


def test_ssim_of_flat_photos_is_its_luminance_term():
    truth, result = (np.full((1, 16, 16, 3), v, np.uint8) for v in (100, 150))
    a, b, c1 = 100 / 255, 150 / 255, 0.01**2
    expected = (2 * a * b + c1) / (a * a + b * b + c1)
    assert pixel.ssim(truth, result) == pytest.approx(expected, abs=1e-4)


def test_ssim_of_photos_below_its_window_is_unknown():
    tiny = np.zeros((1, 8, 8, 3), np.uint8)
    assert np.isnan(pixel.ssim(tiny, tiny)).all()


@pytest.mark.parametrize("error", [0.0, 0.3, 1.0, 40.5, 149.2, 150.0, 150.1, 220.0])
def test_auc_is_the_area_under_the_curve(error):
    thresholds = np.arange(151)
    curve = (error <= thresholds).astype(float)
    assert pixel.auc(np.array([error])) == pytest.approx(np.trapezoid(curve, thresholds) / 150)


def test_ab_error_and_ciede2000_of_flat_photos():
    truth, result = from_lab([60, 20, 30]), from_lab([60, 20, -10])
    columns, _, _ = measure(truth, result)
    a, b = (color.rgb2lab(x[0, 0, 0] / 255) for x in (truth, result))
    assert columns["ab_error"] == pytest.approx(np.hypot(*(a - b)[1:]), rel=1e-4)
    assert columns["ab_error"] == pytest.approx(40, abs=0.6)
    assert columns["ciede2000"] == pytest.approx(color.deltaE_ciede2000(a, b), rel=1e-3)
    assert columns["auc"] == pytest.approx((150.5 - np.ceil(np.hypot(*(a - b)[1:]))) / 150)


def test_ciede2000_against_a_published_pair():
    # Sharma, Wu & Dalal 2005, table 1, pair 1.
    found = color.deltaE_ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485])
    assert found == pytest.approx(2.0425, abs=1e-4)


def test_auc_rebalanced_weighs_rare_colours_more():
    # Left half a common colour answered rightly, right half a rare one answered wrongly.
    common, rare = [50, 2, 22], [50, 52, -58]
    truth = from_lab(common)
    truth[:, :, 16:] = from_lab(rare)[:, :, 16:]
    columns, _, _ = measure(truth, from_lab(common))
    light, heavy = constants.pixel_weights(np.float32([common[1:], rare[1:]]))
    assert heavy > 5 * light
    wrong = pixel.auc(np.hypot(50, 80))
    assert columns["auc"] == pytest.approx((1 + wrong) / 2, abs=0.01)
    expected = (light + heavy * wrong) / (light + heavy)
    assert columns["auc_rebalanced"] == pytest.approx(expected, abs=0.01)


def test_saturation_ratio_by_hand():
    columns, _, _ = measure(from_lab([60, 30, 40]), from_lab([60, 15, 20]))
    assert columns["saturation_ratio"] == pytest.approx(0.5, abs=0.01)
    assert columns["saturation_ratio_weight"] == pytest.approx(50, abs=0.5)


def test_delta_cf_keeps_its_sign_and_per_image_does_not(photos):
    gray = photos.mean(axis=-1, keepdims=True).astype(np.uint8).repeat(3, axis=-1)
    columns, _, _ = measure(photos, gray)
    assert columns["colourfulness"] == pytest.approx(0, abs=1e-9)
    assert (columns["delta_cf"] < -5).all()
    assert columns["delta_cf_per_image"] == pytest.approx(-columns["delta_cf"])


def test_neutral_drift_is_the_colour_put_on_white_only():
    truth = from_lab([90, 0, 0])
    truth[:, 16:] = from_lab([40, 40, 30])[:, 16:]
    purple = from_lab([80, 20, -15])
    columns, _, _ = measure(truth, purple)
    assert columns["neutral_drift"] == pytest.approx(25, abs=0.5)
    assert columns["neutral_a"] == pytest.approx(20, abs=0.5)
    assert columns["neutral_b"] == pytest.approx(-15, abs=0.5)
    assert columns["neutral_drift_weight"] == 16 * 32
    dark, _, _ = measure(from_lab([40, 0, 0]), purple)
    assert dark["neutral_drift_weight"] == 0


def test_hue_confusion_counts_by_true_and_predicted_sector():
    truth = from_lab([60, 50, 5])  # sector 0
    result = from_lab([60, 48, -10])  # sector 11, purple's side
    result[:, :8] = from_lab([60, 50, 10])[:, :8]  # a quarter right
    result[:, 8:16] = from_lab([60, 1, 1])[:, 8:16]  # a quarter without hue
    columns, hues, _ = measure(truth, result)
    assert columns["hue_confusion"] == pytest.approx(0.75)
    assert columns["hue_confusion_weight"] == 32 * 32
    expected = np.zeros((12, 13), int)
    expected[0, 0] = expected[0, 12] = 256
    expected[0, 11] = 512
    assert (hues == expected).all()


def test_dull_pixels_of_the_truth_have_no_say_in_hues():
    columns, hues, _ = measure(from_lab([60, 15, 15]), from_lab([60, -50, 0]))
    assert hues.sum() == 0 and columns["hue_confusion_weight"] == 0


def test_bleeding_is_error_at_edges_over_error_elsewhere():
    truth = from_lab([60, 40, 0], 40)
    truth[:, :, 20:] = from_lab([60, -40, 0], 40)[:, :, 20:]
    # Each side's colour flows 2 px over the edge; elsewhere it is off by 4 ab units.
    result = from_lab([60, 36, 0], 40)
    result[:, :, 20:] = from_lab([60, -36, 0], 40)[:, :, 20:]
    result[:, :, 18:20] = from_lab([60, -40, 0], 40)[:, :, 18:20]
    result[:, :, 20:22] = from_lab([60, 40, 0], 40)[:, :, 20:22]
    columns, _, _ = measure(truth, result)
    near = (4 * 80 + 4 * 4) / 8  # columns 16 to 23
    assert columns["bleeding"] == pytest.approx(near / 4, rel=0.1)
    assert columns["bleeding_weight"] == pytest.approx(4, rel=0.1)
    even, _, _ = measure(from_lab([60, 40, 0]), from_lab([60, 36, 0]))
    assert even["bleeding_weight"] == 0  # no edge, no say


def test_the_truth_itself_is_without_fault(photos):
    columns, hues, _ = measure(photos, photos)
    assert np.isposinf(columns["psnr"]).all()
    for key in ("ciede2000", "ab_error", "delta_cf", "hue_confusion", "bleeding_weight"):
        assert columns[key] == pytest.approx(0, abs=1e-6), key
    for key in ("ssim", "auc", "auc_rebalanced", "saturation_ratio"):
        assert columns[key] == pytest.approx(1, abs=1e-6), key
    assert hues.sum() == np.trace(hues[:, :12])


def test_the_histogram_counts_every_value(photos):
    _, _, histogram = measure(photos, photos)
    assert histogram.sum(axis=1).tolist() == [photos[..., 0].size] * 3
    assert histogram[1, 77] == (photos[..., 1] == 77).sum()


def test_photos_are_measured_alike_alone_and_together(photos):
    together, _, _ = measure(photos, photos[::-1])
    for i in range(len(photos)):
        alone, _, _ = measure(photos[i : i + 1], photos[::-1][i : i + 1])
        for key, values in alone.items():
            assert values[0] == pytest.approx(together[key][i], rel=1e-6), key


def test_truer_than_gray_and_much_worse_are_told_photo_by_photo():
    truth = from_lab([60, 30, 20])
    gray = np.repeat(photos_gray(truth), 3, axis=-1)
    left = measure(truth, gray)[0]["ciede2000"][0]
    found = {}
    for name, lab in {"true": [60, 28, 18], "gray": None, "green": [60, -50, 20]}.items():
        columns = measure(truth, gray if lab is None else from_lab(lab))[0]
        found[name] = (columns["truer_than_gray"][0], columns["much_worse"][0])
        worse = columns["ciede2000"][0] - left
        assert found[name] == (worse < 0, worse > 4)
    assert found == {"true": (1, 0), "gray": (0, 0), "green": (0, 1)}


def test_the_ratio_of_colourfulness_is_that_of_the_means():
    truth = np.concatenate([from_lab([60, 40, 0]), from_lab([60, 10, 0])])
    result = np.concatenate([from_lab([60, 20, 0]), from_lab([60, 10, 0])])
    columns = measure(truth, result)[0]
    ratio = summary.value(summary.METRICS["colourfulness_ratio"], columns)
    of_truth = measure(truth, truth)[0]["colourfulness"].mean()
    assert ratio == pytest.approx(columns["colourfulness"].mean() / of_truth)
    assert 0.5 < ratio < 0.8
    # A photo without colour counts too where the result has some.
    none = from_lab([60, 0, 0])
    more = measure(np.concatenate([truth, none]), np.concatenate([result, result[:1]]))[0]
    assert summary.value(summary.METRICS["colourfulness_ratio"], more) > 1.2 * ratio
    assert np.isnan(summary.value(summary.METRICS["colourfulness_ratio"], measure(none, none)[0]))
