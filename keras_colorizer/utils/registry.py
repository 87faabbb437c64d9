"""The one registry: parts by name, each made known by a decorator, here or in another package."""

import functools
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from keras_colorizer.errors import UserError, check_options, choose, defaults_of
from keras_colorizer.utils.progress import log

# Modules named in this group of entry points are imported when a name is not known, or all are.
GROUP = "keras_colorizer.parts"


class Registry(Mapping):
    """Parts of one kind by their names, in the order in which they are written down.

    A mapping that grows: a look at all of it, or for a name that is not there, imports what other
    packages add.

    Args:
        kind: what messages call a part, such as "loss".
        modules: dotted names of modules that hold parts, of packages with all that is in them,
            imported before the first look; the module that holds the registry need not be named.
    """

    def __init__(self, kind: str, *modules: str):
        self.kind, self._modules = kind, list(modules)
        self._parts, self._facts = {}, {}

    def register(self, name: str | type, **facts) -> Callable:
        """Makes a class or function known: the decorator of everything that can be added.

        Args:
            name: by which ``--set`` and files know it. Bare, above a class with an attribute
                ``name``, that is the name.
            facts: what is to be known of it before it is built.

        Raises:
            ValueError: another part has that name.
        """
        if not isinstance(name, str):
            return self.register(name.name)(name)

        def decorate(part):
            known = self._parts.get(name, part)
            # A module that is run and imported defines its parts twice.
            if known is not part and _home(known) != _home(part):
                raise ValueError(f"{self.kind} {name!r} is taken: {known.__module__} registers it")
            self._parts[name], self._facts[name] = part, facts
            return part

        return decorate

    def _load(self):
        while self._modules:
            module = importlib.import_module(self._modules.pop(0))
            inside = pkgutil.walk_packages(getattr(module, "__path__", []), f"{module.__name__}.")
            for found in inside:
                importlib.import_module(found.name)

    def __getitem__(self, name):
        self._load()
        if name not in self._parts:
            load_plugins()
        return self._parts[name]

    def __iter__(self):
        self._load()
        load_plugins()
        return iter(list(self._parts))

    def __len__(self):
        return sum(1 for _ in self)

    def own(self) -> dict:
        """The parts that are known already, without a look at other packages."""
        self._load()
        return dict(self._parts)

    def find(self, name: str):
        """The part called ``name``; a UserError lists the known ones, the nearest first."""
        if name not in self:
            choose(self.kind, name, self)
        return self._parts[name]

    def facts(self, name: str) -> dict:
        """What is known of the part called ``name``, as it was registered."""
        self.find(name)
        return self._facts[name]

    def defaults(self, name: str) -> dict:
        """The options of the part called ``name`` and their defaults."""
        return defaults_of(self.find(name))

    def check(self, name: str, options: Iterable[str]) -> None:
        """Raises a UserError for an unknown name, or the first option that it has not."""
        check_options(f"{self.kind} {name!r}", options, self.defaults(name))

    def build(self, name: str, *arguments, **options):
        """Calls the part called ``name``, a class or a function, with options that it has.

        Raises:
            UserError: an unknown name or option.
        """
        self.check(name, options)
        return self._parts[name](*arguments, **options)


def _home(part):
    return part.__module__, getattr(part, "__qualname__", None)


@functools.cache
def load_plugins() -> None:
    """Imports what other packages name in the group of entry points; once a process.

    One that cannot be imported is told in a line of the log, and left out.
    """
    from importlib import metadata  # takes longer to import than to look

    for point in metadata.entry_points(group=GROUP):
        try:
            point.load()
        except Exception as error:  # another's code
            log.warning(
                f"{point.dist.name}: its parts are left out, because {point.value} cannot be "
                f"imported ({type(error).__name__}: {error})"
            )


def import_parts(module: str) -> None:
    """Imports a module, also from the working folder, so that its parts are known.

    Args:
        module: its dotted name.

    Raises:
        UserError: there is no such module, or importing it fails.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        importlib.import_module(module)
    except Exception as error:  # the user's code
        raise UserError(
            f"{module}: cannot be imported ({type(error).__name__}: {error}); give a module's "
            "dotted name, as in Python's import"
        ) from error
