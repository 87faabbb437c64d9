"""Two replicas take the steps of one device."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training.trainers import backend

ROOT = Path(__file__).resolve().parents[2]


def history(devices):
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("mirrored.py")), str(devices)],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_mirrored_losses_equal_one_devices():
    one, two = history(1), history(2)
    assert set(one["update_rate"]) != {1.0}  # some steps were skipped
    for name, values in one.items():
        assert two[name] == pytest.approx(values, rel=1e-3), name


def test_multi_worker_is_refused_in_one_line():
    with pytest.raises(UserError, match="multi-worker`: .*use `strategy=mirrored`"):
        backend.strategy("multi-worker")
