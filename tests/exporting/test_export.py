"""SavedModels: what they hold, where they run, and that they appear whole or not at all."""

import io
import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf import saved_model_pb2

from keras_colorizer.color import codecs
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import export, graph
from keras_colorizer.inference.backends.run import in_float32
from keras_colorizer.inference.backends.saved_model import load_saved_model, signature_names
from keras_colorizer.models import card

CODEC = codecs.get("rgb")
# A client where neither Keras (which TensorFlow would import by itself) nor this package exists.
CLIENT = """
import sys
sys.modules.update({"keras": None, "tf_keras": None, "keras_colorizer": None})
import numpy as np, tensorflow as tf
folder, photos, results = sys.argv[1:]
signatures = tf.saved_model.load(folder).signatures
found = {}
for name, photo in np.load(photos).items():
    found["colorize " + name] = signatures["colorize"](image=tf.constant(photo))["image"]
    found["default " + name] = signatures["serving_default"](image=tf.constant(photo))["image"]
    found["raw " + name] = signatures["raw"](image=tf.constant(photo))["image"]
    if name.startswith("gray"):
        gray = tf.image.resize(photo[..., :1], [32, 32]) / 255
        found["seen " + name] = gray
        found["chroma " + name] = signatures["chroma"](gray=gray)["chroma"]
np.savez(results, **{name: value.numpy() for name, value in found.items()})
loaded = {name.split(".")[0] for name, module in sys.modules.items() if module}
assert "tensorflow" in loaded and not {"keras", "tf_keras", "keras_colorizer"} & loaded
"""


def resized(photo, height, width):
    return np.asarray(Image.fromarray(photo).resize((width, height)))


def encoded(rgb, kind, **options):
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, kind, **options)
    return file.getvalue()


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def difference(a, b):
    assert np.shape(a) == np.shape(b)
    return np.abs(np.asarray(a).astype(int) - np.asarray(b)).max()


def test_the_folder_holds_what_it_needs(saved_model, run):
    assert saved_model == run / "saved_model"
    assert set(listing(saved_model)) <= export.OURS
    assert card.read(saved_model) == card.read(run)
    names = ["chroma", "colorize", "colorize_encoded", "raw", "serving_default"]
    assert signature_names(saved_model) == names
    assert listing(run) == ["card.json", "generator.keras", "saved_model"]


def test_inputs_and_outputs_have_clean_names(saved_model):
    signatures = tf.saved_model.load(str(saved_model)).signatures
    for name in ("serving_default", "colorize", "raw"):
        inputs = signatures[name].structured_input_signature[1]
        outputs = signatures[name].structured_outputs
        assert list(inputs) == ["image"] and list(outputs) == ["image"]
        assert inputs["image"].dtype == outputs["image"].dtype == tf.uint8
        assert inputs["image"].shape.as_list() == [None] * 4
    (gray,) = signatures["chroma"].structured_input_signature[1].values()
    (chroma,) = signatures["chroma"].structured_outputs.values()
    assert (gray.name, gray.dtype, gray.shape.as_list()) == ("gray", tf.float32, [None, 32, 32, 1])
    assert list(signatures["chroma"].structured_outputs) == ["chroma"]
    assert chroma.dtype == tf.float32 and chroma.shape.as_list() == [None, 32, 32, 2]
    encoded = signatures["colorize_encoded"]
    # TensorFlow Serving's REST API carries names that end in _bytes as base64.
    assert list(encoded.structured_input_signature[1]) == ["image_bytes"]
    assert list(encoded.structured_outputs) == ["image_bytes"]


def test_only_the_generator_is_in_it(saved_model, network):
    stored = tf.train.list_variables(str(saved_model / "variables" / "variables"))
    numbers = sum(int(np.prod(shape)) for name, shape in stored if name.startswith("state/"))
    assert numbers == network.count_params()


