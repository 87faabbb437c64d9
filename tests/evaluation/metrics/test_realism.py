"""Distances of Lite2's features between the results of one half and the truths of the other."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from keras_colorizer.errors import UserError
from keras_colorizer.evaluate import evaluate
from keras_colorizer.evaluation import photos
from keras_colorizer.evaluation.metrics import realism
from keras_colorizer.evaluation.metrics.inception import frechet_distance


class Means:
    """Stands for the network: three numbers of each picture."""

    def predict_on_batch(self, images):
        means = images.mean(axis=(1, 2))
        return np.concatenate([means, images.std(axis=(1, 2))], axis=-1)


@pytest.fixture
def judge(monkeypatch):
    monkeypatch.setattr("keras_colorizer.models.build", lambda *a, **k: Means())
    monkeypatch.setattr("keras_colorizer.models.backbones.pretrained.load", lambda *a: None)
    return realism.Realism


def pictures(count, seed):
    draw = np.random.default_rng(seed)
    tints = draw.integers(0, 255, (count, 1, 1, 3))
    return np.uint8(np.clip(tints + draw.normal(0, 20, (count, 24, 24, 3)), 0, 255))


def fed(judge, rows, batch=7):
    count = len(next(iter(rows.values())))
    found = judge(count)
    for start in range(0, count, batch):
        for name, images in rows.items():
            found.add(name, start, images[start : start + batch])
    return found


def test_the_floor_is_truth_against_truth_and_gray_is_far(judge):
    truth = pictures(400, 0)
    gray = np.repeat(photos.gray_of(truth), 3, axis=-1)
    found = fed(judge, {"gray": gray, "truth": truth}).distances()
    assert set(found) == {"gray", "truth"}
    assert 0 < found["truth"]["fd_lite2"] < found["gray"]["fd_lite2"] / 5
    assert abs(found["truth"]["kd_lite2"]) < found["gray"]["kd_lite2"] / 2


def test_no_photo_stands_in_both_halves_whatever_the_batch(judge):
    truth = pictures(41, 1)
    one, other = (fed(judge, {"a": truth, "truth": truth}, batch).distances() for batch in (7, 41))
    assert one == other
    assert one["a"] == one["truth"]  # the same half of the same pictures
    order = np.random.default_rng(realism.SEED).permutation(41)
    halves = [
        fed(judge, {"truth": truth})._features(truth[np.sort(places)])
        for places in (order[:20], order[20:40])
    ]
    assert one["truth"]["fd_lite2"] == pytest.approx(frechet_distance(*halves), rel=1e-4)


def test_too_few_photos_are_told():
    with pytest.raises(UserError, match="two halves of 4 photos at least, not 3"):
        realism.Realism(3)


def test_the_command_writes_distances_with_the_real_network(tmp_path):
    command = f"--data synthetic --split validation --size 32 --realism --out {tmp_path / 'out'}"
    told = CliRunner().invoke(evaluate, command.split())
    assert told.exit_code == 0, told.output
    found = json.loads((tmp_path / "out/results.json").read_text())
    metrics = {name: row["metrics"] for name, row in found["models"].items()}
    assert metrics["truth"]["fd_lite2"]["n"] == 60
    distances = {name: row["fd_lite2"]["mean"] for name, row in metrics.items()}
    assert distances["truth"] < distances["gray"]
    assert "FD (Lite2)" in (tmp_path / "out/table.md").read_text()
