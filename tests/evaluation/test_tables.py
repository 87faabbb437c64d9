"""results.json, per_image.csv and Markdown: written, read back, joined and compared."""

import dataclasses
import json

import numpy as np
import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import results, scoring, session, summary, tables
from keras_colorizer.evaluation.photos import TestPhotos


def photos(images, ids=None):
    ids = ids or [f"{i}.png" for i in range(len(images))]
    return TestPhotos(images, ids, None, ["broken.png"], "set", "test", "none")


class Painter:
    size, kind, predicts_rgb, card = 16, "test", True, {"codec": "rgb"}

    def __init__(self, name, shift):
        self.name, self.shift = name, shift

    def colorize(self, gray):
        return np.clip(gray + np.int32(self.shift), 0, 255).astype(np.uint8)

    raw = colorize


def evaluated(folder, models, images, per_image=True):
    test = photos(images)
    rows = scoring.score({m.name: m for m in models}, images)
    protocol = session.protocol(test, 16, {}, {}, "python -m keras_colorizer.evaluate …")
    about = {m.name: session.facts(m) for m in models}
    results.write_results(folder, results.build(rows, protocol, about, "no weights"))
    if per_image:
        results.write_per_image(folder, rows, test)
    return folder / results.RESULTS


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (9, 16, 16, 3), np.uint8)


RED, BLUE = Painter("red", (30, 0, -30)), Painter("blue", (-30, 0, 30))


@pytest.fixture(scope="module")
def both(images, tmp_path_factory):
    return evaluated(tmp_path_factory.mktemp("both"), [RED, BLUE], images)


def test_results_have_every_key_for_every_row(both):
    found = json.loads(both.read_text())
    assert list(found["models"]) == [
        "gray", "mean_chroma", "red", "red (raw)", "blue", "blue (raw)", "truth",
    ]  # fmt: skip
    for name, row in found["models"].items():
        assert set(row["metrics"]) == set(summary.METRICS), name
        for key, entry in row["metrics"].items():
            assert {"mean", "low", "high", "unit"} <= set(entry), (name, key)
            if None not in (entry["low"], entry["mean"]):
                assert entry["low"] <= entry["mean"] <= entry["high"], (name, key)
    assert found["models"]["truth"]["metrics"]["psnr"]["mean"] is None
    assert found["models"]["gray"]["metrics"]["fid_keras"]["missing"] == "no weights"
    protocol = found["protocol"]
    assert (protocol["n"], protocol["size"], protocol["excluded"]) == (9, 16, ["broken.png"])
    assert "NaN" not in both.read_text() and "Infinity" not in both.read_text()


def test_hue_shares_of_a_sector_sum_to_one(both):
    hues = json.loads(both.read_text())["models"]["red"]["hues"]
    assert any(hues["pixels"])
    for row, none, pixels in zip(hues["matrix"], hues["no_hue"], hues["pixels"], strict=True):
        assert len(row) == 12
        if pixels:
            assert sum(row) + none == pytest.approx(1, abs=1e-4)
        else:
            assert row == [None] * 12


def test_the_same_photos_give_the_same_file_again(both, images, tmp_path):
    again = evaluated(tmp_path, [RED, BLUE], images)
    assert again.read_bytes() == both.read_bytes()


def test_per_image_columns_are_read_back(both):
    table = tables.read(both)
    assert set(table.columns) == set(table.models)
    for name, row in table.models.items():
        point = summary.value(summary.METRICS["ciede2000"], table.columns[name])
        assert point == pytest.approx(row["metrics"]["ciede2000"]["mean"], abs=1e-4)
    assert np.isposinf(table.columns["truth"]["psnr"]).all()


def test_markdown_has_a_line_a_row_and_says_what_is_left_out(both):
    table = tables.read(both)
    text = session.table_text(table, "weights are not at hand")
    assert "9 photos of set test at 16 px; 1 could not be read" in text
    assert "No Inception distances: weights are not at hand." in text
    for name in table.models:
        assert f"\n| {name} | " in text
    mean = table.models["red"]["metrics"]["psnr"]
    assert f"{mean['mean']:.2f} [{mean['low']:.2f}, {mean['high']:.2f}]" in text
    assert "FID" not in tables.markdown(table)


def test_differences_are_those_of_the_means(both):
    table = tables.read(both)
    assert tables.baseline(table) == "red"
    found = tables.differences(table)
    assert set(found) == {"red (raw)", "blue", "blue (raw)"}
    metrics = {name: table.models[name]["metrics"]["psnr"]["mean"] for name in ("red", "blue")}
    assert found["blue"]["psnr"]["mean"] == pytest.approx(
        metrics["blue"] - metrics["red"], abs=1e-4
    )
    assert found["red (raw)"]["psnr"] == {"mean": 0.0, "low": 0.0, "high": 0.0, "unit": "dB"}


