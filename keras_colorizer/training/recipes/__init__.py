"""Recipes: everything that makes a run repeatable. No TensorFlow here, so that help is instant."""

import dataclasses
import json
from pathlib import Path

from keras_colorizer.errors import UserError, choose
from keras_colorizer.training.recipes import keys, renamed
from keras_colorizer.training.recipes.sections import (
    Adversary,
    Augmentation,
    Data,
    Loss,
    Optimizer,
    OutOfDomain,
    Part,
    Run,
    Teacher,
)
from keras_colorizer.utils.files import write_text
from keras_colorizer.utils.registry import Registry

RECIPES = Registry(
    "recipe", *(f"{__name__}.{module}" for module in ("flagship", "report", "published"))
)
# Where these agree, optimizers of a stage can go on with the slots of the one before.
OPTIMIZED = ("discriminator", "discriminator_options", "weight_decay", "ema", "precision")
OPTIMIZED += ("backbone_frozen",)
ABOUT = ("name", "purpose", "expect", "stages")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One training run, as plain values in sections; see `sections` for what each field means.

    Attributes:
        name, purpose, expect: what it is called, is for, and takes and gives.
        codec, generator: registered parts.
        adversary: None for a run without discriminator.
        stages: for each stage a dict of what is different in it, by the fields' short names, such
            as ``{"size": 192, "epochs": 3}``; ``run.epochs`` is then their sum.
    """

    name: str = "custom"
    purpose: str = ""
    expect: str = ""
    data: Data = Data()
    augmentation: Augmentation = Augmentation()
    codec: Part = dataclasses.field(default_factory=lambda: Part("rgb"))
    generator: Part = dataclasses.field(default_factory=lambda: Part("unet"))
    loss: Loss = Loss()
    out_of_domain: OutOfDomain = OutOfDomain()
    teacher: Teacher = Teacher()
    optimizer: Optimizer = Optimizer()
    adversary: Adversary | None = None
    run: Run = Run()
    stages: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, "stages", tuple(self.stages))
        if self.stages:
            epochs = sum(stage.recipe.run.epochs for stage in plan(self))
            object.__setattr__(self, "run", dataclasses.replace(self.run, epochs=epochs))

    @classmethod
    def of(cls, fields):
        """The recipe of fields by their short names; what is missing has its default.

        Raises:
            UserError: a name that there is not, or a value that its section refuses.
        """
        about = {name: fields[name] for name in ABOUT if name in fields}
        names = {*ABOUT, *keys.every()}
        for key in fields:
            if key not in names:
                choose("field of a recipe", key, keys.every())
        return cls(**about, **keys.sections(fields))

    def changed(self, **fields):
        """The recipe with other values in some fields, by their short names.

        Without an adversary, what is said of one counts for nothing.

        Raises:
            UserError: a name that there is not, or a value that its section refuses.
        """
        about = {name: getattr(self, name) for name in ABOUT}
        return Recipe.of(about | keys.flat(self) | fields)

    def to_json(self):
        """The recipe as JSON text, for a run folder."""
        found = {name: getattr(self, name) for name in ABOUT if name != "stages"}
        found |= keys.nested(keys.flat(self))
        found["stages"] = [keys.nested(stage) for stage in self.stages]
        return json.dumps(found, indent=2) + "\n"


DEFAULTS = keys.flat(Recipe())
STAGED = keys.every(lambda place: place.staged)


def recipe(function):
    """Makes a function that returns a Recipe known by its name, dashes for underscores.

    Its docstring says what it is for.
    """
    return RECIPES.register(function.__name__.replace("_", "-"))(function)


def names():
    """The names of all recipes, in the order in which they are written down."""
    return list(RECIPES)


def documentation(name):
    """The docstring of the recipe called ``name``."""
    return RECIPES.find(name).__doc__


def get(name):
    """The recipe called ``name``, or of a file ``….json``; a UserError lists the known ones."""
    if str(name).endswith(".json"):
        return read(name)
    return RECIPES.find(name)().changed(name=name)


@dataclasses.dataclass(frozen=True)
class Stage:
    """A part of a run: epochs ``first`` up to, not including, ``last`` of one recipe.

    ``continues`` says whether its optimizers go on from the stage before.
    """

    number: int
    recipe: Recipe
    first: int
    continues: bool

    @property
    def last(self):
        """The number of epochs that are done when the stage is."""
        return self.first + self.recipe.run.epochs


def _optimizers(recipe):
    """What decides which slots a recipe's optimizers have, one of the generator's or two."""
    fields = keys.flat(recipe)
    rates = 1 if recipe.optimizer.backbone_learning_rate is None else 2
    return [rates, *(fields.get(key) for key in OPTIMIZED)]


def plan(recipe):
    """The stages of a recipe in their order; one if it names none.

    Raises:
        UserError: a stage with a field that there is not, or that it may not change.
    """
    found = []
    for number, fields in enumerate(recipe.stages or [{}], start=1):
        for key in fields:
            choose(f"field of stage {number}", key, STAGED)
        stage = recipe.changed(stages=(), **fields)
        before = found[-1] if found else None
        same = before and _optimizers(before.recipe) == _optimizers(stage)
        found.append(Stage(number, stage, before.last if before else 0, bool(same)))
    return found


def read(path):
    """Reads a run's recipe.json, of this version or an earlier one (see ``renamed``).

    Raises:
        UserError: no such file, not JSON, or fields this version does not know.
    """
    path = Path(path)
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(fields, dict):
            raise TypeError(f"a {type(fields).__name__}, not an object")
        fields = renamed.current(fields)
        return Recipe.of(fields)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; is {path.parent} a run folder?") from None
    except (ValueError, TypeError, AttributeError, UserError) as error:
        raise UserError(f"{path}: not a recipe of this version ({error})") from None


def write(recipe, path):
    """Writes a recipe as JSON, whole or not at all."""
    write_text(path, recipe.to_json())


def smoke(recipe):
    """The same recipe shrunk to seconds: tiny photos, few of them, two epochs or one a stage."""
    small = {"size": 32, "epoch_photos": 16, "batch": 8, "validation_photos": 8}
    stages = tuple({**s, **{k: v for k, v in small.items() if k in s}} for s in recipe.stages)
    stages = tuple({**stage, "epochs": 1} for stage in stages)
    return recipe.changed(epochs=2, **small, stages=stages)
