"""What JPEG does to gray photos, in the training step: 8×8 blocks, quantised frequencies."""

import numpy as np
from keras import ops

# ITU-T T.81 (1992), table K.1: the luminance steps that libjpeg scales by quality.
LUMINANCE = np.float32(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
_k, _n = np.arange(8)[:, None], np.arange(8)
# T.81, section A.3.3, as a matrix: orthonormal, so that its transpose undoes it.
DCT = np.where(_k == 0, 8**-0.5, np.cos((2 * _n + 1) * _k * np.pi / 16) / 2).astype("float32")


def quantised(gray, quality):
    """Gray photos as they come back from a JPEG file.

    A photo whose sides are no multiples of 8 is continued by its last row and column, and cut
    again, as libjpeg does. There is no gradient: rounding has none.

    Args:
        gray: float32 tensor (B, H, W, 1), 0..1; H and W static.
        quality: float32 tensor (B, 1, 1, 1), libjpeg's 1..100.

    Returns:
        Float32 tensor (B, H, W, 1), 0..1, not rounded to levels. Source: ITU-T T.81, Annex A.3;
        quality as in libjpeg's jcparam.c, ``jpeg_quality_scaling``.
    """
    height, width = gray.shape[1:3]
    for axis, side in ((1, height), (2, width)):
        if side % 8:
            places = np.minimum(np.arange(-(-side // 8) * 8), side - 1)
            gray = ops.take(gray, places, axis=axis)
    whole = (-1, *gray.shape[1:])
    bands = (-1, whole[1] // 8, 8, whole[2])
    percent = ops.where(quality < 50.0, ops.floor(5000.0 / quality), 200.0 - 2.0 * quality)
    steps = ops.clip(ops.floor((ops.multiply(LUMINANCE, percent) + 50.0) / 100.0), 1.0, 255.0)
    steps = ops.tile(steps, (1, 1, 1, whole[2] // 8))  # (B, 1, 8, W)
    # The columns of blocks as they lie; the rows of blocks as rows of eight numbers.
    waves = ops.matmul(DCT, ops.reshape(gray * 255.0 - 128.0, bands))
    waves = ops.reshape(ops.matmul(ops.reshape(waves, (-1, 8)), DCT.T), bands)
    waves = ops.matmul(DCT.T, ops.round(waves / steps) * steps)
    levels = ops.reshape(ops.matmul(ops.reshape(waves, (-1, 8)), DCT), whole)
    return ops.clip((levels[:, :height, :width] + 128.0) / 255.0, 0.0, 1.0)
