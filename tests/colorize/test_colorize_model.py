"""The colorize command with a real model in a .tflite file, on LiteRT."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

import keras_colorizer

ROOT = str(Path(keras_colorizer.__file__).resolve().parent.parent)
PROBE = """
import json, sys
from keras_colorizer.colorize import colorize
try:
    colorize(sys.argv[1:])
except SystemExit as exit:
    assert not exit.code, exit.code
print(json.dumps(sorted({"tensorflow", "keras", "matplotlib", "ssl"} & set(sys.modules))))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Chroma from 32 px: warm where the photo is light, cold where it is dark."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([1, 32, 32, 1], tf.float32)])
    def chroma(gray):
        small = tf.nn.avg_pool2d(gray, 4, 4, "VALID") - 0.5
        return tf.concat([-0.3 * small, 0.4 * small], -1)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([chroma.get_concrete_function()])
    path = tmp_path_factory.mktemp("model") / "tiny.tflite"
    path.write_bytes(converter.convert())
    return path


@pytest.fixture
def pictures(folder):
    """Photos large enough to be told apart, and of all kinds."""
    (folder / "photos").mkdir()
    for name, photo in {"cat": data.chelsea(), "cup": data.coffee()}.items():
        for number, suffix in enumerate(("png", "jpg", "webp", "tif")):
            image = Image.fromarray(photo[number:]).convert("L" if number % 2 else "RGB")
            image.save(f"photos/{name}.{suffix}.{suffix}")
    return folder / "photos"


def test_luma_is_the_photos_own(pictures, model, colorize, opened):
    result = colorize("photos", "--format", "png", model=model)
    assert result.exit_code == 0, result.output
    for path in pictures.iterdir():
        colour = opened(f"colorized/{path.stem}.png")
        gray = np.asarray(opened(path).convert("L"), int)
        difference = np.abs(np.asarray(colour.convert("L"), int) - gray)
        # Gray of a JPEG is what it stores; Pillow's own comes by way of RGB.
        assert difference.max() <= (2 if path.suffix != ".jpg" else 3), path.name
        red, _, blue = np.moveaxis(np.asarray(colour, int), -1, 0)
        assert (red - blue)[gray > 160].mean() > 10 > -10 > (red - blue)[gray < 90].mean()


def test_results_do_not_depend_on_the_number_of_workers(pictures, model, colorize, files):
    for workers in (1, 4):
        result = colorize("photos", "--out", f"by{workers}", "--workers", workers, model=model)
        assert result.exit_code == 0, result.output
    names = files("by1")
    assert names == files("by4") and len(names) == 8
    for name in names:
        assert Path("by1", name).read_bytes() == Path("by4", name).read_bytes(), name


def test_raw_is_refused_as_a_tflite_file_has_no_rgb(pictures, model, colorize):
    result = colorize("photos", "--raw", model=model)
    assert result.exit_code == 1 and "predicts chroma only" in result.output
    assert not Path("colorized").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none", "none: no such file or folder, and no shipped model is called 'none'"),
        ("none.tflite", "none.tflite: no such file"),
        ("./photos", "photos: neither a run folder"),
        ("photos/cat.png.png", "no .tflite file"),
    ],
)
def test_what_is_no_model_is_one_line(pictures, colorize, name, told):
    result = colorize("photos", model=name)
    assert result.exit_code == 1 and told in result.output
    assert len(result.output.splitlines()) == 1 and not Path("colorized").exists()


def test_neither_tensorflow_nor_keras_is_imported(pictures, model):
    command = [sys.executable, "-c", PROBE, "photos", "--model", str(model), "--compare"]
    path = os.pathsep.join([ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    said, imported = done.stdout.splitlines()
    assert said.startswith("8 photos colorized in ") and done.stderr == ""
    assert json.loads(imported) == []
