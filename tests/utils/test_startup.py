"""The quiet start hides notes, never errors."""

import os
import subprocess
import sys

BEGIN = "from keras_colorizer.utils import startup\nimport os\n"


def run(code, **environment):
    kept = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        [sys.executable, "-c", BEGIN + code],
        env={**kept, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_importing_keras_writes_nothing():
    done = run("startup.import_keras()")
    assert (done.returncode, done.stderr) == (0, "")


def test_stderr_works_again_afterwards():
    done = run("with startup.held_back(): os.write(2, b'note')\nos.write(2, b'heard')")
    assert done.stderr == "heard"


def test_a_failing_block_shows_what_it_wrote():
    done = run("with startup.held_back():\n    os.write(2, b'reason')\n    1 / 0")
    assert "reason" in done.stderr and "ZeroDivisionError" in done.stderr


def test_a_missing_backend_is_one_clear_line():
    code = "import sys; sys.modules['tensorflow'] = None\n"
    code += "from keras_colorizer.train import train\ntrain(['--smoke'])"
    done = run(code)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Keras cannot be imported")
    assert done.stderr.count("\n") == 1


def test_many_models_in_one_process_are_no_reason_for_a_warning():
    done = run(
        """startup.import_keras()
import keras, logging, numpy as np
for size in range(1, 9):
    photo = keras.Input((size,))
    keras.Model(photo, keras.layers.Dense(1)(photo)).predict_on_batch(np.ones((1, size)))
logging.getLogger("tensorflow").warning("another")
"""
    )
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1 and "another" in done.stderr
