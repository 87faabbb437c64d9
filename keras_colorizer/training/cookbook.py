"""The named recipes, each one function: a new one is added here and nowhere else."""

from keras_colorizer.training.recipes import Recipe, recipe

# The flagship's two kinds of stages: right colours first, then vivid ones against a discriminator.
PALE = {
    "weight_decay": 0.02,
    "neutral_weight": 0.7,
    "restraint_weight": 0.35,
}
VIVID = {
    "colourfulness_weight": 0.5,
    "neutral_weight": 1.5,
    "restraint_weight": 1.5,
    "discriminator": "chroma_discriminator",
    "discriminator_options": {"patches": True},
    "update_rule": "always",
    "objective": "hinge",
    "l1_factor": 20.0,
    "moved": True,
    "noise_interval": 0,
    "momentum": 0.0,
    "schedule": "constant",
    "learning_rate": 2e-4,
    "discriminator_learning_rate": 4e-4,
    "discriminator_momentum": 0.0,
    "ema": 0.995,
}


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
    """The flagship: a small network learns right colours, then vivid ones, in growing pictures.

    COMMAND: python -m keras_colorizer.train --recipe chroma
    """
    return Recipe(
        purpose="the flagship: natural colours from a network of 1.4 M weights",
        expect="21 minutes on two cores with --set precision=mixed_bfloat16 and a restraint of "
        "2,674 Caltech photos; validation PSNR 18.7 dB (mean chroma: 19.1), colourfulness 51",
        codec="ycbcr",
        generator="chroma",
        generator_options={"widths": (12, 24, 56, 96, 160), "depths": (0, 0, 0, 3, 1)},
        loss="huber",
        zoom=0.3,
        augment=0.5,
        batch=32,
        learning_rate=3e-3,
        schedule="one_cycle",
        validation_photos=256,
        deliver="last",
        sheet_interval=2,
        stages=(
            {"size": 96, "epochs": 24, **PALE},
            {"size": 128, "epochs": 8, "learning_rate": 1.5e-3, **PALE},
            {"size": 128, "epochs": 3, **VIVID},
        ),
    )
