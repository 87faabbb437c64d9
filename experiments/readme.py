"""The tables of the README that every reader meets, out of what is recorded."""

import dataclasses

import numpy as np
from dominance import markdown
from measured import value

from keras_colorizer.evaluation import summary
from keras_colorizer.training.recipes import Recipe, keys
from keras_colorizer.training.recipes.sections import POSITIVE, Adversary

# Label → row, of branches from one checkpoint.
BRANCHES = {
    "the checkpoint": "start-no-curve",
    "the checkpoint, decoded by the curve": "start",
    "the loss of recipe photos goes on": "plain-no-curve",
    "the colourfulness term (weight 1)": "vivid-no-curve",
    "bins for the hue": "hue",
    "rebalanced bins": "bins",
}
# Label → (evaluation, row), the run that trained it, (benchmark, its network) of its cost.
OXFORD, OURS = "oxford-test-128", "oxford-test-128-flowers"
GENERAL = "oxford-test-128-photos"
SCORES = {
    "the gray photo": ((OURS, "gray"), None, None),
    "one mean chroma": ((OURS, "mean_chroma"), None, None),
    "the report's autoencoder": (
        (OXFORD, "autoencoder"), "autoencoder-128", ("network-autoencoder", "autoencoder"),
    ),
    "the report's GAN": ((OXFORD, "gan"), "gan-128", ("network", "report")),
    "`flowers`": ((OURS, "flowers"), "flowers-128", ("network", "chroma")),
    "`flowers`, as colourful as the report's GAN": ((OURS, "flowers × 0.37"), None, None),
    "`photos`": ((GENERAL, "photos"), "photos-192", ("network-photos", "pyramid")),
    "`photos`, as colourful as the report's GAN": ((GENERAL, "photos × 0.38"), None, None),
}  # fmt: skip
# Label → row of the evaluation of photos of anything, and its columns.
ANYTHING = "photos-test-160"
ANYTHING_ROWS = {
    "the gray photo": "gray",
    "`flowers`": "flowers",
    "`photos`": "photos",
    "`photos`, `--saturation 1.2`": "photos × 1.2",
    "`photos`, `--saturation 0.65`": "photos × 0.65",
    "the colour photo": "truth",
}
ANYTHING_COLUMNS = {
    "psnr": "PSNR (dB) ↑",
    "ciede2000": "CIEDE2000 ↓",
    "colourfulness_ratio": "colourfulness, of the truth's",
    "truer_than_gray": "truer than gray ↑",
    "much_worse": "much worse than gray ↓",
    "fd_lite2": "FD of Lite2's features ↓",
}
COLUMNS = {
    "psnr": "PSNR (dB) ↑",
    "ciede2000": "CIEDE2000 ↓",
    "colourfulness": "colourfulness → {truth:.1f}",
    "delta_cf_per_image": "per-photo ΔCF ↓",
    "neutral_drift": "neutral drift ↓",
}


def _allowed(facts):
    if facts["choices"]:
        return ", ".join(f"`{choice}`" for choice in facts["choices"])
    low, high = facts["low"], facts["high"]
    if low is None and high is None:
        return ""
    least = "above 0" if low == POSITIVE else f"{low:g}"
    return f"{least} to {high:g}" if high is not None else least + " or more" * (low != POSITIVE)


def fields_table():
    """Every field of a recipe: its path and short key, default, range, and what may change it."""
    rows, defaults = [], keys.flat(Recipe(adversary=Adversary()))
    for key, place in keys.PLACES.items():
        kind = keys.SECTIONS.get(place.section)
        facts = {f.name: f.metadata for f in dataclasses.fields(kind)}[place.field] if kind else {}
        path = f"`{place.section}.{place.field}`" if kind else f"`{place.field}`"
        default = defaults[key] if defaults[key] not in ("", None) else "none"
        allowed = "a registered part, with its options" if place.is_part else _allowed(facts)
        may = {"stages": place.staged, "resumed runs": place.resumed}
        changed = ", ".join(who for who, it_may in may.items() if it_may)
        rows.append([path, f"`{key}`", str(default).lower(), allowed, changed])
    return markdown(["short key", "default", "what it may be", "may change in"], rows, "field")


def _costs(run, benchmark):
    """Weights, CPU minutes of training, milliseconds of one photo."""
    if not run:
        return ["–"] * 3
    name, network = benchmark
    weights = value("benchmarks", name, f"{network} float32", "weights")
    best = value("benchmarks", name, f"{network} float32", "best_ms")
    ms = f"{best:.3g}"
    if network in ("chroma", "pyramid"):
        ms += f" (int8: {value('benchmarks', name, f'{network} int8', 'best_ms'):.1f})"
    return [f"{weights / 1e6:.1f} M", f"{value('runs', run, 'cpu_minutes'):.0f}", ms]