def test_two_evaluations_are_joined_as_if_they_were_one(both, images, tmp_path):
    one = evaluated(tmp_path / "one", [RED], images)
    two = evaluated(tmp_path / "two", [BLUE], images)
    joined = tables.join([tables.read(one), tables.read(two)], ["one", "two"])
    whole = tables.read(both)
    assert list(joined.models) == list(whole.models)
    assert tables.markdown(joined) == tables.markdown(whole)
    assert tables.differences(joined) == tables.differences(whole)


def test_evaluations_of_before_a_metric_are_read_and_joined(both, images, tmp_path):
    """What they do not hold is blank; what their photos tell all the same is compared."""
    old = evaluated(tmp_path, [Painter("old", (0, 30, 0))], images)
    new = ["truer_than_gray", "much_worse", "colourfulness_ratio"]
    found = json.loads(old.read_text())
    for row in found["models"].values():
        for key in (*new, "fd_lite2", "kd_lite2"):
            del row["metrics"][key]
    old.write_text(json.dumps(found))
    head, *lines = (tmp_path / results.PER_IMAGE).read_text().splitlines()
    kept = [i for i, name in enumerate(head.split(",")) if name not in new]
    lines = [[line.split(",")[i] for i in kept] for line in (head, *lines)]
    (tmp_path / results.PER_IMAGE).write_text("\n".join(map(",".join, lines)) + "\n")
    joined = tables.join([tables.read(both), tables.read(old)], ["both", "old"])
    header, _, *rows = tables.markdown(joined).splitlines()
    place = header.split("|").index(" truer than gray ↑ ")
    cells = {row.split("|")[1].strip(): row.split("|")[place].strip() for row in rows}
    assert cells["old"] == "–" and cells["red"].startswith("0.")
    differences = tables.differences(joined)["old"]
    assert not {"truer_than_gray", "much_worse"} & set(differences)
    assert differences["colourfulness_ratio"]["mean"] is not None
    assert "old" in session.table_text(joined)


def test_aged_photos_are_told_and_compared_with_their_like_only(both, images, tmp_path):
    aged = evaluated(tmp_path, [RED], images)
    found = json.loads(aged.read_text())
    assert "aged" not in found["protocol"] and "aged" not in session.table_text(tables.read(both))
    found["protocol"] |= session.protocol(
        dataclasses.replace(photos(images), aged=0.5), 16, {}, {}, "…"
    )
    aged.write_text(json.dumps(found))
    assert found["protocol"]["aged"] == 0.5 and "aged" in found["protocol"]["truth"]
    assert "at 16 px, aged at strength 0.5 (" in session.table_text(tables.read(aged))
    with pytest.raises(UserError, match=r"not comparable with both: aged is 0\.5, not 0\.0"):
        tables.join([tables.read(both), tables.read(aged)], ["both", "aged"])


def test_rows_of_one_name_are_told_apart(images, tmp_path):
    one = evaluated(tmp_path / "one", [RED], images)
    two = evaluated(tmp_path / "two", [Painter("red", (50, 0, 0))], images)
    joined = tables.join([tables.read(one), tables.read(two)], ["one", "two"])
    names = ["gray", "mean_chroma", "red", "red (raw)", "red [two]", "red [two] (raw)", "truth"]
    assert list(joined.models) == names
    assert tables.join([tables.read(one)] * 2, ["one", "same"]).models.keys() == set(
        tables.read(one).models
    )


def test_other_photos_are_not_comparable(both, images, tmp_path):
    other = evaluated(tmp_path, [RED], images[:5])
    with pytest.raises(UserError, match="other: not comparable with both: ids_sha256 is"):
        tables.join([tables.read(both), tables.read(other)], ["both", "other"])


def test_without_per_image_values_the_table_says_so(images, tmp_path):
    path = evaluated(tmp_path, [RED, BLUE], images, per_image=False)
    table = tables.read(path)
    assert tables.differences(table) == {}
    assert f"No differences by photo for {path}" in session.table_text(table)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"protocol": 1}', "{"])
def test_another_file_is_no_results(tmp_path, text):
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(UserError, match=r"not a results.json of keras_colorizer.evaluate"):
        tables.read(tmp_path / "results.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="none.json: cannot be read"):
        tables.read(tmp_path / "none.json")


def test_a_per_image_file_of_another_evaluation_is_not_used(both, images, tmp_path):
    path = evaluated(tmp_path, [RED], images)
    (tmp_path / results.PER_IMAGE).write_bytes((both.parent / results.PER_IMAGE).read_bytes())
    with pytest.raises(UserError, match=r"per_image.csv: not of the evaluation that wrote"):
        tables.read(path)


def test_cost_counts_the_runs_that_a_run_began_from():
    first = {"photos": 1000, "minutes": 2.0, "cpu_minutes": 3.0, "device": "CPU"}
    then = {"photos": 500, "minutes": 1.0, "cpu_minutes": 1.4, "init": {"training": first}}
    assert tables.cost({"model": {"training": then}}) == ["1,500", "3 (4)"]
    assert tables.cost({"model": {"training": {"photos": 5, "minutes": 1.2}}}) == ["5", "1"]
    assert tables.cost({}) == tables.cost({"model": {}}) == ["–", "–"]
