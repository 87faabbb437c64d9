"""Every registered network: shapes, a gradient for every weight, golden counts, clear errors."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_colorizer import models
from keras_colorizer.errors import UserError
from keras_colorizer.models import blocks
from keras_colorizer.training.trainers.backend import value_and_gradients

GOLDEN = {  # weights and embedding at 128 px
    "autoencoder": (112_003, (32, 32, 64)),
    "unet": (5_514_115, (16, 16, 512)),
    "discriminator": (1_685_889, (16, 16, 512)),
    "chroma": (1_356_654, (4, 4, 160)),
    "chroma_discriminator": (512_562, (4, 4, 160)),
    "patchgan": (2_769_345, (16, 16, 512)),
    "projection": (3_624_290, (8, 8, 160)),
    "nazeri": (16_659_459, (8, 8, 512)),
    "colorful": (2_030_453, (16, 16, 128)),
    "pyramid": (3_431_586, (4, 4, 160)),
}
SMALL = {
    "autoencoder": {"widths": (4, 6, 8)},
    "unet": {"widths": (4, 6, 8, 10)},
    "discriminator": {"widths": (4, 6, 8, 10)},
    "chroma": {"widths": (4, 6, 6, 8, 8), "depths": (0, 0, 1, 1, 1)},
    "chroma_discriminator": {"widths": (4, 6, 6, 8)},
    "patchgan": {"widths": (4, 6, 8, 10)},
    "projection": {"widths": (4, 6, 8)},
    "nazeri": {"widths": (4, 6, 8, 8, 10)},
    "colorful": {"width": 2},
    "pyramid": {"widths": (4, 6, 6, 8)},
}
SIZES = {"chroma": 32, "chroma_discriminator": 32, "projection": 64, "pyramid": 64}
OUTPUTS = {"chroma": (8, 8, 2), "pyramid": (16, 16, 2), "colorful": (4, 4, 261)}
OUTPUTS |= {"patchgan": (4,), "projection": (16,)}
RANGES = {"autoencoder": (0, 1), "unet": (0, 1), "nazeri": (-1, 1)}
EVERY = [*models.names("discriminator"), *models.names("generator")]


def small(name, **options):
    return models.build(name, SIZES.get(name, 16), **{**SMALL[name], **options})


def judging(model):
    """What holds a network's own layers: the network, or the part of it that reads a backbone."""
    nested = [layer for layer in model.layers if layer.name == "judge"]
    return nested[0] if nested else model


def feed(model, seed=0):
    draw = np.random.default_rng(seed)
    found = [
        ops.convert_to_tensor(draw.uniform(size=(3, *i.shape[1:])), "float32") for i in model.inputs
    ]
    return found if len(found) > 1 else found[0]  # fmt: skip


def test_every_network_has_its_golden_numbers():
    assert set(GOLDEN) == set(EVERY) == set(SMALL)


@pytest.mark.parametrize("name", EVERY)
def test_golden_weights_and_embedding(name):
    model = models.build(name, 128)
    weights, embedding = GOLDEN[name]
    assert model.count_params() == weights
    assert judging(model).get_layer("embedding").output.shape == (None, *embedding)


@pytest.mark.parametrize("name", EVERY)
def test_shapes_and_range(name):
    model = small(name)
    out = ops.convert_to_numpy(model(feed(model)))
    generator = name in models.names("generator")
    assert out.shape == (3, *OUTPUTS.get(name, (16, 16, 3) if generator else (1,)))
    low, high = RANGES.get(name, (-np.inf, np.inf))
    assert out.min() >= low and out.max() <= high


@pytest.mark.parametrize("name", EVERY)
def test_every_weight_has_a_gradient(name):
    keras.utils.set_random_seed(0)
    model = small(name)
    state = [v.value for v in model.non_trainable_variables]

    def loss(values):
        out, _ = model.stateless_call(values, state, feed(model), training=True)
        return ops.mean(out**2 * ops.convert_to_tensor(np.linspace(1, 2, out.shape[0]).reshape(
            -1, *[1] * (len(out.shape) - 1)), "float32")), None  # fmt: skip

    _, _, gradients = value_and_gradients(loss, [v.value for v in model.trainable_variables])
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert gradient is not None, variable.path
        assert np.isfinite(gradient).all() and np.any(gradient), variable.path