def test_tensorflow_alone_gives_what_keras_gives(saved_model, network, size, photo, tmp_path):
    photos = {
        "64x64": resized(photo, 64, 64)[None],
        "101x77": resized(photo, 101, 77)[None],
        "480x640": resized(photo, 480, 640)[None],
        "1x1": photo[None, :1, :1],
        "1x2": photo[None, 3:4, 5:7],
        "odd": resized(photo, 1237, 811)[None],
        "gray": resized(photo, 101, 77)[None, ..., :1],
        "gray in three": np.repeat(resized(photo, 101, 77)[None, ..., :1], 3, axis=-1),
        "two": np.stack([resized(photo, 90, 70), resized(photo, 90, 70)[::-1, ::-1]]),
    }
    np.savez(tmp_path / "photos.npz", **photos)
    files = [saved_model, tmp_path / "photos.npz", tmp_path / "results.npz"]
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, *map(str, files)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    results = dict(np.load(tmp_path / "results.npz"))
    for name, one in photos.items():
        expected = graph.colorize_in_graph(network, CODEC, size, one)
        assert difference(results[f"colorize {name}"], expected) <= 1, name
        assert difference(results[f"default {name}"], results[f"colorize {name}"]) <= 1, name
        raw = graph.raw_in_graph(network, CODEC, size, one)
        assert difference(results[f"raw {name}"], raw) <= 1, name
        if name.startswith("gray"):
            seen = results[f"seen {name}"]
            chroma = CODEC.chroma(seen, network(seen))
            assert np.abs(results[f"chroma {name}"] - chroma).max() < 1e-4, name
        if one.shape[-1] == 3:
            luma = np.asarray(Image.fromarray(one[0]).convert("L"))
            own = np.asarray(Image.fromarray(results[f"colorize {name}"][0]).convert("L"))
            assert difference(own, luma) <= 1, name
    assert difference(results["colorize gray"], results["colorize gray in three"]) == 0
    assert np.ptp(results["colorize 480x640"].astype(int), axis=-1).mean() > 5  # in colour


def test_encoded_files_of_different_kinds_and_sizes(saved_model, network, size, photo):
    gray = resized(photo, 60, 41)[..., 1]
    files = [
        encoded(resized(photo, 90, 141), "JPEG", quality=90),
        encoded(resized(photo, 75, 33), "PNG"),
        encoded(gray, "JPEG", quality=95),
        encoded(np.dstack([resized(photo, 20, 24), np.full((20, 24), 7, "uint8")]), "PNG"),
    ]
    signature = tf.saved_model.load(str(saved_model)).signatures["colorize_encoded"]
    results = signature(image_bytes=tf.constant(files))["image_bytes"].numpy()
    assert len(results) == len(files)
    for file, result in zip(files, results, strict=True):
        opened = Image.open(io.BytesIO(result))
        assert opened.format == "JPEG" and [x[1:3] for x in opened.layer] == [(1, 1)] * 3
        pixels = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        expected = graph.colorize_in_graph(network, CODEC, size, pixels[None])[0]
        assert opened.size == pixels.shape[1::-1]
        # The same pixels, but for what JPEG at quality 95 costs.
        assert np.abs(np.asarray(opened).astype(int) - np.asarray(expected)).mean() < 3
    with pytest.raises(tf.errors.InvalidArgumentError):
        signature(image_bytes=tf.constant([b"no picture"]))


def test_other_channels_fail_in_the_graph_with_a_clear_message(saved_model):
    signature = tf.saved_model.load(str(saved_model)).signatures["colorize"]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"1 or 3\].* \[1 4 5 2\]"):
        signature(image=tf.zeros([1, 4, 5, 2], tf.uint8))


def test_as_a_function_of_arrays(saved_model, network, size, photo):
    colorize = load_saved_model(saved_model)
    expected = graph.colorize_in_graph(network, CODEC, size, photo[None])
    assert difference(colorize(photo), expected[0]) <= 1
    assert difference(colorize(photo[None]), expected) <= 1
    assert np.array_equal(colorize(photo[..., 0]), colorize(photo[..., :1]))
    with pytest.raises(TypeError, match="uint8"):
        colorize(photo / 255)
    with pytest.raises(ValueError, match="1 or 3"):
        colorize(photo[..., :2])


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "bfloat16"])
@pytest.mark.parametrize("skip", ["highway", "dense"])
def test_networks_of_other_precision_compute_in_float32(make_network, size, policy, skip):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        network = make_network(skip=skip, dropout=0.1)
    finally:
        keras.config.set_dtype_policy(before)
    twin = in_float32(network)
    assert network.compute_dtype != "float32"  # it was left alone
    assert keras.config.dtype_policy() == before
    plain = make_network(skip=skip, dropout=0.1)
    plain.set_weights([weight.astype("float32") for weight in network.get_weights()])
    gray = np.random.default_rng(0).random((2, size, size, 1), "float32")
    assert np.array_equal(twin(gray), plain(gray))
    assert in_float32(plain) is plain


