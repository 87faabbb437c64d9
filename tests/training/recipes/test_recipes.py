"""Recipes and their typed overrides."""

import dataclasses
import json
import re

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training import recipes
from keras_colorizer.training.recipes import overrides


@pytest.mark.parametrize("name", sorted(recipes.names()))
def test_every_recipe_survives_its_json_and_says_its_command(name, tmp_path):
    recipe = recipes.get(name)
    recipes.write(recipe, tmp_path / "recipe.json")
    assert json.loads(recipes.read(tmp_path / "recipe.json").to_json()) == json.loads(
        recipe.to_json()
    )
    assert recipe.purpose and recipe.expect
    told = recipes.documentation(name)
    command = (
        rf"COMMAND: python -m keras_colorizer.train( --recipe {name})?( --(data|teacher) \S+)*$"
    )
    assert re.search(command, told, re.M)


def test_the_reports_numbers():
    gan = recipes.get("gan")
    assert (gan.objective, gan.loss, gan.shown, gan.ema) == ("bce", "l1", "plain", 0.0)
    assert (gan.zoom, gan.augment, gan.schedule, gan.weight_decay) == (0, 0, "constant", 0)
    assert (gan.size, gan.l1_factor, gan.noise_interval) == (128, 75.0, 5)
    assert gan.update_rule == "accuracy_below"
    assert gan.update_rule_options == {"threshold": 0.8}


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("epochs=3", "epochs", 3),
        ("learning_rate=1e-3", "learning_rate", 1e-3),
        ("flip=no", "flip", False),
        ("epoch_photos=none", "epoch_photos", None),
        ("epoch_photos=64", "epoch_photos", 64),
        ("discriminator=none", "discriminator", None),
        ("discriminator.conditional=true", "discriminator_options", {"conditional": True}),
        ("discriminator.widths=8,16", "discriminator_options", {"widths": (8, 16)}),
        ("update_rule.threshold=0.7", "update_rule_options", {"threshold": 0.7}),
        ("update_rule=always", "update_rule_options", {}),
        ("objective.smoothing=0.1", "objective_options", {"smoothing": 0.1}),
        ("shown=diffaugment", "shown", "diffaugment"),
        ("codec=bins", "codec", "bins"),
    ],
)
def test_settings_are_typed(setting, field, value):
    assert getattr(overrides.apply(recipes.get("gan"), [setting]), field) == value


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("epoch=3", "no field 'epoch'; did you mean 'epochs'"),
        ("epochs", "write it as key=value"),
        ("epochs=many", "epochs takes a whole number"),
        ("flip=perhaps", "flip takes true or false"),
        ("learning_rate=fast", "takes a number"),
        ("epochs=0", "at least 1"),
        ("learning_rate=-1", "above 0"),
        ("precision=float8", "unknown precision 'float8'"),
        ("objective=hnge", "unknown objective 'hnge'.*did you mean 'hinge'"),
        ("objective.smothing=1", "no option 'smothing'; did you mean 'smoothing'"),
        ("shown=rolls", "unknown shown 'rolls'.*did you mean 'rolled'"),
        ("schedule=cosine", "unknown schedule 'cosine'"),
        ("generator.skp=add", "no option 'skp'; did you mean 'skip'"),
        ("update_rule.treshold=1", "did you mean 'threshold'"),
        ("generator.widths=a,b", "whole numbers with commas"),
    ],
)
def test_wrong_settings_are_one_clear_line(setting, told):
    with pytest.raises(UserError, match=told) as error:
        overrides.apply(recipes.get("gan"), [setting])
    assert "\n" not in error.value.message


def test_options_of_a_part_that_is_not_there():
    with pytest.raises(UserError, match="'quickstart' has no discriminator"):
        overrides.apply(recipes.get("quickstart"), ["discriminator.dropout=0.5"])


def test_options_of_a_codec_are_its_own():
    recipe = overrides.apply(recipes.get("colorful"), ["codec.temperature=0.5"])
    assert recipe.codec_options == {"temperature": 0.5}
    assert overrides.apply(recipe, ["codec=bins"]).codec_options == {"temperature": 0.5}
    assert overrides.apply(recipe, ["codec=ycbcr"]).codec_options == {}
    with pytest.raises(UserError, match="codec 'bins' has no option 'temp'.*'temperature'"):
        overrides.apply(recipe, ["codec.temp=0.5"])
    with pytest.raises(UserError, match="unknown field of stage 1 'codec_options'"):
        dataclasses.replace(recipe, stages=({"epochs": 1, "codec_options": {}},))


@pytest.mark.parametrize("share", ["0", "-1", "1.5", "nan"])
def test_a_share_of_the_uniform_distribution_is_one(share):
    with pytest.raises(UserError, match="uniform_share must be above 0 and at most 1"):
        overrides.apply(recipes.get("colorful"), [f"uniform_share={share}"])


@pytest.mark.parametrize("text", ["{", "[]", '{"epochs": 1, "colour": 2}'])
def test_a_damaged_recipe_is_one_clear_line(tmp_path, text):
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(UserError, match="recipe.json: not a recipe"):
        recipes.read(tmp_path / "recipe.json")


def test_recipes_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipes.get("gan").epochs = 1
