"""How common each colour is in a run's photos, and what a rare one counts in its loss.

Source: Zhang, Isola & Efros, "Colorful Image Colorization", ECCV 2016, section 2.2.
"""

import json
import math

import numpy as np
from keras import ops

from keras_colorizer.color import bins, codecs
from keras_colorizer.color.grid import ab_cells
from keras_colorizer.errors import UserError
from keras_colorizer.utils.files import write_text

FILE = "prior.json"
LOSS = "cross_entropy"  # the one that has classes, and so needs a prior
CHUNK = 64  # photos converted at a time


def count(images, codec):
    """How many blocks of photos have their mean colour in each bin.

    Args:
        images: uint8 (N, S, S, 3); may be a memory map.
        codec: one that gives ``ab``, the codec's own blocks.

    Returns:
        int64 (Q,).
    """
    counts = np.zeros(bins.COUNT, np.int64)
    for start in range(0, len(images), CHUNK):
        rgb = np.asarray(images[start : start + CHUNK], np.float32) / 255
        cells = ab_cells(ops.convert_to_numpy(codec.ab(ops.convert_to_tensor(rgb))))
        counts += np.bincount(bins.of_cells()[cells.ravel()], minlength=bins.COUNT)
    return counts


def smoothed(counts, sigma=bins.SIGMA):
    """The distribution of counts (Q,) over bins, smoothed by a Gaussian of ``sigma`` ab units."""
    centres = bins.centres().astype(np.float64)
    squares = np.square(centres[:, None] - centres).sum(-1)
    # A bin at the gamut's border gives all that it has to its neighbours there.
    kernel = np.exp(-squares / (2 * sigma**2))
    return (kernel / kernel.sum(0)) @ (counts / np.sum(counts))


def weights(share, uniform_share):
    """What a place counts whose likeliest colour is in each bin.

    Args:
        share: the distribution over the bins (Q,), of sum 1.
        uniform_share: λ, above 0 to 1: how much of the uniform distribution is mixed in. At 1 all
            weights are 1; the paper's is 0.5.

    Returns:
        float64 (Q,), their mean over ``share`` is 1. Source: equation 4.
    """
    found = 1 / ((1 - uniform_share) * share + uniform_share / len(share))
    return found / np.sum(share * found)


def check(recipe, codec):
    """Raises a UserError if the recipe's loss, or its discriminator, does not fit the codec."""
    likely = codec.temperature is not None
    if (codec.loss == LOSS) != (recipe.loss.name == LOSS):
        one = "one" if codec.loss == LOSS else "none"
        raise UserError(
            f"`loss={recipe.loss.name}`: {LOSS} is for codecs that predict how likely colours are, "
            f"and they for it; codec {recipe.codec.name!r} is {one}"
        )
    owners = {known.loss: name for name, known in codecs.CODECS.items() if known.loss}
    if (codec.loss or recipe.loss.name in owners) and recipe.loss.name != codec.loss:
        owner = recipe.codec.name if codec.loss else owners[recipe.loss.name]
        loss = codec.loss or recipe.loss.name
        raise UserError(
            f"`loss={recipe.loss.name}`: loss {loss} and codec {owner!r} are for each other; set "
            "both, or neither"
        )
    if recipe.adversary and likely:
        raise UserError(
            f"`discriminator={recipe.adversary.discriminator.name}`: it judges colours, codec "
            f"{recipe.codec.name!r} predicts how likely they are; leave it at none"
        )


def of_run(recipe, run, photos):
    """The run's weights of classes; measured and written when it begins, later read.

    Args:
        recipe: the Recipe, of a stage or of all.
        run: the ``Run``; its folder receives ``FILE``, whole or not at all.
        photos: the training Photos.

    Returns:
        A list of Q floats; None where the recipe's loss has no classes.

    Raises:
        UserError: a run that has begun is without its file, or the file is damaged or another's.
    """
    if recipe.loss.name != LOSS:
        return None
    codec, path = codecs.get(recipe.codec.name, **recipe.codec.options), run.folder / FILE
    if codec.loss != LOSS:
        return None  # `check` says why these do not fit each other
    if path.is_file():
        return _read(path, recipe, photos)
    if run.epochs_done:
        raise UserError(f"{path}: no such file, this run's loss needs it; restore it or begin anew")
    counts = count(photos.images, codec)
    share = smoothed(counts)
    found = weights(share, recipe.loss.uniform_share)
    about = {
        "uniform_share": recipe.loss.uniform_share,
        "sigma": bins.SIGMA,
        "photos": len(photos),
        "ids_sha256": photos.ids_sha256,
        "size": recipe.data.size,
        "counts": counts.tolist(),
        "share": [float(f"{value:.6g}") for value in share],
        "weights": [float(f"{value:.6g}") for value in found],
    }
    rows = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in about.items()]
    write_text(path, "{\n" + ",\n".join(rows) + "\n}\n")  # each list on a line of its own
    return about["weights"]


def _read(path, recipe, photos):
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        found = [float(value) for value in about["weights"]]
        used = about["uniform_share"], about["ids_sha256"]
        if len(found) != bins.COUNT or not all(0 < v < math.inf for v in found):
            raise ValueError(f"not {bins.COUNT} weights above 0")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: damaged ({error}); restore it or begin the run anew") from error
    if used != (recipe.loss.uniform_share, photos.ids_sha256):
        raise UserError(
            f"{path}: measured on other photos or for another uniform_share; restore this run's "
            "own or begin it anew"
        )
    return found
