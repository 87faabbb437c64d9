"""Fréchet and kernel Inception distance, with the weights that keras.applications ships.

Comparable only with themselves: other weights, another resizing or another number of photos give
other values, so none of them may be set beside an FID or a KID that a paper prints.
"""

import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from keras_colorizer.errors import UserError

# What keras.applications calls its files of InceptionV3, in the order in which they are looked for.
_FILES = (
    "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
)
_SIZE = 299  # Szegedy et al. 2016, table 1: the input that the weights were trained on
_SHAPE = (_SIZE, _SIZE, 3)
_ROWS = 1024  # of a kernel matrix at a time: 8,189 photos would need half a gigabyte at once


def find_weights(given: str | os.PathLike | None = None) -> Path | None:
    """The file of InceptionV3's weights: the one given, or Keras's own in its usual cache.

    Nothing is ever downloaded. The cache is ``models/`` in ``$KERAS_HOME``, else in ``~/.keras``,
    where ``keras.applications.InceptionV3`` leaves what it fetches.

    Args:
        given: a path that must exist, or None to look into the cache.

    Returns:
        The path, or None where the cache has no such file.

    Raises:
        UserError: ``given`` is no file.
    """
    if given is not None:
        path = Path(given)
        if not path.is_file():
            raise UserError(
                f"{path}: no such file; give InceptionV3's weights, or leave the option out "
                "to do without the Inception distances"
            )
        return path
    folder = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "models"
    return next((folder / name for name in _FILES if (folder / name).is_file()), None)


def load(weights: str | os.PathLike):
    """InceptionV3 up to its average pooling, with weights from a file.

    Args:
        weights: keras.applications' ``.h5`` without or with the classifier on top, or a
            ``.weights.h5`` that a model of the same architecture saved.

    Returns:
        ``keras.Model`` from float (B, 299, 299, 3) in ±1 to (B, 2048).
        Source: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision".

    Raises:
        UserError: the file is damaged, of another network, or holds values that are not finite.
    """
    import keras

    weights = Path(weights)
    try:
        try:
            network = _filled(weights, include_top=False, pooling="avg", input_shape=_SHAPE)
        except ValueError:
            # Perhaps the file with the classifier, whose extra layer Keras does not pass over.
            full = _filled(weights)
            network = keras.Model(full.inputs, full.get_layer("avg_pool").output)
    except Exception as error:  # h5py, zipfile and Keras each raise their own
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise UserError(
            f"{weights}: not InceptionV3's weights, or damaged ({reason}); "
            f"give keras.applications' {_FILES[0]}"
        ) from error
    if not all(np.isfinite(values).all() for values in network.get_weights()):
        raise UserError(
            f"{weights}: damaged (weights are missing or not finite); "
            f"give keras.applications' {_FILES[0]}"
        )
    return network


def _filled(weights, **options):
    """An InceptionV3 whose weights are NaN wherever the file did not bring any."""
    import keras

    network = keras.applications.InceptionV3(weights=None, **options)
    network.set_weights([np.full_like(values, np.nan) for values in network.get_weights()])
    with warnings.catch_warnings():
        # Of some files that lack weights Keras only warns, and keeps what the layer started with.
        warnings.simplefilter("ignore")
        network.load_weights(weights)
    return network


