"""A run with a tiny network of random weights, its SavedModel and .tflite files, made once."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from skimage import data

from keras_colorizer import data as photos_of
from keras_colorizer import models
from keras_colorizer.color import codecs
from keras_colorizer.exporting import export, graph, package, parity
from keras_colorizer.inference import colorizer
from keras_colorizer.models import card


@pytest.fixture(scope="session")
def size():
    """The tiny network's working size."""
    return 32


@pytest.fixture(scope="session")
def make_network(size):
    """Builds small U-Nets whose random weights are large enough to give visible colour."""

    def make(seed=7, **options):
        network = models.build("unet", size, widths=(8, 12), **options)
        numbers = np.random.default_rng(seed)
        for variable in network.weights:
            low, high = (0.5, 1.5) if "variance" in variable.path else (-0.4, 0.5)
            variable.assign(numbers.uniform(low, high, variable.shape))
        return network

    return make


@pytest.fixture(scope="session")
def make_run(size):
    """Writes a finished run as training leaves it: generator.keras and card.json."""

    def make(folder, network, **changes):
        folder.mkdir(parents=True)
        network.save(folder / card.WEIGHTS)
        card.write(folder, {"name": "tiny", "codec": "rgb", "size": size} | changes)
        return folder

    return make


@pytest.fixture(scope="session")
def network(make_network):
    return make_network()


@pytest.fixture(scope="session")
def run(make_run, network, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "tiny", network)


@pytest.fixture(scope="session")
def saved_model(run):
    return export.export(run)


@pytest.fixture(scope="session")
def photo():
    """A real photo, uint8 (300, 451, 3)."""
    return np.array(data.chelsea())


@pytest.fixture(scope="session")
def gray(photo):
    """The real photo as ``Model.colorize`` takes it, uint8 (1, 300, 451, 1)."""
    return np.asarray(Image.fromarray(photo).convert("L"))[None, ..., None]


@pytest.fixture(scope="session")
def convert(tmp_path_factory):
    """Converts one signature of a SavedModel with TFLite's own operators, to a file all alone."""

    def make(folder, signature, examples=None):
        converter = tf.lite.TFLiteConverter.from_saved_model(
            str(folder), signature_keys=[signature]
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if examples is not None:  # weights, activations, input and output in 8 bits
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: ([example] for example in examples)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.uint8
        path = tmp_path_factory.mktemp("tflite") / f"{signature}.tflite"
        path.write_bytes(converter.convert())
        return path

    return make


@pytest.fixture(scope="session")
def chroma_tflite(convert, saved_model):
    return convert(saved_model, "chroma")


@pytest.fixture(scope="session")
def chroma_u8_tflite(convert, saved_model, gray, size):
    photos = np.concatenate([gray, gray[:, ::-1], gray[:, :, ::-1]])
    return convert(saved_model, "chroma", colorizer.shrink(photos, size)[:, None])


@pytest.fixture(scope="session")
def make_photo_tflite(convert, network, size, tmp_path_factory):
    """A colorize.tflite that takes photos of ``channels``, with the size free."""

    def make(channels):
        @tf.function(input_signature=[tf.TensorSpec([1, None, None, channels], tf.uint8)])
        def colorize(image):
            result = graph.colorize_in_graph(network, codecs.get("rgb"), size, image)
            return {"image": result}

        module, folder = tf.Module(), tmp_path_factory.mktemp("photo")
        module.state = [variable.value for variable in network.variables]
        tf.saved_model.save(module, str(folder), {"colorize": colorize})
        return convert(folder, "colorize")

    return make


@pytest.fixture(scope="session")
def photo_tflite(make_photo_tflite):
    return make_photo_tflite(3)


@pytest.fixture(scope="session")
def quick_export():
    """Exports with all files, on few photos and with one timed call each."""

    def make(run, out, **options):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(package, "CALIBRATION_PHOTOS", 24)
            patch.setattr(package, "PARITY_PHOTOS", 4)
            patch.setattr(parity, "ENLARGED", 2)
            patch.setattr(parity, "SECONDS", 0)
            return export.export(run, out, source=photos_of.open_source("synthetic"), **options)

    return make


@pytest.fixture(scope="session")
def make_chroma_network():
    """Builds small networks of the kind declared mobile; random weights that give colour."""

    def make(seed=3):
        network = models.build("chroma", 64, widths=(8, 8, 12), depths=(0, 1, 1))
        numbers = np.random.default_rng(seed)
        for variable in network.weights:
            if "variance" in variable.path or "gamma" in variable.path:
                variable.assign(numbers.uniform(0.5, 1.5, variable.shape))
            elif "mean" in variable.path or "beta" in variable.path:
                variable.assign(numbers.uniform(-0.2, 0.2, variable.shape))
        return network

    return make


MOBILE = {
    "codec": "ycbcr",
    "size": 64,
    "generator": {"name": "chroma"},
    "data": {"name": "synthetic", "split": "train", "photos": 1200},
    "licence": "Apache-2.0",
    "scores": {"psnr": 20.5, "fid_keras": None},
    "training": {"photos": 12000, "minutes": 1.8, "cpu_minutes": 1.6, "device": "CPU"},
}


@pytest.fixture(scope="session")
def chroma_network(make_chroma_network):
    return make_chroma_network()


@pytest.fixture(scope="session")
def mobile_run(make_run, chroma_network, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "mobile", chroma_network, **MOBILE)


@pytest.fixture(scope="session")
def exported(quick_export, mobile_run, tmp_path_factory):
    """The whole exported folder of a network that predicts chroma and is declared mobile."""
    return quick_export(mobile_run, tmp_path_factory.mktemp("saved_models") / "garden")


@pytest.fixture(scope="session")
def exported_rgb(quick_export, run, tmp_path_factory):
    """The whole exported folder of the tiny network, which predicts RGB."""
    return quick_export(run, tmp_path_factory.mktemp("saved_models") / "tiny")
