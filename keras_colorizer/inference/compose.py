"""A photo's own luma and a network's chroma become a colour photo, strip by strip."""

import functools

import numpy as np
from PIL import Image

from keras_colorizer.color import merging
from keras_colorizer.images import levels
from keras_colorizer.inference import upsampling
from keras_colorizer.utils.threads import ordered_map

BAND = 16  # rows and columns that share one bound of what fits the gamut
STRIP = 1 << 19  # pixels worked on at a time
_BLOCK = 1 << 15  # numbers that stay in a processor's cache
_DENSE = 8  # a strip is worked on whole if more than one pixel in so many may need it


def compose(
    gray: Image.Image,
    chroma: np.ndarray,
    mode: str = "RGB",
    saturation: float = 1.0,
    blend: float = 1.0,
    threads: int = 1,
) -> Image.Image:
    """A colour photo with the gray photo's own luma, at its own size.

    Colour outside the gamut is desaturated at constant luma, not clipped.

    Args:
        gray: ``PIL.Image`` of mode L, any size.
        chroma: finite float array (h, w, 2): CbCr in about ±0.5, any size.
        mode: "RGB" (luma within 1 level of the photo's), or "YCbCr", as JPEG is written from it
            (Y is the photo, Cb and Cr are rounded to whole levels).
        saturation: scales chroma before it is made to fit, from 0 (gray).
        blend: 0..1: how far from the gray photo (0) to the result (1).
        threads: work on so many strips at a time.

    Returns:
        ``PIL.Image`` of that mode and the photo's size.
    """
    if gray.mode != "L" or mode not in ("RGB", "YCbCr"):
        raise ValueError(f"composes L and chroma to RGB or YCbCr; got {gray.mode} and {mode}")
    width, height = gray.size
    if blend * saturation == 0:
        return Image.merge("RGB", (gray,) * 3).convert(mode)
    chroma = np.float32(255 * saturation) * np.asarray(chroma, np.float32)
    planes = _limited(upsampling.enlarge(chroma, gray))
    bounds = _bounds(planes, gray.size)
    planes = planes if blend == 1 else np.float32(blend) * planes
    if mode == "YCbCr":
        planes = _levels(planes)
    images = [Image.fromarray(np.ascontiguousarray(plane)) for plane in planes]
    rows = max(1, STRIP // (width * BAND)) * BAND
    strips = [(top, min(top + rows, height)) for top in range(0, height, rows)]
    result = Image.new(mode, gray.size, None)  # not filled
    work = functools.partial(_strip, result, gray, images, bounds, blend)
    if threads == 1 or len(strips) == 1:
        for strip in strips:
            work(strip)
        return result
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, strips))
    return result


