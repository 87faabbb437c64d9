"""Results as Markdown tables, joined across evaluations, with paired differences."""

import dataclasses
import json
from pathlib import Path

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import constants, results, summary
from keras_colorizer.evaluation.summary import FLOORS, RAW
from keras_colorizer.exporting import model_card

_ARROWS = {"higher": " ↑", "lower": " ↓", "truth": " → truth", "": ""}
UNKNOWN = {"mean": None, "low": None, "high": None}  # what an older evaluation says of a metric
BRIEF = ("psnr", "ciede2000", "colourfulness", "delta_cf_per_image", "neutral_drift")


@dataclasses.dataclass(eq=False)
class Table:
    """One or several evaluations on the same photos.

    Attributes:
        protocol: of the first of them.
        models: dict of a row's name → its entry in results.json.
        columns: dict of a row's name → columns, for those whose per_image.csv is at hand.
        without: files whose rows cannot be compared by photo.
    """

    protocol: dict
    models: dict
    columns: dict
    without: list = dataclasses.field(default_factory=list)


def read(path):
    """A `Table` from a results.json and the per_image.csv beside it, if that is there.

    Raises:
        UserError: no such file, or none that `evaluate` wrote.
    """
    path = Path(path)
    path = path / results.RESULTS if path.is_dir() else path
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        protocol, models = found["protocol"], found["models"]
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: not a results.json of keras_colorizer.evaluate") from error
    beside = path.parent / results.PER_IMAGE
    if not beside.is_file():
        return Table(protocol, models, {}, [str(path)])
    columns, ids = results.read_per_image(beside)
    if len(ids) != protocol["n"] or set(columns) != set(models):
        raise UserError(f"{beside}: not of the evaluation that wrote {path}; evaluate again")
    return Table(protocol, models, columns)


def join(tables, names):
    """One table of several; floors stand once, rows of one name are told apart by their origin.

    Args:
        tables: list of `Table`.
        names: for each, what its rows are marked with if their name is already taken.

    Raises:
        UserError: they are not of the same photos at the same size.
    """
    first = tables[0]
    joined = Table(first.protocol, dict(first.models), dict(first.columns), list(first.without))
    for table, mark in zip(tables[1:], names[1:], strict=True):
        for key in ("ids_sha256", "size", "n", "rarity_of", "aged"):
            default = {"rarity_of": constants.OXFORD, "aged": 0.0}.get(key)
            ours, theirs = (t.protocol.get(key, default) for t in (first, table))
            if ours != theirs:
                raise UserError(
                    f"{mark}: not comparable with {names[0]}: {key} is {theirs}, not {ours}; "
                    "evaluate both on the same photos at the same size, by the same `reference` "
                    "and `aged`"
                )
        joined.without += table.without
        for name, entry in table.models.items():
            if name in FLOORS:
                continue
            base, raw = name.removesuffix(RAW), RAW if name.endswith(RAW) else ""
            pair = [n for n in (base, base + RAW) if n in table.models]
            taken = any(joined.models.get(n, table.models[n]) != table.models[n] for n in pair)
            new = f"{base} [{mark}]{raw}" if taken else name
            joined.models[new] = entry
            if name in table.columns:
                joined.columns[new] = table.columns[name]
    truth = joined.models.pop("truth")
    joined.models["truth"] = truth
    return joined


def _has(row, key):
    return row["metrics"].get(key, UNKNOWN)["mean"] is not None


def show(key, number):
    """A metric's value as a table shows it."""
    return "–" if number is None else f"{number:.{summary.METRICS[key].digits}f}"


def cost(entry):
    """What a model's training cost, as two cells: photos seen; minutes, and of processor time."""
    spent = model_card.whole((entry.get("model") or {}).get("training") or {})
    minutes, processor = spent["minutes"], spent["cpu_minutes"]
    told = "–" if minutes is None else f"{minutes:.0f}"
    told += "" if processor is None else f" ({processor:.0f})"
    return ["–" if spent["photos"] is None else f"{spent['photos']:,}", told]


