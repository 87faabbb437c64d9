"""Keys of recipes that have been renamed or merged, so that every recorded recipe.json loads.

Until 610d5fd a recipe.json was flat: its fields stood by their short names, which ``--set`` still
takes, and adversarial ones stood there without a discriminator too. A row is added here when a
field gets another name or another meaning; rows are never removed. What a missing key meant is not
told by the file: a new field's default is what happened before there was the field, and where that
is not so the record's note.txt says it.
"""

from keras_colorizer.training.recipes import keys


def _moved(value, _):
    """A bool until 988fb2b: whether what the discriminator sees is mirrored and rolled."""
    return {"shown": "rolled" if value else "plain"}


def _pixel_loss(value, fields):
    """Until 0000da7 ``loss`` counted without a discriminator only, and this one beside it."""
    return {"loss": value} if fields.get("discriminator") else {}


# Old key → function from its value, and all fields of the recipe or stage, to what replaces it.
KEYS = {"moved": _moved, "pixel_loss": _pixel_loss}


def current(fields):
    """The fields of a recipe of any version by the short names that they have now.

    Args:
        fields: dict, as read from a recipe.json.

    Returns:
        A new dict; keys that are neither known nor renamed are kept, for ``read`` to refuse.
    """
    fields = dict(fields)
    about = {name: fields.pop(name) for name in ("name", "purpose", "expect") if name in fields}
    stages = fields.pop("stages", None)
    if any(name in keys.SECTIONS and isinstance(fields[name], dict) for name in fields):
        found = keys.flattened(fields)
        stages = stages and [keys.flattened(stage) for stage in stages]
    else:
        found = _replaced(fields, fields)
        stages = stages and [_replaced(stage, {**fields, **stage}) for stage in stages]
        if found.get(keys.ADVERSARY) is None:
            # Stages with an adversary took from the whole what they did not say of it.
            own = keys.ADVERSARIAL - {keys.ADVERSARY}
            shared = {key: found[key] for key in own & found.keys()}
            stages = stages and [{**shared, **s} if s.get(keys.ADVERSARY) else s for s in stages]
    return about | found | ({} if stages is None else {"stages": stages})


def _replaced(fields, around):
    found = {key: value for key, value in fields.items() if key not in KEYS}
    for key in KEYS.keys() & fields.keys():
        found |= KEYS[key](fields[key], around)
    return found
