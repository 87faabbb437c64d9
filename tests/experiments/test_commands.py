"""Recorded commands run as they stand, and train what is recorded."""

import json
from pathlib import Path

import commands
import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training import fit, recipes

HERE = Path(__file__).resolve().parents[2] / "experiments"
RUNS = sorted(path for path in (HERE / "runs").iterdir())
# What a field's absence meant when these ran is no longer its default: their commands say it, and
# their notes why.
MEANT = {
    "chroma-128": ["generator_options"],
    "chroma-gan-128": ["generator_options"],
    "chroma-gan-relu-128": ["generator_options"],
    "chroma-relu6-128": ["generator_options"],
    "chroma-terms-128": ["generator_options"],
    "chroma-vivid-modest-128": ["stages"],
    "chroma-vivid-modest-2-128": ["stages"],
    "chroma-vivid-neutral-6-128": ["stages"],
}
EDITED = {
    "chroma-adversarial-128", "chroma-adversarial-5-128", "chroma-gan-relu-128",
    "chroma-stages-128", "chroma-vivid-128", "chroma-vivid-2-128", "flowers-128",
    "photos-192",
    *(f"photos-branch-{x}" for x in ("bins", "hue", "plain", "vivid")),
}  # fmt: skip


def text(folder, name):
    path = folder / name
    return " ".join(path.read_text("utf-8").split()) if path.is_file() else ""


@pytest.mark.parametrize("folder", RUNS, ids=lambda folder: folder.name)
def test_a_recorded_command_trains_the_recorded_recipe(folder):
    command = (folder / "command.txt").read_text("utf-8")
    assert command == command.strip() + "\n"
    recorded, trained = recipes.read(folder / "recipe.json"), commands.recipe(command.strip())
    assert commands.differences(trained, recorded) == MEANT.get(folder.name, [])
    assert folder.name not in MEANT or "the command s" in text(folder, "note.txt")
    name = commands.read(command.strip())["name"]
    if name.endswith(".json"):
        assert name == f"experiments/runs/{folder.name}/recipe.json"


def test_a_run_that_begins_from_another_says_which():
    trained = {commands.read(text(other, "command.txt"))["folder"]: other.name for other in RUNS}
    trained["photos"] = "photos-192"  # the shipped model's
    begun = {folder: recipes.read(folder / "recipe.json").run.init for folder in RUNS}
    begun = {folder: first for folder, first in begun.items() if first not in (None, "imagenet")}
    assert len(begun) >= 13
    for folder, first in begun.items():
        said = f"begins from {first}, which is {trained[first]}:"
        assert said in text(folder, "note.txt"), folder.name


@pytest.mark.parametrize("folder", RUNS, ids=lambda folder: folder.name)
def test_a_note_says_what_was_edited_and_what_is_not_known(folder):
    environment, note = (
        json.loads((folder / "environment.json").read_text()),
        text(folder, "note.txt"),
    )
    known = environment.get("commits") or environment.get("commit")
    assert known or "No commit is known" in note
    assert ("edited by hand" in note) == (folder.name in EDITED)
    written = (folder / "recipe.json").read_text("utf-8")
    assert folder.name in EDITED or written == json.dumps(json.loads(written), indent=2) + "\n"


def _distinct():
    """Every recorded command's stages shrunk by smoke, those once that differ in no part."""
    found = {}
    for folder in RUNS:
        recipe = recipes.smoke(commands.recipe(text(folder, "command.txt")))
        for stage in recipes.plan(recipe):
            fields = recipes.keys.flat(stage.recipe)
            for key in ("seed", "init", "epochs", "data"):
                del fields[key]
            found.setdefault(json.dumps(fields), (f"{folder.name}-{stage.number}", stage.recipe))
    return list(found.values())


@pytest.mark.parametrize("recipe", [pytest.param(r, id=name) for name, r in _distinct()])
def test_every_recorded_recipe_builds(recipe):
    fit.build(recipe)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("python -m keras_colorizer.train --recipe gan (stage 3 alone)", "unexpected extra arg"),
        ("python -m keras_colorizer.train --recipe gan\npython x.py", "not one line"),
        ("python -m keras_colorizer.train && echo", "unexpected extra arg"),
        ("python -m keras_colorizer.train --epochs 3", "No such option"),
        ("python -m keras_colorizer.train --list", "trains nothing"),
        ("python -m keras_colorizer.train --run runs/a --resume", "goes on with a run"),
        ("python -m keras_colorizer.evaluate flowers", "begins with neither"),
        ("python experiments/systems.py", "name one system"),
        ("python experiments/systems.py gan unet", "name one system"),
        ("python experiments/systems.py gan --list", "name one system"),
        ("python experiments/systems.py ganz", "not what systems.py takes"),
    ],
)
def test_what_is_no_command_is_refused(command, told, capsys):
    with pytest.raises(ValueError, match=told):
        commands.recipe(command)


def test_a_mistyped_setting_is_refused():
    with pytest.raises(UserError, match="did you mean 'epochs'"):
        commands.recipe("python -m keras_colorizer.train --set epoch=3")
