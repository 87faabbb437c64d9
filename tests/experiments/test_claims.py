"""What cards and recipes claim is what committed results say; numbers in words: test_numbers.py."""

import json
import re
from pathlib import Path

import commands
import pytest

from keras_colorizer.training import recipes

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS, SHIPPED = ROOT / "experiments", ROOT / "saved_models" / "flowers"
# recipe → its recorded run
MEASURED = {
    "autoencoder": "autoencoder-128",
    "chroma": "flowers-128",
    "chroma-l": "chroma-l-128",
    "gan": "gan-128",
    "photos": "photos-192",
    "quickstart": "quickstart-64",
}


def means(evaluation, row):
    path = EXPERIMENTS / "evaluations" / evaluation / "results.json"
    found = json.loads(path.read_text(encoding="utf-8"))["models"][row]["metrics"]
    return {name: metric["mean"] for name, metric in found.items()}


@pytest.mark.parametrize("name", MEASURED)
def test_what_a_recipe_claims_is_of_its_own_command(name):
    (told,) = re.findall("COMMAND: (.*)", recipes.documentation(name))
    recorded = (EXPERIMENTS / "runs" / MEASURED[name] / "command.txt").read_text().strip()
    assert commands.read(told)["name"] == commands.read(recorded)["name"] == name


def test_the_shipped_card_has_the_scores_that_evaluate_gave():
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    measured = means("oxford-test-128-flowers", "flowers")
    assert card["scores"].keys() == measured.keys() and measured["psnr"]
    for name, value in measured.items():
        told = card["scores"][name]
        assert told == (None if value is None else pytest.approx(value, rel=2e-3)), name
    assert card["data"]["split"] == "train+validation"
