"""Losses by hand."""

import numpy as np
import pytest
from keras import ops

from keras_colorizer.errors import UserError
from keras_colorizer.training import losses


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_no_error_no_loss_and_weights_count(name):
    loss = losses.get(name)
    zero, one = ops.zeros((2, 4, 4, 2)), ops.ones((2, 4, 4, 2))
    assert float(loss(one, one)) == 0
    assert float(loss(zero, one, 3.0)) == pytest.approx(3 * float(loss(zero, one)))


@pytest.mark.parametrize(("error", "value"), [(0.02, 0.005), (0.04, 0.02), (0.24, 0.22)])
def test_huber_is_square_near_and_straight_far(error, value):
    target, prediction = ops.zeros((1, 2)), ops.convert_to_tensor([[error, -error]])
    assert float(losses.huber(target, prediction, delta=0.04)) == pytest.approx(value, rel=1e-5)


def test_saturation_weights_by_hand():
    cbcr = ops.convert_to_tensor(np.float32([[[[0.0, 0.0], [0.06, 0.08]]]]))
    weights = ops.convert_to_numpy(losses.saturation_weights(cbcr, 2.0))
    assert np.allclose(weights, [[[[0.5], [1.5]]]], atol=1e-6)
    assert np.allclose(losses.saturation_weights(cbcr, 0.0), 1.0)


def test_hinge_by_hand():
    logits = ops.convert_to_tensor([[2.0], [0.5], [-3.0]])
    assert float(losses.hinge(1.0, logits)) == pytest.approx((0 + 0.5 + 4) / 3)
    assert float(losses.hinge(0.0, logits)) == pytest.approx((3 + 1.5 + 0) / 3)
    assert float(losses.fooled(logits)) == pytest.approx(0.5 / 3)


def test_unknown_names_list_the_known():
    with pytest.raises(UserError, match="unknown loss 'hubber'.*did you mean 'huber'"):
        losses.get("hubber")
