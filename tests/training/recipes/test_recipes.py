"""Recipes and their typed overrides."""

import dataclasses
import json
import re

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training import recipes
from keras_colorizer.training.recipes import overrides
from keras_colorizer.training.recipes.sections import Adversary, Part


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
    gan = recipes.keys.flat(recipes.get("gan"))
    told = {"objective": "bce", "loss": "l1", "shown": "plain", "ema": 0, "zoom": 0, "augment": 0}
    told |= {"schedule": "constant", "weight_decay": 0, "size": 128, "l1_factor": 75}
    told |= {"noise_interval": 5, "update_rule": "accuracy_below"}
    told |= {"update_rule_options": {"threshold": 0.8}}
    assert {key: gan[key] for key in told} == told


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
        ("optimizer.learning_rate=1e-3", "learning_rate", 1e-3),
        ("adversary.pixel_weight=50", "l1_factor", 50.0),
        ("adversary.update_rule.threshold=0.7", "update_rule_options", {"threshold": 0.7}),
        ("adversary=patchgan", "discriminator", "patchgan"),
        ("data=photos", "data", "photos"),
        ("data.sources=photos", "data", "photos"),
        ("loss=huber", "loss", "huber"),
        ("loss.name=huber", "loss", "huber"),
        ("out_of_domain=photos", "restraint", "photos"),
        ("run=3", "epochs", 3),
    ],
)
def test_settings_are_typed(setting, field, value):
    assert recipes.keys.flat(overrides.apply(recipes.get("gan"), [setting]))[field] == value


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("epoch=3", "no field 'epoch'; did you mean 'epochs'"),
        ("epochs", "write it as key=value"),
        ("optimizer.lerning_rate=1", "did you mean 'optimizer.learning_rate'"),
        ("augmentation=1", "a recipe has no field 'augmentation'"),
        ("epochs=many", "epochs takes a whole number"),
        ("flip=perhaps", "flip takes true or false"),
        ("learning_rate=fast", "takes a number"),
        ("epochs=0", "at least 1"),
        ("learning_rate=-1", "above 0"),
        ("precision=float8", "unknown precision 'float8'"),
        ("objective.smothing=1", "no option 'smothing'; did you mean 'smoothing'"),
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


def test_an_adversary_comes_and_goes(caplog):
    without = recipes.get("unet")
    assert overrides.apply(recipes.get("gan"), ["discriminator=none"]).adversary is None
    made = overrides.apply(without, ["l1_factor=50", "discriminator=patchgan"])
    assert made.adversary == Adversary(Part("patchgan"), pixel_weight=50.0)
    assert not caplog.messages
    assert overrides.apply(without, ["l1_factor=50"]) == without
    assert caplog.messages == ["`l1_factor=50`: recipe 'unet' has no discriminator, so no effect"]
    stages = recipes.plan(overrides.apply(recipes.get("nogan"), ["adversary.pixel_weight=50"]))
    assert [s.recipe.adversary and s.recipe.adversary.pixel_weight for s in stages] == [
        None,
        50,
        50,
    ]


def test_options_of_a_part_that_is_not_there():
    with pytest.raises(UserError, match="'quickstart' has no discriminator"):
        overrides.apply(recipes.get("quickstart"), ["discriminator.dropout=0.5"])


def test_options_of_a_codec_are_its_own():
    recipe = overrides.apply(recipes.get("colorful"), ["codec.temperature=0.5"])
    assert recipe.codec.options == {"temperature": 0.5}
    assert overrides.apply(recipe, ["codec=bins"]).codec.options == {"temperature": 0.5}
    assert overrides.apply(recipe, ["codec=ycbcr"]).codec.options == {}
    with pytest.raises(UserError, match="codec 'bins' has no option 'temp'.*'temperature'"):
        overrides.apply(recipe, ["codec.temp=0.5"])
    with pytest.raises(UserError, match="unknown field of stage 1 'codec_options'"):
        recipe.changed(stages=({"epochs": 1, "codec_options": {}},))


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
        recipes.get("gan").run.epochs = 1
