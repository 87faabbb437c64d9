"""Networks of keras.applications as backbones, with random weights: nothing is fetched."""

import re

import keras
import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.errors import UserError
from keras_colorizer.models.backbones import applications, pretrained

NAMES = sorted(applications.APPLICATIONS)
PREPROCESSING = {
    "mobilenet_v2": keras.applications.mobilenet_v2.preprocess_input,
    "mobilenet_v3_large": keras.applications.mobilenet_v3.preprocess_input,
    "efficientnet_v2_b0": keras.applications.efficientnet_v2.preprocess_input,
    "resnet50_v2": keras.applications.resnet_v2.preprocess_input,
}


@pytest.mark.parametrize("name", NAMES)
def test_features_halve_from_stage_to_stage(name):
    network = models.build(name, 64)
    assert [feature.shape[1] for feature in network.outputs] == [32, 16, 8, 4, 2]
    assert network.input_shape == (None, 64, 64, 1)
    assert not models.registry.is_mobile("pyramid", {"backbone": name})


@pytest.mark.parametrize("name", NAMES)
def test_gray_is_repeated_and_preprocessed_as_keras_says(name):
    network = models.build(name, 64)
    gray = np.random.default_rng(0).uniform(size=(2, 64, 64, 1)).astype("float32")
    rgb = PREPROCESSING[name](255 * np.repeat(gray, 3, axis=-1))
    inner = network.get_layer(applications.INNER)
    for own, there in zip(network(gray), inner(rgb), strict=True):
        assert np.allclose(own, there, atol=1e-3 * max(1.0, np.abs(there).max()))


@pytest.mark.parametrize("name", NAMES)
def test_frozen_stages_do_not_learn(name):
    whole, part, none = (models.build(name, 64, frozen=n) for n in (0, 2, 5))
    counts = [len(network.trainable_variables) for network in (whole, part, none)]
    assert counts[0] > counts[1] > counts[2]
    with pytest.raises(UserError, match="0 to 5"):
        models.build(name, 64, frozen=6)


def test_a_generator_stands_on_any_of_them():
    network = models.build("pyramid", 64, backbone="mobilenet_v2", widths=(4, 4, 6, 8))
    gray = np.random.default_rng(0).uniform(size=(2, 64, 64, 1))
    assert network(gray).shape == (2, 16, 16, 2)


def test_weights_that_cannot_be_fetched_are_one_line(monkeypatch):
    def offline(*_, **__):
        raise OSError("Name or service not known\nsecond line")

    network = models.build("mobilenet_v2", 32)
    monkeypatch.setattr(keras.applications, "MobileNetV2", offline)
    with pytest.raises(UserError, match=r"fetched by Keras, which failed \(Name or") as told:
        pretrained.load(network, "mobilenet_v2")
    assert "\n" not in told.value.message


@pytest.mark.parametrize("name", NAMES)
def test_a_backbone_holds_the_weights_of_keras_in_their_order(name):
    def names(network):
        return ["/".join(weight.path.split("/")[-2:]) for weight in network.weights]

    inner = models.build(name, 64).get_layer(applications.INNER)
    whole = applications.APPLICATIONS[name].build(64)
    assert [n.shape for n in inner.weights] == [n.shape for n in whole.weights]
    # Layers that Keras does not name itself are numbered on.
    assert [_plain(n) for n in names(inner)] == [_plain(n) for n in names(whole)]


def _plain(name):
    """A weight's name without the number of its layer where Keras gave that."""
    return re.sub(r"^(conv2d|batch_normalization|dense)_\d+/", r"\1/", name)


def test_fetched_weights_go_into_the_backbone(monkeypatch):
    known = keras.applications.MobileNetV2(include_top=False, weights=None)
    network = models.build("mobilenet_v2", 64)
    monkeypatch.setattr(keras.applications, "MobileNetV2", lambda **_: known)
    told = pretrained.load(network, "mobilenet_v2")
    for own, there in zip(network.get_weights(), known.get_weights(), strict=True):
        assert np.array_equal(own, there)
    assert "fetched by Keras" in told["origin"]
