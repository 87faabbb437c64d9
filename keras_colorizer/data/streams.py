"""Resizing inside tf.data, the same for every source that decodes there."""

import tensorflow as tf

from keras_colorizer.data.decoding import FITS
from keras_colorizer.errors import choose


def fit_tensor(photo: tf.Tensor, size: int, fit: str) -> tf.Tensor:
    """uint8 [H, W, 3] to uint8 [size, size, 3]: antialiased bilinear, rounded.

    ``stretch`` keeps the whole photo and gives up its proportions, ``crop`` keeps the proportions
    of the central square and gives up the rest.
    """
    if choose("fit", fit, FITS) == "crop":
        shape = tf.shape(photo)
        side = tf.minimum(shape[0], shape[1])
        top, left = (shape[0] - side) // 2, (shape[1] - side) // 2
        photo = photo[top : top + side, left : left + side]
    photo = tf.image.resize(photo, (size, size), method="bilinear", antialias=True)
    return tf.cast(tf.clip_by_value(tf.round(photo), 0, 255), tf.uint8)


def arrays(dataset: tf.data.Dataset):
    """The elements of ``dataset`` as NumPy arrays, decoded ahead."""
    return dataset.prefetch(tf.data.AUTOTUNE).as_numpy_iterator()
