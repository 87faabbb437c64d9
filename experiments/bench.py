"""The bench's three tables, out of what is recorded; record.py writes them into README.md.

Rows are systems in the bench's order, cells means over the seeds that are recorded, ± half the
distance between the lowest and the highest of them. A system without a record is left out.
"""

from pathlib import Path

import dominance
from systems import SYSTEMS

from keras_colorizer.evaluation import summary, tables

HERE = Path(__file__).resolve().parent
# Evaluations of the bench, one for each seed, whose rows are named by recipe.
FLOWERS = ("oxford-test-64-bench", "oxford-test-64-bench-s1")
# Of the models of random images: on the tenth of those that was held back, and on Kodak.
RANDOM = ("caltech-test-64-random", "kodak-64-random")
COLUMNS = (
    "psnr", "ciede2000", "colourfulness", "delta_cf_per_image", "neutral_drift", "hue_confusion",
)  # fmt: skip
ADVERSARIAL = [name for name in SYSTEMS if name.startswith(("gan", "nogan", "nazeri"))]


def spread(values, digits):
    """Numbers as their mean, ± half their range where there are several."""
    mean = f"{sum(values) / len(values):.{digits}f}"
    return mean + (f" ± {(max(values) - min(values)) / 2:.{digits}f}" if values[1:] else "")


def _read(name, here):
    path = here / "evaluations" / name / "results.json"
    return tables.read(path).models if path.is_file() else {}


def runs(name, here=HERE):
    """The recorded runs of a system, one folder a seed."""
    return sorted((here / "runs").glob(f"bench-{name}-s[0-9]"))


def flowers(here=HERE):
    """Row → its entries on Oxford's test photos, one for each recorded seed; floors stand once."""
    found = {}
    for models in (_read(name, here) for name in FLOWERS):
        for name, entry in models.items():
            if name not in found or name in SYSTEMS:
                found.setdefault(name, []).append(entry)
    return found


def values(entries, key):
    """A metric of several entries, as a list."""
    return [entry["metrics"][key]["mean"] for entry in entries]


def systems_table(here=HERE):
    """Every system on Oxford's test photos: seeds, cost, scores."""
    found = flowers(here)
    (truth,) = values(found["truth"], "colourfulness")
    heads = ["seeds", "CPU minutes"]
    for key in COLUMNS:
        arrow = {"truth": f" → {truth:.1f}", "higher": " ↑"}.get(summary.METRICS[key].better, " ↓")
        heads.append(summary.METRICS[key].short + arrow)
        heads += ["its hue (degrees)"] * (key == "neutral_drift")
    rows = []
    for name in ("gray", "mean_chroma", *SYSTEMS):
        entries = found.get(name)
        if not entries:
            continue
        label, cells = name.replace("_", " "), ["–", "–"]
        if name in SYSTEMS:
            spent = [entry["model"]["training"]["cpu_minutes"] for entry in entries]
            label, cells = f"`{name}`", [len(entries), spread(spent, 0).partition(" ")[0]]
        for key in COLUMNS:
            cells.append(spread(values(entries, key), summary.METRICS[key].digits))
            if key == "neutral_drift":
                hues = values(entries, "neutral_hue")
                cells.append(", ".join("–" if hue is None else f"{hue:.0f}" for hue in hues))
        rows.append([label, *cells])
    return dominance.markdown(heads, rows)


def dominance_table(here=HERE):
    """Who dominates whom, over the seeds that are recorded."""
    rows = []
    for name in ADVERSARIAL:
        if seeds := [dominance.read(run) for run in runs(name, here)]:
            rows.append([f"`{name}`", *dominance.cells(seeds)])
    return dominance.markdown(dominance.HEADS, rows)


def random_table(here=HERE):
    """Colour that models of random images add, as a share of the truth's, beside flowers.

    Rows that ``evaluate`` tells apart by their run, ``NAME (runs/FOLDER/NAME-s0)``, are labelled
    NAME, FOLDER; those in runs/random are the bench's own, whose scores on flowers stand beside.
    """
    oxford, *found = (_read(name, here) for name in (FLOWERS[0], *RANDOM))
    heads = ["photos seen"]
    for where in ("held back", "Kodak", "flowers"):
        heads += [f"{where}: colourfulness, of the truth's", "CIEDE2000"]
    rows = []
    for name, entry in found[0].items():
        recipe, _, run = name.rstrip(")").partition(" (")
        if recipe not in ("gray", *SYSTEMS) or name.endswith(summary.RAW):
            continue
        variant = "" if not run else Path(run).parent.name.removeprefix("random").strip("-")
        label, seen = recipe, "–"
        if "model" in entry:
            label = f"`{recipe}`" + f", {variant}" * bool(variant)
            seen = f"{entry['model']['training']['photos']:,}"
        cells = [label, seen]
        for models, key in ((found[0], name), (found[1], name), (oxford, recipe)):
            if key not in models or (variant and models is oxford):
                cells += ["–", "–"]
                continue
            added, truth = values([models[key], models["truth"]], "colourfulness")
            (error,) = values([models[key]], "ciede2000")
            cells += [f"{added / truth:.2f}", f"{error:.1f}"]
        rows.append(((*SYSTEMS, "gray").index(recipe), cells))
    return dominance.markdown(heads, [cells for _, cells in sorted(rows, key=lambda row: row[0])])
