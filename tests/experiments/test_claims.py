"""What README, cards and recipes claim is what committed results say."""

import json
import re
from pathlib import Path

import pytest

from keras_colorizer.training import cookbook, recipes

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS, SHIPPED = ROOT / "experiments", ROOT / "saved_models" / "flowers"
NUMBER = r"([\d.]+)"
# recipe → (its recorded run, the evaluation of it, the row there)
MEASURED = {
    "chroma": ("flowers-128", "oxford-test-128-flowers", "flowers"),
    "chroma-l": ("chroma-l-128", "oxford-test-128-chroma-l", "chroma-l"),
}

OURS = "oxford-test-128-flowers"
# row of README's first table → (evaluation, the row there)
ROWS = {
    "the gray photo": (OURS, "gray"),
    "one mean chroma": (OURS, "mean_chroma"),
    "the report's autoencoder": ("oxford-test-128", "autoencoder"),
    "the report's GAN": ("oxford-test-128", "gan"),
    "`flowers`": (OURS, "flowers"),
    "`flowers`, as colourful as the report's GAN": (OURS, "flowers × 0.37"),
}
COLUMNS = {
    "PSNR": "psnr",
    "CIEDE2000": "ciede2000",
    "colourfulness": "colourfulness",
    "per-photo ΔCF": "delta_cf_per_image",
    "neutral drift": "neutral_drift",
}


def means(evaluation, row):
    path = EXPERIMENTS / "evaluations" / evaluation / "results.json"
    found = json.loads(path.read_text(encoding="utf-8"))["models"][row]["metrics"]
    return {name: metric["mean"] for name, metric in found.items()}


def agree(told, measured):
    """Whether a number as it is written is the measured one, rounded to as many places."""
    places = len(told.partition(".")[2])
    return float(told) == pytest.approx(round(measured, places))


@pytest.mark.parametrize("name", MEASURED)
def test_a_recipe_says_what_it_took_and_reached(name):
    run, evaluation, row = MEASURED[name]
    environment = json.loads((EXPERIMENTS / "runs" / run / "environment.json").read_text())
    scores = means(evaluation, row)
    docstring = getattr(cookbook, name.replace("-", "_")).__doc__
    for text in (docstring, recipes.get(name).expect):
        words = " ".join(text.split())
        minutes = re.search(rf"{NUMBER} minutes on two cores", words)[1]
        assert agree(minutes, environment["wall_minutes"])
        assert agree(re.search(rf"PSNR {NUMBER} dB", words)[1], scores["psnr"])
        colourfulness = re.search(rf"colourfulness {NUMBER}", words)[1].rstrip(".")
        assert agree(colourfulness, scores["colourfulness"])
    words = " ".join(docstring.split())
    assert agree(re.search(rf"CIEDE2000 {NUMBER}", words)[1], scores["ciede2000"])
    (command,) = re.findall(r"COMMAND: (.*)", docstring)
    recorded = (EXPERIMENTS / "runs" / run / "command.txt").read_text()
    assert recorded.startswith(command)


def test_the_shipped_card_has_the_scores_that_evaluate_gave():
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    for name, measured in means("oxford-test-128-flowers", "flowers").items():
        if card["scores"].get(name) is not None:
            assert card["scores"][name] == pytest.approx(measured, rel=2e-3), name
    assert card["data"]["split"] == "train+validation"


def test_the_readmes_first_table_is_what_was_measured():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(r"^\| Oxford Flowers 102.*?(?=\n\n)", text, re.M | re.S)[0].splitlines()
    heads, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    told = {row[0]: dict(zip(heads, row, strict=True)) for row in rows[1:]}
    assert set(told) == set(ROWS)
    for label, (evaluation, row) in ROWS.items():
        measured = means(evaluation, row)
        for head, metric in COLUMNS.items():
            (cell,) = [v for k, v in told[label].items() if k.startswith(head)]
            assert agree(cell, measured[metric]), (label, head)
    truth = means(OURS, "truth")["colourfulness"]
    assert f"colourfulness → {truth:.1f}" in heads
