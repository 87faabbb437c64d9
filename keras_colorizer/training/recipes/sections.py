"""What a recipe is made of: sections that check themselves and go whole to what they configure."""

import dataclasses
import math

from keras_colorizer.errors import UserError, choose

POSITIVE = math.nextafter(0, 1)  # the least number above 0


def known(default, key, *, staged=True, resumed=False, main=False, choices=None, low=None,
          high=None):  # fmt: skip
    """A field of a section.

    Args:
        default: its value where a recipe does not say another.
        key: its short name for ``--set`` and in stages, unique among all sections.
        staged: a stage may change it.
        resumed: a resumed run may change it.
        main: what the section's own name stands for in ``--set``.
        choices: the texts that it may be.
        low, high: the least and the largest that it may be, in its unit; None is always allowed
            where it is the default.
    """
    facts = {"key": key, "staged": staged, "resumed": resumed, "main": main}
    facts |= {"choices": choices, "low": low, "high": high}
    if isinstance(default, dict | Part):
        return dataclasses.field(default_factory=lambda: default, metadata=facts)
    return dataclasses.field(default=default, metadata=facts)


class Section:
    """A group of fields of `known`, each checked by what stands beside it."""

    def __post_init__(self):
        for field in dataclasses.fields(self):
            _check(field.metadata, getattr(self, field.name))


def _check(facts, value):
    key, low, high = facts["key"], facts["low"], facts["high"]
    if facts["choices"]:
        choose(key, value, facts["choices"])
    if value is None or (low is None and high is None):
        return
    if (low is None or value >= low) and (high is None or value <= high):
        return
    if low == POSITIVE:
        wanted = "above 0" if high is None else f"above 0 and at most {high:g}"
        raise UserError(f"recipe field {key} must be {wanted}")
    wanted = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
    raise UserError(f"recipe field {key} is {value}: it must be {wanted}")


@dataclasses.dataclass(frozen=True)
class Part:
    """A registered part by its name, and the options that it is built with.

    Naming another part drops the options; one option is set as ``--set generator.skip=concat``.
    """

    name: str
    options: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Data(Section):
    """The photos of a run.

    Attributes:
        sources: a source, or several as ``--data`` takes them, each with its weight.
        folder_cap: training photos of each folder of a folder source, at most.
        split: which roles train.
        size: working size in pixels.
        fit: how photos come to that size.
        batch: photos a step.
        epoch_photos: photos an epoch; None for all.
        validation_photos: of a mix drawn evenly over folders, of one source its first.
        test_photos: that the finished run is scored on, evenly over folders.
    """

    sources: str | tuple = known("oxford_flowers102", "data", staged=False, main=True)
    folder_cap: int | None = known(None, "folder_cap", staged=False, low=1)
    split: str = known("train", "train_on", staged=False, choices=("train", "train+validation"))
    size: int = known(128, "size", low=1)
    fit: str = known("stretch", "fit", staged=False, choices=("stretch", "crop"))
    batch: int = known(16, "batch", low=1)
    epoch_photos: int | None = known(None, "epoch_photos", low=1)
    validation_photos: int | None = known(None, "validation_photos", low=1)
    test_photos: int | None = known(None, "test_photos", staged=False, low=1)

    def __post_init__(self):
        if isinstance(self.sources, list | tuple):
            sources = tuple(self.sources)
            object.__setattr__(self, "sources", sources if len(sources) != 1 else sources[0])
        super().__post_init__()

    @property
    def roles(self):
        """The roles of the photos that are trained on, a list."""
        return self.split.split("+")


@dataclasses.dataclass(frozen=True)
class Augmentation(Section):
    """How training photos change, each anew in every step.

    Attributes:
        flip: mirrored left to right with probability 1/2.
        zoom: windows of sides from 1 / (1 + zoom) of the photo's; 0 for none.
        film: strength of ``photo.gray_of_film`` on what the generator sees; 0 for none.
        age: strength of ``ageing`` on it, with paper around some photos; 0 for none.
    """

    flip: bool = known(True, "flip")
    zoom: float = known(0.0, "zoom")
    film: float = known(0.0, "augment")
    age: float = known(0.0, "age", low=0, high=1)


@dataclasses.dataclass(frozen=True)
class Loss(Section):
    """What a prediction is held against the photo's own colours by.

    Attributes:
        name: a registered loss over what the codec predicts.
        uniform_share: λ of ``class_weights.weights``, for ``cross_entropy``; 1 rebalances nothing.
        saturation: how much more vivid places count, see ``pixel.saturation_weights``.
        colourfulness: weight of ``pixel.colourfulness_gap``.
        neutral: weight of ``pixel.neutral_chroma``; these three for codecs of CbCr only.
        headroom: weight of ``activation_penalty.crowding``.
    """

    name: str = known("l1", "loss", main=True)
    uniform_share: float = known(0.5, "uniform_share", staged=False, low=POSITIVE, high=1)
    saturation: float = known(0.0, "saturation_weight")
    colourfulness: float = known(0.0, "colourfulness_weight")
    neutral: float = known(0.0, "neutral_weight")
    headroom: float = known(0.0, "headroom_weight")

    @property
    def terms(self):
        """The terms beside the loss that are for CbCr only: name → weight."""
        return {name: getattr(self, name) for name in ("saturation", "colourfulness", "neutral")}


