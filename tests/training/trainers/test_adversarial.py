"""The report's update rules, weight for weight."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_colorizer.training.recipes.sections import Part


def weights(model):
    return [w.copy() for w in model.get_weights()]


def same(before, after):
    return [np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


def step(trainer, photos):
    trainer.train_on_batch(photos)


def test_a_skipped_step_leaves_every_discriminator_weight_bit_identical(adversarial, photos):
    trainer = adversarial(threshold=0.0)  # accuracy is never below it
    before, generator = weights(trainer.discriminator), weights(trainer.generator)
    slots = [ops.convert_to_numpy(v) for v in trainer.discriminator_optimizer.variables]
    for _ in range(3):
        step(trainer, photos)
    assert all(same(before, weights(trainer.discriminator)))
    after = [ops.convert_to_numpy(v) for v in trainer.discriminator_optimizer.variables]
    assert all(same(slots, after))
    assert not any(same(generator, weights(trainer.generator)))


def test_a_taken_step_moves_every_discriminator_weight(adversarial, photos):
    trainer = adversarial(threshold=1.1)
    before = weights(trainer.discriminator)
    step(trainer, photos)
    assert not any(same(before, weights(trainer.discriminator)))
    assert float(trainer.discriminator_optimizer.iterations) == 1


def test_the_update_rate_counts_the_steps_taken(adversarial, photos):
    trainer = adversarial(threshold=0.8)
    history = trainer.fit(photos, batch_size=4, epochs=3, verbose=0).history
    taken = sum(round(3 * rate) for rate in history["update_rate"])
    assert taken == int(trainer.discriminator_optimizer.iterations)
    assert 0 < taken <= 9


def test_generator_loss_is_flipped_cross_entropy_plus_75_l1(adversarial, photos):
    trainer = adversarial(threshold=0.0, flip=False, dropout=0.0)
    x = photos.astype("float32") / 255
    gray = x @ np.float32([[0.299], [0.587], [0.114]])

    def call(model, inputs):
        own = [v.value for v in model.trainable_variables]
        state = [v.value for v in model.non_trainable_variables]
        return ops.convert_to_numpy(model.stateless_call(own, state, inputs, training=True)[0])

    fake = call(trainer.generator, gray)
    logits = call(trainer.discriminator, np.concatenate([x, fake]))[len(x) :]
    cross_entropy, l1 = np.mean(np.log1p(np.exp(-logits))), np.mean(np.abs(fake - x))
    logs = trainer.train_on_batch(photos, return_dict=True)
    assert float(logs["l1"]) == pytest.approx(l1, rel=1e-4)
    assert float(logs["adversarial_loss"]) == pytest.approx(cross_entropy, rel=1e-4)
    assert float(logs["generator_loss"]) == pytest.approx(cross_entropy + 75 * l1, rel=1e-4)


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_a_frozen_generator_stands_still_and_its_discriminator_learns(adversarial, photos, ema):
    trainer = adversarial(threshold=1.1, frozen=True, ema=ema)
    generator, average = weights(trainer.generator), weights(trainer.result)
    discriminator = weights(trainer.discriminator)
    logs = trainer.train_on_batch(photos, return_dict=True)
    assert all(same(generator, weights(trainer.generator)))
    assert all(same(average, weights(trainer.result)))
    assert int(trainer.optimizer.iterations) == 0
    assert not any(same(discriminator, weights(trainer.discriminator)))
    fake = trainer.generator(trainer.prepare((photos,), False)[1], training=False)
    assert fake.shape == photos.shape and float(logs["l1"]) > 0


@pytest.mark.parametrize(
    "options",
    [
        {"objective": Part("hinge")},
        {"objective": Part("least_squares")},
        {"objective": Part("bce", {"smoothing": 0.1})},
        {"augmentation": "diffaugment"},
        {"augmentation": "rolled"},
    ],
)
def test_both_networks_learn_under_every_objective_and_show(adversarial, photos, options):
    trainer = adversarial(threshold=1.1, conditional=True, **options)
    before = weights(trainer.generator), weights(trainer.discriminator)
    logs = trainer.train_on_batch(photos, return_dict=True)
    assert all(np.isfinite(float(v)) for v in logs.values())
    assert not any(same(before[0], weights(trainer.generator)))
    assert not any(same(before[1], weights(trainer.discriminator)))


@pytest.mark.parametrize(("interval", "noisy"), [(5, [5, 10]), (1, list(range(1, 11))), (0, [])])
def test_noise_comes_every_nth_epoch(adversarial, interval, noisy):
    trainer = adversarial(noise_interval=interval)
    found = []
    for epoch in range(10):
        trainer.begin_epoch(epoch)
        if float(trainer.noisy):
            found.append(epoch + 1)
    assert found == noisy


def test_noise_takes_the_place_of_half_the_fakes(adversarial, photos):
    trainer = adversarial(threshold=0.0, noise_interval=1)
    shown = []

    def watch(values, state, judged, training):
        shown.append(ops.convert_to_numpy(judged))
        return original(values, state, judged, training=training)

    original = trainer.discriminator.stateless_call
    trainer.discriminator.stateless_call = watch
    real = ops.convert_to_tensor(photos / 255.0, "float32")
    fake = ops.full(real.shape, 0.5)
    for epoch_noisy in (0.0, 1.0):
        trainer.noisy.assign(epoch_noisy)
        trainer.step_discriminator(real, fake, [real[..., :1]])
    plain, noisy = (pictures[len(photos) :] for pictures in shown)
    assert np.all(plain == 0.5)
    assert np.all(noisy[6:] == 0.5) and noisy[:6].std() > 0.2
    assert np.allclose(shown[1][: len(photos)], photos / 255.0)


def test_discriminator_accuracy_is_one_half_for_a_constant_answer(adversarial, photos):
    trainer = adversarial()
    trainer.discriminator.layers[-2].set_weights(
        [np.zeros_like(w) for w in trainer.discriminator.layers[-2].get_weights()]
    )
    assert trainer.discriminator_accuracy(photos) == 0.5


@pytest.mark.parametrize("conditional", [False, True])
def test_saved_trainers_go_on_where_they_were(adversarial, photos, tmp_path, conditional):
    trainer = adversarial(conditional=conditional, threshold=0.7)
    trainer.fit(photos, batch_size=4, epochs=1, verbose=0)
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    assert again.update_rule.threshold == 0.7
    assert int(again.discriminator_optimizer.iterations) == int(
        trainer.discriminator_optimizer.iterations
    )
    for model in (trainer, again):
        model.fit(photos, batch_size=4, epochs=2, initial_epoch=1, verbose=0, shuffle=False)
    for a, b in zip(trainer.get_weights(), again.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-5)


def test_both_optimizers_are_loss_scaled_under_float16(adversarial, photos):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        trainer = adversarial(threshold=1.1)
        scaled = keras.optimizers.LossScaleOptimizer
        assert isinstance(trainer.optimizer, scaled)
        assert isinstance(trainer.discriminator_optimizer, scaled)
        before = weights(trainer.discriminator)
        logs = trainer.train_on_batch(photos, return_dict=True)
    finally:
        keras.config.set_dtype_policy("float32")
    assert all(np.isfinite(float(v)) for v in logs.values())
    moved = [np.abs(a - b).max() for a, b in
             zip(before, weights(trainer.discriminator), strict=True)]  # fmt: skip
    # One Adam step moves a weight by about the learning rate; unscaled gradients are what Adam saw.
    assert max(moved) > 0


def test_float16_takes_the_same_step_as_float32(adversarial, photos):
    found = {}
    for policy in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(policy)
        try:
            trainer = adversarial(threshold=1.1, dropout=0.0, flip=False)
            for optimizer in (trainer.optimizer, trainer.discriminator_optimizer):
                getattr(optimizer, "inner_optimizer", optimizer).epsilon = 1e-2
            before = weights(trainer.discriminator) + weights(trainer.generator)
            step(trainer, photos)
            after = weights(trainer.discriminator) + weights(trainer.generator)
        finally:
            keras.config.set_dtype_policy("float32")
        found[policy] = np.concatenate(
            [(a - b).ravel() for a, b in zip(after, before, strict=True)]
        )
    # Adam's step with a large epsilon follows the gradient's size: a wrong scale would show.
    a, b = found.values()
    assert np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b) > 0.98
    assert np.linalg.norm(a) == pytest.approx(np.linalg.norm(b), rel=0.1)
