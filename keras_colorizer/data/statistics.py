"""What a whole set of photos has in common."""

import numpy as np


def mean_chroma(images: np.ndarray, chunk: int = 256) -> tuple[float, float]:
    """The mean (Cb, Cr) over every pixel of photos: the one colour that suits them all best.

    Args:
        images: uint8 [N, H, W, 3], sRGB; may be a memory map.
        chunk: photos in RAM at a time.

    Returns:
        Cb and Cr of JPEG's full-range Y′CbCr (JFIF 1.02, section 7), in ±0.5.

    Raises:
        ValueError: no photos.

    Example:
        >>> mean_chroma(np.full((1, 2, 2, 3), 128, np.uint8))
        (0.0, 0.0)
    """
    if not len(images):
        raise ValueError("mean_chroma of no photos")
    total = np.zeros(3)
    for start in range(0, len(images), chunk):
        total += images[start : start + chunk].sum(axis=(0, 1, 2), dtype=np.int64)
    # Chroma is linear in RGB, so the mean of one is made of the mean of the other.
    red, green, blue = total / (np.prod(images.shape[:3], dtype=np.int64) * 255)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return float((blue - luma) / 1.772), float((red - luma) / 1.402)
