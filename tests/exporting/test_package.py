"""A folder to ship: whole or absent, on the run's own photos, with its card and model card."""

import shutil

import numpy as np
import pytest

from keras_colorizer import data, models
from keras_colorizer.color import codecs
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import export, package, parity, tflite
from keras_colorizer.inference import layout, loading
from keras_colorizer.inference.backends.saved_model import signature_names
from keras_colorizer.models import card


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_holds_what_is_ours_and_nothing_else(exported, mobile_run):
    assert set(listing(exported)) <= export.OURS
    named = {"README.md", "card.json", "saved_model.pb", "generator.keras"}
    assert {*layout.FILES, *named} < set(listing(exported))
    names = ["chroma", "colorize", "colorize_encoded", "serving_default"]
    assert signature_names(exported) == names
    assert listing(exported.parent) == ["garden"]  # nothing beside it
    assert listing(mobile_run) == ["card.json", "generator.keras"]


def test_its_card_is_the_runs_and_more(exported, exported_rgb, mobile_run):
    found, own = card.read(exported), card.read(mobile_run)
    assert found["name"] == "garden"  # what the folder is called, as shipped models are
    assert own["name"] == "tiny"
    assert {key: found[key] for key in own if key != "name"} == {
        key: value for key, value in own.items() if key != "name"
    }
    assert (found["mobile"], found["predicts_rgb"]) == (True, False)
    assert found["parity"]["photos"] == {"data": "synthetic", "split": "test", "photos": 4}
    assert found["parity"]["calibration"] == {"data": "synthetic", "photos": 24}
    other = card.read(exported_rgb)
    assert (other["mobile"], other["predicts_rgb"]) == (False, True)


def test_its_model_card_says_what_people_must_know(exported):
    text = (exported / "README.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0].startswith("# garden")
    for words in (
        "Intended use", "Licence of the data: Apache-2.0", "1,200 photos of `synthetic`",
        "12,000 photos seen, 2 minutes on one CPU", "| psnr | 20.500 |", "plausible, not true",
        "white things", "flowers", "64 × 64", "16 × 16", "FloatArray(2)",
        "TensorFlowLiteSwift", "curl", '--model garden', 'keras_colorizer.load("garden")',
        "mobile GPUs",
    ):  # fmt: skip
        assert words in text, words
    assert "fid_keras" not in text and "{" + "folder" not in text
    files = card.read(exported)["parity"]["files"]
    for file, entry in files.items():
        (row,) = [line for line in lines if line.startswith(f"| `{file}`")]
        assert f"| {entry['bytes'] / 1e6:.2f} |" in row and f"{entry['mean_delta_e']:.3f}" in row


def test_a_card_that_knows_nothing_makes_a_model_card(exported_rgb):
    text = (exported_rgb / "README.md").read_text(encoding="utf-8")
    assert "Licence of the data: unknown" in text and "not recorded" in text
    assert "None are recorded." in text


def broken_write(exported):
    """Instead of converting: another network's files."""

    def write(folder, network, codec, size, calibration):
        assert calibration.dtype == np.float32 and calibration.shape[1:] == (size, size, 1)
        for file in layout.FILES:
            shutil.copy(exported / file, folder)

    return write


def test_what_is_outside_its_band_leaves_nothing(
    exported, make_run, make_chroma_network, quick_export, mobile_run, tmp_path, monkeypatch
):
    changes = {k: v for k, v in card.read(mobile_run).items() if k not in ("name", "format")}
    run = make_run(tmp_path / "run", make_chroma_network(seed=4), **changes)
    monkeypatch.setattr(tflite, "write", broken_write(exported))
    out = shutil.copytree(exported, tmp_path / "out" / "garden")
    with pytest.raises(UserError, match=r"chroma_float32.tflite has .* nothing was exported"):
        quick_export(run, out, overwrite=True)
    assert listing(out.parent) == ["garden"]  # nothing half done, and what stood there stays
    assert listing(out) == listing(exported) and card.read(out) == card.read(exported)


def test_an_export_is_replaced_by_the_next(exported, mobile_run, tmp_path):
    out = shutil.copytree(exported, tmp_path / "garden")
    with pytest.raises(UserError, match="add `overwrite=True`"):
        export.export(mobile_run, out)
    export.export(mobile_run, out, overwrite=True)  # the SavedModel alone
    assert not set(layout.FILES) & set(listing(out)) and "README.md" not in listing(out)


def test_calibration_is_on_photos_that_were_trained_on(mobile_run, monkeypatch):
    monkeypatch.setattr(package, "CALIBRATION_PHOTOS", 6)
    source, own = data.open_source("synthetic"), card.read(mobile_run)
    gray = package.calibration("runs/a", own, source)
    assert gray.shape == (6, 64, 64, 1) and gray.dtype == np.uint8 and np.ptp(gray) > 100
    ids = [photo_id for photo_id, _ in source.sample("train", 64, 6)]
    own["data"]["id_hashes"] = " ".join(card.id_hash(x) for x in ids[:2])
    assert np.array_equal(package.calibration("runs/a", own, source), gray[:2])
    own["data"] |= {"id_hashes": card.id_hash("roses/1.jpg"), "name": "roses"}
    with pytest.raises(UserError, match=r"synthetic: none of 6 .*runs/a was trained on \(roses\)"):
        package.calibration("runs/a", own, source)


def test_the_measured_photos_were_not_trained_on(monkeypatch):
    monkeypatch.setattr(package, "PARITY_PHOTOS", 3)
    source = data.open_source("synthetic")
    gray, split = package.held_out(source, 16)
    assert gray.shape == (3, 16 * parity.ENLARGED, 16 * parity.ENLARGED, 1) and split == "test"
    monkeypatch.setattr(source, "_indices", lambda split: [] if split == "test" else [1200, 1201])
    assert package.held_out(source, 16)[1] == "validation"
    monkeypatch.setattr(source, "_indices", lambda split: [])
    with pytest.raises(UserError, match="test and validation are empty"):
        package.held_out(source, 16)


def test_who_was_trained_on_two_roles_is_calibrated_on_both(mobile_run):
    source = data.open_source("synthetic")
    found = dict(card.read(mobile_run))
    found["data"] = {"name": "synthetic", "split": "train+validation"}
    gray = package.calibration(mobile_run, found, source)
    sizes = {"card": {**found, "data": {"split": "train"}}, "run": mobile_run, "source": source}
    alone = package.calibration(**sizes)
    half = package.CALIBRATION_PHOTOS // 2
    assert len(gray) == 2 * half and len(alone) == 2 * half
    assert np.array_equal(gray[0], alone[0]) and not np.array_equal(gray[half:], alone[half:])


def test_a_codec_of_powers_has_no_int8_files_and_says_so(quick_export, make_run, tmp_path):
    network = models.build("nazeri", 32, widths=(8, 8, 12))
    run = make_run(tmp_path / "run", network, codec="lab")
    out = quick_export(run, tmp_path / "lab")
    found = set(listing(out))
    assert set(layout.FILES) & found == set(layout.files(codecs.get("lab")))
    assert not any("int8" in name for name in found)
    assert set(card.read(out)["parity"]["files"]) <= found
    text = (out / "README.md").read_text(encoding="utf-8")
    assert "No int8 files" in text and "calibrated" not in text
    assert loading.open_model(out).colorize(np.zeros((1, 40, 50, 1), "uint8")).shape[-1] == 3
