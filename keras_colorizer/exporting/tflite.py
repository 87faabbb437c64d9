"""TensorFlow Lite files of a network: chroma in four precisions, and the whole photo path."""

import os
import tempfile
from pathlib import Path

import numpy as np

from keras_colorizer.errors import UserError
from keras_colorizer.exporting import operators
from keras_colorizer.inference.backends import saved_model
from keras_colorizer.inference.layout import CHROMA, EXACT, PHOTO, files
from keras_colorizer.utils import stderr


def _save_traced(folder, network, codec, size):
    """A SavedModel whose shapes are fixed where they can be.

    The network at a batch of exactly one: a free batch leaves SHAPE and PACK operators in the file,
    which no delegate takes (2.6 times the time on a CPU).
    """
    tf = saved_model.tensorflow()
    from keras_colorizer.exporting import graph

    def one(seen, training):
        return network(tf.reshape(seen, [1, size, size, 1]), training=training)

    @tf.function(input_signature=[tf.TensorSpec([1, size, size, 1], tf.float32, name="gray")])
    def chroma(gray):
        return {"chroma": graph.chroma_in_graph(network, codec, gray)}

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, None], tf.uint8, name="image")])
    def colorize(image):
        return {"image": graph.colorize_in_graph(one, codec, size, image)}

    module = tf.Module()
    module.state = [variable.value for variable in network.variables]
    tf.saved_model.save(module, str(folder), {"chroma": chroma, "colorize": colorize})


def _converted(folder, file, calibration):
    tf = saved_model.tensorflow()
    signature = "colorize" if file == PHOTO else "chroma"
    # From a folder: from_concrete_functions on a Keras network gives a file without its weights.
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=[signature])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if file != EXACT:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if "float16" in file or file == PHOTO:
        converter.target_spec.supported_types = [tf.float16]
    if "int8" in file:
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.representative_dataset = lambda: ([photo[None]] for photo in calibration)
    if "u8" in file:
        converter.inference_input_type = converter.inference_output_type = tf.uint8
    with stderr.held_back():
        return converter.convert()


def full_range(gray: np.ndarray) -> np.ndarray:
    """The same gray photos; the one of the widest range is stretched to reach from 0 to 1.

    The 8-bit files' input scale is then 1/255 exactly: a gray photo's bytes can be fed as they are.

    Args:
        gray: float32 array (N, S, S, 1) in 0..1.

    Returns:
        float32 array (N, S, S, 1).
    """
    low, high = gray.min(axis=(1, 2, 3)), gray.max(axis=(1, 2, 3))
    widest = int(np.argmax(high - low))
    if high[widest] == low[widest]:
        return gray
    stretched = gray.copy()
    stretched[widest] = (gray[widest] - low[widest]) / (high[widest] - low[widest])
    return stretched


def write(folder: str | os.PathLike, network, codec, size: int, calibration: np.ndarray) -> None:
    """Writes ``files(codec)``, with TensorFlow Lite's own operators only.

    Args:
        folder: where to, there already.
        network: ``keras.Model`` that computes in float32.
        codec: from ``keras_colorizer.color.codecs``.
        size: int, S, the working size in pixels.
        calibration: float32 gray photos (N, S, S, 1) in 0..1, such as the network was trained on.

    The files: ``chroma_float32``, ``chroma_float16`` (weights), ``chroma_int8`` (weights and
    activations) take gray float32 [1, S, S, 1] in 0..1 and give CbCr float32 [1, h, w, 2] in ±0.5;
    ``chroma_int8_u8`` the same as quantized uint8, gray as bytes; ``colorize`` (float16 weights)
    takes a uint8 photo [1, any, any, 1 or 3] and gives uint8 RGB of its size.

    Raises:
        UserError: TensorFlow is absent, or the network has operators that TensorFlow Lite lacks.
    """
    folder, calibration = Path(folder), full_range(np.asarray(calibration, np.float32))
    with tempfile.TemporaryDirectory(prefix="traced-") as traced:
        with stderr.held_back():
            _save_traced(traced, network, codec, size)
        for file in files(codec):
            try:
                content = _converted(traced, file, calibration)
            except Exception as error:  # its own ConverterError, ValueError, RuntimeError
                reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise UserError(
                    f"{file} cannot be converted ({reason}); `tflite=False` exports the SavedModel "
                    "alone"
                ) from error
            (folder / file).write_bytes(content)


def require_mobile(folder: str | os.PathLike) -> None:
    """Raises a UserError if a ``chroma_float*`` in ``folder`` has what mobile GPUs do not run."""
    for file in CHROMA[:2]:
        if wrong := operators.not_on_mobile_gpus(Path(folder) / file):
            raise UserError(
                f"{file} of a network declared mobile holds {', '.join(wrong)}, which mobile GPUs "
                "do not run; build it of operators.MOBILE_GPU, or register it without mobile=True"
            )
