"""The short names of a recipe's fields: what ``--set`` takes, and what stages are written in.

A recipe is a tree of sections; flat, it is a dict of short names. A field that holds a `Part` is
two of them: ``generator`` and ``generator_options``.
"""

import dataclasses
import typing

from keras_colorizer.errors import UserError, nearest
from keras_colorizer.training.recipes.sections import (
    Adversary,
    Augmentation,
    Data,
    Loss,
    Optimizer,
    OutOfDomain,
    Part,
    Run,
    Teacher,
)

SECTIONS = {
    "data": Data,
    "augmentation": Augmentation,
    "loss": Loss,
    "out_of_domain": OutOfDomain,
    "teacher": Teacher,
    "optimizer": Optimizer,
    "adversary": Adversary,
    "run": Run,
}
# The parts that stand in a recipe without a section around them, and may not change in stages.
PARTS = ("codec", "generator")
ADVERSARY = "discriminator"  # the key without which there is no adversary


class Place(typing.NamedTuple):
    """Where a key's value stands: a section (None for the recipe itself), a field of its type."""

    section: str | None
    field: str
    kind: type
    staged: bool = False
    resumed: bool = False
    main: bool = False

    @property
    def is_part(self):
        """Whether it is a `Part`, with options of its own."""
        return self.kind is Part


def _places():
    found = {name: Place(None, name, Part) for name in PARTS}
    for section, kind in SECTIONS.items():
        hints = typing.get_type_hints(kind)
        for field in dataclasses.fields(kind):
            facts = {name: field.metadata[name] for name in ("staged", "resumed", "main")}
            found[field.metadata["key"]] = Place(section, field.name, hints[field.name], **facts)
    return found


PLACES = _places()
BY_PATH = {(place.section, place.field): key for key, place in PLACES.items()}
MAIN = {place.section: key for key, place in PLACES.items() if place.main}
# Keys of the section that a recipe may do without, with those of its parts' options.
ADVERSARIAL = {
    name
    for key, place in PLACES.items()
    if place.section == "adversary"
    for name in (key, *([f"{key}_options"] if place.is_part else ()))
}


def every(wanted=lambda place: True):
    """All keys whose place is ``wanted``, those of parts' options too."""
    found = []
    for key, place in PLACES.items():
        if wanted(place):
            found += [key, f"{key}_options"] if place.is_part else [key]
    return found


def flat(recipe):
    """A recipe's fields by their keys; without an adversary, of its keys only the first, None."""
    found = {}
    for key, place in PLACES.items():
        owner = recipe if place.section is None else getattr(recipe, place.section)
        if owner is None:
            found |= {key: None} if key == ADVERSARY else {}
            continue
        value = getattr(owner, place.field)
        if place.is_part:
            found |= {key: value.name, f"{key}_options": value.options}
        else:
            found[key] = value
    return found


def sections(fields):
    """Keyword arguments of ``Recipe`` for fields by their keys; what is missing has its default.

    Raises:
        UserError: a value that its section refuses.
    """
    grouped, found = {}, {}
    for key, place in PLACES.items():
        if key not in fields:
            continue
        value = fields[key]
        if place.is_part and value is not None:
            value = Part(value, dict(fields.get(f"{key}_options") or {}))
        if place.section is None:
            found[key] = value
        else:
            grouped.setdefault(place.section, {})[place.field] = value
    if fields.get(ADVERSARY) is None:
        grouped.pop("adversary", None)
        found["adversary"] = None
    return found | {name: SECTIONS[name](**values) for name, values in grouped.items()}


def nested(fields):
    """Fields by their keys as the tree that a recipe.json holds."""
    found = {}
    for key, place in PLACES.items():
        given = {"name": key, "options": f"{key}_options"}
        given = {name: fields[own] for name, own in given.items() if own in fields}
        if not given:
            continue
        value = given if place.is_part and fields.get(key, "") is not None else given.get("name")
        if place.section is None:
            found[place.field] = value
        elif place.section == "adversary" and key == ADVERSARY and value is None:
            found[place.section] = None
        else:
            found.setdefault(place.section, {})[place.field] = value
    return found


def flattened(tree):
    """The fields by their keys of a tree that `nested` made.

    Raises:
        UserError: a section or field that there is not.
    """
    found = {}
    for name, value in tree.items():
        if name in PARTS:
            found |= _named(name, value)
        elif name not in SECTIONS:
            raise UserError(f"a recipe has no section {name!r}{nearest(name, SECTIONS)}")
        elif value is None:
            found[MAIN[name]] = None
        else:
            for field, inner in value.items():
                if (name, field) not in BY_PATH:
                    raise UserError(f"section {name} of a recipe has no field {field!r}")
                key = BY_PATH[name, field]
                found |= _named(key, inner) if PLACES[key].is_part else {key: inner}
    return found


def _named(key, value):
    names = {"name": key, "options": f"{key}_options"}
    return {names[part]: inner for part, inner in value.items()}


def resolve(word):
    """The key, and perhaps the option of its part, that a user's word means.

    Args:
        word: a key; a path such as ``optimizer.learning_rate`` or ``adversary.discriminator``; an
            option, ``generator.skip``; or a section's name, for the main thing in it.

    Returns:
        ``(key, option)``, the latter None for the key itself; None where it means nothing.
    """
    if word in PLACES:
        return word, None
    if word in MAIN:
        return MAIN[word], None
    head, dot, rest = word.partition(".")
    if not dot:
        return None
    if head in PLACES and PLACES[head].is_part:
        return head, rest
    field, dot, option = rest.partition(".")
    key = BY_PATH.get((head, field))
    if key is None or (dot and not PLACES[key].is_part):
        return None
    return key, option or None
