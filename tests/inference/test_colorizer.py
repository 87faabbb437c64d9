"""The one way in: photos of any kind to colour photos, by any kind of model."""

import copy
import pickle
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

import keras_colorizer
from keras_colorizer.errors import UserError
from keras_colorizer.inference import colorizer, layout, loading
from keras_colorizer.inference.backends.base import Saturated
from keras_colorizer.models import card, presets

# Colorizes as a user would, where neither TensorFlow nor Keras can be imported.
CLIENT = """
import sys
sys.modules.update({"tensorflow": None, "keras": None})
import keras_colorizer
model, photo, result = sys.argv[1:]
keras_colorizer.load(model)(photo).save(result)
heavy = {"tensorflow", "keras", "scipy", "skimage", "matplotlib", "torch", "h5py"}
loaded = {name.split(".")[0] for name, module in sys.modules.items() if module}
assert not heavy & loaded, heavy & loaded
"""


class Painted(colorizer.Model):
    """Tints dark photos red and light ones blue, and keeps how many it saw at a time."""

    def __init__(self, kind="run", predicts_rgb=False):
        super().__init__("painted", {"name": "painted"}, 32)
        self.kind, self.predicts_rgb, self.seen = kind, predicts_rgb, []

    def clone(self, threads=None):
        return copy.copy(self) if self.kind == "tflite" else self

    def chroma(self, gray):
        self.seen.append(len(gray))
        light = gray.mean(axis=(1, 2, 3), keepdims=True)
        tints = np.where(light < 0.5, np.float32([0, 0.2]), np.float32([0.2, 0]))
        return np.broadcast_to(tints, (len(gray), 8, 8, 2)).astype("float32")

    def rgb(self, gray):
        return np.concatenate([gray, gray, 1 - gray], axis=-1)


@pytest.fixture
def painted():
    return colorizer.Colorizer(Painted(), threads=2)


@pytest.fixture
def file(photo, tmp_path):
    Image.fromarray(photo).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def luma(image):
    return np.asarray(image.convert("L"), np.int16)


def gray_of(photo):
    return Image.fromarray(photo).convert("L")


def levels(*values, size=(40, 30)):
    return [Image.new("L", size, value) for value in values]


def test_a_path_an_image_and_an_array_give_one_result(painted, photo, file):
    sources = [file, str(file), file.read_bytes(), photo, Image.fromarray(photo)]
    sources += [gray_of(photo), np.asarray(gray_of(photo)), np.asarray(gray_of(photo))[..., None]]
    results = [painted(source) for source in sources]
    for result in results:
        assert result.mode == "RGB" and result.size == (451, 300)
        assert np.array_equal(np.asarray(result), np.asarray(results[0]))
    assert np.abs(luma(results[0]) - luma(gray_of(photo))).max() <= 1
    assert np.ptp(np.asarray(results[0], np.int16), axis=-1).mean() > 30


@pytest.mark.parametrize("kind", ["run", "saved_model", "chroma_tflite", "chroma_u8_tflite"])
def test_every_kind_of_model(request, kind, photo, size):
    path = request.getfixturevalue(kind)
    found = keras_colorizer.load(path)
    assert isinstance(found, keras_colorizer.Colorizer) and found.size == size
    result = found(photo)
    assert np.abs(luma(result) - luma(gray_of(photo))).max() <= 1
    gray = np.asarray(gray_of(photo))[None, ..., None]
    scored = loading.open_model(path).colorize(gray)[0]  # what the evaluation sees
    assert np.abs(scored.astype(int) - np.asarray(result)).max() <= 1


@pytest.mark.parametrize("named", [False, True])
def test_a_photo_tflite_decides_colour_at_its_working_size(photo_tflite, run, tmp_path, named):
    shutil.copy(photo_tflite, tmp_path / "colorize.tflite")
    if named:
        shutil.copy(run / card.CARD, tmp_path)
    found = keras_colorizer.load(tmp_path / "colorize.tflite")
    assert found.size == (32 if named else 512)
    gray = Image.effect_noise((301, 203), 60)
    assert np.abs(luma(found(gray)) - luma(gray)).max() <= 1


def test_a_shipped_name_without_tensorflow(monkeypatch, tmp_path, chroma_tflite, run, file):
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    shutil.copy(chroma_tflite, folder / layout.EXACT)
    shutil.copy(run / card.CARD, folder)
    monkeypatch.setattr(presets, "FOLDERS", (tmp_path / "models",))
    found = keras_colorizer.load("tiny")
    assert (found.name, found.kind, found.size) == ("tiny", "tflite", 32)
    assert np.array_equal(np.asarray(found.clone()(file)), np.asarray(found(file)))
    assert keras_colorizer.load().name == "tiny"  # the only one
    for model in (folder, folder / layout.EXACT):
        words = [sys.executable, "-c", CLIENT, str(model), str(file), str(tmp_path / "c.png")]
        done = subprocess.run(words, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        difference = np.asarray(Image.open(tmp_path / "c.png"), int) - np.asarray(found(file))
        assert np.abs(difference).max() <= 1


def test_paint_is_what_jpeg_is_written_from(painted, photo):
    gray = gray_of(photo)
    result = painted.paint(gray, "YCbCr")
    assert result.mode == "YCbCr" and np.array_equal(result.getchannel(0), gray)
    other = np.asarray(result.convert("RGB"), np.int16) - np.asarray(painted.paint(gray))
    assert np.abs(other).mean() < 1


def test_saturation_and_blend_are_passed_on(painted):
    (gray,) = levels(100)
    red = [painted(gray, **o).getpixel((5, 5))[0] - 100 for o in ({}, {"saturation": 0.5})]
    red.append(painted(gray, blend=0.5).getpixel((5, 5))[0] - 100)
    assert red == pytest.approx([1.402 * 51, 1.402 * 25.5, 1.402 * 25.5], abs=0.6)
    for none in ({"saturation": 0}, {"blend": 0}):
        assert painted(gray, **none).getpixel((5, 5)) == (100, 100, 100)
    assert next(painted.many([gray], saturation=0.5)).getpixel((5, 5))[0] == 136


@pytest.mark.parametrize("name", ["saturation", "blend"])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "1", None, True])
def test_wrong_values_are_one_clear_error(painted, name, value):
    with pytest.raises(UserError, match=f"^{name} is .*; give a number"):
        painted(levels(100)[0], **{name: value})
    with pytest.raises(UserError, match=f"^{name} is "):
        painted.many([], **{name: value})
    with pytest.raises(UserError, match="blend is 1.5; give a number from 0 to 1"):
        painted.paint(levels(100)[0], blend=1.5)


