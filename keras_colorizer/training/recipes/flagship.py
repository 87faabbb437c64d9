"""The named recipes, each one function: a new one is added here and nowhere else."""

from keras_colorizer.training.recipes import Recipe, recipe
from keras_colorizer.training.recipes.sections import (
    Augmentation,
    Data,
    Loss,
    Optimizer,
    OutOfDomain,
    Part,
    Run,
    Teacher,
)

# The flagship's stages: right colours in small pictures, then larger ones, then as vivid as truth.
GROWING = (
    {"size": 96, "epochs": 64, "neutral_weight": 0.7, "weight_decay": 0.02},
    {
        "size": 128,
        "epochs": 24,
        "neutral_weight": 0.2,
        "zoom": 0.5,
        "learning_rate": 1.5e-3,
        "weight_decay": 0.02,
    },
)
# A larger network learns as much of so few photos in fewer rounds.
SOONER = tuple({**stage, "epochs": epochs} for stage, epochs in zip(GROWING, (24, 8), strict=True))
FINE = {"size": 128, "momentum": 0.0, "schedule": "constant", "learning_rate": 2e-4, "ema": 0.998}
VIVID = {
    **FINE,
    "epochs": 1,
    "colourfulness_weight": 1.0,
    "neutral_weight": 2.0,
    "restraint_terms": True,
    "restraint_weight": 0.12,
    "zoom": 0.1,
}
ADVERSARIAL = {
    **FINE,
    "epochs": 1,
    "neutral_weight": 0.2,
    "restraint_weight": 0.0,
    "zoom": 0.1,
    "discriminator": "chroma_discriminator",
    "update_rule": "always",
    "objective": "hinge",
    "l1_factor": 20.0,
    "shown": "rolled",
    "noise_interval": 0,
    "discriminator_learning_rate": 4e-4,
    "discriminator_momentum": 0.0,
}


def _flagship(last, growing=GROWING, generator=None, saturation=1.0, **fields):
    """What the flagship's recipes share: chroma from gray film, in growing pictures."""
    return Recipe(
        data=Data(batch=32, validation_photos=256),
        augmentation=Augmentation(zoom=0.3, film=0.5),
        codec=Part("ycbcr"),
        generator=Part("chroma", generator or {}),
        loss=Loss("huber", headroom=0.05),
        out_of_domain=OutOfDomain(weight=0.35, saturation=0.4),
        optimizer=Optimizer(learning_rate=3e-3, schedule="one_cycle"),
        run=Run(deliver="last", sheet_interval=4, saturation=saturation),
        stages=(*growing, last),
        **fields,
    )


@recipe
def quickstart():
    """The main job in a minute: a small U-Net learns the embedded procedural garden.

    COMMAND: python -m keras_colorizer.train --recipe quickstart
    """
    return Recipe(
        purpose="see the whole thing work in under 3 minutes, without any data",
        expect="2 minutes on two cores; test PSNR 21.1 dB (mean chroma: 15.5), colourfulness 83",
        data=Data("synthetic", size=64, batch=32),
        generator=Part("unet", {"widths": (16, 32, 64, 128), "batch_norm_momentum": 0.9}),
        optimizer=Optimizer(learning_rate=2e-3),
        run=Run(epochs=10),
    )


@recipe
def chroma():
    """The flagship, and what ships as ``flowers``: right colours, then vivid ones.

    With ``--set precision=mixed_bfloat16 --set restraint=caltech101_diverse --set
    train_on=train+validation``, 72 minutes on two cores (90 of processor time) give test PSNR 19.6
    dB, CIEDE2000 14.7, colourfulness 60.5 (``flowers`` in experiments/README.md).

    COMMAND: python -m keras_colorizer.train --recipe chroma
    """
    return _flagship(
        VIVID,
        saturation=1.3,
        purpose="the flagship: natural colours from a network of 1.4 M weights",
        expect="72 minutes on two cores with --set precision=mixed_bfloat16 and a restraint of "
        "2,674 photos; test PSNR 19.6 dB (mean chroma: 19.3), colourfulness 60.5",
    )


@recipe
def chroma_l():
    """The flagship's network three to four times as heavy, for those with time.

    In a third of the flagship's rounds it is not as good: with ``--set precision=mixed_bfloat16
    --set restraint=caltech101_diverse``, 39 minutes on two cores (49 of processor time) give test
    PSNR 18.8 dB, CIEDE2000 15.3, colourfulness 62.5.

    COMMAND: python -m keras_colorizer.train --recipe chroma-l
    """
    return _flagship(
        VIVID,
        SOONER,
        saturation=1.3,
        purpose="the flagship with 4.9 M weights and 2.5 GFLOP at 256 px",
        expect="39 minutes on two cores with --set precision=mixed_bfloat16 and a restraint of "
        "2,674 photos; test PSNR 18.8 dB (mean chroma: 19.3), colourfulness 62.5: in a third of "
        "chroma's rounds it is not as good",
        generator={"widths": (24, 48, 112, 208, 288), "depths": (0, 0, 1, 2, 1)},
    )


@recipe
def chroma_gan():
    """The flagship's network, made vivid by a discriminator of chroma instead of by a term.

    COMMAND: python -m keras_colorizer.train --recipe chroma-gan
    """
    return _flagship(
        ADVERSARIAL,
        purpose="the flagship with an adversarial last stage, for comparison",
        expect="as long as chroma; its last stage alone, from chroma's second: validation "
        "PSNR 19.5 dB, colourfulness 56",
    )


