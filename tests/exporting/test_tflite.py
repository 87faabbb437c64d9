"""The TensorFlow Lite files of an export: what they hold, and that they give what Keras gives."""

import keras
import numpy as np
import pytest
from PIL import Image

from keras_colorizer import models
from keras_colorizer.color import codecs
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import operators
from keras_colorizer.exporting.tflite import full_range, require_mobile, write
from keras_colorizer.inference import colorizer, layout, loading
from keras_colorizer.inference.backends import tflite
from keras_colorizer.inference.backends.saved_model import load_saved_model
from keras_colorizer.models import card, registry

ALL = pytest.mark.parametrize("file", layout.FILES)
BOTH = pytest.mark.parametrize("which", ["exported", "exported_rgb"])


def difference(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype == np.uint8
    return np.abs(a.astype(int) - b)


@ALL
@BOTH
def test_only_builtin_operators(request, which, file):
    found = operators.read(request.getfixturevalue(which) / file)
    assert len(found) > 5
    assert [x.name for x in found if x.name in ("CUSTOM", "DELEGATE")] == []


def dtypes(found):
    return {tensor.dtype for x in found for tensor in (*x.inputs, *x.outputs)}


@BOTH
def test_int8_is_all_of_it(request, which):
    folder = request.getfixturevalue(which)
    first, *inner, last = operators.read(folder / "chroma_int8.tflite")
    assert (first.name, last.name) == ("QUANTIZE", "DEQUANTIZE")  # floats in and out
    assert [x.dtype for x in (*first.inputs, *last.outputs)] == ["FLOAT32", "FLOAT32"]
    assert dtypes(inner) == {"INT8", "INT32"}
    # What is INT32 is constant: biases, and the shapes that reshaping and slicing take.
    wide = {t.constant for x in inner for t in (*x.inputs, *x.outputs) if t.dtype == "INT32"}
    assert wide == {True}
    weights = [x.inputs[1] for x in inner if x.name == "CONV_2D"]
    assert weights and {(x.dtype, x.constant) for x in weights} == {("INT8", True)}


@BOTH
def test_u8_holds_no_float_and_takes_bytes_as_they_are(request, which):
    path = request.getfixturevalue(which) / "chroma_int8_u8.tflite"
    first, *inner, last = operators.read(path)
    assert dtypes(inner) == {"INT8", "INT32"}
    assert [x.dtype for x in (*first.inputs, *last.outputs)] == ["UINT8", "UINT8"]
    gray = tflite.open_tflite(path)._gray
    assert gray.scale == pytest.approx(1 / 255, rel=1e-4) and gray.zero == 0


def test_float16_is_the_weights(exported):
    found = operators.read(exported / "chroma_float16.tflite")
    unpacked = [x for x in found if x.name == "DEQUANTIZE"]
    assert unpacked and all(x.inputs[0].dtype == "FLOAT16" for x in unpacked)
    sizes = [(exported / f"chroma_float{n}.tflite").stat().st_size for n in (16, 32)]
    assert sizes[0] < 0.8 * sizes[1]


@pytest.mark.parametrize("file", layout.CHROMA[:2])
def test_a_mobile_network_has_the_operators_of_mobile_gpus(exported, file):
    assert operators.not_on_mobile_gpus(exported / file) == []
    require_mobile(exported)


def test_another_networks_operators_are_named(exported_rgb, tmp_path):
    for file in layout.CHROMA[:2]:
        (tmp_path / file).write_bytes((exported_rgb / layout.PHOTO).read_bytes())
    with pytest.raises(UserError, match="declared mobile holds .*BROADCAST_TO.*FLOOR_DIV"):
        require_mobile(tmp_path)


MOBILE = sorted(n for n in models.names("generator") if registry.is_mobile(n))


@pytest.mark.parametrize("name", MOBILE)
def test_every_network_declared_mobile_is(name, tmp_path, monkeypatch):
    """At the defaults that the registry gives it, with its batch norms folded away."""
    network, codec = models.build(name, 64), codecs.get("ycbcr")
    for variable in network.weights:
        if "variance" in variable.path:
            variable.assign(np.linspace(0.5, 1.5, variable.shape[0]))
    monkeypatch.setattr(layout, "FILES", layout.CHROMA[:2])
    write(tmp_path, network, codec, 64, np.zeros((1, 64, 64, 1)))
    require_mobile(tmp_path)
    names = [x.name for x in operators.read(tmp_path / layout.EXACT)]

    def count(kind):
        return sum(type(layer) is kind for layer in network._flatten_layers())

    # A backbone's own scale of gray is the only product.
    assert count(keras.layers.BatchNormalization) > 0
    assert names.count("MUL") == count(keras.layers.Rescaling)
    assert names.count("CONV_2D") == count(keras.layers.Conv2D)
    assert names.count("ADD") == count(keras.layers.Add) + count(keras.layers.Rescaling)
    assert names.count("DEPTHWISE_CONV_2D") == count(keras.layers.DepthwiseConv2D)


@BOTH
def test_nothing_is_left_of_a_free_batch(request, which):
    folder = request.getfixturevalue(which)
    for file in layout.CHROMA:
        assert not {"SHAPE", "PACK"} & {x.name for x in operators.read(folder / file)}


def test_chroma_is_the_networks(exported, chroma_network, gray):
    seen = np.concatenate([colorizer.shrink(gray, 64), colorizer.shrink(gray[:, ::-1], 64)])
    expected = np.asarray(chroma_network(seen))
    assert expected.shape == (2, 16, 16, 2) and np.abs(expected).mean() > 0.05
    for file, off in zip(layout.CHROMA, (1e-5, 2e-3, 0.02, 0.02), strict=True):
        found = tflite.open_tflite(exported / file).chroma(seen)
        assert found.shape == expected.shape and found.dtype == np.float32
        assert np.abs(found - expected).mean() < off, file


def test_the_codec_of_rgb_is_converted_in_the_graph(exported_rgb, network, gray, size):
    seen = colorizer.shrink(gray, size)
    expected = np.asarray(codecs.get("rgb").chroma(seen, network(seen)))
    found = tflite.open_tflite(exported_rgb / layout.EXACT).chroma(seen)
    assert expected.shape == (1, size, size, 2) and np.abs(found - expected).max() < 1e-4


SIZES = [(300, 451), (64, 64), (101, 77), (1, 1), (2, 331), (480, 640)]


@BOTH
@pytest.mark.parametrize("channels", [1, 3])
def test_photo_to_photo_is_the_saved_models(request, which, photo, channels):
    folder = request.getfixturevalue(which)
    model, saved = tflite.open_tflite(folder / "colorize.tflite"), None
    saved = load_saved_model(folder)
    for height, width in SIZES:
        one = np.asarray(Image.fromarray(photo).resize((width, height)))[None, ..., :channels]
        found = model.call(one)
        assert difference(found, saved(one)).max() <= 1
        assert height * width < 9 or np.ptp(found.astype(int), axis=-1).mean() > 2  # in colour


def test_a_stretched_photo_makes_the_range_whole():
    gray = np.float32([[0.2, 0.4], [0.3, 0.8], [0.5, 0.5]]).reshape(3, 1, 2, 1)
    full = full_range(gray)
    assert full[1].ravel().tolist() == [0, 1] and np.array_equal(full[::2], gray[::2])
    flat = np.full((2, 4, 4, 1), 0.5, np.float32)
    assert np.array_equal(full_range(flat), flat)


def test_a_network_that_cannot_be_converted_is_one_line(tmp_path):
    class Strange(keras.layers.Layer):
        def call(self, x):
            return keras.ops.concatenate([keras.ops.erfinv(x), x], axis=-1)

    gray = keras.Input((32, 32, 1))
    network = keras.Model(gray, Strange()(gray))
    with pytest.raises(UserError, match=r"float32.tflite cannot be converted .*`tflite=False`"):
        write(tmp_path, network, codecs.get("ycbcr"), 32, np.zeros((1, 32, 32, 1)))


def test_an_exported_folder_opens_its_fastest_file(exported, exported_rgb, gray):
    model, other = loading.open_model(exported), loading.open_model(exported_rgb)
    assert (model.kind, model.name, model.size, model.predicts_rgb) == (
        "tflite",
        "garden",
        64,
        False,
    )
    assert (other.kind, other.name, other.size, other.predicts_rgb) == ("tflite", "tiny", 32, True)
    assert model.card["parity"]["files"].keys() > set(layout.FILES)
    assert model.raw(gray) is None
    lite = tflite.open_tflite(exported / layout.EXACT)
    assert difference(model.colorize(gray), lite.colorize(gray)).max() == 0


def test_raw_comes_from_the_saved_model_beside_it(exported_rgb, run, gray, tmp_path, monkeypatch):
    truth = loading.open_model(run).raw(gray)
    assert difference(loading.open_model(exported_rgb).raw(gray), truth).max() <= 1
    for name in ("chroma_float32.tflite", "card.json"):
        (tmp_path / name).write_bytes((exported_rgb / name).read_bytes())
    with pytest.raises(UserError, match=r"'tiny': its own RGB \(raw\) .*no SavedModel; make one"):
        loading.open_model(tmp_path).raw(gray)
    (tmp_path / card.WEIGHTS).write_bytes((exported_rgb / card.WEIGHTS).read_bytes())
    installed = loading.open_model(tmp_path)  # a wheel leaves SavedModels out
    assert installed.kind == "tflite" and difference(installed.raw(gray), truth).max() <= 1
    monkeypatch.setitem(__import__("sys").modules, "tensorflow", None)
    with pytest.raises(UserError, match=r"its own RGB \(raw\) .*needs TensorFlow"):
        loading.open_model(exported_rgb).raw(gray)


def test_a_curve_of_the_codec_is_in_every_file_and_mobile(tmp_path):
    options = {"saturation": 1.3, "curve": [[0.02, 2.0], [0.08, [-2.0] * 12]]}
    network, codec = models.build("chroma", 64), codecs.get("ycbcr", **options)
    for variable in network.weights:
        if "variance" in variable.path:
            variable.assign(np.linspace(0.5, 1.5, variable.shape[0]))
    gray = np.random.default_rng(0).random((4, 64, 64, 1), np.float32)
    predicted = network.predict_on_batch(gray)
    network.layers[-2].kernel.assign(network.layers[-2].kernel * 0.1 / np.abs(predicted).max())
    write(tmp_path, network, codec, 64, gray)
    require_mobile(tmp_path)
    predicted = network.predict_on_batch(gray)
    wanted = keras.ops.convert_to_numpy(codec.chroma(gray, predicted))
    assert np.abs(wanted - predicted).max() > 0.03  # beyond the factor: the curve
    for file, most in zip(layout.CHROMA, (1e-5, 1e-3, 0.02, 0.02), strict=True):
        model = tflite.open_tflite(tmp_path / file)
        assert np.abs(model.chroma(gray[:1]) - wanted[:1]).max() < most, file
