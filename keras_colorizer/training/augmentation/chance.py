"""Uniform random numbers of training's augmentation, from Keras or, the same everywhere, NumPy."""

import keras
import numpy as np
from keras import ops


def uniform(sizes, low, high, random):
    """Uniform numbers, float32, in ``low`` (with) to ``high`` (without).

    Args:
        sizes: shape; may hold scalar tensors if ``random`` is Keras's.
        low, high: numbers.
        random: a ``keras.random.SeedGenerator``, whose numbers depend on the backend, or a
            ``numpy.random.Generator``, whose numbers do not.

    Returns:
        Float32 tensor.
    """
    if isinstance(random, np.random.Generator):
        numbers = random.random(tuple(int(size) for size in sizes), dtype="float32")
        return ops.convert_to_tensor(np.float32(low) + np.float32(high - low) * numbers)
    return keras.random.uniform(sizes, low, high, dtype="float32", seed=random)
