"""The report's systems, and variations on its GAN, each one function.

The report ends with open questions: other skips, a conditional discriminator, and how to keep the
discriminator from dominating. Each variation changes one thing of recipe ``gan``; what each is
worth on the same photos stands in experiments/README.md.
"""

from keras_colorizer.training.recipes import Recipe, recipe
from keras_colorizer.training.recipes.sections import (
    Adversary,
    Data,
    Optimizer,
    Part,
    Run,
)


@recipe
def autoencoder():
    """The report's baseline: an autoencoder without skips, L1 to the photo's colours.

    COMMAND: python -m keras_colorizer.train --recipe autoencoder
    """
    return Recipe(
        purpose="the report's baseline: small, quick, blurred",
        expect="13 minutes on two cores; test PSNR 19.7 dB (mean chroma: 19.3), colourfulness 21",
        data=Data(batch=32, validation_photos=256),
        generator=Part("autoencoder"),
        optimizer=Optimizer(learning_rate=1e-3),
        run=Run(epochs=9),
    )


@recipe
def gan():
    """The report's GAN: additive-skip generator, accuracy-gated discriminator, 75 × L1.

    COMMAND: python -m keras_colorizer.train
    """
    return Recipe(
        purpose="the report's system: a GAN with an accuracy-gated discriminator",
        expect="62 minutes on two cores with --set precision=mixed_bfloat16 where the CPU has it; "
        "test PSNR 19.5 dB (mean chroma: 19.3), colourfulness 24",
        data=Data(batch=16, epoch_photos=512, validation_photos=64),
        generator=Part("unet", {"batch_norm_momentum": 0.9}),
        optimizer=Optimizer(momentum=0.5),
        adversary=Adversary(
            update_rule=Part("accuracy_below", {"threshold": 0.8}), converged_patience=3
        ),
        run=Run(epochs=30),
    )


def on_the_bench(minutes):
    """What to expect of a system that was trained on the bench alone."""
    return (
        f"on the bench {minutes} CPU minutes where gan takes 13; scores beside the others in "
        "experiments/README.md"
    )


def _varied(purpose, minutes, generator_options=None, **changes):
    """The report's GAN with some fields changed; options of its generator join those it has."""
    base = gan()
    options = {**base.generator.options, **(generator_options or {})}
    shared = {"purpose": purpose, "expect": on_the_bench(minutes), "generator_options": options}
    return base.changed(**shared, **changes)


@recipe
def unet():
    """The report's generator without its adversary: what does the discriminator add?

    COMMAND: python -m keras_colorizer.train --recipe unet
    """
    return _varied(
        "the report's generator on L1 alone",
        minutes=5,
        discriminator=None,
    )


@recipe
def gan_dense():
    """The report's future work: skips by dense blocks instead of additions.

    COMMAND: python -m keras_colorizer.train --recipe gan-dense
    """
    return _varied("the report's GAN with dense skips", 16, generator_options={"skip": "dense"})


@recipe
def gan_highway():
    """The report's future work: skips through highway gates instead of additions.

    COMMAND: python -m keras_colorizer.train --recipe gan-highway
    """
    return _varied("the report's GAN with highway skips", 14, generator_options={"skip": "highway"})


@recipe
def gan_conditional():
    """The report's future work: the discriminator sees the gray photo too.

    COMMAND: python -m keras_colorizer.train --recipe gan-conditional
    """
    return _varied(
        "the report's GAN with a discriminator that is conditional on the gray photo",
        minutes=13,
        discriminator_options={"conditional": True},
    )


@recipe
def gan_patch():
    """The report's GAN against pix2pix's discriminator of 70 × 70 patches (Isola et al. 2017).

    COMMAND: python -m keras_colorizer.train --recipe gan-patch
    """
    return _varied(
        "the report's GAN against a PatchGAN",
        minutes=7,
        discriminator="patchgan",
        discriminator_options={"conditional": False},
    )


@recipe
def gan_spectral():
    """The report's GAN; spectral norm for its discriminator's batch norm (Miyato et al. 2018).

    COMMAND: python -m keras_colorizer.train --recipe gan-spectral
    """
    return _varied(
        "the report's GAN with a spectrally normalised discriminator",
        minutes=9,
        discriminator_options={"normalization": "spectral"},
    )


@recipe
def gan_hinge():
    """The report's GAN with the hinge objective (Lim & Ye 2017).

    COMMAND: python -m keras_colorizer.train --recipe gan-hinge
    """
    return _varied("the report's GAN with the hinge objective", 14, objective="hinge")


@recipe
def gan_least_squares():
    """The report's GAN with the least-squares objective (Mao et al. 2017).

    COMMAND: python -m keras_colorizer.train --recipe gan-least-squares
    """
    return _varied(
        "the report's GAN with the least-squares objective", 14, objective="least_squares"
    )


@recipe
def gan_augmented():
    """The report's GAN; what its discriminator sees is augmented (DiffAugment, Zhao et al. 2020).

    The remedy against dominance: in 20 epochs of 512 photos at 64 px its discriminator is right on
    0.55 to 0.9 of training batches and validation photos in every one (two seeds), while L1 falls
    from 0.103 to 0.085 and validation PSNR rises from 18.9 to 19.2 dB (first and last quarter).

    COMMAND: python -m keras_colorizer.train --recipe gan-augmented
    """
    return _varied("the report's GAN with differentiable augmentation", 16, shown="diffaugment")


@recipe
def nogan():
    """Two-stage training after DeOldify's NoGAN: most of the learning is supervised.

    The generator first, on L1 alone; then the discriminator on its outputs, while it stands still;
    then both, briefly. Three fifths, a fifth and a fifth of the photos that recipe ``gan`` sees.

    COMMAND: python -m keras_colorizer.train --recipe nogan
    """
    adversarial = {
        "discriminator": "discriminator",
        "update_rule": "always",
        "noise_interval": 0,
    }
    return _varied(
        "the report's networks, trained one after the other: DeOldify's NoGAN",
        minutes=8,
        discriminator=None,
        deliver="last",
        stages=(
            {"epochs": 18},
            {**adversarial, "epochs": 6, "frozen": True},
            {**adversarial, "epochs": 6},
        ),
    )
