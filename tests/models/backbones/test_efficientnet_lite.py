"""EfficientNet-Lite: shapes, golden counts, frozen parts, and what the pretrained weights know."""

import keras
import numpy as np
import pytest
from PIL import Image
from skimage import data

from keras_colorizer import models
from keras_colorizer.errors import UserError
from keras_colorizer.models.backbones import pretrained

# Weights: as a backbone of gray photos; of the classifier of RGB; the features' widths.
GOLDEN = {
    "efficientnet_lite0": (2_997_728, 4_694_024, (16, 24, 40, 112, 320)),
    "efficientnet_lite1": (3_774_048, 5_470_344, (16, 24, 40, 112, 320)),
    "efficientnet_lite2": (4_412_912, 6_150_168, (16, 24, 48, 120, 352)),
}
CAT, ESPRESSO = 285, 967  # ImageNet's numbers for "Egyptian cat" and "espresso"


def test_every_lite_has_its_golden_numbers():
    lites = [name for name in models.names("backbone") if name.startswith("efficientnet_lite")]
    assert set(GOLDEN) == set(lites) == set(pretrained.PRETRAINED)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden_weights_and_features(name):
    backbone, classifier, widths = GOLDEN[name]
    network = models.build(name, 64)
    assert network.count_params() == backbone
    sides = (32, 16, 8, 4, 2)
    shapes = [(None, side, side, width) for side, width in zip(sides, widths, strict=True)]
    assert [feature.shape for feature in network.outputs] == shapes
    assert models.build(name, 64, channels=3, top="classes").count_params() == classifier
    assert models.build(name, 64, top="pooled").output.shape == (None, 1280)


def test_a_classifiers_shares_have_sum_1():
    network = models.build("efficientnet_lite0", 32, top="classes", classes=7)
    shares = network(np.random.default_rng(0).uniform(size=(2, 32, 32, 1)))
    assert np.allclose(np.sum(shares, axis=-1), 1.0, atol=1e-5)


def test_a_backbone_takes_sizes_that_are_no_powers_of_two():
    shapes = [f.shape[1] for f in models.build("efficientnet_lite2", 260).outputs]
    assert shapes == [130, 65, 33, 17, 9]


@pytest.mark.parametrize(
    ("options", "told"),
    [({"top": "head"}, "unknown top 'head'"), ({"frozen": 9}, "0 to 8"), ({"frozen": -1}, "0 to")],
)
def test_wrong_options_are_told(options, told):
    with pytest.raises(UserError, match=told):
        models.build("efficientnet_lite0", 32, **options)


@pytest.mark.parametrize("frozen", [0, 1, 3, 8])
def test_frozen_parts_keep_weights_and_statistics(frozen):
    network = models.build("efficientnet_lite0", 32, frozen=frozen, batch_norm_momentum=0.5)
    names = [v.path for v in network.weights]
    before = network.get_weights()
    values = [v.value for v in network.trainable_variables]
    state = [v.value for v in network.non_trainable_variables]
    x = np.random.default_rng(0).uniform(size=(4, 32, 32, 1)).astype("float32")
    _, moved = network.stateless_call(values, state, x, training=True)
    for variable, value in zip(network.non_trainable_variables, moved, strict=True):
        variable.assign(value)
    parts = ["stem_", *(f"stage{number}_" for number in range(1, 8))]
    still = tuple(parts[:frozen])
    for name, old, new in zip(names, before, network.get_weights(), strict=True):
        if "moving" in name:
            assert np.array_equal(old, new) == bool(still and name.startswith(still)), name
    assert not any(v.path.startswith(still) for v in network.trainable_variables if still)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_COLORIZER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def photo(name, size, channels):
    image = Image.fromarray(getattr(data, name)())
    image = image.convert("L") if channels == 1 else image
    image = image.resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(image, "float32").reshape(1, size, size, channels) / 255


@pytest.mark.parametrize("name", sorted(GOLDEN))
@pytest.mark.parametrize("channels", [1, 3])
def test_the_pretrained_weights_know_a_cat_and_a_cup(name, channels):
    network = models.build(name, 224, channels=channels, top="classes")
    pretrained.load(network, name)
    for picture, known in (("chelsea", CAT), ("coffee", ESPRESSO)):
        shares = np.asarray(network(photo(picture, 224, channels)))[0]
        assert np.argmax(shares) == known
        assert shares[known] > 0.6


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_gray_stem_answers_as_for_gray_repeated_three_times(name):
    gray = photo("chelsea", 96, 1)
    answers = []
    for channels in (1, 3):
        network = models.build(name, 96, channels=channels)
        pretrained.load(network, name)
        stem = keras.Model(network.input, network.get_layer("stem_relu6").output)
        answers.append(np.asarray(stem(np.repeat(gray, channels, axis=-1))))
    assert np.abs(answers[0] - answers[1]).max() < 1e-4
