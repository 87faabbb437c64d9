"""Which measured numbers documents and recipes tell, and whether they are those of the records."""

import functools
import re

import bench
import dominance
import measured
import record

from keras_colorizer.training import recipes

NUMBER = r"\d[\d,]*(?:\.\d+)?"
# A number is taken for measured if such a unit follows it, or the last of a list with it, or if
# such a word stands before it.
UNITS = (
    r"\s?(?:dB|(?:CPU )?minutes?|ms|MB|M|GFLOP|(?:test )?photos|photos/s|levels|ΔE|seconds?"
    r"|of processor time)\b|×(?! \d)|\s?%"
)
WORDS = r"(?:PSNR|CIEDE2000|colourfulness|ΔCF|drift|mean chroma|falls|rises)(?: from| of|:)?"
MEASURED = re.compile(
    rf"(?:{WORDS} )?(?<![\w.]){NUMBER}(?:(?:, | or | and | to |–| / ){NUMBER})*(?:{UNITS})"
    rf"|{WORDS} {NUMBER}"
)


@functools.cache
def documents():
    """Name → its text in one line, without generated tables: Markdown files, ``recipe NAME``s."""
    found = {}
    *paths, _ = record.documents()  # but for that of experiments
    for path in [*paths, measured.ROOT / "CONTRIBUTING.md"]:
        text = record.SECTION.sub("", path.read_text(encoding="utf-8"))
        found[path.relative_to(measured.ROOT).as_posix()] = text
    for name in recipes.names():
        recipe = recipes.get(name)
        parts = (recipe.purpose, recipe.expect, recipes.documentation(name))
        found[f"recipe {name}"] = " · ".join(parts)
    return {name: " ".join(text.split()) for name, text in found.items()}


def find(text, words):
    """The one place where words stand in a text, with a group for each ``{}``.

    Raises:
        ValueError: they stand nowhere, or more than once.
    """
    parts = [re.escape(part) for part in words.split("{}")]
    places = list(re.finditer(f"({NUMBER})".join(parts), text))
    if len(places) != 1:
        raise ValueError(f"{words!r} stands {len(places)} times, not once")
    return places[0]


def number(key):
    """The measured number of a key: of `measured.value`, or one that is a mean of several.

    ``("bench", NAME)`` are a system's CPU minutes on the bench; ``("quarters", NAME, COLUMN, END)``
    is a column's mean over the first (END 0) or the last quarter of its epochs; over its seeds.
    """
    kind, *rest = key
    if kind == "bench":
        found = [measured.value("runs", run.name, "cpu_minutes") for run in bench.runs(*rest)]
    elif kind == "quarters":
        name, column, end = rest
        seeds = map(dominance.read, bench.runs(name))
        found = [dominance.quarters(seed, column)[end] for seed in seeds]
    else:
        found = [measured.value(*key)]
    return sum(found) / len(found)


def agrees(told, key, unit=""):
    """Whether a number as it is written is the measured one, rounded to as many places."""
    scale = 1e6 if unit.startswith(" M") and not unit.startswith(" MB") else 1
    places = len(told.partition(".")[2])
    return float(told.replace(",", "")) == float(f"{number(key) / scale:.{places}f}")


def wrong(name, words, *keys):
    """What a document's words tell otherwise than the records, as a list of texts."""
    place = find(documents()[name], words)
    units = words.split("{}")[1:]
    pairs = zip(place.groups(), keys, units, strict=True)
    return [
        f"{told}{unit[:9]}, where {' / '.join(map(str, key))} is {number(key)}"
        for told, key, unit in pairs
        if not agrees(told, key, unit)
    ]


def unclaimed(name, claimed):
    """The measured numbers of a document that stand in none of the words ``claimed``."""
    text = documents()[name]
    covered = [find(text, words).span() for words in claimed]
    return [
        text[max(0, place.start() - 30) : place.end()]
        for place in MEASURED.finditer(text)
        if not any(start <= place.start() and place.end() <= end for start, end in covered)
    ]
