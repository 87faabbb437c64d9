"""Recipes: everything that makes a run repeatable. No TensorFlow here, so that help is instant."""

import dataclasses
import json
from pathlib import Path

from keras_colorizer.errors import UserError, choose
from keras_colorizer.training.recipes import renamed
from keras_colorizer.utils.files import write_text
from keras_colorizer.utils.registry import Registry

RECIPES = Registry(
    "recipe", *(f"{__name__}.{module}" for module in ("flagship", "report", "published"))
)
# What a stage may not change: it would be another run.
FIXED = {
    "name",
    "purpose",
    "expect",
    "data",
    "folder_cap",
    "train_on",
    "restraint",
    "fit",
    "codec",
    "generator",
}
FIXED |= {"codec_options", "uniform_share"}
FIXED |= {"generator_options", "seed", "init", "finetune", "deliver", "saturation", "monitor"}
FIXED |= {"monitor_mode", "teacher", "stages", "test_photos"}


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One training run, as plain values.

    ``codec``, ``generator``, ``discriminator`` and ``update_rule`` name registered parts; their own
    options stand in the dict beside each and are set as ``--set generator.skip=concat``. Each of
    ``stages`` is a dict of fields that are different in it; ``epochs`` is then their sum.
    ``data`` is a source, or several as ``--data`` takes them, each with its weight;
    ``folder_cap`` limits the training photos of each folder of a folder source. ``monitor`` is the
    column of metrics.csv whose best epoch is kept; with ``val_folder_psnr``,
    ``val_folder_ciede2000`` and ``val_folder_gain`` every folder counts alike. Of a mix
    ``validation_photos`` are drawn evenly over folders, of one source they are its first;
    ``test_photos`` are those that the finished run is scored on, evenly over folders.
    ``finetune`` takes network, codec and size from the card of ``init``, and exports only what is
    not worse than that on the validation photos. ``teacher`` is a finished run or a shipped model
    whose chroma, times ``teacher_saturation``, has ``teacher_weight`` of 1 in the target, beside
    the truth's. ``uniform_share`` is λ of ``prior.weights``, for
    ``cross_entropy``; 1 rebalances nothing.
    """

    name: str = "custom"
    purpose: str = ""
    expect: str = ""
    data: str | tuple = "oxford_flowers102"
    folder_cap: int | None = None
    train_on: str = "train"
    size: int = 128
    fit: str = "stretch"
    validation_photos: int | None = None
    test_photos: int | None = None
    codec: str = "rgb"
    codec_options: dict = dataclasses.field(default_factory=dict)
    generator: str = "unet"
    generator_options: dict = dataclasses.field(default_factory=dict)
    discriminator: str | None = None
    discriminator_options: dict = dataclasses.field(default_factory=dict)
    update_rule: str = "accuracy_below"
    update_rule_options: dict = dataclasses.field(default_factory=dict)
    loss: str = "l1"
    uniform_share: float = 0.5
    saturation_weight: float = 0.0
    colourfulness_weight: float = 0.0
    neutral_weight: float = 0.0
    restraint: str | None = None
    restraint_batch: int = 8
    restraint_weight: float = 1.0
    restraint_saturation: float = 1.0
    restraint_terms: bool = False
    headroom_weight: float = 0.0
    l1_factor: float = 75.0
    objective: str = "bce"
    objective_options: dict = dataclasses.field(default_factory=dict)
    shown: str = "plain"
    frozen: bool = False
    noise_interval: int = 5
    epochs: int = 10
    epoch_photos: int | None = None
    batch: int = 16
    learning_rate: float = 2e-4
    schedule: str = "constant"
    momentum: float = 0.9
    second_momentum: float = 0.999
    weight_decay: float = 0.0
    ema: float = 0.0
    backbone_learning_rate: float | None = None
    backbone_frozen: int = 0
    discriminator_learning_rate: float = 2e-4
    discriminator_schedule: str = "constant"
    discriminator_momentum: float = 0.5
    flip: bool = True
    zoom: float = 0.0
    augment: float = 0.0
    age: float = 0.0
    precision: str = "float32"
    deterministic: bool = False
    seed: int = 0
    init: str | None = None
    finetune: bool = False
    teacher: str | None = None
    teacher_weight: float = 1.0
    teacher_saturation: float = 1.0
    monitor: str = "val_psnr"
    monitor_mode: str = "max"
    deliver: str = "best"
    saturation: float = 1.0
    sheet_interval: int = 1
    converged_patience: int | None = None
    drift_limit: float | None = None
    drift_patience: int = 3
    stages: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, "stages", tuple(self.stages))
        if isinstance(self.data, list | tuple):
            data = tuple(self.data)
            object.__setattr__(self, "data", data if len(data) != 1 else data[0])
        if self.stages:
            epochs = sum(stage.recipe.epochs for stage in plan(self))
            object.__setattr__(self, "epochs", epochs)
        for field, choices in CHOICES.items():
            choose(field, getattr(self, field), choices)
        for field in COUNTS:
            value = getattr(self, field)
            if value is not None and value < 1:
                raise UserError(f"recipe field {field} is {value}: it must be at least 1")
        if not 0 < self.uniform_share <= 1:
            raise UserError("recipe field uniform_share must be above 0 and at most 1")
        if not 0 <= self.age <= 1:
            raise UserError(f"recipe field age is {self.age}: it must be 0 to 1")
        if not 0 <= self.teacher_weight <= 1:
            raise UserError(
                f"recipe field teacher_weight is {self.teacher_weight}: it must be 0 to 1"
            )
        for field in RATES:
            if getattr(self, field) is not None and not getattr(self, field) > 0:
                raise UserError(f"recipe field {field} must be above 0")

    @property
    def modest(self):
        """How many photos of ``restraint`` stand at the end of each batch."""
        return self.restraint_batch if self.restraint else 0

    @property
    def roles(self):
        """The roles of the photos that are trained on, a list."""
        return self.train_on.split("+")

    def to_json(self):
        """The recipe as JSON text, for a run folder."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"


