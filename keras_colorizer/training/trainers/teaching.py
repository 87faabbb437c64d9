"""Knowledge distillation: a network learns the chroma that another one, its teacher, gives."""

import hashlib
import json

import keras
import numpy as np
from keras import ops

from keras_colorizer.color import codecs, spaces
from keras_colorizer.errors import UserError
from keras_colorizer.models import card, registry
from keras_colorizer.training import start
from keras_colorizer.training.losses import pixel
from keras_colorizer.training.trainers.base import BACKBONE
from keras_colorizer.utils.files import write_text

OPTION = "teacher"
# With the weights, what of a card decides which colours a teacher gives.
DECIDES = ("codec", "codec_options", "generator")
DIGEST = "weights_sha256"


@keras.saving.register_keras_serializable("keras_colorizer")
class Teacher:
    """A finished network in inference mode, whose chroma is what a student is asked for.

    It is no layer, so a trainer that holds one neither trains nor saves its weights. It is built
    anew at the student's working size, the size that the training photos are stored at, under the
    dtype policy of the moment; its own working size does not count.

    The teacher sees the clean gray photo, without the film, damage and border that are added to
    what the student sees: so the student learns to see through damage. Borders have no colour.

    Args:
        folder: a run folder or a shipped model's, with ``generator.keras``.
        size: the student's working size in pixels, a multiple of the network's stride.
        saturation: factor on the teacher's chroma, above 0; 1 leaves what its card folds in.
        weight: of the teacher's chroma in the target, 0..1; the rest is the truth's.

    Raises:
        UserError: the folder is no finished run, its card does not name its generator or names
            another one, or the network cannot work at that size.

    Source: Hinton, Vinyals & Dean 2015, section 2, here for regression: the target is the
    teacher's output, as no temperature is needed where there are no classes.
    """

    def __init__(self, folder, size, saturation=1.0, weight=1.0):
        self.folder, self.size = folder, size
        self.saturation, self.weight = saturation, weight
        trained, found = card.load_network(folder)
        self.codec = codecs.get(found["codec"], **(found.get("codec_options") or {}))
        self.network = _rebuilt(folder, size, trained, found, self.codec)

    def get_config(self):
        """The arguments, for saving; weights stay where they are."""
        return {name: getattr(self, name) for name in ("folder", "size", "saturation", "weight")}

    @classmethod
    def from_config(cls, config):
        """Loads the teacher again."""
        return cls(**config)

    def chroma(self, gray):
        """Gray photos (B, S, S, 1) in 0..1 → the teacher's CbCr (B, h, w, 2), saturation 1."""
        prediction = self.network(self.codec.see(gray), training=False)
        return ops.stop_gradient(self.codec.chroma(gray, prediction))

    def target(self, clean, framed, truth):
        """What the student is asked for.

        Args:
            clean: uint8 RGB (B, S, S, 3), the photos as flips and windows leave them.
            framed: the same with borders of paper on some; the same tensor where there are none.
            truth: the photos' chroma (B, h, w, 2) in ±0.5, at the student's resolution.

        Returns:
            Float tensor (B, h, w, 2): weight · saturation · teacher + (1 - weight) · truth. The
            teacher's chroma is brought to this resolution by block means or bilinearly, and is 0
            under paper.
        """
        gray = spaces.luma(ops.cast(clean, "float32") / 255.0)
        taught = self.saturation * _sized(self.chroma(gray), truth)
        if framed is not clean:
            paper = ops.any(ops.not_equal(clean, framed), axis=-1, keepdims=True)
            taught = taught * (1.0 - _sized(ops.cast(paper, "float32"), truth))
        return self.weight * taught + (1.0 - self.weight) * truth


def _sized(x, like):
    """Brings (B, H, W, C) to the height and width of ``like``."""
    return codecs.enlarge(pixel.shrunk(x, like), like)


def _rebuilt(folder, size, trained, found, codec):
    """The network of a card at another size, with the trained weights, not trainable."""
    generator = found.get("generator") or {}
    if "name" not in generator:
        raise UserError(f"`teacher={folder}`: its card does not name its generator; train it anew")
    name, options = generator["name"], dict(generator.get("options") or {})
    if BACKBONE in registry.defaults(name):
        options = {"channels": codec.channels, **options}
    network = registry.build(name, size, role="generator", **options)
    values = trained.get_weights()
    if [w.shape for w in values] != [tuple(w.shape) for w in network.weights]:
        raise UserError(
            f"`teacher={folder}`: its weights are not those of generator {name!r} with the options "
            "on its card; restore or train it anew"
        )
    network.set_weights(values)
    network.trainable = False
    return network


def load(recipe):
    """The Teacher of a recipe, or of one stage of it, under the current dtype policy.

    Returns:
        None without a teacher, or where its weight is 0.

    Raises:
        UserError: as ``Teacher`` does.
    """
    if recipe.teacher.source is None or not recipe.teacher.weight:
        return None
    return Teacher(
        str(start.folder_of(recipe.teacher.source, OPTION)),
        recipe.data.size,
        recipe.teacher.saturation,
        recipe.teacher.weight,
    )


def check(recipe, codec):
    """Raises a UserError if a recipe has a teacher whose colours it cannot be asked for."""
    if recipe.teacher.source is None:
        return
    if not codec.predicts_cbcr:
        raise UserError(f"`teacher`: codec {recipe.codec.name!r} predicts no chroma; ycbcr does")
    if recipe.adversary:
        raise UserError(
            "`teacher` beside a discriminator: it would take the teacher's colours for real ones; "
            "add `discriminator=none`"
        )


def keep(recipe, run):
    """Writes the teacher's card into a run's folder when it begins; later, compares it.

    The file holds the card and the SHA-256 of the weights, not the weights.

    Args:
        recipe: the Recipe of the whole run.
        run: the ``Run``.

    Raises:
        UserError: the teacher is gone, or is not the one that the run began with.
    """
    if recipe.teacher.source is None:
        return
    folder = start.folder_of(recipe.teacher.source, OPTION)
    network, found = card.load_network(folder)
    found = {**found, DIGEST: digest(network)}
    path = run.folder / start.TAUGHT
    if path.is_file():
        before = _read(path)
        other = [key for key in (DIGEST, *DECIDES) if before.get(key) != found.get(key)]
        if other:
            raise UserError(
                f"`teacher={recipe.teacher.source}`: not the teacher that this run began with "
                f"(other {', '.join(other)} than in {path}); restore it or begin a new run"
            )
        return
    if run.epochs_done:
        raise UserError(f"{path}: no such file; restore it or begin a new run")
    write_text(path, json.dumps(found, indent=2) + "\n")
    told = {key: found.get(key) for key in ("name", DIGEST, "licence", "training")}
    run.write_environment(teacher={"run": folder.name, **told})


def _read(path):
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"{path}: damaged ({error}); restore it or begin a new run") from error


def digest(network):
    """SHA-256 of a network's weights in their order, 64 hex digits."""
    found = hashlib.sha256()
    for values in network.get_weights():
        found.update(np.ascontiguousarray(values).tobytes())
    return found.hexdigest()