def test_a_mixed_precision_run_exports(make_network, make_run, size, photo, tmp_path):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        mixed = make_network(dropout=0.2)
    finally:
        keras.config.set_dtype_policy(before)
    folder = export.export(make_run(tmp_path / "mixed", mixed))
    stored = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    nodes = str(stored.meta_graphs[0].graph_def)
    assert "DT_FLOAT" in nodes and "DT_HALF" not in nodes
    plain = make_network(dropout=0.2)
    plain.set_weights(mixed.get_weights())
    expected = graph.colorize_in_graph(plain, CODEC, size, photo[None])[0]
    assert difference(load_saved_model(folder)(photo), expected) <= 1


def test_a_failure_midway_leaves_nothing(run, saved_model, tmp_path, monkeypatch):
    def broken(module, path, signatures):
        assert signatures["colorize"]
        Path(path).mkdir()
        (Path(path) / "saved_model.pb").write_bytes(b"half of i")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tf.saved_model, "save", broken)
    with pytest.raises(UserError, match="No space left"):
        export.export(run, tmp_path / "out")
    assert not list(tmp_path.iterdir())

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.undo()
    monkeypatch.setattr(card, "write", interrupted)
    before = {path: path.stat().st_mtime_ns for path in saved_model.rglob("*")}
    with pytest.raises(KeyboardInterrupt):
        export.export(run, overwrite=True)
    assert {path: path.stat().st_mtime_ns for path in saved_model.rglob("*")} == before
    assert listing(run) == ["card.json", "generator.keras", "saved_model"]


def test_what_stands_there_is_replaced_only_when_asked_and_only_if_ours(run, tmp_path):
    out = export.export(run, tmp_path / "deep" / "out")
    (out / "card.json").write_text("{}")
    with pytest.raises(UserError, match="`overwrite=True`"):
        export.export(run, out)
    assert export.export(run, out, overwrite=True) == out
    assert card.read(out) == card.read(run)
    assert listing(tmp_path / "deep") == ["out"]

    (out / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="so it stays"):
        export.export(run, out, overwrite=True)
    with pytest.raises(UserError, match="so it stays"):
        export.export(run, run, overwrite=True)
    with pytest.raises(UserError, match="so it stays"):
        export.export(run, out / "notes.txt", overwrite=True)
    assert (out / "notes.txt").read_text() == "mine"


def test_a_run_whose_card_does_not_fit_its_network(make_run, network, tmp_path):
    run = make_run(tmp_path / "other", network, size=64)
    with pytest.raises(UserError, match="size 64"):
        export.export(run)
    text = json.dumps(card.read(run) | {"codec": "rbg", "size": 32})
    (run / "card.json").write_text(text)
    with pytest.raises(UserError, match="did you mean 'rgb'"):
        export.export(run)
    assert listing(run) == ["card.json", "generator.keras"]


def test_a_codec_without_rgb_of_its_own_has_no_raw_signature(make_network, size):
    class Chroma(codecs.Codec):
        name, predicts_rgb = "chroma", False

        def see(self, gray):
            return gray

        def chroma(self, gray, prediction):
            return prediction - 0.5

    found = export.signatures(make_network(channels=2), Chroma(), size)
    assert sorted(found) == ["chroma", "colorize", "colorize_encoded", "serving_default"]
    assert found["colorize"](tf.zeros([1, 9, 5, 1], tf.uint8))["image"].shape == (1, 9, 5, 3)


def test_without_tensorflow_it_says_what_to_do(run, tmp_path):
    code = "import sys; sys.modules['tensorflow'] = None\n"
    code += "from keras_colorizer.export import export; export()"
    words = [sys.executable, "-c", code, str(run), "--out", str(tmp_path / "out")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1
    assert "pip install tensorflow" in done.stderr and not list(tmp_path.iterdir())


def test_on_another_backend_it_says_what_to_do(run, tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(UserError, match="KERAS_BACKEND=tensorflow"):
        export.export(run, tmp_path / "out")