def markdown(table, keys=None, intervals=True):
    """The table of results, one row a model, as Markdown; with their cost, where that is known.

    Args:
        table: `Table`.
        keys: of metrics; default all.
        intervals: also show the 95 % bootstrap intervals.
    """
    # Evaluations of before a metric was there do not have it, nor those without its weights.
    keys = [
        key
        for key in keys or summary.METRICS
        if any(_has(row, key) for row in table.models.values())
    ]
    heads = []
    for key in keys:
        metric = summary.METRICS[key]
        unit = "" if metric.unit in ("0..1", "share", "ratio", "M3") else f" ({metric.unit})"
        heads.append(f"{metric.short}{unit}{_ARROWS[metric.better]}".replace("*", "\\*"))
    costs = {name: cost(row) for name, row in table.models.items()}
    costly = any(found != ["–", "–"] for found in costs.values())
    heads = ["photos seen", "minutes (CPU)"] * costly + heads
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, row in table.models.items():
        cells = costs[name] if costly else []
        for key in keys:
            entry = row["metrics"].get(key, UNKNOWN)
            cell = show(key, entry["mean"])
            if intervals and entry["low"] is not None and name != "truth":
                cell += f" [{show(key, entry['low'])}, {show(key, entry['high'])}]"
            cells.append(cell)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def text(table, keys=BRIEF):
    """The table with few columns and no intervals, aligned for a terminal."""
    metrics = [summary.METRICS[key] for key in keys]
    heads = [f"{metric.short}{_ARROWS[metric.better]}" for metric in metrics]
    width = max(len(name) for name in table.models) + 2
    lines = [" " * width + "".join(f"{head:>{len(head) + 3}}" for head in heads)]
    for name, row in table.models.items():
        cells = [show(key, row["metrics"].get(key, UNKNOWN)["mean"]) for key in keys]
        pairs = zip(cells, heads, strict=True)
        lines.append(f"{name:<{width}}" + "".join(f"{c:>{len(h) + 3}}" for c, h in pairs))
    return "\n".join(lines)


def baseline(table):
    """The row that others are compared with: the first model, else None."""
    models = [n for n in table.models if n not in FLOORS and not n.endswith(RAW)]
    return next((name for name in models if name in table.columns), None)


def differences(table, against=None):
    """Every model minus one of them, photo by photo, with 95 % bootstrap intervals.

    Args:
        table: `Table`.
        against: a row's name; default `baseline`.

    Returns:
        Dict of a row's name → metric → {"mean", "low", "high", "unit"}; empty where there is
        nothing to compare.
    """
    against = against or baseline(table)
    if against is None:
        return {}
    times = summary.resamples(table.protocol["n"])
    metrics = {k: m for k, m in summary.METRICS.items() if m.columns}
    return {
        name: {
            key: summary.difference(m, columns, table.columns[against], times)
            for key, m in metrics.items()
            if set(m.columns) <= set(columns) & set(table.columns[against])
        }
        for name, columns in table.columns.items()
        if name != against and name not in FLOORS
    }


def differences_markdown(found, against):
    """Paired differences as Markdown; those whose interval leaves out 0 are bold."""
    known = set().union(*found.values())
    keys = [key for key in summary.METRICS if key in known and key != "neutral_hue"]
    lines = [f"| minus {against} | " + " | ".join(summary.METRICS[k].short for k in keys) + " |"]
    lines.append("|---" * (len(keys) + 1) + "|")
    for name, row in found.items():
        cells = []
        for key in keys:
            if key not in row:
                cells.append("–")
                continue
            mean, low, high = (row[key][part] for part in ("mean", "low", "high"))
            if mean is None:
                cells.append("–")
                continue
            texts = [f"{v:+.{summary.METRICS[key].digits}f}" for v in (mean, low, high)]
            clear = low > 0 or high < 0
            cells.append((f"**{texts[0]}**" if clear else texts[0]) + f" [{texts[1]}, {texts[2]}]")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
