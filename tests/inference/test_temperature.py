"""One temperature for every kind of model that has one, and a clear line for those that do not."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image

import keras_colorizer
from keras_colorizer import models
from keras_colorizer.__main__ import main
from keras_colorizer.color import codecs
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import operators
from keras_colorizer.inference import layout, loading
from keras_colorizer.inference.backends.run import load_run
from keras_colorizer.inference.backends.saved_model import signature_names
from keras_colorizer.models import card

OWN = 0.6


@pytest.fixture(scope="module")
def likely_run(make_run, tmp_path_factory):
    """A run of colorful's network whose random weights give clear and various colours."""
    network = models.build("colorful", 32, width=4)
    numbers = np.random.default_rng(5)
    *_, kernel, bias = network.weights
    kernel.assign(numbers.normal(0, 0.4, kernel.shape))
    bias.assign(numbers.normal(0, 2, bias.shape))
    about = {"codec": "bins", "codec_options": {"temperature": OWN}}
    about |= {"generator": {"name": "colorful"}, "data": {"name": "synthetic", "split": "train"}}
    return make_run(tmp_path_factory.mktemp("runs") / "likely", network, **about)


@pytest.fixture(scope="module")
def likely_export(quick_export, likely_run, tmp_path_factory):
    return quick_export(likely_run, tmp_path_factory.mktemp("saved_models") / "likely")


@pytest.fixture(scope="module")
def seen():
    return np.random.default_rng(0).uniform(size=(3, 32, 32, 1)).astype("float32")


def test_a_run_takes_another_temperature(likely_run, seen):
    own, vivid, mild = (loading.open_model(likely_run, t).chroma(seen) for t in (None, 0, 1))
    assert np.abs(vivid).mean() > np.abs(own).mean() > np.abs(mild).mean()
    assert np.array_equal(loading.open_model(likely_run, OWN).chroma(seen), own)
    network, codec, _ = load_run(likely_run)
    expected = codecs.get("bins", temperature=1).chroma(seen, network(codec.see(seen)))
    assert np.abs(mild - expected).max() < 1e-5


@pytest.mark.parametrize("temperature", [None, 0, 0.38, 1])
def test_a_saved_model_gives_what_the_run_gives(likely_run, likely_export, seen, temperature):
    folder = likely_export
    names = ["chroma", "chroma_at", "colorize", "colorize_encoded", "serving_default"]
    assert signature_names(folder) == names
    run, saved = (loading.open_model(path, temperature) for path in (likely_run, folder))
    # Where a file has the model's own temperature, the quicker file is opened.
    assert saved.kind == ("tflite" if temperature is None else "SavedModel")
    assert np.abs(run.chroma(seen) - saved.chroma(seen)).max() < 1e-3


def test_the_signature_has_clean_names(likely_export):
    signature = tf.saved_model.load(str(likely_export)).signatures["chroma_at"]
    inputs = signature.structured_input_signature[1]
    assert {name: spec.shape.as_list() for name, spec in inputs.items()} == {
        "gray": [None, 32, 32, 1], "temperature": [],
    }  # fmt: skip
    assert list(signature.structured_outputs) == ["chroma"]


def test_its_tflite_files_have_operators_of_8_bits(likely_export):
    found = {x.name for x in operators.read(likely_export / "chroma_int8.tflite")}
    assert {"CONV_2D", "TRANSPOSE_CONV", "SOFTMAX"} <= found
    parity = card.read(likely_export)["parity"]["files"]
    assert parity["chroma_float32.tflite"]["mean_delta_e"] < 0.05


def test_hues_are_exported_with_their_options_as_operators_that_phones_have(
    make_run, quick_export, seen, tmp_path
):
    network = models.build("chroma", 32, widths=(4, 6, 6, 8, 8), depths=(0,) * 5)
    logits = keras.layers.Conv2D(9, 1, kernel_initializer="random_normal", name="hues")
    network = keras.Model(network.input, logits(network.output))
    kernel, bias = logits.weights
    numbers = np.random.default_rng(5)
    kernel.assign(numbers.normal(0, 3, kernel.shape))
    bias.assign([2, 1, 0, 0, 1, 0, 0, 0, 2])
    options = {"directions": 8, "temperature": OWN}
    about = {"codec": "hue", "codec_options": options, "generator": {"name": "chroma"}}
    about |= {"data": {"name": "synthetic", "split": "train"}}
    run = make_run(tmp_path / "hues", network, **about)
    saved = quick_export(run, tmp_path / "saved")
    assert card.read(saved)["codec_options"] == options
    own, vivid, mild = (loading.open_model(run, t).chroma(seen) for t in (None, 0, 1))
    assert np.abs(vivid).mean() > np.abs(own).mean() > np.abs(mild).mean() > 0.01
    assert np.abs(loading.open_model(saved, 1).chroma(seen) - mild).max() < 1e-3
    for name in ("chroma_float32.tflite", "chroma_int8.tflite"):
        found = loading.open_model(saved / name).chroma(seen)
        assert np.abs(found - own).mean() < (1e-4 if "float32" in name else 0.01)
    used = {x.name for x in operators.read(saved / "chroma_int8.tflite")}
    assert {"CONV_2D", "SOFTMAX", "MUL"} <= used
    assert not used & {"ATAN2", "SQRT", "DIV", "POW", "TRANSPOSE"}


def test_a_file_has_its_temperature_folded_in(likely_export, tmp_path):
    path = likely_export / layout.EXACT
    with pytest.raises(UserError, match=r"chroma_float32\.tflite: .* is folded in; leave temp"):
        loading.open_model(path, 0.5)
    for name in (layout.EXACT, card.CARD):
        shutil.copy(likely_export / name, tmp_path)
    with pytest.raises(UserError, match="is folded in"):
        loading.open_model(tmp_path, 0.5)
    assert loading.open_model(tmp_path).kind == "tflite"


def test_models_without_a_temperature_say_so(run, saved_model, exported):
    for path in (run, saved_model, exported):
        with pytest.raises(UserError, match="its codec '.*' has no temperature; leave"):
            loading.open_model(path, 0.5)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "hot", True])
def test_a_wrong_temperature_is_one_clear_line(likely_run, value):
    with pytest.raises(UserError, match="^temperature is .*; give a number from 0 to 1"):
        keras_colorizer.load(likely_run, temperature=value)


def test_the_commands_take_it(likely_run, likely_export, photo, tmp_path):
    (tmp_path / "photos").mkdir()
    for number in (1, 2):
        Image.fromarray(photo[:, :: number + 2]).save(tmp_path / "photos" / f"{number}.png")

    def call(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    def strength(model, temperature):
        out = tmp_path / f"{model.parent.name}-{temperature}"
        words = ["colorize", tmp_path / "photos" / "1.png", "--model", model, "--out", out]
        done = call(*words, "--temperature", temperature)
        assert done.exit_code == 0, done.output
        with Image.open(out / "1.png") as image:
            return np.ptp(np.asarray(image, int), axis=-1).mean()

    for model in (likely_run, likely_export):
        assert strength(model, 0) > 1.2 * strength(model, 1)
    wrong = call("colorize", tmp_path / "photos", "--model", likely_run, "--temperature", 2)
    assert wrong.exit_code == 2 and "--temperature" in wrong.output
    words = ["evaluate", likely_run, "--data", tmp_path / "photos", "--size", 32, "--allow-seen"]
    done = call(*words, "--temperature", 0, "--temperature", 1, "--out", tmp_path / "scores")
    assert done.exit_code == 0, done.output
    assert "tiny @ T 0 " in done.output and "tiny @ T 1 " in done.output
