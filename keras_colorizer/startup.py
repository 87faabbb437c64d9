"""A quiet start: TensorFlow's C++ notes at import say nothing that a user can act on."""

import os
import sys
import tempfile


def import_keras():
    """Imports Keras (and its backend) without TensorFlow's start-up notes on stderr.

    ``TF_CPP_MIN_LOG_LEVEL``, if the user has set it, is obeyed and nothing is hidden. What was
    written while an import failed is shown.

    Example:
        >>> import_keras()
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        import keras  # noqa: F401

        return
    # Level 3 quiets what follows the import; only the file descriptor quiets the import itself.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            import keras

            keras.ops.convert_to_tensor(0.0)  # looks for a GPU, and would note that there is none
        except BaseException:
            notes.seek(0)
            os.write(kept, notes.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
