"""Keys of recipes that have been renamed or merged, so that every recorded recipe.json loads.

A row is added here when a field of ``Recipe`` gets another name or another meaning; rows are never
removed. What a missing key meant is not told by the file: a new field's default is what happened
before there was the field, and where that is not so the record's note.txt says it.
"""


def _moved(value, _):
    """A bool until 988fb2b: whether what the discriminator sees is mirrored and rolled."""
    return {"shown": "rolled" if value else "plain"}


def _pixel_loss(value, fields):
    """Until 0000da7 ``loss`` counted without a discriminator only, and this one beside it."""
    return {"loss": value} if fields.get("discriminator") else {}


# Old key → function from its value, and all fields of the recipe or stage, to what replaces it.
KEYS = {"moved": _moved, "pixel_loss": _pixel_loss}


def current(fields):
    """The fields of a recipe of any version under the names that they have now.

    Args:
        fields: dict, as read from a recipe.json.

    Returns:
        A new dict; keys that are neither known nor renamed are kept, for ``Recipe`` to refuse.
    """
    found = _replaced(fields, fields)
    if "stages" in found:
        found["stages"] = [_replaced(stage, {**fields, **stage}) for stage in found["stages"]]
    return found


def _replaced(fields, around):
    found = {key: value for key, value in fields.items() if key not in KEYS}
    for key in KEYS.keys() & fields.keys():
        found |= KEYS[key](fields[key], around)
    return found
