"""Losses by hand."""

import numpy as np
import pytest
from keras import ops

from keras_colorizer.color import hues, metrics, spaces
from keras_colorizer.errors import UserError
from keras_colorizer.training.losses import pixel
from keras_colorizer.training.recipes.sections import Loss
from keras_colorizer.training.trainers import backend


@pytest.mark.parametrize("name", ["huber", "l1", "mse"])
def test_no_error_no_loss_and_weights_count(name):
    loss = pixel.get(name)
    zero, one = ops.zeros((2, 4, 4, 2)), ops.ones((2, 4, 4, 2))
    assert float(loss(one, one)) == 0
    assert float(loss(zero, one, 3.0)) == pytest.approx(3 * float(loss(zero, one)))


@pytest.mark.parametrize(("error", "value"), [(0.02, 0.005), (0.04, 0.02), (0.24, 0.22)])
def test_huber_is_square_near_and_straight_far(error, value):
    target, prediction = ops.zeros((1, 2)), ops.convert_to_tensor([[error, -error]])
    assert float(pixel.huber(target, prediction, delta=0.04)) == pytest.approx(value, rel=1e-5)


def test_the_loss_of_hues_by_hand():
    # Two places: one of |CbCr| 0.2 between two hues, one gray.
    target = np.float32([[[[0.5, 0.5, 0, 0, 0.2 * hues.SCALE], [1, 0, 0, 0, 0]]]])
    shares, strength = np.float32([[0.25, 0.25, 0.25, 0.25], [0.1, 0.7, 0.1, 0.1]]), [0.3, 0.01]
    given = np.concatenate([np.log(shares), hues.SCALE * np.float32(strength)[:, None]], axis=-1)
    hue = 0.2 * np.log(4) / 2  # what hue gray is given costs nothing
    rest = ((0.1 - 0.02) + 0.01**2 / (2 * 0.04)) / 2
    found = pixel.get("hue_cross_entropy")(ops.convert_to_tensor(target), given[None, None])
    assert float(found) == pytest.approx(hue + rest, rel=1e-4)


def test_cross_entropy_by_hand():
    target = ops.convert_to_tensor(np.float32([[[[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]]]))
    shares = np.float32([[[[0.25, 0.25, 0.5], [0.1, 0.1, 0.8]]]])
    logits = ops.convert_to_tensor(np.log(shares) + 3)  # the same shares
    by_place = [-np.log(0.25), -np.log(0.8)]
    assert float(pixel.cross_entropy(target, logits)) == pytest.approx(np.mean(by_place))
    weights = pixel.class_weights(target, [2.0, 3.0, 5.0])
    assert np.allclose(weights, [[[[2.0], [5.0]]]])
    expected = (2 * by_place[0] + 5 * by_place[1]) / 2
    assert float(pixel.cross_entropy(target, logits, weights)) == pytest.approx(expected)
    rebalanced = pixel.PixelLoss(Loss("cross_entropy"), [2.0, 3.0, 5.0])
    assert float(rebalanced(target, logits, None)) == pytest.approx(expected)
    assert float(rebalanced.plain(target, logits, None)) == pytest.approx(np.mean(by_place))


def test_saturation_weights_by_hand():
    cbcr = ops.convert_to_tensor(np.float32([[[[0.0, 0.0], [0.06, 0.08]]]]))
    weights = ops.convert_to_numpy(pixel.saturation_weights(cbcr, 2.0))
    assert np.allclose(weights, [[[[0.5], [1.5]]]], atol=1e-6)
    assert np.allclose(pixel.saturation_weights(cbcr, 0.0), 1.0)


def test_unknown_names_list_the_known():
    with pytest.raises(UserError, match="unknown loss 'hubber'.*did you mean 'huber'"):
        pixel.get("hubber")


def chroma_of(*places):
    return ops.convert_to_tensor(np.float32(places).reshape(1, 1, -1, 2))


def test_colourfulness_gap_is_the_metric():
    rng = np.random.default_rng(0)
    target, painted = (rng.uniform(-0.2, 0.2, (3, 8, 8, 2)).astype("float32") for _ in range(2))
    gray = np.full((3, 8, 8, 1), 0.5, "float32")
    true, other = (
        metrics.colourfulness(spaces.ycbcr_to_rgb(np.concatenate([gray, c], axis=-1)))
        for c in (target, 0.5 * painted)
    )
    expected = np.mean(np.abs(np.subtract(true, other))) / 255
    found = pixel.colourfulness_gap(target, ops.convert_to_tensor(0.5 * painted))
    assert float(found) == pytest.approx(expected, rel=1e-4)


def test_only_light_neutral_places_ask_for_no_chroma():
    target = chroma_of([0, 0], [0, 0], [0.1, 0])
    painted = chroma_of([0.03, 0.04], [0.03, 0.04], [0.03, 0.04])
    gray = ops.convert_to_tensor(np.float32([0.9, 0.2, 0.9]).reshape(1, 1, 3, 1))
    found = pixel.neutral_chroma(target, painted, gray)
    assert float(found) == pytest.approx(0.05 / 3, rel=1e-3)


def test_gradients_are_finite_where_nothing_is_painted():
    rng = np.random.default_rng(0)
    target = ops.convert_to_tensor(rng.uniform(-0.2, 0.2, (2, 4, 4, 2)).astype("float32"))
    gray = ops.ones((2, 16, 16, 1))
    loss = pixel.PixelLoss(Loss("huber", saturation=1.0, colourfulness=1.0, neutral=1.0))
    zero = ops.zeros((2, 4, 4, 2))
    value, _, (grad,) = backend.value_and_gradients(
        lambda v: (loss(target, v[0], gray), None), [zero]
    )
    assert np.isfinite(float(value)) and np.all(np.isfinite(grad))


def test_terms_add_up():
    rng = np.random.default_rng(0)
    target, painted = (rng.uniform(-0.2, 0.2, (2, 4, 4, 2)).astype("float32") for _ in range(2))
    target[:, :2] = 0
    gray = np.full((2, 16, 16, 1), 0.9, "float32")
    both = pixel.PixelLoss(Loss("huber", colourfulness=2.0, neutral=3.0))(target, painted, gray)
    expected = pixel.huber(target, painted) + 2 * pixel.colourfulness_gap(target, painted)
    small = pixel.shrunk(gray, target)
    assert small.shape == (2, 4, 4, 1)
    expected += 3 * pixel.neutral_chroma(target, painted, small)
    assert float(both) == pytest.approx(float(expected), rel=1e-5)
