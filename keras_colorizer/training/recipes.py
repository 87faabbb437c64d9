"""Recipes: everything that makes a run repeatable. No TensorFlow here, so that help is instant."""

import dataclasses
import json
from pathlib import Path

from keras_colorizer.errors import UserError, choose
from keras_colorizer.images.files import write_text

RECIPES = {}


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One training run, as plain values.

    ``generator``, ``discriminator`` and ``update_rule`` name registered parts; their own options
    stand in the dict beside each and are set as ``--set generator.skip=concat``.

    Example:
        >>> Recipe(generator="autoencoder", epochs=3).batch
        16
    """

    name: str = "custom"
    purpose: str = ""
    expect: str = ""
    data: str = "oxford_flowers102"
    size: int = 128
    fit: str = "stretch"
    validation_photos: int | None = None
    codec: str = "rgb"
    generator: str = "unet"
    generator_options: dict = dataclasses.field(default_factory=dict)
    discriminator: str | None = None
    discriminator_options: dict = dataclasses.field(default_factory=dict)
    update_rule: str = "accuracy_below"
    update_rule_options: dict = dataclasses.field(default_factory=dict)
    loss: str = "l1"
    saturation_weight: float = 0.0
    l1_factor: float = 75.0
    pixel_loss: str = "l1"
    objective: str = "bce"
    moved: bool = False
    noise_interval: int = 5
    epochs: int = 10
    epoch_photos: int | None = None
    batch: int = 16
    learning_rate: float = 2e-4
    schedule: str = "constant"
    momentum: float = 0.9
    weight_decay: float = 0.0
    ema: float = 0.0
    discriminator_learning_rate: float = 2e-4
    discriminator_momentum: float = 0.5
    flip: bool = True
    zoom: float = 0.0
    augment: float = 0.0
    precision: str = "float32"
    deterministic: bool = False
    seed: int = 0
    init: str | None = None
    monitor: str = "val_psnr"
    monitor_mode: str = "max"
    deliver: str = "best"
    sheet_interval: int = 1
    converged_patience: int | None = None
    drift_limit: float | None = None
    drift_patience: int = 3

    def __post_init__(self):
        for field, choices in CHOICES.items():
            choose(field, getattr(self, field), choices)
        for field in ("size", "epochs", "batch", "epoch_photos", "validation_photos"):
            value = getattr(self, field)
            if value is not None and value < 1:
                raise UserError(f"recipe field {field} is {value}: it must be at least 1")
        for field in ("learning_rate", "discriminator_learning_rate"):
            if not getattr(self, field) > 0:
                raise UserError(f"recipe field {field} must be above 0")

    def to_json(self):
        """The recipe as JSON text, for a run folder."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"


CHOICES = {
    "fit": ("stretch", "crop"),
    "precision": ("float32", "mixed_float16", "mixed_bfloat16"),
    "objective": ("bce", "hinge"),
    "schedule": ("constant", "one_cycle"),
    "deliver": ("best", "last"),
    "monitor_mode": ("min", "max"),
}


def recipe(function):
    """Makes a function that returns a Recipe known by its name; its docstring says what it is for.

    Example:
        >>> @recipe
        ... def tiny():
        ...     return Recipe(epochs=1)
    """
    RECIPES[function.__name__] = function
    return function


def get(name):
    """The recipe called ``name``; a UserError lists the known ones.

    Example:
        >>> get("gan").l1_factor
        75.0
    """
    function = RECIPES[choose("recipe", name, RECIPES)]
    return dataclasses.replace(function(), name=name)


def read(path):
    """Reads a run's recipe.json.

    Raises:
        UserError: no such file, not JSON, or fields this version does not know.

    Example:
        >>> read("runs/0001-gan/recipe.json").name
        'gan'
    """
    path = Path(path)
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Recipe(**fields)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; is {path.parent} a run folder?") from None
    except (ValueError, TypeError) as error:
        raise UserError(f"{path}: not a recipe of this version ({error})") from None


def write(recipe, path):
    """Writes a recipe as JSON, whole or not at all.

    Example:
        >>> write(get("gan"), "runs/0001-gan/recipe.json")
    """
    write_text(path, recipe.to_json())


