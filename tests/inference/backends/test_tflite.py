"""``.tflite`` files: what they give, without TensorFlow, and what is no file of ours."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_colorizer.color import codecs
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import graph
from keras_colorizer.inference import colorizer, loading
from keras_colorizer.inference.backends import tflite
from keras_colorizer.models import card

# What a phone app or a small server has: neither TensorFlow nor Keras can be imported.
CLIENT = """
import sys
sys.modules.update({"tensorflow": None, "keras": None})
import numpy as np
from keras_colorizer.inference.loading import open_model
*files, results = sys.argv[1:]
gray = np.load(files.pop(0))["gray"]
models = [open_model(file) for file in files]
assert [model.raw(gray) for model in models] == [None] * len(models)
np.savez(results, *[model.colorize(gray) for model in models])
heavy = {"tensorflow", "tf_keras", "keras", "scipy", "skimage", "matplotlib", "torch"}
loaded = {name.split(".")[0] for name, module in sys.modules.items() if module}
assert not heavy & loaded, heavy & loaded
"""


def difference(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype == np.uint8
    return np.abs(a.astype(int) - b)


def resized(gray, height, width):
    image = Image.fromarray(gray[0, ..., 0]).resize((width, height))
    return np.asarray(image)[None, ..., None]


def test_without_tensorflow_and_keras(
    chroma_tflite, chroma_u8_tflite, photo_tflite, exported, run, gray, tmp_path
):
    beside = tmp_path / "named"
    beside.mkdir()
    shutil.copy(chroma_tflite, beside)
    shutil.copy(run / card.CARD, beside)
    np.savez(tmp_path / "photos.npz", gray=gray)
    files = [chroma_tflite, chroma_u8_tflite, photo_tflite, beside / chroma_tflite.name, exported]
    words = [tmp_path / "photos.npz", *files, tmp_path / "results.npz"]
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, *map(str, words)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    results = np.load(tmp_path / "results.npz")
    for number, file in enumerate(files):
        expected = loading.open_model(file).colorize(gray)
        assert difference(results[f"arr_{number}"], expected).max() <= 1


def test_what_it_says_of_itself(chroma_tflite, photo_tflite, run, size, tmp_path):
    model = tflite.open_tflite(chroma_tflite)
    assert (model.name, model.card, model.kind) == ("chroma", {}, "tflite")
    assert (model.size, model.predicts_rgb) == (size, False)
    assert tflite.open_tflite(photo_tflite).size is None
    for file in (chroma_tflite, photo_tflite):
        shutil.copy(file, tmp_path)
    shutil.copy(run / card.CARD, tmp_path)
    for file in (chroma_tflite, photo_tflite):
        model = tflite.open_tflite(tmp_path / file.name)
        assert (model.name, model.card, model.size) == ("tiny", card.read(run), size)


def test_chroma_is_the_networks(chroma_tflite, chroma_u8_tflite, network, gray, size):
    seen = np.concatenate([colorizer.shrink(gray, size), colorizer.shrink(gray[:, ::-1], size)])
    expected = np.asarray(codecs.get("rgb").chroma(seen, network(seen)))
    for file, off in ((chroma_tflite, 1e-4), (chroma_u8_tflite, 0.01)):
        chroma = tflite.open_tflite(file).chroma(seen)
        assert chroma.dtype == np.float32 and chroma.shape == expected.shape
        assert np.abs(chroma - expected).mean() < off
        assert np.abs(expected).mean() > 5 * off  # and it is in colour


@pytest.mark.parametrize("channels", [1, 3])
def test_a_photo_file_is_the_graphs_own(make_photo_tflite, network, gray, size, channels):
    model = tflite.open_tflite(make_photo_tflite(channels))
    for shape in [(300, 451), (1, 1), (101, 77), (101, 77), (size, size)]:
        photos = np.concatenate([resized(gray, *shape), resized(gray[:, ::-1], *shape)])
        expected = graph.colorize_in_graph(network, codecs.get("rgb"), size, photos).numpy()
        assert difference(model.colorize(photos), expected).max() <= 1
    seen = colorizer.shrink(gray, size)
    own = np.asarray(codecs.get("rgb").chroma(seen, network(seen)))
    merged = model.chroma(seen)
    assert merged.shape == own.shape and merged.dtype == np.float32
    # Merged already: towards gray wherever the colour had no room.
    inside = (own * merged).sum(axis=-1) >= 0.98 * (own * own).sum(axis=-1)
    assert inside.mean() > 0.3 and np.abs(merged - own)[inside].max() < 0.01
    with pytest.raises(TypeError, match="uint8"):
        model.colorize(gray / 255)


def converted(path, function, *specs):
    function = tf.function(function, input_signature=specs).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    path.write_bytes(converter.convert())
    return path


FOREIGN = {
    "other channels": (lambda x: x * 0.5, ([1, 8, 8, 3], tf.float32), r"float32 \[1, 8, 8, 3\]"),
    "no chroma": (lambda x: x * 0.5, ([1, 8, 8, 1], tf.float32), r"to float32 \[1, 8, 8, 1\]"),
    "not square": (
        lambda x: tf.concat([x, x], 3),
        ([1, 8, 9, 1], tf.float32),
        r"to float32 \[1, 8, 9, 2\]",
    ),
    "one axis": (lambda x: x + 1.0, ([5], tf.float32), r"float32 \[5\] to"),
    "two at once": (
        lambda x: tf.concat([x, x], 3),
        ([2, 8, 8, 1], tf.float32),
        r"float32 \[2, 8, 8, 1\]",
    ),
    "photos of floats": (
        lambda x: tf.concat([x, x, x], 3),
        ([1, None, None, 1], tf.float32),
        r"float32 \[1, \?, \?, 1\]",
    ),
    "8 bits without a scale": (
        lambda x: tf.concat([x, x], 3),
        ([1, 8, 8, 1], tf.uint8),
        r"uint8 \[1, 8, 8, 2\]",
    ),
    "two results": (lambda x: (x, x * 2), ([1, 8, 8, 1], tf.float32), r", float32 \[1, 8, 8, 1\]"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_models_are_one_clear_error(tmp_path, name):
    function, spec, words = FOREIGN[name]
    path = converted(tmp_path / "other.tflite", function, tf.TensorSpec(*spec))
    with pytest.raises(UserError, match=f"no colorizer of ours: it takes .*{words}") as error:
        tflite.open_tflite(path)
    assert error.value.message.startswith(f"{path}: ")


def test_two_inputs_are_one_clear_error(tmp_path):
    spec = tf.TensorSpec([1, 8, 8, 1], tf.float32)
    path = converted(tmp_path / "two.tflite", lambda a, b: {"c": tf.concat([a, b], 3)}, spec, spec)
    with pytest.raises(UserError, match="no colorizer of ours"):
        tflite.open_tflite(path)


@pytest.mark.parametrize("content", [b"", b"no model at all", bytes(5000)])
def test_damaged_files_are_one_clear_error(tmp_path, content):
    (tmp_path / "broken.tflite").write_bytes(content)
    with pytest.raises(UserError, match=r"broken.tflite: cannot be loaded \(.*export it again"):
        tflite.open_tflite(tmp_path / "broken.tflite")


@pytest.mark.parametrize("part", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_half_a_file_is_one_clear_error(chroma_tflite, tmp_path, part):
    content = chroma_tflite.read_bytes()
    (tmp_path / "half.tflite").write_bytes(content[: int(len(content) * part)])
    with pytest.raises(UserError, match="half.tflite: cannot be loaded"):
        tflite.open_tflite(tmp_path / "half.tflite")


def test_no_file_and_a_card_that_is_anothers(chroma_tflite, tmp_path):
    with pytest.raises(UserError, match="no such file"):
        tflite.open_tflite(tmp_path / "nowhere.tflite")
    shutil.copy(chroma_tflite, tmp_path)
    card.write(tmp_path, {"name": "other", "codec": "rgb", "size": 64})
    with pytest.raises(UserError, match=r"works at 32 px, card.json beside it says 64"):
        tflite.open_tflite(tmp_path / chroma_tflite.name)


def test_it_says_nothing_on_stderr(chroma_tflite, photo_tflite):
    code = "import sys; from keras_colorizer.inference.loading import open_model\n"
    code += "for path in sys.argv[1:]: open_model(path)"
    words = [sys.executable, "-c", code, str(chroma_tflite), str(photo_tflite)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_threads_can_be_told(chroma_tflite, gray):
    one, all_of_them = (tflite.open_tflite(chroma_tflite, n).colorize(gray) for n in (1, None))
    assert difference(one, all_of_them).max() <= 1


def test_without_litert_it_says_what_to_do(chroma_tflite, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(UserError, match="pip install ai-edge-litert"):
        tflite.open_tflite(chroma_tflite)