@pytest.mark.parametrize("name", EVERY)
def test_a_prediction_does_not_depend_on_its_batch(name):
    model = small(name)
    x = feed(model)
    first = [part[:1] for part in x] if isinstance(x, list) else x[:1]
    assert np.allclose(model(x, training=False)[:1], model(first, training=False), atol=1e-5)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_float32_at_the_output_under_mixed_precision(name, policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = small(name)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.output.dtype == "float32"
    computing = [layer for layer in judging(model).layers if isinstance(layer, keras.layers.Conv2D)]
    assert {layer.compute_dtype for layer in computing} == {policy.removeprefix("mixed_")}


@pytest.mark.parametrize("name", EVERY)
def test_saving_gives_the_same_network(name, tmp_path):
    model = small(name)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(again(feed(model)), model(feed(model)))


@pytest.mark.parametrize("name", EVERY)
def test_a_size_the_stride_does_not_divide_is_one_clear_error(name):
    with pytest.raises(UserError, match=r"multiple of \d+; try `size=96` or `size=1"):
        models.build(name, 99)


@pytest.mark.parametrize("kind", sorted(blocks.SKIPS))
def test_every_skip_joins_the_unet(kind):
    model = small("unet", skip=kind)
    before = ops.convert_to_numpy(model(feed(model)))
    assert before.shape == (3, 16, 16, 3)
    # The first features reach the output: silencing them must change it.
    model.layers[1].set_weights([np.zeros_like(w) for w in model.layers[1].get_weights()])
    assert not np.allclose(before, model(feed(model)))


def test_the_skips_differ_in_weights():
    counts = {kind: small("unet", skip=kind).count_params() for kind in blocks.SKIPS}
    assert len(set(counts.values())) == len(counts)


@pytest.mark.parametrize("name", ["discriminator", "patchgan"])
@pytest.mark.parametrize("kind", blocks.NORMALIZATIONS)
def test_discriminators_take_every_normalization(name, kind):
    model = small(name, normalization=kind)
    kinds = {type(layer).__name__ for layer in model.layers}
    assert ("BatchNormalization" in kinds) == (kind == "batch")
    assert ("SpectralConv2D" in kinds) == (kind == "spectral")
    assert ("Conv2D" in kinds) == (kind != "spectral")
    assert np.all(np.isfinite(model(feed(model), training=True)))


def test_a_patchgan_judges_patches_or_the_whole():
    x = np.zeros((1, 64, 64, 3), "float32")
    model = models.build("patchgan", 64, widths=(4, 6, 8, 10), conditional=False)
    moved = x.copy()
    moved[:, :4, :4] = 1
    changed = ops.convert_to_numpy(model(moved) != model(x))[0]
    assert changed[0] and not changed[-1] and changed.size == 64
    assert small("patchgan", patches=False).output_shape == (None, 1)


def test_a_conditional_discriminator_looks_at_the_gray_photo():
    model = small("discriminator", conditional=True)
    colour, gray = feed(model)
    assert not np.allclose(model([colour, gray]), model([colour, 1 - gray]))


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("unett", {}, "did you mean 'unet'"),
        ("unet", {"skipp": "add"}, "no option 'skipp'; did you mean 'skip'"),
        ("patchgan", {"normalization": "batsh"}, "unknown normalization.*did you mean 'batch'"),
        ("unet", {"skip": "addd"}, "unknown skip 'addd'.*did you mean 'add'"),
    ],
)
def test_wrong_names_meet_the_nearest_right_one(name, options, told):
    with pytest.raises(UserError, match=told):
        models.build(name, 16, **options)
