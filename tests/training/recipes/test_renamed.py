"""Recipes of earlier versions load, and mean what they meant."""

import json
from pathlib import Path

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training import recipes
from keras_colorizer.training.recipes import renamed

RUNS = Path(__file__).resolve().parents[3] / "experiments" / "runs"
RECORDED = sorted(RUNS.glob("*/recipe.json"))


def test_there_are_recorded_recipes():
    assert len(RECORDED) >= 62
    keys = {key for path in RECORDED for key in json.loads(path.read_text("utf-8"))}
    assert keys >= renamed.KEYS.keys()  # so that the test below meets each of them


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_every_recorded_recipe_loads_with_all_that_it_says(path):
    told, recipe = json.loads(path.read_text("utf-8")), recipes.read(path)
    stages = told.pop("stages", [])
    assert len(recipe.stages) == len(stages)
    about = {name: getattr(recipe, name) for name in ("name", "purpose", "expect")}
    whole = about | recipes.keys.flat(recipe)
    for before, after in [(told, whole), *zip(stages, recipe.stages, strict=True)]:
        kept = before.keys() - renamed.KEYS.keys()
        if after is whole and recipe.adversary is None:
            kept -= recipes.keys.ADVERSARIAL - {"discriminator"}
        if before.get("pixel_loss") and before.get("discriminator"):
            assert after["loss"] == before["pixel_loss"]
            kept -= {"loss"}
        if "moved" in before and "shown" in after:
            assert after["shown"] == ("rolled" if before["moved"] else "plain")
        loaded = json.loads(json.dumps({key: after[key] for key in kept}))
        assert loaded == {key: before[key] for key in kept}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"moved": True}, {"shown": "rolled"}),
        ({"moved": False}, {"shown": "plain"}),
        ({"loss": "huber", "pixel_loss": "l1", "discriminator": None},
         {"loss": "huber", "discriminator": None}),
        ({"loss": "l1", "pixel_loss": "huber", "discriminator": "patchgan"},
         {"loss": "huber", "discriminator": "patchgan"}),
        ({"loss": "l1", "stages": [{"discriminator": "patchgan", "pixel_loss": "mse"}, {}]},
         {"loss": "l1", "stages": [{"discriminator": "patchgan", "loss": "mse"}, {}]}),
        ({"epochs": 3, "colour": 1}, {"epochs": 3, "colour": 1}),
    ],
)  # fmt: skip
def test_a_renamed_key_keeps_its_meaning(old, new):
    before = json.dumps(old)
    assert renamed.current(old) == new
    assert json.dumps(old) == before


def test_no_key_is_renamed_to_one_that_there_is_not():
    fields = set(recipes.keys.every())
    assert not renamed.KEYS.keys() & fields
    for key, replace in renamed.KEYS.items():
        assert set(replace(True, {"discriminator": "patchgan"})) <= fields, key


@pytest.mark.parametrize("text", ['{"stages": 1}', '{"stages": [1]}', "3", '"text"'])
def test_what_is_no_recipe_is_one_clear_line(tmp_path, text):
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(UserError, match="recipe.json: not a recipe"):
        recipes.read(tmp_path / "recipe.json")
