"""Colour spaces in ``keras.ops``: luma, full-range Y′CbCr, CIE Lab; channels last."""

from keras import ops

from keras_colorizer.color.merging import BLUE, LUMA, RED

# Pillow's own 16-bit integers for the same weights (libImaging/Convert.c, macro L24).
LUMA_INTEGERS = (19595, 38470, 7471)
# IEC 61966-2-1:1999 (sRGB), linear RGB to XYZ with the D65 white of the same matrix's row sums.
RGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
XYZ_TO_RGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
WHITE = tuple(sum(row) for row in RGB_TO_XYZ)
# CIE 15:2004, section 8.2.1.1: epsilon = (6/29)^3 and kappa = (29/3)^3.
EPSILON, KAPPA = 216 / 24389, 24389 / 27


def _channels(x):
    return x[..., 0:1], x[..., 1:2], x[..., 2:3]


def _mix(x, matrix):
    return ops.stack([sum(w * x[..., i] for i, w in enumerate(row)) for row in matrix], axis=-1)


def gray_uint8(rgb):
    """Integer Rec. 601 luma of 8-bit RGB, exactly Pillow's ``convert("L")``.

    Args:
        rgb: int32 array or tensor (NumPy, TensorFlow or torch) of shape (..., 3), 0..255.

    Returns:
        The same kind of array, int32, of shape (..., 1), 0..255.
    """
    r, g, b = _channels(rgb)
    wr, wg, wb = LUMA_INTEGERS
    return (r * wr + g * wg + b * wb + 32768) // 65536


def luma(rgb):
    """Rec. 601 luma Y′ of gamma-encoded RGB.

    Args:
        rgb: float tensor of shape (..., 3), 0..1.

    Returns:
        Float tensor of shape (..., 1), 0..1. Source: ITU-R BT.601-7.
    """
    r, g, b = _channels(rgb)
    wr, wg, wb = LUMA
    return r * wr + g * wg + b * wb


def chroma(rgb):
    """The chroma planes (Cb, Cr) of JPEG's full-range Y′CbCr.

    Args:
        rgb: float tensor of shape (..., 3), 0..1.

    Returns:
        Float tensor of shape (..., 2) in ±0.5. Source: JFIF 1.02, section 7.
    """
    y = luma(rgb)
    return ops.concatenate([(rgb[..., 2:3] - y) / BLUE, (rgb[..., 0:1] - y) / RED], axis=-1)


def rgb_to_ycbcr(rgb):
    """RGB to full-range Y′CbCr.

    Args:
        rgb: float tensor of shape (..., 3), 0..1.

    Returns:
        Float tensor of shape (..., 3): Y′ in 0..1, Cb and Cr in ±0.5. Source: JFIF 1.02.
    """
    return ops.concatenate([luma(rgb), chroma(rgb)], axis=-1)


def _offsets(cbcr):
    cb, cr = cbcr[..., 0:1], cbcr[..., 1:2]
    wr, wg, wb = LUMA
    green = -(wr * RED * cr + wb * BLUE * cb) / wg
    return ops.concatenate([RED * cr, green, BLUE * cb], axis=-1)


def ycbcr_to_rgb(ycbcr):
    """Full-range Y′CbCr to RGB, not clipped to the gamut.

    Args:
        ycbcr: float tensor of shape (..., 3): Y′ in 0..1, Cb and Cr in ±0.5.

    Returns:
        Float tensor of shape (..., 3), 0..1 inside the gamut. Source: JFIF 1.02, section 7.
    """
    return ycbcr[..., 0:1] + _offsets(ycbcr[..., 1:3])


def merge(gray, cbcr):
    """A gray photo and chroma become RGB whose luma is the gray photo's.

    Colour outside the gamut is desaturated at constant luma (chroma scaled towards zero until all
    three channels fit), not clipped, because clipping one channel changes luma and hue.

    Args:
        gray: float tensor of shape (..., 1), 0..1.
        cbcr: float tensor of shape (..., 2), about ±0.5.

    Returns:
        Float tensor of shape (..., 3), 0..1.
    """
    offsets = _offsets(cbcr)
    room = ops.where(offsets > 0, 1.0 - gray, gray)
    scale = ops.min(room / ops.maximum(ops.abs(offsets), 1e-6), axis=-1, keepdims=True)
    return ops.clip(gray + offsets * ops.minimum(scale, 1.0), 0.0, 1.0)


def _to_linear(rgb):
    # The power's base is kept away from 0, where its gradient is infinite.
    curve = ops.power((ops.maximum(rgb, 0.04045) + 0.055) / 1.055, 2.4)
    return ops.where(rgb <= 0.04045, rgb / 12.92, curve)


def _to_encoded(linear):
    curve = 1.055 * ops.power(ops.maximum(linear, 0.0031308), 1 / 2.4) - 0.055
    return ops.where(linear <= 0.0031308, linear * 12.92, curve)


def _cube_root(t):
    """CIE's f: a cube root that is straight near black; its base is kept away from 0 as well."""
    return ops.where(t > EPSILON, ops.power(ops.maximum(t, EPSILON), 1 / 3), (KAPPA * t + 16) / 116)


def lightness(gray):
    """L* of gray photos: what `rgb_to_lab` gives for three equal channels.

    Args:
        gray: float tensor of any shape, gamma-encoded, 0..1.

    Returns:
        Float tensor of that shape, 0..100. Source: CIE 15:2004, section 8.2.1.1.
    """
    return 116 * _cube_root(_to_linear(gray)) - 16


def rgb_to_lab(rgb):
    """sRGB to CIE Lab, illuminant D65, 2° observer.

    Args:
        rgb: float tensor of shape (..., 3), 0..1.

    Returns:
        Float tensor of shape (..., 3): L* in 0..100, a* and b* in about ±110.
        Source: IEC 61966-2-1 for sRGB, CIE 15:2004 for Lab.
    """
    xyz = _mix(_to_linear(rgb), RGB_TO_XYZ)
    t = ops.stack([xyz[..., i] / WHITE[i] for i in range(3)], axis=-1)
    x, y, z = _channels(_cube_root(t))
    return ops.concatenate([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def lab_to_rgb(lab):
    """CIE Lab (D65, 2°) to sRGB, not clipped to the gamut.

    Args:
        lab: float tensor of shape (..., 3): L* in 0..100, a* and b* in about ±110.

    Returns:
        Float tensor of shape (..., 3), 0..1 inside the gamut.
    """
    lightness, a, b = _channels(lab)
    y = (lightness + 16) / 116
    f = ops.concatenate([y + a / 500, y, y - b / 200], axis=-1)
    t = ops.where(f > 6 / 29, f**3, (116 * f - 16) / KAPPA)
    xyz = ops.stack([t[..., i] * WHITE[i] for i in range(3)], axis=-1)
    return _to_encoded(_mix(xyz, XYZ_TO_RGB))