DEFAULTS = {f.name: f.default for f in dataclasses.fields(Recipe)}
STAGED = [f.name for f in dataclasses.fields(Recipe) if f.name not in FIXED]
# Where these agree, optimizers of a stage can go on with the slots of the one before.
OPTIMIZED = ("discriminator", "discriminator_options", "weight_decay", "ema", "precision")
OPTIMIZED += ("backbone_frozen",)
RATES = ("learning_rate", "backbone_learning_rate", "discriminator_learning_rate", "saturation")
RATES += ("teacher_saturation",)
COUNTS = ("size", "epochs", "batch", "epoch_photos", "validation_photos", "test_photos")
COUNTS += ("folder_cap",)
CHOICES = {
    "fit": ("stretch", "crop"),
    "train_on": ("train", "train+validation"),
    "precision": ("float32", "mixed_float16", "mixed_bfloat16"),
    "schedule": ("constant", "one_cycle"),
    "discriminator_schedule": ("constant", "one_cycle"),
    "deliver": ("best", "last"),
    "monitor_mode": ("min", "max"),
}


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
    return dataclasses.replace(RECIPES.find(name)(), name=name)


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
        return self.first + self.recipe.epochs


def _rates(recipe):
    """How many learning rates a recipe's generator has, each with an optimizer."""
    return 1 if recipe.backbone_learning_rate is None else 2


def plan(recipe):
    """The stages of a recipe in their order; one if it names none.

    Raises:
        UserError: a stage with a field that there is not, or that it may not change.
    """
    found = []
    for number, fields in enumerate(recipe.stages or [{}], start=1):
        for key in fields:
            choose(f"field of stage {number}", key, STAGED)
        stage = dataclasses.replace(recipe, stages=(), **fields)
        before = found[-1] if found else None
        same = before and all(getattr(before.recipe, f) == getattr(stage, f) for f in OPTIMIZED)
        same = same and _rates(before.recipe) == _rates(stage)
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
        return Recipe(**renamed.current(fields))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; is {path.parent} a run folder?") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: not a recipe of this version ({error})") from None


def write(recipe, path):
    """Writes a recipe as JSON, whole or not at all."""
    write_text(path, recipe.to_json())


def smoke(recipe):
    """The same recipe shrunk to seconds: tiny photos, few of them, two epochs or one a stage."""
    small = {"size": 32, "epoch_photos": 16, "batch": 8, "validation_photos": 8}
    stages = tuple({**s, **{k: v for k, v in small.items() if k in s}} for s in recipe.stages)
    stages = tuple({**stage, "epochs": 1} for stage in stages)
    return dataclasses.replace(recipe, epochs=2, **small, stages=stages)
