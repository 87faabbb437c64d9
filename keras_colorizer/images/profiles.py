"""ICC profiles: RGB ones go along untouched, gray and CMYK ones are converted to sRGB."""

import io

import numpy as np
from PIL import Image

from keras_colorizer.images import scans

_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
_LARGEST = 1 << 24  # bytes: a JPEG holds 255 parts of 64 KB


def _space(icc):
    """The mode that a profile is for; None for what is no profile that can be used."""
    is_usable = len(icc) <= _LARGEST and icc[36:40] == b"acsp"
    return _SPACES.get(icc[16:20]) if is_usable else None


def apply(
    image: Image.Image, icc: bytes | None, stored: str
) -> tuple[Image.Image, bytes | None, str | None]:
    """An image freed from a gray or CMYK profile; an RGB profile stays beside it.

    Conversion is relative colorimetric with black point compensation, as image editors do it.

    Args:
        image: mode L, RGB, RGBA, YCbCr or CMYK.
        icc: the file's profile, or None.
        stored: the mode that the profile must be for: the image's, unless it was decoded as gray.

    Returns:
        ``(image, icc, note)``: L stays L, CMYK becomes RGB by its profile; ``icc`` is the RGB
        profile's bytes or None; the note is None, or a line saying why a profile was dropped.
    """
    if not icc:
        return image, None, None
    space = _space(icc)
    if space is None:
        return image, None, "its colour profile cannot be used and is left out"
    try:
        from PIL import ImageCms
    except ImportError:
        return image, None, "its colour profile is left out: this Pillow has no LittleCMS"
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if space == "RGB":
            return image, icc, None
        if stored != space:
            return image, None, "its colour profile is of another kind and is left out"
        flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
        if space == "L":
            flags |= ImageCms.Flags.NOOPTIMIZE  # or dark levels lose up to 7
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            space,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags,
        )
        if space == "CMYK":
            return ImageCms.applyTransform(image, transform), None, None
        # Gray has 256 levels: converting those suffices, and is far faster than every pixel.
        levels = Image.frombytes("L", (256, 1), bytes(range(256)))
        table = ImageCms.applyTransform(levels, transform).convert("L").tobytes()
        return image.point(table), None, None
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return image, None, "its colour profile is damaged and is left out"


def apply_to_scan(
    scan: scans.Scan, icc: bytes | None, is_gray: bool
) -> tuple[scans.Scan, bytes | None, str | None]:
    """As `apply`, for a scan and in its own depth: a gray profile is applied in 16 bits.

    Args:
        scan: as decoded.
        icc: the file's profile, or None.
        is_gray: the file holds gray, not RGB.

    Returns:
        ``(scan, icc, note)``.
    """
    if not icc:
        return scan, None, None
    space = _space(icc)
    if space is None:
        return scan, None, "its colour profile cannot be used and is left out"
    if space != ("L" if is_gray else "RGB"):
        return scan, None, "its colour profile is of another kind and is left out"
    import imagecodecs  # ordinary photos go without

    if space == "RGB":
        try:
            imagecodecs.cms_profile_validate(icc)
        except imagecodecs.CmsError:
            return scan, None, "its colour profile is damaged and is left out"
        return scan, icc, None
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    no_optimize, black_point = 0x0100, 0x2000  # or dark levels are off by half of themselves
    try:
        table = imagecodecs.cms_transform(
            ramp,
            icc,
            imagecodecs.cms_profile("srgb"),
            colorspace="gray",
            outcolorspace="rgb",
            outdtype="uint16",
            intent=1,
            flags=no_optimize | black_point,
        )
    except (imagecodecs.CmsError, ValueError):
        return scan, None, "its colour profile is damaged and is left out"
    return scans.converted(scan, table[..., 1].reshape(-1)), None, None
