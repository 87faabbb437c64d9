"""One train_step on both backends; skipped where torch is absent."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from keras import ops

from keras_colorizer.training.trainers import backend

ROOT = Path(__file__).resolve().parents[2]


def ten_steps(backend):
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("ten_steps.py"))],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="torch is not installed")
def test_torch_takes_the_same_ten_steps():
    ours, theirs = ten_steps("tensorflow"), ten_steps("torch")
    assert {row["update_rate"] for row in ours} == {0.0, 1.0}  # both branches were taken
    for a, b in zip(ours, theirs, strict=True):
        assert a == pytest.approx(b, rel=2e-3, abs=2e-4)


@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="torch is not installed")
def test_training_from_a_npz_where_tensorflow_is_absent(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['tensorflow'] = None\n")
    path = os.pathsep.join([str(ROOT), str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "KERAS_BACKEND": "torch", "PYTHONPATH": path}

    def run(*arguments):
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    run("keras_colorizer.data", "--data", "synthetic", "--size", "32", "--out", "photos.npz")
    told = run("keras_colorizer.train", "--smoke", "--data", "photos.npz", "--run", "run")
    assert "next, where TensorFlow is: python -m keras_colorizer.export run" in told
    assert (tmp_path / "run" / "generator.keras").is_file()


def test_gradients_by_hand():
    value = np.float32([1.0, -2.0])
    loss, rest, grads = backend.value_and_gradients(
        lambda values: (ops.sum(values[0] ** 2), "kept"), [ops.convert_to_tensor(value)]
    )
    assert float(loss) == 5 and rest == "kept"
    assert np.allclose(grads[0], [2.0, -4.0])


@pytest.mark.parametrize("holds", [True, False])
def test_update_if_runs_the_pullback_only_where_the_condition_holds(holds):
    ran = []
    backend.update_if(
        ops.convert_to_tensor(holds), lambda: ran.append("pullback"),
        lambda _: ran.append("update"),
    )  # fmt: skip
    assert ran == (["pullback", "update"] if holds else [])