def features(images: np.ndarray, network, batch: int = 32) -> np.ndarray:
    """What InceptionV3's average pooling sees in pictures.

    Each is resized to 299 px by Pillow's BICUBIC on 8-bit values and scaled to -1..1, as
    ``keras.applications.inception_v3.preprocess_input`` does.

    Args:
        images: uint8 (N, S, S, 3).
        network: what ``load`` gave.
        batch: how many pictures go through the network at once; the features do not depend on it.

    Returns:
        float32 (N, 2048).

    Raises:
        ValueError: ``images`` are not uint8 RGB.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(f"features needs uint8 (N, S, S, 3), not {images.dtype} {images.shape}")
    found = [np.zeros((0, network.output_shape[-1]), "float32")]
    for start in range(0, len(images), batch):
        large = np.stack([_enlarged(image) for image in images[start : start + batch]])
        found.append(np.asarray(network.predict_on_batch(large.astype("float32") / 127.5 - 1)))
    return np.concatenate(found)


def _enlarged(image):
    return np.asarray(Image.fromarray(image).resize((_SIZE, _SIZE), Image.Resampling.BICUBIC))


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """The Fréchet distance between Gaussians fitted to two sets of features.

    |μa - μb|² + tr Σa + tr Σb - 2 tr (Σa Σb)^½ with the unbiased covariances. Smaller is more
    alike, 0 is the least; it falls with the number of rows, so compare only sets of equal size.

    Args:
        a: float (N, d), a row a picture, N ≥ 2.
        b: float (M, d), M ≥ 2.

    Returns:
        The squared distance d² in the features' squared unit, comparable only with itself: not with
        published FIDs, which come from other weights. Source: Heusel et al. 2017, eq. 6.

    Raises:
        ValueError: the sets do not fit together, are too few, or hold values that are not finite.
    """
    a, b = _checked(a, b)
    means = a.mean(axis=0), b.mean(axis=0)
    a, b = ((x - m) / np.sqrt(len(x) - 1) for x, m in zip((a, b), means, strict=True))
    traces = np.sum(a * a) + np.sum(b * b)
    distance = np.sum((means[0] - means[1]) ** 2) + traces - 2 * _root_trace(a, b)
    return max(float(distance), 0.0)  # rounding leaves -1e-13 where it is 0


def _root_trace(a, b):
    """Tr (Σa Σb)^½ of Σa = aᵀa and Σb = bᵀb, from the singular values of abᵀ.

    ΣaΣb = aᵀ(abᵀ)b has, zeros aside, the eigenvalues of (abᵀ)(abᵀ)ᵀ. So the trace of its root is
    the sum of abᵀ's singular values: real and exact also where N < d makes the covariances
    singular, which ``sqrtm`` of the d × d product is not, and at N = 1,020 and d = 2,048 some fifty
    times as fast. Of a tall set its R stands for it, because aᵀa = RᵀR.
    """
    from scipy import linalg

    a, b = (
        linalg.qr(x, mode="r", check_finite=False)[0][: x.shape[1]] if len(x) > x.shape[1] else x
        for x in (a, b)
    )
    return linalg.svdvals(a @ b.T).sum()


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """The kernel distance between two sets of features: the unbiased squared MMD.

    The kernel is (x·y / d + 1)³. Smaller is more alike; its mean over draws of the same pictures
    is 0 whatever their number, so single values may be a little below 0.

    Args:
        a: float (N, d), a row a picture, N ≥ 2.
        b: float (M, d), M ≥ 2.

    Returns:
        MMD² over the whole sets (papers average it over subsets, which has the same mean), without
        a unit, comparable only with itself: not with published KIDs, which come from other weights.
        Source: Bińkowski et al. 2018, "Demystifying MMD GANs", eq. 4 and section 3.1.

    Raises:
        ValueError: the sets do not fit together, are too few, or hold values that are not finite.
    """
    a, b = _checked(a, b)
    within = sum(
        (_kernel_sum(x, x) - np.sum((np.sum(x * x, axis=1) / x.shape[1] + 1) ** 3))
        / (len(x) * (len(x) - 1))
        for x in (a, b)
    )
    return float(within - 2 * _kernel_sum(a, b) / (len(a) * len(b)))


def _kernel_sum(a, b):
    rows = (a[start : start + _ROWS] for start in range(0, len(a), _ROWS))
    return sum(np.sum((part @ b.T / a.shape[1] + 1) ** 3) for part in rows)


def _checked(a, b):
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(f"two sets (N, d) with N of 2 or more are needed, not {a.shape} {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("features must be finite")
    return a, b
