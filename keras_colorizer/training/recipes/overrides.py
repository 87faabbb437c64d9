"""Typed ``--set key=value`` overrides of a recipe."""

import types
import typing

from keras_colorizer.errors import UserError, check_options, nearest
from keras_colorizer.training.recipes import STAGED, keys, plan
from keras_colorizer.utils.progress import log

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
        raise UserError(f"`{key}={text}`: {key} takes {wanted[kind]}") from None


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
        settings: texts such as ``epochs=3``, ``optimizer.learning_rate=1e-3`` or
            ``generator.skip=concat``. A section's name stands for the main thing in it. With
            ``discriminator=…`` there is an adversary, whatever stands before it.

    Returns:
        A new Recipe. Naming another part drops the old one's options.

    Raises:
        UserError: a text without ``=``, an unknown key (with the nearest right one), a bad value.
    """
    parsed = [_parsed(setting) for setting in settings]
    parsed.sort(key=lambda found: found[1:3] != (keys.ADVERSARY, None))
    for setting, key, option, text in parsed:
        if key == "stages":
            recipe = _set_stage(recipe, option, text)
            continue
        _check_stages(recipe, setting, key, option)
        if key in keys.ADVERSARIAL and key != keys.ADVERSARY and recipe.adversary is None:
            recipe = _set_in_stages(recipe, setting, key, option, text)
        else:
            recipe = recipe.changed(**_change(recipe, key, option, text))
    return recipe


def _parsed(setting):
    word, equals, text = (part.strip() for part in setting.partition("="))
    if not equals:
        raise UserError(f"`{setting}`: write it as key=value")
    head, _, rest = word.partition(".")
    if head == "stages" and rest:
        return setting, head, rest, text
    if (found := keys.resolve(word)) is None:
        paths = [f"{section}.{field}" for section, field in keys.BY_PATH if section]
        hint = nearest(word, paths if "." in word else keys.PLACES)
        raise UserError(f"`{setting}`: a recipe has no field {word!r}{hint}")
    return setting, *found, text


def _change(recipe, key, option, text):
    """What one setting changes of a recipe: fields by their keys."""
    if option:
        return _option(recipe, key, option, text)
    place = keys.PLACES[key]
    if not place.is_part:
        return {key: convert(text, place.kind, key)}
    value = convert(text, str | None if key == keys.ADVERSARY else str, key)
    if value == keys.flat(recipe).get(key):
        return {}
    return {key: value, f"{key}_options": {}}


def _check_stages(recipe, setting, key, option):
    """A field that stages set themselves cannot be set for the whole run."""
    field = f"{key}_options" if option else key
    own = [n for n, s in enumerate(recipe.stages, start=1) if {field, key} & s.keys()]
    if own or (recipe.stages and key == "epochs"):
        raise UserError(
            f"`{setting}`: stages of recipe {recipe.name!r} set {key} themselves; "
            f"write `stages.{own[0] if own else 1}.{setting}`"
        )


def _set_in_stages(recipe, setting, key, option, text):
    """An adversarial field of a recipe whose stages alone have an adversary, or none has."""
    stages = list(recipe.stages)
    places = [place for place, stage in enumerate(stages) if stage.get(keys.ADVERSARY)]
    for place in places:
        change = _change(plan(recipe)[place].recipe, key, option, text)
        stages[place] = {**stages[place], **change}
    if not places:
        log.warning(f"`{setting}`: recipe {recipe.name!r} has no discriminator, so no effect")
    return recipe.changed(stages=tuple(stages))


def _set_stage(recipe, option, text):
    number, _, word = option.partition(".")
    count = len(recipe.stages)
    if not number.isdecimal() or not 1 <= int(number) <= count or not word:
        raise UserError(
            f"`stages.{option}={text}`: recipe {recipe.name!r} has {count} stages; "
            "write stages.N.field=value"
        )
    place = int(number) - 1
    before = plan(recipe)[place].recipe
    after = apply(before, [f"{word}={text}"])
    was, now = keys.flat(before), keys.flat(after)
    changed = {key: now[key] for key in now if key in STAGED and now[key] != was.get(key, ...)}
    if before != after and not changed:
        raise UserError(f"`stages.{option}={text}`: {word} belongs to the whole run")
    stages = list(recipe.stages)
    stages[place] = {**stages[place], **changed}
    return recipe.changed(stages=tuple(stages))


def _option(recipe, key, option, text):
    fields = keys.flat(recipe)
    name = fields.get(key)
    if name is None:
        raise UserError(f"`{key}.{option}={text}`: recipe {recipe.name!r} has no {key}")
    known = _part_defaults(key, name)
    check_options(f"`{key}.{option}={text}`: {key} {name!r}", [option], known)
    value = convert(text, type(known[option]), f"{key}.{option}")
    return {f"{key}_options": {**fields[f"{key}_options"], option: value}}
