"""The evaluate command, as a user types it: on a tiny run, on folders, joined, and its errors."""

import hashlib
import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

from keras_colorizer.__main__ import main
from keras_colorizer.data import mean_chroma, open_source
from keras_colorizer.evaluation import photos
from keras_colorizer.evaluation.metrics import inception
from keras_colorizer.evaluation.photos import _digest

FILES = {
    "results.json", "per_image.csv", "table.md", "sheet.png", "best_worst.png", "histograms.png",
    "hues.png",
}  # fmt: skip


def evaluate(*arguments):
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos") / "pictures"
    for place, name in enumerate(["cats/a.png", "cats/b.png", "stars/c.png", "stars/d.png"]):
        photo = data.chelsea() if place < 2 else data.astronaut()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo[:, place * 30 :]).resize((80, 60)).save(folder / name)
    (folder / "cats" / "broken.png").write_bytes(b"no png")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose network paints at random, trained on the photo stars/d.png alone."""
    from keras_colorizer import models
    from keras_colorizer.models import card

    network = models.build("unet", 32, widths=(4, 6))
    draw = np.random.default_rng(0)
    for variable in network.weights:
        low, high = (0.5, 1.5) if "variance" in variable.path else (-0.4, 0.5)
        variable.assign(draw.uniform(low, high, variable.shape))
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    folder.mkdir()
    network.save(folder / card.WEIGHTS)
    seen = {"name": "other", "split": "train", "photos": 1, "id_hashes": _digest("stars/d.png")[:8]}
    card.write(folder, {"name": "tiny", "codec": "rgb", "size": 32, "data": seen})
    return folder


@pytest.fixture(scope="module")
def done(run, folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("evaluations") / "all"
    result = evaluate(
        run, "--data", folder, "--size", 48, "--out", out, "--allow-seen", "--inception-weights",
        "none.h5",
    )  # fmt: skip
    assert result.exit_code == 1 and "none.h5" in result.output and not out.exists()
    result = evaluate(run, "--data", folder, "--size", 48, "--out", out, "--allow-seen")
    assert result.exit_code == 0, result.output
    return out, result.output


def test_everything_is_written_and_the_table_shown(done):
    out, said = done
    assert {path.name for path in out.iterdir()} == FILES
    rows = list(json.loads((out / "results.json").read_text())["models"])
    assert rows == ["gray", "mean_chroma", "tiny", "tiny (raw)", "truth"]
    for row in rows:
        assert f"\n{row} " in said
    for name in FILES - {"results.json", "per_image.csv", "table.md"}:
        with Image.open(out / name) as picture:
            assert picture.format == "PNG" and min(picture.size) > 60


def test_a_folder_is_scored_whole_and_what_is_unreadable_is_listed(done):
    out, said = done
    protocol = json.loads((out / "results.json").read_text())["protocol"]
    assert protocol["split"] == "all" and protocol["n"] == 4 and protocol["size"] == 48
    assert protocol["excluded"] == ["cats/broken.png"]
    assert "left out: 1 photos that cannot be read:\n  cats/broken.png" in said
    assert "1 could not be read" in (out / "table.md").read_text()


def test_results_say_how_they_were_made(done, run, folder):
    out, _ = done
    protocol = json.loads((out / "results.json").read_text())["protocol"]
    assert protocol["command"] == (
        f"python -m keras_colorizer.evaluate {run} --data {folder} --size 48 --out {out} "
        "--allow-seen"
    )
    assert protocol["seen_ids"] == {"tiny": 1}
    assert {"keras", "numpy", "pillow", "scikit-image", "scipy"} <= set(protocol["versions"])


def test_missing_inception_weights_are_said(done):
    out, said = done
    metrics = json.loads((out / "results.json").read_text())["models"]["gray"]["metrics"]
    assert metrics["fid_keras"]["mean"] is None and "not at hand" in metrics["fid_keras"]["missing"]
    assert "no fid_keras, kid_keras: the InceptionV3 weights" in said


def test_inception_distances_are_in_the_table_when_weights_are_given(folder, tmp_path, monkeypatch):
    class Network:
        """Stands for InceptionV3: `test_inception` has the real one."""

    def mean_colours(images, network):
        assert isinstance(network, Network)
        return images.mean(axis=(1, 2))

    monkeypatch.setattr(inception, "load", lambda weights: Network())
    monkeypatch.setattr(inception, "features", mean_colours)
    (tmp_path / "some.weights.h5").write_bytes(b"weights")
    out = tmp_path / "out"
    result = evaluate(
        "--data", folder, "--size", 32, "--out", out, "--inception-weights",
        tmp_path / "some.weights.h5",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = json.loads((out / "results.json").read_text())
    metrics = {name: row["metrics"] for name, row in found["models"].items()}
    assert metrics["gray"]["fid_keras"]["mean"] > metrics["truth"]["fid_keras"]["mean"] == 0
    assert metrics["gray"]["kid_keras"]["n"] == 4
    sha256 = hashlib.sha256(b"weights").hexdigest()
    assert found["protocol"]["inception_weights_sha256"] == sha256
    assert "| FID (Keras) (squared distance) ↓ |" in (out / "table.md").read_text()


def test_an_evaluation_is_not_overwritten_unasked(done, run, folder):
    out, _ = done
    before = (out / "results.json").read_bytes()
    arguments = [run, "--data", folder, "--size", 32, "--out", out, "--allow-seen"]
    result = evaluate(*arguments)
    assert result.exit_code == 1 and "holds an evaluation already" in result.output
    assert (out / "results.json").read_bytes() == before


def test_photos_that_a_model_was_trained_on_are_refused(run, folder, tmp_path):
    result = evaluate(run, "--data", folder, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "model tiny was trained on 1 of the 4 photos of pictures all" in result.output
    assert "--allow-seen" in result.output and not (tmp_path / "out").exists()


def test_an_earlier_evaluation_joins_a_later_one_and_stands_alone(done, run, folder, tmp_path):
    out, _ = done
    later = tmp_path / "later"
    shared = ["--data", folder, "--size", 48, "--allow-seen"]
    result = evaluate(run, *shared, "--out", later, "--compare", out)
    assert result.exit_code == 0, result.output
    assert result.output.count("\ntiny (raw) ") == 1  # the same model, with the same results
    assert "Differences from tiny" in (later / "table.md").read_text()
    alone = tmp_path / "alone"
    files = [out / "results.json", later / "results.json"]
    result = evaluate("--compare", files[0], "--compare", files[1], "--out", alone)
    assert result.exit_code == 0, result.output
    assert [path.name for path in alone.iterdir()] == ["table.md"]
    text = (out / "table.md").read_text()
    assert text.splitlines()[4:10] == (alone / "table.md").read_text().splitlines()[4:10]


def test_floors_alone_are_scored(tmp_path):
    result = evaluate("--data", "synthetic", "--split", "test", "--size", 16, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "results.json").read_text())
    assert list(found["models"]) == ["gray", "mean_chroma", "truth"]
    assert found["protocol"]["ids_sha256"] and found["protocol"]["n"] == len(
        open_source("synthetic").ids("test")
    )


def test_the_reference_is_oxfords_unless_it_is_asked_to_be_the_datas_own(tmp_path):
    shared = ["--data", "synthetic", "--split", "test", "--size", 16]
    found = {}
    for name, more in {"default": [], "own": ["--reference", "train"]}.items():
        result = evaluate(*shared, *more, "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
        found[name] = json.loads((tmp_path / name / "results.json").read_text())
    protocols = {name: each["protocol"] for name, each in found.items()}
    for key in ("mean_chroma_of", "rarity_of"):
        assert protocols["default"][key] == "Oxford's training photos"
        assert protocols["own"][key] == "synthetic train, 1,200 photos at 16 px"
    assert "reference_ids_sha256" not in protocols["default"]
    garden = photos.load(open_source("synthetic"), "train", 16)
    assert protocols["own"]["reference_ids_sha256"] == garden.ids_sha256
    assert protocols["own"]["mean_chroma"] == pytest.approx(mean_chroma(garden.images), rel=1e-4)
    scores = {
        name: {
            key: entry["mean"] for key, entry in each["models"]["mean_chroma"]["metrics"].items()
        }
        for name, each in found.items()
    }
    assert scores["own"]["psnr"] > scores["default"]["psnr"]
    gray = [each["models"]["gray"]["metrics"] for each in found.values()]
    assert gray[0]["auc_rebalanced"] != gray[1]["auc_rebalanced"]
    assert gray[0]["auc"] == gray[1]["auc"]
    said = "Mean chroma and rarity: of synthetic train, 1,200 photos at 16 px."
    assert said in (tmp_path / "own" / "table.md").read_text()
    files = [word for name in found for word in ("--compare", tmp_path / name)]
    result = evaluate(*files, "--out", tmp_path / "both")
    assert result.exit_code == 1 and "rarity_of is synthetic train" in result.output


def test_a_network_that_gives_nan_is_named(run, folder, tmp_path):
    from keras_colorizer.models import card

    network, about = card.load_network(run)
    network.weights[0].assign(np.full(network.weights[0].shape, np.nan))
    broken = tmp_path / "broken"
    broken.mkdir()
    network.save(broken / card.WEIGHTS)
    card.write(broken, about)
    result = evaluate(broken, "--data", folder, "--allow-seen", "--out", tmp_path / "out")
    assert result.exit_code == 1 and result.output.startswith("Error: ")
    assert str(broken) in result.output and "NaN" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no/such/run"], "no/such/run"),
        (["--data", "no/such/folder/"], "no such folder"),
        (["--data", "synthetic", "--split", "tset"], "did you mean 'test'?"),
        (["--compare", "none.json"], "none.json: cannot be read"),
        (["--size", "3"], "--size"),
        (["--compare", "none.json", "--data", "synthetic"], "leave out --data"),
        (["--compare", "none.json", "--reference", "train"], "leave out --reference"),
        (["--compare", "none.json", "--aged", "0.5"], "leave out --aged"),
        (["--aged", "2"], "--aged"),
    ],
)
def test_wrong_arguments_end_in_one_line(arguments, told, tmp_path):
    result = evaluate(*arguments, "--out", tmp_path / "out")
    assert result.exit_code != 0 and told in result.output.splitlines()[-1]
    assert result.output.count("Error") == 1 and not (tmp_path / "out").exists()


def test_saturations_are_rows_of_their_own(run, folder, tmp_path):
    arguments = [run, "--data", folder, "--size", 48, "--allow-seen", "--out", tmp_path / "out"]
    result = evaluate(*arguments, "--saturation", 0, "--saturation", 0.5)
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    assert "--saturation 0.0 --saturation 0.5" in found["protocol"]["command"]
    rows = found["models"]
    assert list(rows)[2:6] == ["tiny", "tiny (raw)", "tiny × 0", "tiny × 0.5"]
    means = {name: row["metrics"]["colourfulness"]["mean"] for name, row in rows.items()}
    assert means["tiny × 0"] == means["gray"] == 0
    assert 0 < means["tiny × 0.5"] < means["tiny"]
    assert rows["tiny × 0"]["metrics"]["psnr"] == rows["gray"]["metrics"]["psnr"]


def test_aged_photos_are_scored_on_their_own_luma(run, folder, done, tmp_path):
    arguments = [run, "--data", folder, "--size", 48, "--allow-seen", "--aged", 0.8]
    result = evaluate(*arguments, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    found, plain = (
        json.loads((f / "results.json").read_text()) for f in (tmp_path / "out", done[0])
    )
    protocol = found["protocol"]
    assert protocol["aged"] == 0.8 and "--aged 0.8" in protocol["command"]
    assert protocol["seen_ids"] == {"tiny": 1}
    assert "aged at strength 0.8" in (tmp_path / "out" / "table.md").read_text()
    for name in ("gray", "tiny"):
        one, other = (r["models"][name]["metrics"]["ciede2000"]["mean"] for r in (found, plain))
        assert 0 < one != other
    compared = evaluate(*arguments, "--out", tmp_path / "again", "--compare", done[0])
    assert compared.exit_code == 1 and "aged is 0.0, not 0.8" in compared.output