def test_raw_is_the_networks_own_picture(photo):
    found = colorizer.Colorizer(Painted(predicts_rgb=True))
    gray = gray_of(photo)
    result = found(photo, raw=True)
    seen = np.asarray(gray.resize((32, 32), Image.Resampling.BILINEAR))
    assert result.mode == "RGB"
    assert np.array_equal(np.asarray(result), np.dstack([seen, seen, 255 - seen]))
    assert np.array_equal(np.asarray(next(found.many([photo], raw=True))), np.asarray(result))
    with pytest.raises(UserError, match="leave saturation and blend out"):
        found(photo, raw=True, saturation=2)


def test_raw_of_a_model_without_one_is_a_clear_error(painted, photo):
    for call in (painted, lambda *a, **k: painted.many(*a, **k)):
        with pytest.raises(UserError, match="'painted' predicts chroma only"):
            call(photo, raw=True)


@pytest.mark.parametrize(("kind", "at_once"), [("run", 8), ("tflite", 1)])
def test_many_keeps_order_batches_and_looks_only_a_little_ahead(kind, at_once):
    taken, model = [], Painted(kind)
    found = colorizer.Colorizer(model, threads=2)

    def photos():
        for number in range(60):
            taken.append(number)
            yield Image.new("L", (20 + number, 30), 40 if number % 3 else 200)

    results = found.many(photos())
    assert taken == []
    for number, result in enumerate(results):
        assert result.size == (20 + number, 30)
        red, _, blue = result.getpixel((3, 3))
        assert (red > blue) == bool(number % 3)
        assert len(taken) <= number + 2 * at_once + 2
    assert number == 59 and max(model.seen) == at_once and sum(model.seen) == 60
    assert list(found.many([])) == []


def test_many_leaves_no_threads_behind_when_it_is_left(painted):
    before, results = threading.active_count(), painted.many(levels(50, 60, 70))
    assert luma(next(results))[0, 0] == 50
    results.close()
    assert threading.active_count() == before
    with pytest.raises(UserError, match="several photos"):
        painted.many("photo.jpg")


def test_many_gives_what_came_before_the_bad_photo(painted, tmp_path):
    results, found = painted.many([*levels(50, 60), tmp_path / "none.jpg"]), []
    with pytest.raises(UserError, match=r"none\.jpg"):
        for result in results:
            found.append(luma(result)[0, 0])
    assert found == [50, 60]


def test_clones_work_at_the_same_time(chroma_tflite, photo, monkeypatch):
    monkeypatch.chdir(chroma_tflite.parent)
    found = keras_colorizer.load(chroma_tflite.name)
    expected = np.asarray(found(photo))
    monkeypatch.chdir("/")
    clones = [found.clone(threads=1) for _ in range(3)]
    assert len({id(one.model) for one in (found, *clones)}) == 4
    assert [one.threads for one in clones] == [1, 1, 1]
    wrong = []

    def work(one):
        for _ in range(5):
            if not np.array_equal(np.asarray(one(photo)), expected):
                wrong.append(one)

    # Clones each with their own, and one that three threads share.
    threads = [threading.Thread(target=work, args=(one,)) for one in (*clones, *[found] * 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_clones_of_other_models_share_them(painted):
    clone = painted.clone(threads=3)
    assert clone.model is painted.model and clone.threads == 3
    assert clone._turn is painted._turn and painted.threads == 2


@pytest.mark.parametrize("kind", ["run", "SavedModel", "tflite", "exported"])
def test_it_goes_to_other_processes(kind, request, photo, monkeypatch):
    names = {"run": "run", "SavedModel": "saved_model", "tflite": "chroma_tflite"}
    path = request.getfixturevalue(names.get(kind, kind))
    monkeypatch.chdir(path.parent)
    found = keras_colorizer.load(path.name)
    expected = np.asarray(found(photo))
    monkeypatch.chdir("/")
    for twin in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert twin.model is not found.model and twin.threads == found.threads
        assert np.abs(np.asarray(twin(photo)).astype(int) - expected).max() <= 1
    lone = Saturated(found.model, 0.5)
    twin = pickle.loads(pickle.dumps(lone))
    assert twin.name == lone.name and twin.saturation == 0.5


def test_many_of_a_tflite_model_are_as_one_alone(chroma_tflite, photo):
    found = keras_colorizer.load(chroma_tflite)
    found.threads = 3
    alone = np.asarray(found(photo))
    results = list(found.many([photo] * 7))
    assert len(results) == 7 and all(np.array_equal(np.asarray(one), alone) for one in results)


def test_what_is_no_model_is_a_clear_error(tmp_path):
    with pytest.raises(UserError, match="no such file or folder"):
        keras_colorizer.load(tmp_path / "nothing")
