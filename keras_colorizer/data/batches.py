"""Training batches whose order is a pure function of the seed, so that a run can resume exactly.

Position k of a run, counted in photos from its very first, belongs to pass ``k // N`` over the N
photos; each pass has its own permutation, drawn from (seed, pass). Epoch e takes the positions
``e * epoch_photos`` up to ``(e + 1) * epoch_photos``, whether that is less or more than a pass. In
a mix each source has its own passes and its share of the positions, see ``mix.Draw``.
"""

import functools
from collections.abc import Iterator

import numpy as np

from keras_colorizer.data.mix import Draw


@functools.lru_cache(maxsize=4)
def _permutation(seed, number, count):
    return np.random.default_rng([seed, number]).permutation(count)


def steps_per_epoch(epoch_photos: int, batch: int) -> int:
    """Batches in an epoch; the last may be smaller.

    Example:
        >>> steps_per_epoch(100, 16)
        7
    """
    return -(-epoch_photos // batch)


def _indices(step, count, batch, epoch_photos, seed):
    """Which photos make up batch ``step``, counted from the run's first: int64 [b]."""
    start, stop = _positions(step, batch, epoch_photos)
    passes = range(start // count, (stop - 1) // count + 1)
    order = np.concatenate([_permutation(seed, number, count) for number in passes])
    return order[start - passes[0] * count : stop - passes[0] * count]


def _positions(step, batch, epoch_photos):
    """The positions of batch ``step``, counted from the run's first photo: (start, stop)."""
    epoch, place = divmod(step, steps_per_epoch(epoch_photos, batch))
    start = epoch * epoch_photos + place * batch
    return start, min(start + batch, (epoch + 1) * epoch_photos)


def _gathers(photos, batch, epoch_photos, first_epoch, last_epoch, seed, others, others_batch):
    """The range of steps, and the function from a step to its batch."""
    epoch_photos = epoch_photos or len(photos)
    if batch < 1 or epoch_photos < 1 or not 0 <= first_epoch <= last_epoch:
        raise ValueError(f"batch {batch}, epoch_photos {epoch_photos}, {first_epoch}..{last_epoch}")
    steps = steps_per_epoch(epoch_photos, batch)

    draw = Draw(photos.shares, seed) if photos.shares else None

    def gather(step):
        if draw:
            places = draw(*_positions(int(step), batch, epoch_photos))
        else:
            places = _indices(int(step), len(photos), batch, epoch_photos, seed)
        rgb = photos.images[places]
        if others is None:
            return rgb
        order = (len(others), others_batch, steps * others_batch, seed)
        return np.concatenate([rgb, others.images[_indices(int(step), *order)]])

    return range(first_epoch * steps, last_epoch * steps), gather


def batch_arrays(
    photos,
    batch: int,
    epoch_photos: int | None,
    first_epoch: int,
    last_epoch: int,
    seed: int,
    others=None,
    others_batch: int = 0,
) -> Iterator[np.ndarray]:
    """`training_batches` without TensorFlow: the same arrays, from a generator.

    Example:
        >>> photos = load_photos("synthetic", "validation", 64)
        >>> next(batch_arrays(photos, 16, None, 0, 1, seed=0)).shape
        (16, 64, 64, 3)
    """
    steps, gather = _gathers(
        photos, batch, epoch_photos, first_epoch, last_epoch, seed, others, others_batch
    )
    yield from map(gather, steps)


def training_batches(
    photos,
    batch: int,
    epoch_photos: int | None,
    first_epoch: int,
    last_epoch: int,
    seed: int,
    others=None,
    others_batch: int = 0,
):
    """Shuffled batches of epochs ``first_epoch`` up to, not including, ``last_epoch``.

    Args:
        photos: a `Photos`.
        batch: photos a batch; the last of an epoch may be smaller.
        epoch_photos: photos an epoch; None for all.
        first_epoch: 0, or where a resumed run goes on.
        last_epoch: where it ends.
        seed: not negative. The same seed and epoch give the same batches, in any process.
        others: a second `Photos`, shuffled by itself, or None.
        others_batch: how many of them stand at the end of every batch, the last one too.

    Returns:
        tf.data.Dataset of uint8 RGB [None, S, S, 3], of known length: `steps_per_epoch` each epoch.

    Example:
        >>> photos = load_photos("synthetic", "validation", 64)
        >>> batches = training_batches(photos, 16, None, 3, 10, seed=0)
        >>> next(iter(batches)).shape
        TensorShape([16, 64, 64, 3])
    """
    import tensorflow as tf

    steps, gather = _gathers(
        photos, batch, epoch_photos, first_epoch, last_epoch, seed, others, others_batch
    )

    def load(step):
        rgb = tf.numpy_function(gather, [step], tf.uint8)
        rgb.set_shape([None, *photos.images.shape[1:]])
        return rgb

    return tf.data.Dataset.range(steps.start, steps.stop).map(load).prefetch(tf.data.AUTOTUNE)