def smoke(recipe):
    """The same recipe shrunk to seconds: tiny photos, few of them, two epochs.

    Example:
        >>> smoke(get("gan")).size
        32
    """
    return dataclasses.replace(
        recipe, size=32, epochs=2, epoch_photos=16, batch=8, validation_photos=8
    )


@recipe
def quickstart():
    """The main job in a minute: a small U-Net learns the embedded procedural garden.

    COMMAND: python -m keras_colorizer.train --recipe quickstart
    """
    return Recipe(
        purpose="see the whole thing work in under 3 minutes, without any data",
        expect="1 minute on two cores; test PSNR 21.1 dB (mean chroma: 15.5), colourfulness 83",
        data="synthetic",
        size=64,
        generator="unet",
        generator_options={"widths": (16, 32, 64, 128), "batch_norm_momentum": 0.9},
        epochs=10,
        learning_rate=2e-3,
        batch=32,
    )


@recipe
def autoencoder():
    """The report's baseline: an autoencoder without skips, L1 to the photo's colours.

    COMMAND: python -m keras_colorizer.train --recipe autoencoder
    """
    return Recipe(
        purpose="the report's baseline: small, quick, blurred",
        expect="13 minutes on two cores; test PSNR 19.7 dB (mean chroma: 19.3), colourfulness 21",
        generator="autoencoder",
        epochs=9,
        batch=32,
        learning_rate=1e-3,
        validation_photos=256,
    )


@recipe
def gan():
    """The report's GAN: additive-skip generator, accuracy-gated discriminator, 75 × L1.

    COMMAND: python -m keras_colorizer.train
    """
    return Recipe(
        purpose="the report's system: a GAN with an accuracy-gated discriminator",
        expect="62 minutes on two cores with --set precision=mixed_bfloat16 where the CPU has it, "
        "about 100 (by its pace) without; test PSNR 19.6 dB (mean chroma: 19.3), colourfulness 23",
        generator="unet",
        generator_options={"batch_norm_momentum": 0.9},
        discriminator="discriminator",
        update_rule_options={"threshold": 0.8},
        epochs=30,
        converged_patience=3,
        epoch_photos=512,
        batch=16,
        momentum=0.5,
        validation_photos=64,
    )


@recipe
def chroma():
    """The flagship's first stage: a small network learns chroma at a quarter of the size.

    COMMAND: python -m keras_colorizer.train --recipe chroma
    """
    return Recipe(
        purpose="the flagship's first stage: right colours from a network of 1.4 M weights",
        expect="31 minutes on two shared cores (21 of CPU time) with --set "
        "precision=mixed_bfloat16; test PSNR 20.3 dB (mean chroma: 19.3), colourfulness 36 "
        "(measured with --set generator.activation=relu; 7 epochs of relu6 after it: 20.5)",
        codec="ycbcr",
        generator="chroma",
        loss="huber",
        zoom=0.3,
        augment=0.5,
        epochs=20,
        batch=32,
        learning_rate=3e-3,
        schedule="one_cycle",
        weight_decay=0.02,
        validation_photos=256,
        deliver="last",
        sheet_interval=2,
    )


@recipe
def chroma_gan():
    """The flagship's second stage: chroma grows vivid against a discriminator of chroma.

    COMMAND: python -m keras_colorizer.train --recipe chroma_gan --init RUN, where RUN is a finished
    run of the recipe chroma.
    """
    return Recipe(
        purpose="the flagship's second stage: natural colours; --init RUN, a run of chroma",
        expect="10 minutes on two shared cores with --set precision=mixed_bfloat16, after "
        "those of chroma; test PSNR 19.4 dB (mean chroma: 19.3), colourfulness 55",
        codec="ycbcr",
        generator="chroma",
        discriminator="chroma_discriminator",
        update_rule="always",
        objective="hinge",
        pixel_loss="huber",
        l1_factor=20.0,
        moved=True,
        noise_interval=0,
        zoom=0.3,
        augment=0.5,
        epochs=5,
        batch=32,
        momentum=0.0,
        learning_rate=2e-4,
        discriminator_learning_rate=4e-4,
        discriminator_momentum=0.0,
        ema=0.995,
        validation_photos=256,
        deliver="last",
    )