# Made on 1,000 validation photos: what is hardly sure stays as it is, what is sure enough to have a
# hue gains; skin (120° to 150° in CbCr), which the network is surest of, gains nearly nothing, and
# blue little.
CURVE = (
    (0.025, (2.2, 2.2, 2.2, 2.2, 2.42, 2.42, 2.42, 2.42, 2.2, 1.1, 1.1, 1.1)),
    (0.05, (-2.2, -2.2, -2.2, -3.96, -4.62, -3.52, -2.42, -2.42, -2.2, -1.1, -1.1, -1.1)),
    (0.085, (0.0, 0.0, 0.0, 1.76, 2.2, 1.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
)


@recipe
def photos():
    """Photos of anything, by a backbone that knows ImageNet: what ships as ``photos``.

    On 66,785 photos (those of experiments/photos with ``--data oxford_flowers102=0.12 --data
    caltech101_diverse=0.05``) 96 minutes on two cores, 2.3 core-hours, give CIEDE2000 10.67 on
    photos of anything, where gray has 11.32 (``photos-test-160`` in experiments/README.md).

    COMMAND: python -m keras_colorizer.train --recipe photos --data FOLDER
    """
    return Recipe(
        purpose="photos of anything, by a backbone pretrained on ImageNet",
        expect="96 minutes on two cores; on photos of anything CIEDE2000 10.67 (gray: 11.32)",
        data=Data("", batch=32, epoch_photos=16_384, validation_photos=1000, test_photos=1000),
        augmentation=Augmentation(zoom=0.5, film=0.5, age=0.5),
        codec=Part("ycbcr", {"saturation": 1.1, "curve": CURVE}),
        generator=Part("pyramid"),
        loss=Loss("huber", headroom=0.05),
        optimizer=Optimizer(
            learning_rate=1e-3,
            schedule="one_cycle",
            weight_decay=0.01,
            ema=0.999,
            backbone_learning_rate=5e-4,
            backbone_frozen=3,
        ),
        run=Run(init="imagenet", monitor="val_folder_gain", deliver="last"),
        stages=(
            {"size": 128, "epochs": 9},
            {"size": 192, "epochs": 3, "learning_rate": 5e-4, "backbone_learning_rate": 2e-4},
        ),
    )


@recipe
def photos_mobile():
    """Photos of anything, by the flagship's small network: it learns what a larger one paints.

    Needs ``--data`` as recipe ``photos`` does, and a teacher, such as ``photos``, at whose size the
    second stage is.

    COMMAND: python -m keras_colorizer.train --recipe photos-mobile --data FOLDER --teacher RUN
    """
    return Recipe(
        purpose="photos of anything on phones: a small network learns from a larger one",
        expect="not trained yet",
        data=Data("", batch=32, epoch_photos=8192, validation_photos=1000),
        augmentation=Augmentation(zoom=0.5, film=0.5, age=0.5),
        codec=Part("ycbcr"),
        generator=Part("chroma"),
        loss=Loss("huber", headroom=0.05),
        teacher=Teacher(""),
        optimizer=Optimizer(learning_rate=3e-3, schedule="one_cycle", weight_decay=0.02, ema=0.998),
        run=Run(monitor="val_folder_gain", deliver="last"),
        stages=(
            {"size": 128, "epochs": 12},
            {"size": 192, "epochs": 4, "learning_rate": 1.5e-3},
        ),
    )


@recipe
def photos_gan():
    """A finished run of ``photos``, made vivid by a discriminator that sees what is in the photo.

    The discriminator learns alone at first, while the generator stands still; the first row of
    metrics.csv is therefore the start's. ``--set l1_factor=…`` weighs Huber's loss against it.

    COMMAND: python -m keras_colorizer.train --recipe photos-gan --data FOLDER
    """
    return photos().changed(
        purpose="goes on from recipe photos, against a discriminator of chroma with a backbone",
        expect="not trained yet",
        init="photos",
        size=192,
        momentum=0.0,
        schedule="constant",
        learning_rate=1e-4,
        backbone_learning_rate=3e-5,
        ema=0.998,
        discriminator="projection",
        update_rule="always",
        objective="hinge",
        l1_factor=40.0,
        noise_interval=0,
        discriminator_learning_rate=4e-4,
        discriminator_momentum=0.0,
        stages=({"epochs": 1, "epoch_photos": 4096, "frozen": True}, {"epochs": 4}),
    )


@recipe
def finetune():
    """Your own photos: a shipped model, trained on in minutes.

    Network, codec and working size are those of ``--init``, the default model without it. Exported
    only if its mean CIEDE2000 on your validation photos is not above the start's.

    COMMAND: python -m keras_colorizer.train --recipe finetune --data FOLDER
    """
    return Recipe(
        purpose="goes on from a shipped model, on your own photos",
        expect="minutes on two cores; a sheet of before and after; flowers did not gain by it yet",
        data=Data("", size=192, batch=32, epoch_photos=2048, validation_photos=200),
        augmentation=Augmentation(zoom=0.5),
        codec=Part("ycbcr", {"saturation": 1.1, "curve": CURVE}),
        generator=Part("pyramid"),
        loss=Loss("huber", headroom=0.05),
        optimizer=Optimizer(
            learning_rate=1e-4,
            schedule="one_cycle",
            weight_decay=0.01,
            ema=0.98,
            backbone_learning_rate=3e-5,
            backbone_frozen=3,
        ),
        run=Run(epochs=3, init="photos", finetune=True, deliver="last"),
    )