def scores_table():
    """What the systems score on Oxford's test photos, and what they cost."""
    truth = value("evaluations", OURS, "truth", "colourfulness")
    photos = value("evaluations", OURS, "protocol", "n")
    size = value("evaluations", OURS, "protocol", "size")
    heads = ["weights", "training, CPU minutes", "one 256 px photo (ms)"]
    heads += [head.format(truth=truth) for head in COLUMNS.values()]
    rows = []
    for label, (place, run, benchmark) in SCORES.items():
        cells = [label, *_costs(run, benchmark)]
        for key in COLUMNS:
            cells.append(f"{value('evaluations', *place, key):.{summary.METRICS[key].digits}f}")
        rows.append(cells)
    return markdown(heads, rows, f"Oxford Flowers 102, {photos:,} test photos, {size} px")


def photos_table():
    """What models score on photos of anything that none was trained or chosen on."""
    photos, size = (value("evaluations", ANYTHING, "protocol", key) for key in ("n", "size"))
    rows = []
    for label, row in ANYTHING_ROWS.items():
        cells = [label]
        for key in ANYTHING_COLUMNS:
            found = value("evaluations", ANYTHING, row, key)
            digits, percent = summary.METRICS[key].digits, summary.METRICS[key].unit == "share"
            exact = row == "truth" and key != "fd_lite2"
            text = f"{100 * found:.0f} %" if percent and not exact else None
            cells.append("–" if exact else text or f"{found:.{digits}f}")
        rows.append(cells)
    return markdown(
        list(ANYTHING_COLUMNS.values()), rows, f"{photos} photos of anything, {size} px"
    )


def branches_table(evaluation="photos-validation-160-branches", ratio=0.7):
    """What makes colour alive: branches from one checkpoint, each at the same colourfulness.

    Between the factors on the chroma that were scored, numbers are interpolated.
    """
    keys = ("ciede2000", "psnr", "truer_than_gray", "much_worse", "neutral_drift")
    factors = ("× 0.7", "", "× 1.3", "× 1.7")

    def read(row, key):
        return value("evaluations", evaluation, row, key)

    rows = []
    for label, row in BRANCHES.items():
        names = [f"{row} {factor}".strip() for factor in factors]
        ratios = [read(name, "colourfulness_ratio") for name in names]
        found = {k: float(np.interp(ratio, ratios, [read(n, k) for n in names])) for k in keys}
        below = read("gray", "ciede2000") - found["ciede2000"]
        shares = [f"{100 * found[key]:.0f} %" for key in ("truer_than_gray", "much_worse")]
        cells = [f"{ratios[1]:.2f}", f"{below:+.2f}", f"{found['psnr']:.2f}", *shares]
        rows.append([label, *cells, f"{found['neutral_drift']:.1f}"])
    heads = ["colourfulness as it comes, of the truth's", "CIEDE2000 below gray's ↑"]
    heads += ["PSNR (dB) ↑", "truer than gray ↑", "much worse than gray ↓", "neutral drift ↓"]
    return markdown(heads, rows, f"at {ratio} of the truth's colourfulness")


def skin_table():
    """How well `photos` guesses skin, by how light it is in the photo."""
    heads = ["photos", "CIEDE2000", "left gray", "ΔC*"]
    rows = []
    for group in ("above 41°", "10° to 41°", "below 10°"):

        def cell(key, group=group):
            low, mean, high = (
                value("benchmarks", "skin-photos", group, key, part)
                for part in ("low", "mean", "high")
            )
            return f"{mean:.1f} [{low:.1f}, {high:.1f}]"

        count = str(value("benchmarks", "skin-photos", group, "n"))
        rows.append([group, count, *map(cell, ("ciede2000", "gray_ciede2000", "chroma"))])
    return markdown(heads, rows, "ITA")


def speed_table():
    """What `benchmark photo` and `benchmark folder` measured."""
    heads = ["seconds", "the floor's", "ratio", "peak memory"]
    rows = []
    for size in ("1 MP", "12 MP"):
        kinds = [f"{size}, {kind}" for kind in ("colour", "gray")]

        def both(key, form, kinds=kinds):
            return " / ".join(form.format(value("benchmarks", "photo", k, key)) for k in kinds)

        cells = [both(key, "{:.2f}") for key in ("seconds", "floor_seconds")]
        peak = max(value("benchmarks", "photo", kind, "peak_mb") for kind in kinds)
        cells += [both("ratio", "{:.1f}×"), f"{peak:.0f} MB"]
        rows.append([f"one photo of {size}, colour / gray", *cells])
    row = value("benchmarks", "folder", "folder")
    seconds = f"{row['seconds']:.2f} ({row['photos_per_s']:.1f} photos/s)"
    cells = [seconds, f"{row['floor_seconds']:.2f}", f"{row['ratio']:.1f}×"]
    label = f"a folder of {row['photos']} photos of 1 MP"
    rows.append([label, *cells, f"{row['peak_mb']:.0f} MB"])
    return markdown(heads, rows)
