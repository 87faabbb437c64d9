"""Several sources in one, each with its share of what is trained on."""

import collections
import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np

from keras_colorizer.data.sources.base import UNLABELLED, Source, top_folder
from keras_colorizer.errors import UserError

# Positions in which every source has its share to within one photo.
BLOCK = 256


def parse(text: str) -> tuple[str, float]:
    """``--data NAME=WEIGHT`` → (name, weight); without a number after its last ``=``, weight 1.

    Raises:
        UserError: a weight that is not above 0, or nothing before it.
    """
    name, equals, number = text.rpartition("=")
    try:
        weight = float(number) if equals else None
    except ValueError:
        weight = None
    if weight is None:
        return text, 1.0
    if not (math.isfinite(weight) and weight > 0) or not name:
        raise UserError(f"`data={text}`: a source and, after its last =, a weight above 0")
    return name, weight


class Mix(Source):
    """Sources side by side; ids are SOURCE/id, and each source keeps its own roles and licence.

    SOURCE is the source's name, with ``-`` for ``/``; of several with one name the later ones are
    numbered, as ``photos-2``.

    Args:
        sources: the sources, in the order in which they were named.
        weights: how many photos of each are drawn for one of a source of weight 1, in the mean.
    """

    def __init__(self, sources: Sequence[Source], weights: Sequence[float]):
        self.sources, self.weights = list(sources), list(weights)
        self.names = _names(self.sources)
        self.name = " + ".join(self.names)
        self.licence = "; ".join(f"{name}: {source.licence}" for name, source in self._each())

    def _each(self):
        return zip(self.names, self.sources, strict=True)

    def own_id(self, photo_id):
        name = next(name for name in self.names if photo_id.startswith(f"{name}/"))
        return photo_id.removeprefix(f"{name}/")

    def ids(self, split):
        self._role(split)
        return [f"{name}/{i}" for name, source in self._each() for i in source.ids(split)]

    def photos(self, split, size, fit):
        self._role(split)
        for name, source in self._each():
            for photo_id, photo in source.photos(split, size, fit):
                yield f"{name}/{photo_id}", photo

    def encoded(self, split):
        for source in self.sources:
            yield from source.encoded(split)

    def _originals(self, split, size):
        for name, source in self._each():
            for photo_id, photo in source._originals(split, size):
                yield f"{name}/{photo_id}", photo

    def labels(self, split):
        self._role(split)
        found = []
        for name, source in self._each():
            own = source.labels(split) or [UNLABELLED] * len(source.ids(split))
            found += [f"{name}/{label}" for label in own]
        return found

    def fingerprint(self, split):
        return [f"{name}: {part}" for name, s in self._each() for part in s.fingerprint(split)]

    def to_download(self):
        found = [(name, source.to_download()) for name, source in self._each()]
        return "; ".join(f"{name}: {told}" for name, told in found if told) or None

    def check(self):
        for source in self.sources:
            source.check()

    def describe(self):
        return "\n".join(source.describe() for source in self.sources)


def members(source: Source, ids: Sequence[str]) -> list[dict]:
    """What a card tells of each source of a mix, or of a source alone.

    Args:
        source: a `Mix` or another source.
        ids: of those of its photos that are meant.

    Returns:
        For each source its ``name``, ``weight``, ``photos`` (how many) and ``licence``; where its
        folders have licences of their own also ``folders``, a list of such dicts.
    """
    if not isinstance(source, Mix):
        return [{"name": source.name, "weight": 1.0, **_stated(source, ids)}]
    found = []
    for name, own, weight in zip(source.names, source.sources, source.weights, strict=True):
        mine = [i.removeprefix(f"{name}/") for i in ids if i.startswith(f"{name}/")]
        found.append({"name": name, "weight": weight, **_stated(own, mine)})
    return found


