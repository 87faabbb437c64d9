"""Typed ``--set key=value`` overrides of a recipe."""

import dataclasses
import types
import typing

from keras_colorizer.errors import UserError, check_options, nearest
from keras_colorizer.training.recipes import STAGED, Recipe, plan

PARTS = ("codec", "generator", "discriminator", "update_rule", "objective")
_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}


def convert(text, kind, key):
    """Turns the text of ``--set key=text`` into a value of type ``kind``.

    Args:
        text: what the user typed.
        kind: bool, int, float, str, tuple (of whole numbers), or one of them ``| None``.
        key: for the message.

    Raises:
        UserError: the text is no such value.
    """
    kinds = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if types.NoneType in kinds and text.lower() in ("none", "null", ""):
        return None
    # What may be one text or several is one here: ``data``.
    (kind,) = (k for k in kinds if k is not types.NoneType and (k is not tuple or len(kinds) == 1))
    try:
        if kind is bool:
            return _WORDS[text.lower()]
        if kind is tuple:
            return tuple(int(part) for part in text.strip("()[]").split(",") if part.strip())
        return kind(text)
    except (KeyError, ValueError):
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}
        wanted[tuple] = "whole numbers with commas between"
        raise UserError(f"--set {key}={text}: {key} takes {wanted[kind]}") from None


def _part_defaults(part, name):
    """Options of a named part; imports Keras, so only where a dotted key asks for it."""
    if part == "update_rule":
        from keras_colorizer.training.trainers import update_rules

        return update_rules.defaults(name)
    if part == "objective":
        from keras_colorizer.training.losses import adversarial

        return adversarial.defaults(name)
    if part == "codec":
        from keras_colorizer.color import codecs

        return codecs.defaults(name)
    from keras_colorizer import models

    return models.defaults(name)


def apply(recipe, settings):
    """Applies ``key=value`` texts to a recipe.

    Args:
        recipe: a Recipe.
        settings: texts such as ``epochs=3`` or ``generator.skip=concat``.

    Returns:
        A new Recipe. Naming another codec, generator, discriminator or rule drops the old one's
        options.

    Raises:
        UserError: a text without ``=``, an unknown key (with the nearest right one), a bad value.
    """
    fields = typing.get_type_hints(Recipe)
    hidden = {"name", "purpose", "expect", "stages", *(f"{part}_options" for part in PARTS)}
    keys = [key for key in fields if key not in hidden]
    for setting in settings:
        key, equals, text = setting.partition("=")
        key, text = key.strip(), text.strip()
        if not equals:
            raise UserError(f"--set {setting}: write it as key=value")
        part, dot, option = key.partition(".")
        if dot and part == "stages":
            recipe = _set_stage(recipe, option, text)
            continue
        _check_stages(recipe, setting, part)
        if dot and part in PARTS:
            recipe = _set_option(recipe, part, option, text)
        elif key in keys:
            changes = {key: convert(text, fields[key], key)}
            if key in PARTS and changes[key] != getattr(recipe, key):
                changes[f"{key}_options"] = {}
            recipe = dataclasses.replace(recipe, **changes)
        else:
            hint = nearest(key, keys)
            raise UserError(f"--set {setting}: a recipe has no field {key!r}{hint}")
    return recipe


def _check_stages(recipe, setting, field):
    """A field that stages set themselves cannot be set for the whole run."""
    own = [n for n, stage in enumerate(recipe.stages, start=1) if field in stage]
    if own or (recipe.stages and field == "epochs"):
        raise UserError(
            f"--set {setting}: stages of recipe {recipe.name!r} set {field} themselves; "
            f"write --set stages.{own[0] if own else 1}.{setting}"
        )


def _set_stage(recipe, option, text):
    number, _, key = option.partition(".")
    count = len(recipe.stages)
    if not number.isdecimal() or not 1 <= int(number) <= count or not key:
        raise UserError(
            f"--set stages.{option}={text}: recipe {recipe.name!r} has {count} stages; "
            "write stages.N.field=value"
        )
    place = int(number) - 1
    before = plan(recipe)[place].recipe
    after = apply(before, [f"{key}={text}"])
    changed = {f: getattr(after, f) for f in STAGED if getattr(after, f) != getattr(before, f)}
    if before != after and not changed:
        raise UserError(f"--set stages.{option}={text}: {key} belongs to the whole run")
    stages = list(recipe.stages)
    stages[place] = {**stages[place], **changed}
    return dataclasses.replace(recipe, stages=tuple(stages))


def _set_option(recipe, part, option, text):
    name = getattr(recipe, part)
    if name is None:
        raise UserError(f"--set {part}.{option}={text}: recipe {recipe.name!r} has no {part}")
    known = _part_defaults(part, name)
    check_options(f"--set {part}.{option}={text}: {part} {name!r}", [option], known)
    value = convert(text, type(known[option]), f"{part}.{option}")
    options = {**getattr(recipe, f"{part}_options"), option: value}
    return dataclasses.replace(recipe, **{f"{part}_options": options})
