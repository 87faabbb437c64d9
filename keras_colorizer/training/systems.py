"""Recipes of other systems and of variations on the report's GAN, each one function.

The report ends with open questions: other skips, a conditional discriminator, and how to keep the
discriminator from dominating. Each recipe here changes one thing of recipe ``gan``; what each is
worth on the same photos stands in experiments/README.md.
"""

import dataclasses

from keras_colorizer.training.cookbook import gan
from keras_colorizer.training.recipes import Recipe, recipe


def _bench(minutes):
    """What to expect of a system that was trained on the bench alone."""
    return (
        f"on the bench {minutes} CPU minutes where gan takes 13; scores beside the others in "
        "experiments/README.md"
    )


def _varied(purpose, minutes, generator_options=None, **changes):
    """The report's GAN with some fields changed; options of its generator join those it has."""
    base = gan()
    options = {**base.generator_options, **(generator_options or {})}
    shared = {"purpose": purpose, "expect": _bench(minutes), "generator_options": options}
    return dataclasses.replace(base, **shared, **changes)


@recipe
def unet():
    """The report's generator without its adversary: what does the discriminator add?

    COMMAND: python -m keras_colorizer.train --recipe unet
    """
    return _varied(
        "the report's generator on L1 alone",
        minutes=5,
        discriminator=None,
        update_rule_options={},
        converged_patience=None,
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
        "converged_patience": None,
    }
    return _varied(
        "the report's networks, trained one after the other: DeOldify's NoGAN",
        minutes=8,
        discriminator=None,
        update_rule_options={},
        deliver="last",
        stages=(
            {"epochs": 18},
            {**adversarial, "epochs": 6, "frozen": True},
            {**adversarial, "epochs": 6},
        ),
    )


@recipe
def nazeri():
    """Nazeri, Ng & Ebrahimi 2018: a U-Net over L*a*b* and a conditional discriminator.

    The paper's settings: Adam of 2e-4 and β1 0.5 for both, L1 weight 100, reals labelled 0.9. It
    lets the rates fall when losses stand still, by hand; runs as short as this keep them.

    COMMAND: python -m keras_colorizer.train --recipe nazeri
    """
    return Recipe(
        purpose="Nazeri et al. 2018: a conditional GAN over L*a*b* with concatenated skips",
        expect=_bench(12),
        codec="lab",
        generator="nazeri",
        generator_options={"batch_norm_momentum": 0.9},
        discriminator="patchgan",
        discriminator_options={"patches": False},
        update_rule="always",
        objective_options={"smoothing": 0.1},
        l1_factor=100.0,
        noise_interval=0,
        epochs=30,
        epoch_photos=512,
        batch=16,
        momentum=0.5,
        validation_photos=64,
    )


@recipe
def colorful():
    """Zhang, Isola & Efros 2016: colour as one of 261 classes, rare ones counting more.

    As the paper has it: the soft targets, rebalancing with λ = 0.5 and σ = 5, the annealed mean at
    T = 0.38, Adam with β = 0.9 and 0.99. The network is a quarter as wide, with ReLU6 after its
    norms, which 8 bits can hold (``--set generator.width=64 --set generator.activation=relu --set
    generator.norm_last=true`` is the paper's own). Of Oxford's photos 5,800 steps are taken, not
    450,000 of ImageNet's: so the learning rate is 1e-3 and falls in one cycle, not 3e-5 and in
    steps, batch norm's statistics move quickly, and there is no weight decay, which so short
    a run would not feel.

    COMMAND: python -m keras_colorizer.train --recipe colorful
    """
    return Recipe(
        purpose="Zhang et al. 2016: how likely each of 261 colours is, and a temperature",
        expect="not trained at 128 px yet; it says its minutes when it begins",
        codec="bins",
        generator="colorful",
        generator_options={"width": 16, "batch_norm_momentum": 0.9},
        loss="cross_entropy",
        epochs=30,
        batch=32,
        learning_rate=1e-3,
        schedule="one_cycle",
        second_momentum=0.99,
        validation_photos=256,
        deliver="last",
    )
