"""The source ``synthetic``: the procedural garden, drawn at any size."""

from keras_colorizer.data.sources import garden
from keras_colorizer.data.sources.base import ROLES, Source, evenly, register


@register("synthetic")
class Garden(Source):
    """The procedural garden of `garden`."""

    name = "synthetic"
    licence = garden.LICENCE

    @classmethod
    def opened(cls, text, data_dir, cap):
        return cls() if text == cls.name else None

    def _indices(self, split):
        roles = ROLES if self._role(split) == "all" else (split,)
        return [i for role in roles for i in garden.SPLITS[role]]

    def ids(self, split):
        return [garden.name(i) for i in self._indices(split)]

    def photos(self, split, size, fit):
        indices = self._indices(split)
        for start in range(0, len(indices), 64):
            part = indices[start : start + 64]  # roles are ranges that follow each other
            for i, photo in zip(part, garden.garden(len(part), size, part[0]), strict=True):
                yield garden.name(i), photo

    def sample(self, split, size, count):
        indices = self._indices(split)
        wanted = [indices[place] for place in evenly(len(indices), count)]
        return [(garden.name(i), garden.garden(1, size, i)[0]) for i in wanted]

    def _originals(self, split, size):
        return self.photos(split, size, "stretch")
