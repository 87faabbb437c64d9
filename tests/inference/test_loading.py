"""One way to open every kind of model, and what they agree on."""

import json
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from keras_colorizer.color import codecs
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import export
from keras_colorizer.inference import loading
from keras_colorizer.models import card, presets

SIZES = [(32, 32), (300, 451), (20, 17), (1, 1), (64, 33)]


@pytest.fixture(scope="module")
def models(run, saved_model, chroma_tflite, chroma_u8_tflite):
    """The same tiny network in every kind that predicts chroma, the run first."""
    paths = (run, saved_model, chroma_tflite, chroma_u8_tflite)
    return [loading.open_model(path) for path in paths]


def resized(gray, height, width):
    image = Image.fromarray(gray[0, ..., 0]).resize((width, height))
    return np.asarray(image)[None, ..., None]


def difference(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype == np.uint8
    return np.abs(a.astype(int) - b)


def test_each_says_what_it_is(models, run, size):
    assert [m.kind for m in models] == ["run", "SavedModel", "tflite", "tflite"]
    assert [m.name for m in models] == ["tiny", "tiny", "chroma", "chroma"]
    assert [m.size for m in models] == [size] * 4
    assert [m.predicts_rgb for m in models] == [True, True, False, False]
    assert models[0].card == models[1].card == card.read(run) and models[2].card == {}


@pytest.mark.parametrize("shape", SIZES)
def test_every_kind_gives_the_same_picture(models, gray, shape):
    photos = np.concatenate([resized(gray, *shape), resized(gray[:, ::-1], *shape)])
    first, *others = [model.colorize(photos) for model in models]
    assert first.shape == (2, *shape, 3)
    for model, other, off in zip(models[1:], others, (0.05, 0.05, 2), strict=True):
        assert difference(first, other).mean() <= off, model.kind
    for result in (first, *others):
        for photo, colour in zip(photos, result, strict=True):
            luma = np.asarray(Image.fromarray(colour).convert("L")).astype(int)
            assert np.abs(luma - photo[..., 0]).max() <= 1


def test_it_is_in_colour(models, gray):
    assert np.ptp(models[0].colorize(gray).astype(int), axis=-1).mean() > 5


def test_a_batch_is_its_photos(models, gray):
    photos = np.concatenate([gray, gray[:, ::-1], gray[:, :, ::-1]])
    for model in models:
        alone = np.concatenate([model.colorize(photo[None]) for photo in photos])
        assert difference(model.colorize(photos), alone).max() <= 1, model.kind


def test_a_photo_file_agrees_at_the_working_size(models, photo_tflite, gray, size):
    model = loading.open_model(photo_tflite)
    small = resized(gray, size, size)
    assert difference(models[0].colorize(small), model.colorize(small)).max() <= 1
    # Elsewhere it shrinks as its graph does, without Pillow's wider filter.
    assert difference(models[0].colorize(gray), model.colorize(gray)).mean() < 10


def test_raw_is_the_networks_own(models, network, gray, size):
    small = resized(gray, size, size)
    own = np.rint(np.asarray(network(small.astype("float32") / 255)) * 255).astype("uint8")
    for model in models[:2]:
        assert difference(model.raw(small), own).max() <= 1
        assert model.raw(gray).shape == (*gray.shape[:3], 3)
    assert difference(models[0].raw(gray), models[1].raw(gray)).max() <= 1
    assert models[2].raw(gray) is None


@pytest.fixture
def half(monkeypatch):
    """A codec that predicts chroma only, at half the working size."""

    class Half(codecs.Codec):
        name, channels, predicts_rgb = "half", 2, False

        def see(self, gray):
            return gray

        def chroma(self, gray, prediction):
            return keras.ops.average_pool(prediction, 2) - 0.5

    monkeypatch.setitem(codecs.CODECS._parts, "half", Half)


def test_a_codec_of_chroma_has_no_raw(half, make_run, make_network, convert, gray, size, tmp_path):
    run = make_run(tmp_path / "run", make_network(channels=2), codec="half")
    saved = export.export(run)
    found = [loading.open_model(path) for path in (run, saved, convert(saved, "chroma"))]
    assert [model.kind for model in found] == ["run", "SavedModel", "tflite"]
    first = found[0].colorize(gray)
    for model in found:
        assert not model.predicts_rgb and model.raw(gray) is None
        assert model.chroma(np.zeros((2, size, size, 1), "float32")).shape == (2, 16, 16, 2)
        assert difference(model.colorize(gray), first).mean() < 0.05


def test_a_run_of_mixed_precision_computes_in_float32(make_network, make_run, gray, tmp_path):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = make_network()
    finally:
        keras.config.set_dtype_policy(before)
    plain = make_network()
    plain.set_weights(mixed.get_weights())
    results = [
        loading.open_model(make_run(tmp_path / name, network)).colorize(gray)
        for name, network in (("mixed", mixed), ("plain", plain))
    ]
    assert np.array_equal(*results)


def test_nan_is_passed_on_as_it_comes_and_named(run, gray, size):
    model = loading.open_model(run)
    last = model._network.get_layer("colour")._inbound_nodes[0].input_tensors[0]
    bias = last._keras_history.operation.weights[1]
    bias.assign([0.0, np.nan, 0.0])
    assert np.isnan(model.chroma(np.zeros((1, size, size, 1), "float32"))).all()
    for call in (model.colorize, model.raw):
        with pytest.raises(UserError, match="model 'tiny' gave NaN"):
            call(gray)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(make_network, make_run, tmp_path, bad):
    network = make_network()
    network.weights[0].assign(np.full(network.weights[0].shape, bad))
    run = make_run(tmp_path / "run", network)
    for path in (run, export.export(run)):
        with pytest.raises(UserError, match=f"{path}: 1 of its .* NaN or infinity"):
            loading.open_model(path)


def test_a_shipped_name_opens_its_folder(saved_model, tmp_path, monkeypatch):
    shutil.copytree(saved_model, tmp_path / "flowers")
    monkeypatch.setattr(presets, "FOLDERS", (tmp_path,))
    assert loading.open_model("flowers").kind == "SavedModel"
    with pytest.raises(UserError) as error:
        loading.open_model("flower")
    assert error.value.message == (
        "flower: no such file or folder, and no shipped model is called 'flower': there are "
        "flowers; did you mean 'flowers'?"
    )


def test_nothing_there(tmp_path, monkeypatch):
    monkeypatch.setattr(presets, "FOLDERS", ())
    with pytest.raises(UserError, match="nowhere: no such file or folder.*none is shipped"):
        loading.open_model(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"nowhere.tflite: no such file"):
        loading.open_model(tmp_path / "nowhere.tflite")


def test_what_is_no_model(run, saved_model, tmp_path):
    with pytest.raises(UserError, match="neither a run folder .* nor a SavedModel"):
        loading.open_model(tmp_path)
    with pytest.raises(UserError, match=f"no .tflite file; give one, a run folder: its .*{run}"):
        loading.open_model(run / card.WEIGHTS)
    with pytest.raises(UserError, match=r"saved_model.pb: no .tflite file"):
        loading.open_model(saved_model / "saved_model.pb")
    (tmp_path / "recipe.json").write_text("{}")
    with pytest.raises(UserError, match="finish it.*--resume"):
        loading.open_model(tmp_path)


@pytest.mark.parametrize("file", ["generator.keras", "card.json"])
def test_a_damaged_run(run, tmp_path, file):
    broken = shutil.copytree(run, tmp_path / "run")
    (broken / file).write_bytes((broken / file).read_bytes()[:-30])
    with pytest.raises(UserError, match=f"{file}: cannot be"):
        loading.open_model(broken)


@pytest.mark.parametrize("file", ["saved_model.pb", "variables/variables.data-00000-of-00001"])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.98])
def test_a_damaged_saved_model(saved_model, tmp_path, file, part):
    broken = shutil.copytree(saved_model, tmp_path / "model")
    content = (broken / file).read_bytes()
    (broken / file).write_bytes(content[: int(part * len(content))])
    with pytest.raises(UserError, match="model: cannot be loaded"):
        loading.open_model(broken)


def test_a_card_of_another_network(run, saved_model, tmp_path):
    for source in (run, saved_model):
        folder = shutil.copytree(source, tmp_path / source.name)
        text = json.dumps(card.read(source) | {"size": 64})
        (folder / card.CARD).write_text(text)
        with pytest.raises(UserError, match="the card's size 64 is not the network's"):
            loading.open_model(folder)
