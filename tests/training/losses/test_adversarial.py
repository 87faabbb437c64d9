"""Adversarial objectives by hand."""

import numpy as np
import pytest
from keras import ops

from keras_colorizer.errors import UserError
from keras_colorizer.training.losses import adversarial

LOGITS = ops.convert_to_tensor([[2.0], [0.5], [-3.0]])


def log1p_exp(x):
    return np.mean(np.log1p(np.exp(x)))


@pytest.mark.parametrize(
    ("name", "options", "against", "generator"),
    [
        (
            "bce",
            {},
            (log1p_exp([-2, -0.5, 3]) + log1p_exp([2, 0.5, -3])) / 2,
            log1p_exp([-2, -0.5, 3]),
        ),
        (
            "bce",
            {"smoothing": 0.1},
            (0.9 * log1p_exp([-2, -0.5, 3]) + 1.1 * log1p_exp([2, 0.5, -3])) / 2,
            log1p_exp([-2, -0.5, 3]),
        ),
        ("hinge", {}, ((0 + 0.5 + 4) / 3 + (3 + 1.5 + 0) / 3) / 2, 0.5 / 3),
        (
            "least_squares",
            {},
            ((1 + 0.25 + 16) / 3 + (9 + 2.25 + 4) / 3) / 8,
            (1 + 0.25 + 16) / 24,
        ),
    ],
)
def test_objectives_by_hand(name, options, against, generator):
    objective = adversarial.get(name, **options)
    assert float(objective.discriminator(LOGITS, LOGITS)) == pytest.approx(against, rel=1e-5)
    assert float(objective.generator(LOGITS)) == pytest.approx(generator, rel=1e-5)


@pytest.mark.parametrize("name", sorted(adversarial.OBJECTIVES))
def test_every_objective_rewards_the_right_side(name):
    objective = adversarial.get(name)
    right, wrong = ops.full((4, 9), 0.9), ops.full((4, 9), -0.9)
    assert float(objective.discriminator(right, wrong)) < float(
        objective.discriminator(wrong, right)
    )
    assert float(objective.generator(right)) < float(objective.generator(wrong))


def test_unknown_names_and_options_are_one_clear_line():
    with pytest.raises(UserError, match="unknown objective 'hing'.*did you mean 'hinge'"):
        adversarial.get("hing")
    with pytest.raises(UserError, match="no option 'smoothing'"):
        adversarial.get("hinge", smoothing=0.1)
