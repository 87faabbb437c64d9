"""ICC profiles: RGB ones go along untouched, gray and CMYK ones are converted to sRGB."""

import io

from PIL import Image

_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
_LARGEST = 1 << 24  # bytes: a JPEG holds 255 parts of 64 KB


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
    space = _SPACES.get(icc[16:20])
    if len(icc) > _LARGEST or icc[36:40] != b"acsp" or space is None:
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
