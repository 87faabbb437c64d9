"""A TensorFlow Datasets image set as a source: found prepared, or downloaded and prepared."""

import contextlib
import logging
import os
import re
from pathlib import Path

from keras_colorizer.data.sources import network
from keras_colorizer.data.sources.base import (
    ROLES,
    TFDS_EXPRESSION,
    UNLABELLED,
    WAYS_OUT,
    Source,
    register,
    role_of,
)
from keras_colorizer.errors import UserError, nearest
from keras_colorizer.utils.progress import log

# The Oxford set's own test split is its largest, so it trains and the small balanced one tests.
ROLE_SPLITS = {
    "oxford_flowers102": {"train": "test", "validation": "validation", "test": "train"},
}
LICENCES = {
    "oxford_flowers102": "none stated; photos from the web and its authors' own, for research",
}
_PROBE_SECONDS = 8
_TFDS_ID = re.compile(r"-(?P<split>[^-/]+)\.[^./]+-(?P<shard>\d+)-of-\d+__(?P<index>\d+)$")


@contextlib.contextmanager
def _quiet():
    """Holds back tfds's notices on its own use of deprecated functions."""
    loggers = [logging.getLogger(name) for name in ("absl", "tensorflow")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@register("tfds", rank=2)
class TfdsSet(Source):
    """An image set of TensorFlow Datasets.

    Oxford Flowers 102 has roles of its own (`ROLE_SPLITS`); a set with splits named train,
    validation and test keeps them; any other is pooled and divided by a hash of the ids. A photo's
    id is its ``file_name`` where the set has one that is unique, else ``split/index``.

    Args:
        name: such as ``oxford_flowers102`` or ``imagenette/160px-v2``.
        data_dir: where prepared data lies or shall lie; None for tfds's own default.

    Raises:
        UserError: unknown name; later, no prepared data and no network, or no image in the set.
    """

    @classmethod
    def opened(cls, text, data_dir, cap):
        return cls(text, data_dir)

    def __init__(self, name: str, data_dir: str | os.PathLike | None = None):
        import tensorflow_datasets as tfds

        self.name = name
        self._scanned = {}
        where = {"data_dir": Path(data_dir).expanduser()} if data_dir else {}
        try:
            self._builder = tfds.builder(name, **where)
        except Exception as error:  # tfds raises ValueError, KeyError, ImportError … on bad names
            raise UserError(self._unknown(tfds, error)) from error
        stated = self._builder.info.as_proto.redistribution_info.license
        licence = stated or LICENCES.get(self._builder.name) or "unknown"
        self.licence = " ".join(licence.split())

    def _unknown(self, tfds, error):
        known = tfds.list_builders(with_community_datasets=False)
        base = self.name.partition("/")[0].partition(":")[0]
        if base in known:
            return f"{self.name}: tfds cannot open it ({str(error).splitlines()[0]})"
        hint = nearest(base, known) if base == self.name else ""
        return (
            f"{self.name!r} is neither a folder here, nor a photos.npz, nor synthetic, nor a tfds "
            f"data set{hint}"
        )

    def _is_prepared(self):
        # The first half of the question is asked here because tfds warns when the answer is no.
        info = Path(self._builder.data_dir) / "dataset_info.json"
        return info.exists() and self._builder.is_prepared()

    def to_download(self):
        if self._is_prepared():
            return None
        total = sum(info.size or 0 for info in (self._urls() or {}).values())
        if not total:
            return "a download of unknown size"
        return f"about {max(1, round(total / 2**20, -1 if total > 2**26 else 0)):.0f} MB"

    def _urls(self):
        return getattr(self._builder, "url_infos", None)

    def check(self):
        if self._is_prepared():
            return
        self._image_key()
        for url in list(self._urls() or {})[:1]:
            if not network.answers(url, _PROBE_SECONDS):
                raise UserError(f"{self._lack()}, and its host does not answer: {WAYS_OUT}")

    def _lack(self):
        return f"{self.name} is not prepared in {self._builder.data_dir_root}"

    def prepare(self) -> None:
        """Downloads and prepares what is not there yet; a dead network ends within seconds."""
        import tensorflow_datasets as tfds

        builder = self._builder
        if self._is_prepared():
            return
        self.check()
        log.warning("%s: downloading %s", self.name, self.to_download())
        config = tfds.download.DownloadConfig(try_download_gcs=False)
        try:
            builder.download_and_prepare(download_config=config)
        except Exception as error:  # any of tfds's, of requests's or of the disk's
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise UserError(
                f"{self._lack()}, and preparing it failed ({reason}): {WAYS_OUT}"
            ) from error

    def _image_key(self):
        import tensorflow_datasets as tfds

        features = self._builder.info.features
        images = [k for k, f in features.items() if isinstance(f, tfds.features.Image)]
        if not images:
            raise UserError(f"{self.name}: no photos in this tfds set, only {', '.join(features)}")
        return "image" if "image" in images else images[0]

    def _label_key(self):
        """The set's class label: the feature ``label``, or its only one; None if there is none."""
        import tensorflow_datasets as tfds

        features = self._builder.info.features
        labels = [k for k, f in features.items() if isinstance(f, tfds.features.ClassLabel)]
        return "label" if "label" in labels else labels[0] if len(labels) == 1 else None

    def _splits(self):
        """role -> tfds expression, or None where roles are a hash of the ids."""
        there = self._builder.info.splits
        if self._builder.name in ROLE_SPLITS:
            return ROLE_SPLITS[self._builder.name]
        return {role: role for role in ROLES} if set(ROLES) <= set(there) else None

    def _parts(self, split):
        """The tfds expressions whose photos, one after the other, hold the split."""
        if split.startswith(TFDS_EXPRESSION):
            return [split.removeprefix(TFDS_EXPRESSION)]
        role, roles = self._role(split), self._splits()
        if roles is None:
            return list(self._builder.info.splits)
        return list(roles.values()) if role == "all" else [roles[role]]

    def _role(self, split):
        return split if split.startswith(TFDS_EXPRESSION) else super()._role(split)

    def _read(self, expression):
        """Undecoded examples of a tfds expression in stored order, with their tfds_id."""
        import tensorflow_datasets as tfds

        image, label = self._image_key(), self._label_key()
        wanted = {image: True} | ({label: True} if label else {})
        if isinstance(dict(self._builder.info.features).get("file_name"), tfds.features.Text):
            wanted["file_name"] = True
        skip = {image: tfds.decode.SkipDecoding()}
        try:
            with _quiet():
                dataset = self._builder.as_dataset(
                    split=expression,
                    decoders=tfds.decode.PartialDecoding(wanted, decoders=skip),
                    read_config=tfds.ReadConfig(
                        add_tfds_id=True, interleave_cycle_length=1, try_autocache=False
                    ),
                    shuffle_files=False,
                )
        except (ValueError, KeyError, AssertionError) as error:
            there = ", ".join(self._builder.info.splits)
            raise UserError(
                f"{self.name}: tfds cannot read split {expression!r}; it has {there}, and slices "
                "of them such as train[:50%]"
            ) from error
        return dataset.map(lambda e: {**e, "image": e[image], "label": e[label] if label else -1})

    def _scan(self, expression):
        """[(tfds_id, file_name or None, label or -1)] of the examples; each expression once."""
        if expression not in self._scanned:
            dataset = self._read(expression).map(
                lambda e: {k: v for k, v in e.items() if k in ("tfds_id", "file_name", "label")}
            )
            rows = self._scanned[expression] = []
            for part in dataset.batch(1024).as_numpy_iterator():
                keys = part["tfds_id"]
                names = part.get("file_name", [None] * len(keys))
                rows += zip(keys, names, part["label"], strict=True)
        return self._scanned[expression]

    def _names(self):
        """tfds_id -> the id that users see, for the whole set."""
        rows = [row for split in self._builder.info.splits for row in self._scan(split)]
        file_names = {name for _, name, _ in rows}
        if None not in file_names and len(file_names) == len(rows):
            return {key: name.decode() for key, name, _ in rows}
        return {key: self._place(key.decode()) for key, _, _ in rows}

    def _place(self, tfds_id):
        match = _TFDS_ID.search(tfds_id)
        lengths = self._builder.info.splits[match["split"]].shard_lengths
        return f"{match['split']}/{sum(lengths[: int(match['shard'])]) + int(match['index'])}"

    def _choose(self, split):
        """For each stored photo of the split's parts, its id, or None if it has another role."""
        self._role(split)
        self.prepare()
        names = self._names()
        ids = [names[key] for part in self._parts(split) for key, _, _ in self._scan(part)]
        if split in ROLES and self._splits() is None:
            return [i if role_of(i) == split else None for i in ids]
        return ids

    def ids(self, split):
        return [i for i in self._choose(split) if i is not None]

    def labels(self, split):
        ids, key = self._choose(split), self._label_key()
        if key is None:
            return None
        name_of = self._builder.info.features[key].int2str
        rows = [row for part in self._parts(split) for row in self._scan(part)]
        return [
            name_of(int(label)) if label >= 0 else UNLABELLED
            for photo_id, (*_, label) in zip(ids, rows, strict=True)
            if photo_id is not None
        ]

    def encoded(self, split):
        ids = self._choose(split)
        stored = self._read("+".join(self._parts(split))).map(lambda e: e["image"])
        for photo_id, data in zip(ids, stored.as_numpy_iterator(), strict=True):
            if photo_id is not None:
                yield data

    def photos(self, split, size, fit):
        import tensorflow as tf

        from keras_colorizer.data.streams import arrays, fit_tensor

        ids = self._choose(split)
        wanted = tf.data.Dataset.from_tensor_slices([i is not None for i in ids])
        stored = self._read("+".join(self._parts(split)))
        dataset = tf.data.Dataset.zip(stored, wanted).filter(lambda _, is_wanted: is_wanted)

        def load(example, _):
            photo = tf.io.decode_image(example["image"], channels=3, expand_animations=False)
            photo.set_shape([None, None, 3])
            return fit_tensor(photo, size, fit)

        yield from zip(
            [i for i in ids if i is not None],
            arrays(dataset.map(load, tf.data.AUTOTUNE)),
            strict=True,
        )

    def fingerprint(self, split):
        return [str(self._builder.version), *self._parts(split), *self.ids(split)]

    def describe(self):
        if self._is_prepared():
            return super().describe()
        return f"{self.name}: not prepared yet, {self.to_download()} to download"
