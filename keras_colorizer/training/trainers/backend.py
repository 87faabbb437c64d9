"""The only line between TensorFlow and torch: gradients, replicas, determinism."""

import contextlib

import keras
from keras import ops

from keras_colorizer.errors import UserError

BACKEND = keras.backend.backend()

if BACKEND == "tensorflow":
    import tensorflow as tf
elif BACKEND == "torch":
    import torch
else:
    raise UserError(
        f"training runs on Keras's tensorflow and torch backends, not on {BACKEND}; "
        "set the environment variable KERAS_BACKEND to one of them"
    )


def value_and_pullback(function, values):
    """Evaluates a loss and gives a closure that returns its gradients when, and if, called.

    Args:
        function: maps a list of tensors to ``(scalar loss, anything else)``.
        values: list of float tensors, such as ``[v.value for v in variables]``.

    Returns:
        ``(loss, rest, pullback)``; ``pullback()`` gives a list of gradients as long as values.
        Calling it inside ``ops.cond`` saves the backward pass where the branch is not taken.
    """
    if BACKEND == "tensorflow":
        values = [tf.convert_to_tensor(v) for v in values]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            loss, rest = function(values)
        return loss, rest, lambda: tape.gradient(loss, values)
    values = [v.detach().clone().requires_grad_(True) for v in values]
    with torch.enable_grad():
        loss, rest = function(values)
    return loss.detach(), rest, lambda: list(torch.autograd.grad(loss, values))


def value_and_gradients(function, values):
    """Evaluates a loss and its gradients; see ``value_and_pullback``."""
    loss, rest, pullback = value_and_pullback(function, values)
    return loss, rest, pullback()


def strategy(name):
    """The distribution strategy called ``name`` as a context to build and train in.

    Args:
        name: ``none`` or ``mirrored`` (all local devices, one replica each).

    Raises:
        UserError: ``multi-worker``, which Keras's fit does not run, or a backend without it.
    """
    if name == "none":
        return contextlib.nullcontext()
    if name == "multi-worker":
        raise UserError(
            "`strategy=multi-worker`: Keras 3's fit fails under MultiWorkerMirroredStrategy; "
            "use `strategy=mirrored` on one machine"
        )
    if BACKEND != "tensorflow":
        raise UserError(f"`strategy={name}` needs Keras's TensorFlow backend, this is {BACKEND}")
    return tf.distribute.MirroredStrategy().scope()


def replicas():
    """How many replicas the current strategy has (1 without one)."""
    if BACKEND == "tensorflow":
        return tf.distribute.get_strategy().num_replicas_in_sync
    return 1


def replica_mean(x):
    """The mean of ``x`` over all replicas, the same on each; ``x`` itself on one device."""
    if replicas() > 1:
        return tf.distribute.get_replica_context().all_reduce("MEAN", x)
    return x


def update_if(condition, pullback, update):
    """Runs ``update(gradients)`` where ``condition`` holds, and nothing at all where it does not.

    Args:
        condition: scalar bool tensor, the same on every replica.
        pullback: gives the gradients; on one device the backward pass itself is skipped too.
        update: applies gradients, assigns variables.
    """
    if BACKEND != "tensorflow" or not tf.distribute.has_strategy():
        ops.cond(condition, lambda: _nothing(update(pullback())), lambda: _nothing(None))
        return

    # A cond around an optimizer needs the cross-replica context; gradients need a replica's.
    def merged(strategy, condition, gradients):
        tf.cond(
            strategy.experimental_local_results(condition)[0],
            lambda: _nothing(strategy.extended.call_for_each_replica(update, (gradients,))),
            lambda: _nothing(None),
        )

    tf.distribute.get_replica_context().merge_call(merged, (condition, pullback()))


def _nothing(_):
    return ops.convert_to_tensor(0.0)


def make_deterministic():
    """Asks the backend for operations that give the same digits every time."""
    if BACKEND == "tensorflow":
        tf.config.experimental.enable_op_determinism()
    else:
        torch.use_deterministic_algorithms(True, warn_only=True)


def device_name():
    """The device that trains, in words, for the run's environment.json."""
    if BACKEND == "tensorflow":
        gpus = tf.config.list_physical_devices("GPU")
        details = [tf.config.experimental.get_device_details(g).get("device_name") for g in gpus]
        return ", ".join(d or "GPU" for d in details) or "CPU"
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
