"""Aged copies of the photos that are scored: the same ones for everybody, seeded by each id."""

import dataclasses

import numpy as np
from keras import ops

from keras_colorizer.color import merging
from keras_colorizer.evaluation import photos
from keras_colorizer.training.augmentation import ageing, photo
from keras_colorizer.utils.progress import bar

# Of the strength of ageing, that of other films, lenses and files beside it: as recipes have it.
FILM = 0.5
_SHOW_FROM = 200  # photos: fewer are aged before one could read a progress line


def copies(test, strength):
    """Photos as a century would have left them, with their own colours on what is left.

    What a colorizer is given is aged as in training: orthochromatic plates, borders, wear. The
    truth that results are held against is the photo's own Cb and Cr on the **aged** luma, since a
    result keeps the luma that it was given: all errors are of chroma, and none is of damage that no
    colorizer could undo. Where that luma leaves no room, as in a sky that has become white, the
    truth is paler, at constant luma, as any result would be. Borders are neutral.

    Numbers are NumPy's, seeded by the photo's id, so they depend on neither backend nor order nor
    which other photos there are; the pictures are the same within rounding.

    Args:
        test: `photos.TestPhotos`.
        strength: above 0 to 1, of `ageing`; `augmentation.gray_of_film` gets half of it.

    Returns:
        `photos.TestPhotos`, ``aged`` being that strength. ``photos.gray_of`` of its images is the
        aged gray within a level.
    """
    images = np.empty_like(test.images)
    with bar(test.own_ids or test.ids, len(test), "ageing", _SHOW_FROM) as shown:
        for place, photo_id in enumerate(shown):
            images[place] = aged(test.images[place], strength, photos.seed_of(photo_id))
    return dataclasses.replace(test, images=images, aged=strength)


def aged(rgb, strength, seed):
    """A photo's own colours on its aged luma.

    Args:
        rgb: uint8 (H, W, 3).
        strength: 0..1.
        seed: a whole number.

    Returns:
        uint8 (H, W, 3).
    """
    random = np.random.default_rng(seed)
    framed = ageing.frames(ops.convert_to_tensor(rgb[None]), strength, random)
    plain = ops.cast(framed, "float32") / 255.0
    gray = photo.gray_of_film(plain, FILM * strength, random, strength)
    gray = np.rint(255.0 * ops.convert_to_numpy(gray)).astype(np.uint8)
    return merging.merge(gray, merging.chroma(ops.convert_to_numpy(framed)))[0]