@dataclasses.dataclass(frozen=True)
class OutOfDomain(Section):
    """Photos of other things at each batch's end, that teach to be modest about the unknown.

    Attributes:
        sources: a source; None for none, and the rest has no effect.
        batch: how many there are in each batch, beside those of the run's own data.
        weight: of their loss beside that of the rest.
        saturation: their true chroma is scaled by it; below 1 asks for paler ones.
        terms: the loss's terms are asked of them too; else only the plain loss is.
    """

    sources: str | None = known(None, "restraint", staged=False, main=True)
    batch: int = known(8, "restraint_batch")
    weight: float = known(1.0, "restraint_weight")
    saturation: float = known(1.0, "restraint_saturation")
    terms: bool = known(False, "restraint_terms")

    @property
    def count(self):
        """How many photos stand at the end of each batch."""
        return self.batch if self.sources else 0


@dataclasses.dataclass(frozen=True)
class Teacher(Section):
    """A finished network whose chroma is, or is part of, the target.

    Attributes:
        source: a run or a shipped model; None for none, and the rest has no effect.
        weight: of its chroma in the target, beside the truth's.
        saturation: factor on its chroma.
    """

    source: str | None = known(None, "teacher", staged=False, main=True)
    weight: float = known(1.0, "teacher_weight", low=0, high=1)
    saturation: float = known(1.0, "teacher_saturation", low=POSITIVE)


@dataclasses.dataclass(frozen=True)
class Optimizer(Section):
    """Adam or, with weight decay, AdamW for the generator.

    Attributes:
        learning_rate: its peak.
        schedule: ``one_cycle`` grows to the peak in 15 % of the steps and falls as a cosine.
        momentum, second_momentum: β1 and β2.
        weight_decay: of kernels alone.
        ema: decay of the moving average of the weights, which is then delivered; 0 for none.
        backbone_learning_rate: the backbone's own; None where one serves all.
        backbone_frozen: how many parts of the backbone stay as they are, counted from the photo.
    """

    learning_rate: float = known(2e-4, "learning_rate", low=POSITIVE)
    schedule: str = known("constant", "schedule", choices=("constant", "one_cycle"))
    momentum: float = known(0.9, "momentum")
    second_momentum: float = known(0.999, "second_momentum")
    weight_decay: float = known(0.0, "weight_decay")
    ema: float = known(0.0, "ema")
    backbone_learning_rate: float | None = known(None, "backbone_learning_rate", low=POSITIVE)
    backbone_frozen: int = known(0, "backbone_frozen")


@dataclasses.dataclass(frozen=True)
class Adversary(Section):
    """A discriminator and how it and the generator play.

    Attributes:
        discriminator: a registered network of that role.
        objective: a registered objective.
        update_rule: when the discriminator steps.
        augmentation: how what it sees is changed, see ``augmentation.discriminator``.
        pixel_weight: of the pixel loss beside the adversarial one; the report's is 75.
        frozen: the generator stays as it is, only the discriminator learns.
        noise_interval: every so many epochs half of the fakes are noise; 0 for never.
        learning_rate, schedule, momentum: of the discriminator's optimizer.
        converged_patience: epochs after which a discriminator that is always right ends the run.
    """

    discriminator: Part = known(Part("discriminator"), "discriminator", main=True)
    objective: Part = known(Part("bce"), "objective")
    update_rule: Part = known(Part("accuracy_below"), "update_rule")
    augmentation: str = known("plain", "shown")
    pixel_weight: float = known(75.0, "l1_factor")
    frozen: bool = known(False, "frozen")
    noise_interval: int = known(5, "noise_interval")
    learning_rate: float = known(2e-4, "discriminator_learning_rate", low=POSITIVE)
    schedule: str = known("constant", "discriminator_schedule", choices=("constant", "one_cycle"))
    momentum: float = known(0.5, "discriminator_momentum")
    converged_patience: int | None = known(None, "converged_patience", resumed=True)


@dataclasses.dataclass(frozen=True)
class Run(Section):
    """How long a run takes, what it begins from, and what of it is kept.

    Attributes:
        epochs: of the run, or of a stage; with stages, their sum.
        precision: Keras's dtype policy.
        deterministic: every operation gives the same bits again, at a price.
        seed: of weights, order and all draws.
        init: a run or a shipped model whose weights it begins from, or ``imagenet``.
        finetune: network, codec and size are those of ``init``; only what is not worse on the
            validation photos is exported.
        monitor: the column of metrics.csv whose best epoch is kept; in ``val_folder_…`` every
            folder counts alike.
        monitor_mode: whether the least or the largest of it is best.
        deliver: which epoch's weights.
        saturation: factor on the delivered network's CbCr.
        sheet_interval: epochs between sample sheets.
        drift_limit: C* of light neutral places, above which for ``drift_patience`` epochs the run
            ends; None for never.
    """

    epochs: int = known(10, "epochs", resumed=True, low=1, main=True)
    precision: str = known(
        "float32", "precision", choices=("float32", "mixed_float16", "mixed_bfloat16")
    )
    deterministic: bool = known(False, "deterministic")
    seed: int = known(0, "seed", staged=False)
    init: str | None = known(None, "init", staged=False)
    finetune: bool = known(False, "finetune", staged=False)
    monitor: str = known("val_psnr", "monitor", staged=False)
    monitor_mode: str = known("max", "monitor_mode", staged=False, choices=("min", "max"))
    deliver: str = known("best", "deliver", staged=False, resumed=True, choices=("best", "last"))
    saturation: float = known(1.0, "saturation", staged=False, low=POSITIVE)
    sheet_interval: int = known(1, "sheet_interval", resumed=True)
    drift_limit: float | None = known(None, "drift_limit", resumed=True)
    drift_patience: int = known(3, "drift_patience", resumed=True)


def revive(kind, values):
    """A section, or a `Part`, of what ``dataclasses.asdict`` made of it."""
    found = dict(values)
    for field in dataclasses.fields(kind):
        if field.type is Part and field.name in found:
            found[field.name] = Part(**found[field.name])
    return kind(**found)
