"""A quiet start: TensorFlow's C++ notes at import say nothing that a user can act on."""

import contextlib
import logging
import os

from keras_colorizer.errors import UserError
from keras_colorizer.utils.stderr import held_back


def _speaks(record):
    # Keras traces one function for each model, which TensorFlow takes for one traced many times.
    return "triggered tf.function retracing" not in record.getMessage()


def import_keras():
    """Imports Keras and its backend without TensorFlow's start-up notes on stderr.

    ``TF_CPP_MIN_LOG_LEVEL``, if the user has set it, is obeyed and none of them is hidden. A
    warning of TensorFlow's about many models in one process is hidden in any case.

    Raises:
        UserError: the backend is not installed.
    """
    logging.getLogger("tensorflow").addFilter(_speaks)
    quiet = "TF_CPP_MIN_LOG_LEVEL" not in os.environ
    # Level 3 quiets what follows the import; only the file descriptor quiets the import itself.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with held_back(hide=ImportError) if quiet else contextlib.nullcontext():
            import keras

            keras.ops.convert_to_tensor(0.0)  # looks for a GPU, and would note that there is none
    except ImportError as error:
        raise UserError(
            f"Keras cannot be imported with its backend ({error}); run: python -m pip install "
            "tensorflow, or train from a photos.npz with KERAS_BACKEND=torch where torch is"
        ) from error
