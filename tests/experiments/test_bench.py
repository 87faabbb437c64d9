"""The bench's tables: means over seeds, who dominates, and what recipe gan-augmented claims."""

import json
import re
from pathlib import Path

import bench
import dominance
import pytest

from keras_colorizer.training.recipes import report as recipes_of_systems

HERE = Path(__file__).resolve().parents[2] / "experiments"


def rows(accuracies, l1=(0.2, 0.1), psnr=(18.0, 19.0)):
    """A run's epochs as dominance.read gives them, going from one score to another."""
    last = len(accuracies) - 1
    return [
        {
            "epoch": number + 1,
            "photos": 500.0 * (number + 1),
            "discriminator_accuracy": accuracy,
            "val_discriminator_accuracy": 1.0,
            "update_rate": 0.5,
            "l1": l1[0] + (l1[1] - l1[0]) * number / last,
            "val_psnr": psnr[0] + (psnr[1] - psnr[0]) * number / last,
            "val_colourfulness": 30.0,
        }
        for number, accuracy in enumerate(accuracies)
    ]


def test_seeds_become_their_mean_and_half_their_range():
    assert bench.spread([19.5], 2) == "19.50"
    assert bench.spread([19.0, 19.5], 2) == "19.25 ± 0.25"


def test_epochs_in_the_band_are_counted_over_seeds():
    half, whole = rows([0.5, 0.6, 0.9, 0.95]), rows([0.55, 0.6, 0.7, 0.8])
    found = dict(zip(dominance.HEADS, dominance.cells([half, whole]), strict=True))
    assert found["in the band: training"] == "75 %" and found["validation"] == "0 %"
    assert found["pixel loss"] == "0.200 → 0.100"
    assert (found["seeds"], found["epochs"], found["photos an epoch"]) == (2, 4, "500")


@pytest.fixture
def records(tmp_path):
    """Two seeds of one system, and the evaluation that its random sister stands in."""

    def entry(cf, psnr, trained=True):
        numbers = dict.fromkeys(bench.COLUMNS, 1.0) | {"colourfulness": cf, "psnr": psnr}
        metrics = {key: {"mean": value} for key, value in numbers.items()}
        metrics["neutral_hue"] = {"mean": None}
        training = {"photos": 512, "minutes": 1.0, "cpu_minutes": 2.0}
        return {"metrics": metrics} | ({"model": {"training": training}} if trained else {})

    for name, models in {
        bench.FLOWERS[0]: {"gan": entry(20, 19), "gan (raw)": entry(0, 0)},
        bench.FLOWERS[1]: {"gan": entry(22, 20)},
        bench.RANDOM[0]: {
            "gan (runs/random/gan-s0)": entry(30, 1),
            "gan (runs/random-wide/gan-s0)": entry(10, 1),
        },
    }.items():
        floors = {floor: entry(0, 1, False) for floor in ("gray", "mean_chroma")}
        folder = tmp_path / "evaluations" / name
        folder.mkdir(parents=True)
        found = {**floors, **models, "truth": entry(40, 100, False)}
        (folder / "results.json").write_text(json.dumps({"protocol": {}, "models": found}))
    return tmp_path


def test_a_system_has_one_row_whatever_its_seeds(records):
    head, _, *table = bench.systems_table(records).splitlines()
    assert "colourfulness → 40.0" in head
    assert [line.split("|")[1].strip() for line in table] == ["gray", "mean chroma", "`gan`"]
    cells = [cell.strip() for cell in table[-1].strip("|").split("|")]
    assert cells[1:4] == ["2", "2", "19.50 ± 0.50"]


def test_variants_on_random_images_are_told_apart(records):
    table = [line.split("|")[1:] for line in bench.random_table(records).splitlines()[2:]]
    told = {row[0].strip(): [cell.strip() for cell in row[1:-1]] for row in table}
    assert told["`gan`"] == ["512", "0.75", "1.0", "–", "–", "0.50", "1.0"]
    assert told["`gan`, wide"] == ["512", "0.25", "1.0", "–", "–", "–", "–"]


def test_the_remedy_against_dominance_does_what_its_recipe_says():
    runs = sorted((HERE / "runs").glob("bench-gan-augmented-s[0-9]"))
    seeds = [dominance.read(run) for run in runs]
    assert len(seeds) == 2
    for seed in seeds:
        assert len(seed) >= 20 and seed[0]["photos"] >= 500
        assert all(dominance.share(seed, accuracy) >= 0.9 for accuracy in dominance.ACCURACIES)
    words = " ".join(recipes_of_systems.gan_augmented.__doc__.split())
    told = [re.search(rf"{w} from ([\d.]+) to ([\d.]+)", words) for w in ("falls", "rises")]
    for found, column in zip(told, ("l1", "val_psnr"), strict=True):
        ends = [
            sum(end) / 2
            for end in zip(*(dominance.quarters(s, column) for s in seeds), strict=True)
        ]
        places = len(found[1].partition(".")[2])
        assert [f"{end:.{places}f}" for end in ends] == [found[1], found[2]]
