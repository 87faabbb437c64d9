"""Recipes of published systems, each one function."""

from keras_colorizer.training.recipes import Recipe, recipe
from keras_colorizer.training.recipes.report import on_the_bench
from keras_colorizer.training.recipes.sections import (
    Adversary,
    Data,
    Loss,
    Optimizer,
    Part,
    Run,
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
        expect=on_the_bench(12),
        data=Data(batch=16, epoch_photos=512, validation_photos=64),
        codec=Part("lab"),
        generator=Part("nazeri", {"batch_norm_momentum": 0.9}),
        optimizer=Optimizer(momentum=0.5),
        adversary=Adversary(
            discriminator=Part("patchgan", {"patches": False}),
            objective=Part("bce", {"smoothing": 0.1}),
            update_rule=Part("always"),
            pixel_weight=100.0,
            noise_interval=0,
        ),
        run=Run(epochs=30),
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
        data=Data(batch=32, validation_photos=256),
        codec=Part("bins"),
        generator=Part("colorful", {"width": 16, "batch_norm_momentum": 0.9}),
        loss=Loss("cross_entropy"),
        optimizer=Optimizer(learning_rate=1e-3, schedule="one_cycle", second_momentum=0.99),
        run=Run(epochs=30, deliver="last"),
    )
