"""What an evaluation writes: results.json and per_image.csv, and how they are read back."""

import csv
import json
import re
from pathlib import Path

import numpy as np

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import summary
from keras_colorizer.evaluation.metrics.truth import SECTORS
from keras_colorizer.evaluation.summary import RAW
from keras_colorizer.utils.files import replace_atomically, write_text

RESULTS, PER_IMAGE = "results.json", "per_image.csv"


def build(rows, protocol, about=None, distances=None, realism=None):
    """The content of results.json.

    Args:
        rows: list of `scoring.Row`.
        protocol: dict, how they were measured.
        about: dict of a row's name → dict of facts on the model.
        distances: dict of a row's name → {"fid_keras": float, "kid_keras": float}, or a text that
            says why there are none.
        realism: the same for {"fd_lite2": float, "kd_lite2": float}, with how many photos each
            distance is of: (dict, N) or a text.

    Returns:
        Dict: protocol, metrics (unit, better, source of each) and models (metrics and hues of
        each); everything JSON can hold, with None for what is infinite or cannot be said.
    """
    times = summary.resamples(len(next(iter(rows[0].columns.values()))))
    models = {}
    for row in rows:
        metrics = summary.summarize(row.columns, times)
        inception = (distances, times.shape[1]) if isinstance(distances, dict) else distances
        metrics |= _distances(row.name, ("fid_keras", "kid_keras"), inception)
        metrics |= _distances(row.name, ("fd_lite2", "kd_lite2"), realism)
        models[row.name] = {"metrics": metrics, "hues": hues(row.hues)}
        facts = (about or {}).get(row.name.removesuffix(RAW))
        if facts:
            models[row.name]["model"] = facts
    described = {
        key: {"unit": m.unit, "better": m.better, "source": m.source}
        for key, m in summary.METRICS.items()
    }
    return {"protocol": protocol, "metrics": described, "models": models}


def _distances(name, keys, distances):
    found = {}
    for key in keys:
        entry = {"mean": None, "low": None, "high": None, "unit": summary.METRICS[key].unit}
        if isinstance(distances, tuple):
            by_row, count = distances
            entry |= {"mean": summary.plain(by_row[name][key]), "n": count}
        else:
            entry["missing"] = distances or "not asked for"
        found[key] = entry
    return found


def hues(counts):
    """Pixels by sector as shares of each true sector: {"matrix": 12 x 12, "no_hue": 12}.

    Rows are true sectors of 30 degrees, columns predicted ones; a sector that no pixel has is None.
    """
    totals = counts.sum(axis=1)
    shares = [
        [summary.plain(c / total) for c in row] if total else [None] * (SECTORS + 1)
        for row, total in zip(counts, totals, strict=True)
    ]
    return {
        "matrix": [row[:SECTORS] for row in shares],
        "no_hue": [row[SECTORS] for row in shares],
        "pixels": [int(total) for total in totals],
    }


def write_results(folder, found):
    """Writes results.json into ``folder``, whole or not at all."""
    text = json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
    # Lists of plain values, such as a row of the hue matrix, on one line each.
    text = re.sub(r"\[\n[^\[\]{}]*\]", lambda found: " ".join(found.group().split()), text)
    write_text(Path(folder) / RESULTS, text + "\n")


def write_per_image(folder, rows, photos):
    """Writes per_image.csv: a line for each row of the table and photo, all its columns."""
    names = list(rows[0].columns)
    labels = photos.labels or [""] * len(photos)
    with (
        replace_atomically(Path(folder) / PER_IMAGE) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", "id", "label", *names])
        for row in rows:
            table = np.stack([row.columns[name] for name in names], axis=1)
            for photo_id, label, values in zip(photos.ids, labels, table, strict=True):
                writer.writerow([row.name, photo_id, label, *(f"{v:.6g}" for v in values)])


def read_per_image(path):
    """The columns that `write_per_image` wrote: (dict of row name → columns, ids).

    Raises:
        UserError: the file cannot be read, or its rows are not of the same photos.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            head, *lines = csv.reader(file)
        names, grouped = head[3:], {}
        for line in lines:
            grouped.setdefault(line[0], []).append((line[1], [float(v) for v in line[3:]]))
    except (OSError, ValueError, IndexError) as error:
        raise UserError(f"{path}: not a readable {PER_IMAGE} ({error})") from error
    ids = {tuple(photo_id for photo_id, _ in rows) for rows in grouped.values()}
    if len(ids) != 1:
        raise UserError(f"{path}: its rows are not of the same photos; evaluate again")
    columns = {
        row: dict(zip(names, np.array([v for _, v in found]).T, strict=True))
        for row, found in grouped.items()
    }
    return columns, list(ids.pop())