def _stated(source, ids):
    found = {"photos": len(ids), "licence": source.licence}
    if not source.licences:
        return found
    counts = collections.Counter(top_folder(photo_id) or "." for photo_id in ids)
    folders = [
        {"folder": folder, "photos": count, **source.licences.get(folder, {"licence": "unknown"})}
        for folder, count in sorted(counts.items())
    ]
    return {**found, "folders": folders}


def folders_of(ids: Sequence[str], is_mix: bool) -> list[str]:
    """What each photo is counted under: its first-level folder, in a mix its source's.

    Args:
        ids: of N photos.
        is_mix: whether they begin with their source.

    Returns:
        A list of N texts: ``cats``, or in a mix ``photos/cats``; the source's own name, or in a
        source alone nothing, where a photo stands in no folder.
    """
    return ["/".join(photo_id.split("/")[:-1][: 1 + is_mix]) for photo_id in ids]


def spread(folders: Sequence[str], count: int | None) -> np.ndarray:
    """Places of ``count`` photos, the same number of each folder, spread over each.

    Args:
        folders: of each photo, in their order.
        count: how many at most; None for all.

    Returns:
        Int64 array of places, rising. A folder with fewer photos gives all of them.
    """
    if count is None or count >= len(folders):
        return np.arange(len(folders))
    found = {}
    for place, folder in enumerate(folders):
        found.setdefault(folder, []).append(place)
    chosen, rest = [], count
    by_size = sorted(found.values(), key=len)
    for number, places in enumerate(by_size):
        share = min(len(places), rest // (len(by_size) - number))
        chosen += [places[i] for i in np.linspace(0, len(places) - 1, share).astype(int)]
        rest -= share
    return np.sort(np.array(chosen, np.int64))


def _names(sources):
    names = []
    for source in sources:
        plain = name = source.name.replace("/", "-")
        number = 1
        while name in names:
            number += 1
            name = f"{plain}-{number}"
        names.append(name)
    return names


@dataclasses.dataclass(frozen=True)
class Draw:
    """Which photo stands at a position of a run: a pure function of seed and position.

    In every block of positions each source has its share, in a shuffled order; each source goes
    through its own photos, pass after pass, each pass in an order of its own.

    Args:
        shares: (photos, weight) of each source; their photos follow each other.
        seed: not negative.
    """

    shares: tuple
    seed: int

    def __call__(self, start: int, stop: int) -> np.ndarray:
        """Indices of the photos at positions ``start`` up to ``stop``, int64."""
        blocks = range(start // BLOCK, (stop - 1) // BLOCK + 1)
        found = np.concatenate([self._block(number) for number in blocks])
        return found[start - blocks[0] * BLOCK : stop - blocks[0] * BLOCK]

    def _block(self, number):
        weights = np.array([weight if count else 0.0 for count, weight in self.shares])
        bounds = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
        # How many of each source lie before this block, and before the next.
        begun, ended = (
            np.floor(bounds * BLOCK * n + 0.5).astype(int) for n in (number, number + 1)
        )
        begun, ended = np.diff(begun), np.diff(ended)
        source_of = np.repeat(np.arange(len(self.shares)), ended - begun)
        source_of = np.random.default_rng([self.seed, 1, number]).permutation(source_of)
        first, found = 0, np.empty(BLOCK, np.int64)
        for source, (count, _) in enumerate(self.shares):
            places = np.arange(begun[source], ended[source])
            found[source_of == source] = first + _shuffled(places, count, self.seed, source)
            first += count
        return found


def _shuffled(places, count, seed, source):
    """The photos of a source at places of its endless sequence of shuffled passes."""
    found = np.empty(len(places), np.int64)
    passes = places // count
    for number in np.unique(passes):
        order = _pass(seed, source, int(number), count)
        mine = passes == number
        found[mine] = order[places[mine] - number * count]
    return found


@functools.lru_cache(maxsize=128)  # each source's present pass, of many sources
def _pass(seed, source, number, count):
    return np.random.default_rng([seed, 0, source, number]).permutation(count)
