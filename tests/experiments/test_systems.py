"""The bench gives every system the same photos."""

import argparse

import pytest
import systems

from keras_colorizer.training import recipes
from keras_colorizer.training.recipes import overrides

OPTIONS = argparse.Namespace(photos=10_240, size=64, seed=3, precision="float32", data=None, set=[])


@pytest.mark.parametrize("name", systems.SYSTEMS)
def test_every_system_sees_as_many_photos_of_one_size(name):
    settings = systems.settings(name, OPTIONS)
    recipe = overrides.apply(recipes.get(name), [f"{k}={v}" for k, v in settings.items()])
    assert recipe.run.epochs == 20 and recipe.run.seed == 3 and recipe.run.precision == "float32"
    for stage in recipes.plan(recipe):
        assert (stage.recipe.data.size, stage.recipe.data.epoch_photos) == (64, 512)
        assert stage.recipe.data.validation_photos == 256
        assert not (stage.recipe.adversary and stage.recipe.adversary.converged_patience)


def test_a_run_that_was_begun_goes_on(tmp_path):
    command = systems.command("gan", tmp_path, OPTIONS)
    assert command[1:5] == ["-m", "keras_colorizer.train", "--recipe", "gan"]
    (tmp_path / "recipe.json").write_text("{}")
    assert systems.command("gan", tmp_path, OPTIONS)[-1] == "--resume"


def test_a_user_changes_a_field_of_all(tmp_path):
    options = argparse.Namespace(**{**vars(OPTIONS), "set": ["generator.width=8"]})
    assert systems.command("colorful", tmp_path, options)[-2:] == ["--set", "generator.width=8"]
