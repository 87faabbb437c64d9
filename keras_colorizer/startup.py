"""A quiet start: TensorFlow's C++ notes at import say nothing that a user can act on."""

import contextlib
import os
import sys
import tempfile

from keras_colorizer.errors import UserError


def import_keras():
    """Imports Keras and its backend without TensorFlow's start-up notes on stderr.

    ``TF_CPP_MIN_LOG_LEVEL``, if the user has set it, is obeyed and nothing is hidden.

    Raises:
        UserError: the backend is not installed.

    Example:
        >>> import_keras()
    """
    quiet = "TF_CPP_MIN_LOG_LEVEL" not in os.environ
    # Level 3 quiets what follows the import; only the file descriptor quiets the import itself.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with _silence() if quiet else contextlib.nullcontext():
            import keras

            keras.ops.convert_to_tensor(0.0)  # looks for a GPU, and would note that there is none
    except ImportError as error:
        raise UserError(
            f"Keras cannot be imported with its backend ({error}); run: python -m pip install "
            "tensorflow, or train from a photos.npz with KERAS_BACKEND=torch where torch is"
        ) from error


@contextlib.contextmanager
def _silence():
    """Holds back what is written to stderr by any language, and shows it if the block fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except BaseException as error:
            if not isinstance(error, ImportError):
                notes.seek(0)
                os.write(kept, notes.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