def compose_deep(
    gray: Image.Image,
    deep: np.ndarray,
    chroma: np.ndarray,
    saturation: float = 1.0,
    blend: float = 1.0,
    threads: int = 1,
) -> np.ndarray:
    """`compose` in 16 bits: the luma of the result is the scan's own within 1 of 65,535.

    Args:
        gray: the photo in 8 bits, mode L: the edges along which chroma comes up.
        deep: uint16 array (H, W), the same photo in 16 bits.
        chroma, saturation, blend, threads: as for `compose`.

    Returns:
        uint16 array (H, W, 3).
    """
    height, width = deep.shape
    if blend * saturation == 0:
        return np.repeat(deep[..., None], 3, axis=2)
    chroma = np.float32(255 * saturation) * np.asarray(chroma, np.float32)
    planes = np.float32(blend) * _limited(upsampling.enlarge(chroma, gray))
    images = [Image.fromarray(np.ascontiguousarray(plane)) for plane in planes]
    result = np.empty((height, width, 3), np.uint16)
    rows = max(1, STRIP // (width * BAND)) * BAND

    def work(top):
        part = deep[top : top + rows]
        light = part.astype(np.float32) / levels.DEEP
        own = [_plane(image, gray.size, (top, top + len(part))) for image in images]
        _fit(light, own, range(light.size), blend)
        for i, offset in enumerate(merging.offsets(*own)):
            level = np.clip((light + offset) * levels.DEEP, 0, 65535)
            result[top : top + rows, :, i] = np.rint(level)

    for _ in ordered_map(work, range(0, height, rows), threads):
        pass
    return result


def _limited(planes):
    """Chroma within ±127.5 levels, at its hue: no luma has room for more."""
    if max(planes.max(), -planes.min()) > 127.5:
        largest = np.maximum(np.abs(planes[0]), np.abs(planes[1]))
        planes = planes * (np.float32(127.5) / np.maximum(largest, np.float32(127.5)))
    return planes


def _levels(planes):
    """Chroma around 0 as JPEG stores it: whole levels around 128."""
    planes = planes + np.float32(128)
    return np.clip(np.rint(planes, out=planes), 0, 255, out=planes).astype(np.uint8)


def _bounds(planes, size):
    """The darkest and lightest luma that surely hold the chroma, for each band of the photo.

    Two uint8 arrays (bands down, bands across). Enlarging stays between the grid's values, so the
    extremes of Cb and of Cr around a band bound all of it.
    """
    most = least = _levels(planes)
    for axis, length in ((1, size[1]), (2, size[0])):
        most, least = _by_band(np.max, most, axis, length), _by_band(np.min, least, axis, length)
    # A level more than that, for rounding here and there. Levels are around 128.
    most, least = (np.float32(x) + d for x, d in ((most, -127), (least, -129)))
    parts = zip(merging.offsets(*most), merging.offsets(*least), strict=True)
    # Green falls with either: its highest is where they are lowest.
    above, below = np.zeros((2, *most.shape[1:]), np.float32)
    for one, other in parts:
        above = np.maximum(above, np.maximum(one, other))
        below = np.maximum(below, -np.minimum(one, other))
    return [np.minimum(np.ceil(x), 255).astype(np.uint8) for x in (below, above)]


def _by_band(extreme, levels, axis, length):
    """The extreme of levels (2, h, w) around each of ``length`` pixels' bands along an axis."""
    view = np.ascontiguousarray(levels.swapaxes(0, axis))
    found = []
    for start in range(0, length, BAND):
        # Two more on either side: the neighbours that are interpolated, and parts of pixels.
        first = max(0, start * len(view) // length - 2)
        last = min(start + BAND, length) * len(view) // length + 2
        found.append(extreme(view[first:last], axis=0))
    return np.stack(found).swapaxes(0, axis)


def _strip(result, gray, images, bounds, blend, rows):
    top, bottom = rows
    width, height = gray.size
    luma = gray.crop((0, top, width, bottom))
    light = np.asarray(luma)
    planes = [_plane(image, gray.size, rows) for image in images]
    found = _outside(light, bounds, top)
    if len(found):
        _fit(light, planes, found, blend)
    if result.mode == "YCbCr":
        strip = Image.merge("YCbCr", (luma, *map(Image.fromarray, planes)))
    else:
        rgb = np.empty((*light.shape, 3), np.uint8)
        for i, part in enumerate(merging.offsets(*planes)):
            part += light
            rgb[..., i] = np.rint(np.clip(part, 0, 255, out=part), out=part)
        strip = Image.fromarray(rgb)
    result.paste(strip, (0, top))


def _plane(image, size, rows):
    """A strip of a plane at the photo's size, as an array that may be written to."""
    (width, height), (top, bottom) = size, rows
    if image.size == size:
        return np.array(image.crop((0, top, width, bottom)))
    # From four times the grid on, half the size holds all of 8-bit chroma, and is far quicker. It
    # is also all that a JPEG of 4:2:0 keeps.
    step = 2 if image.mode == "L" and width * height >= 4 * upsampling.GRID else 1
    shape = -(-(bottom - top) // step), -(-width // step)
    first, across = top // step, image.height / -(-height // step)
    box = (0, first * across, image.width, min((first + shape[0]) * across, image.height))
    plane = np.array(image.resize(shape[::-1], Image.Resampling.BILINEAR, box))
    if step == 1:
        return plane
    double = np.empty((shape[0], 2, shape[1]), np.uint16)  # two pixels in one number
    double[:] = (plane * np.uint16(257))[:, None]
    plane = double.view(np.uint8).reshape(2 * shape[0], -1)
    return np.ascontiguousarray(plane[: bottom - top, :width])


def _outside(luma, bounds, top):
    """Flat places in a strip where the colour may not fit; all of them if they are many."""
    (below, above), width = bounds, luma.shape[1]
    mask = np.empty(luma.shape, bool)
    for start in range(0, len(luma), BAND):
        band = (top + start) // BAND
        part, out = luma[start : start + BAND], mask[start : start + BAND]
        np.less(part, np.repeat(below[band], BAND)[:width], out=out)
        out |= part > 255 - np.repeat(above[band], BAND)[:width]
    found = np.flatnonzero(mask)
    return range(mask.size) if len(found) * _DENSE > mask.size else found


def _fit(luma, planes, found, blend):
    """Takes chroma back, in place, where it is ``found`` and does not fit."""
    whole = planes[0].dtype == np.uint8
    zero = np.float32(128 if whole else 0)
    luma, *planes = [x.reshape(-1) for x in (luma, *planes)]
    for start in range(0, len(found), _BLOCK):
        places = found[start : start + _BLOCK]
        if len(found) == len(luma):
            places = slice(start, start + _BLOCK)
        chroma = [plane[places] - zero for plane in planes]
        scale = merging.fit(luma[places].astype(np.float32), merging.offsets(*chroma), blend)
        for plane, values in zip(planes, chroma, strict=True):
            values *= scale
            # Towards 128, so that rounding does not lead out again.
            plane[places] = np.trunc(values) + zero if whole else values
