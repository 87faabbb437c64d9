"""An evaluation from photos and models to numbers, tables and pictures in a folder."""

import dataclasses

import numpy as np

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import constants, photos, pictures, results, seen, summary, tables
from keras_colorizer.evaluation.metrics import inception
from keras_colorizer.evaluation.summary import FLOORS, RAW
from keras_colorizer.utils.files import write_text

SHEET_PHOTOS, EXTREMES = 12, 4
TABLE = "table.md"


def name_models(models, asked):
    """Rows' names: each model's own, with what it was asked for as where two share one.

    Args:
        models: list of models with ``name``.
        asked: for each the text that the user gave.

    Returns:
        Dict of name → model.

    Raises:
        UserError: the same model twice.
    """
    names = [model.name for model in models]
    shared = {n for n in names if names.count(n) > 1} | set(FLOORS)
    named = {}
    for model, name, text in zip(models, names, asked, strict=True):
        name = f"{name} ({text})" if name in shared else name
        if name in named:
            raise UserError(f"{text}: given twice; name each model once")
        named[name] = model
    return named


def protocol(test, size, known, versions, command, tint=None, reference=None, dropped=()):
    """How an evaluation was made, for results.json: all that another needs to repeat it.

    ``known`` is what `seen.find` says of these photos, ``dropped`` names those left out as seen.
    ``tint`` is the (Cb, Cr) of the floor mean_chroma, if it is not that of Oxford's photos;
    ``reference`` the `constants.Reference` of both floor and rarity, if it is not they.
    """
    found = reference or constants.Reference()
    own = {"mean_chroma": tint, "name": "the run's own training photos"} if tint else {}
    floor = dataclasses.replace(found, **own)
    return {
        "data": test.name,
        "split": test.split,
        "size": size,
        "n": len(test),
        "excluded": test.excluded,
        "ids_sha256": test.ids_sha256,
        **seen.counts(known),
        "dropped": list(dropped),
        **({"aged": test.aged} if test.aged else {}),
        "truth": "the whole photo, stretched to size by Pillow's LANCZOS"
        + ("; then its Cb and Cr on the luma of its aged copy" if test.aged else ""),
        "gray": 'Pillow\'s convert("L") of the truth',
        "mean_chroma": [summary.plain(np.float64(v)) for v in floor.mean_chroma],
        "mean_chroma_of": floor.name,
        "rarity_of": found.name,
        **({"reference_ids_sha256": found.ids_sha256} if found.ids_sha256 else {}),
        "bootstrap": {"draws": summary.DRAWS, "seed": summary.SEED, "interval": 0.95},
        "licence": test.licence,
        "versions": versions,
        "command": command,
    }


def distances(rows):
    """Fréchet and kernel Inception distances of every row to the truth, from its features."""
    truth = next(row.features for row in rows if row.name == "truth")
    return {
        row.name: {
            "fid_keras": inception.frechet_distance(row.features, truth),
            "kid_keras": inception.kernel_distance(row.features, truth),
        }
        for row in rows
    }


def facts(model):
    """What results.json says of a model, from its card."""
    card = model.card
    found = {"kind": model.kind, "size": model.size}
    found |= {key: card[key] for key in ("codec", "training") if key in card}
    if "data" in card:
        found["data"] = {k: card["data"].get(k) for k in ("name", "split", "photos")}
    return found


def save_pictures(folder, models, rows, test):
    """Writes sheet.png, best_worst.png, histograms.png and hues.png into ``folder``."""

    def colorized(places):
        truth = test.images[places]
        gray = photos.gray_of(truth)
        return gray, {name: model.colorize(gray) for name, model in models.items()}, truth

    places = test.fixed(SHEET_PHOTOS)
    gray, coloured, truth = colorized(places)
    captions = [test.ids[i] for i in places]
    columns = {"gray": gray, **coloured, "truth": truth}
    pictures.save_sheet(columns, folder / "sheet.png", captions)

    by_name = {row.name: row for row in rows}
    blocks = {}
    for name in models:
        errors = by_name[name].columns["ciede2000"]
        order = np.argsort(errors, kind="stable")
        count = min(EXTREMES, len(order))
        blocks[name] = {
            "best": _extremes(colorized, order[:count], name, errors, test.ids),
            "worst": _extremes(colorized, order[::-1][:count], name, errors, test.ids),
        }
    if blocks:
        pictures.save_best_worst(blocks, folder / "best_worst.png")

    classes = None
    if test.labels:
        classes = {label: test.labels.count(label) for label in sorted(set(test.labels))}
    shown = [row for row in rows if row.name not in ("gray", "mean_chroma")]
    shown = sorted(shown, key=lambda row: row.name != "truth")
    colours = {row.name: row.histogram for row in shown}
    pictures.save_histograms(classes, colours, folder / "histograms.png")
    named = {row.name: results.hues(row.hues) for row in rows if row.name not in FLOORS}
    if named:
        pictures.save_hues(named, folder / "hues.png")


def _extremes(colorized, places, name, errors, ids):
    gray, coloured, truth = colorized(places)
    captions = [f"{ids[i]}  ΔE {errors[i]:.1f}" for i in places]
    return list(zip(gray, coloured[name], truth, captions, strict=True))


def references(protocol):
    """Whose mean chroma and whose rarity of colours an evaluation goes by, as a sentence."""
    floor, rarity = (
        protocol.get(f"{key}_of", constants.OXFORD) for key in ("mean_chroma", "rarity")
    )
    if floor == rarity:
        return f"Mean chroma and rarity: of {floor}."
    return f"Mean chroma: of {floor}; rarity: of {rarity}."


def _aged(protocol):
    """What a table says of aged photos; nothing of others."""
    if not (strength := protocol.get("aged")):
        return ""
    return f", aged at strength {strength:g} (their truth: the photo's chroma on the aged luma)"


def table_text(table, missing=None):
    """The whole of table.md: what was measured, the table, paired differences."""
    p = table.protocol
    dropped = len(p.get("dropped", ()))
    dropped = f", {dropped:,} that were trained on as well" if dropped else ""
    lines = [
        f"`{p['command']}`", "",
        f"{p['n']:,} photos of {p['data']} {p['split']} at {p['size']} px{_aged(p)}; "
        f"{len(p['excluded'])} could not be read and are left out{dropped}. In brackets: 95 % "
        f"bootstrap intervals. `{RAW.strip()}` rows are a network's own RGB, all others keep the "
        f"photo's luma. {references(p)}", "",
        tables.markdown(table), "",
    ]  # fmt: skip
    if missing:
        lines += [f"No Inception distances: {missing}.", ""]
    against = tables.baseline(table)
    found = tables.differences(table, against)
    if found:
        lines += [
            f"Differences from {against}, photo by photo; bold where the interval leaves out 0:",
            "", tables.differences_markdown(found, against), "",
        ]  # fmt: skip
    for path in table.without:
        lines += [f"No differences by photo for {path}: there is no per_image.csv beside it.", ""]
    return "\n".join(lines)


def write_table(folder, table, missing=None):
    """Writes table.md into ``folder``."""
    write_text(folder / TABLE, table_text(table, missing))
