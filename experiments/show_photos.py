"""Draws README's first picture: old photos and everyday things, gray | result (| truth).

    python experiments/show_photos.py FSA PHOTOS_TEST [MODEL]

FSA is a folder with negatives of the Library of Congress's FSA/OWI collection (public domain) and
fsa-photos.json, PHOTOS_TEST one with photos of the NIPS 2017 set (CC BY 2.0) and ATTRIBUTION.csv.
They were chosen by their gray versions, before there was a result, and nothing is touched up. The
credits are printed as Markdown.
"""

import csv
import json
import sys
from pathlib import Path

from PIL import Image

import keras_colorizer
from keras_colorizer.utils.files import replace_atomically

OLD = ("fsa-8b26527", "fsa-8b28647", "fsa-8b28625", "fsa-8b28628")
EVERYDAY = ("00018", "00378", "00567", "00837")
WIDTH, GAP = 1280, 4


def cells(colorizer, photo, with_truth):
    """Gray, result and, if asked for, the truth of an RGB photo, as PIL images of its size."""
    gray = photo.convert("L")
    found = [gray.convert("RGB"), colorizer(gray)]
    return [*found, photo] if with_truth else found


def row(pictures, width):
    """Pictures of one height side by side, so that they fill a width in pixels."""
    room = width - GAP * (len(pictures) - 1)
    height = round(room / sum(p.width / p.height for p in pictures))
    widths = [round(height * p.width / p.height) for p in pictures]
    drawn = Image.new("RGB", (width, height), "white")
    left = 0
    for picture, wide in zip(pictures, widths, strict=True):
        drawn.paste(picture.resize((wide, height), Image.Resampling.LANCZOS), (left, 0))
        left += wide + GAP
    return drawn


def sheet(colorizer, old, everyday):
    """Two old photos a row, then two everyday ones a row, which have a truth.

    Args:
        colorizer: from ``keras_colorizer.load``.
        old, everyday: RGB photos, an even number of each.
    """
    rows = []
    for photos, with_truth in ((old, False), (everyday, True)):
        for pair in zip(photos[::2], photos[1::2], strict=True):
            rows.append(row([c for p in pair for c in cells(colorizer, p, with_truth)], WIDTH))
    drawn = Image.new("RGB", (WIDTH, sum(r.height + GAP for r in rows) - GAP), "white")
    top = 0
    for picture in rows:
        drawn.paste(picture, (0, top))
        top += picture.height + GAP
    return drawn


def credits_of(fsa, everyday):
    """Markdown that names photographers and items.

    Args:
        fsa: what fsa-photos.json holds.
        everyday: the rows of ATTRIBUTION.csv, as dicts.
    """
    items = {item["id"]: item for item in fsa["photos"]}
    old = [items[name] for name in OLD]
    told = "; ".join(
        f"[{i['title']}]({i['locUrl']}), {i['photographer']}, {i['date']}" for i in old
    )
    authors = {entry["file"].split(".")[0]: entry for entry in everyday}
    new = ", ".join(f"[{authors[n]['author']}]({authors[n]['url']})" for n in EVERYDAY)
    return f"(Old photos: {told}: {fsa['creditLine']}, public domain. Others: {new}, CC BY 2.0.)"


def opened(path):
    """A photo as RGB."""
    with Image.open(path) as photo:
        return photo.convert("RGB")


def main(fsa, everyday, model="photos"):
    """Writes experiments/pictures/photos.jpg and prints the credits."""
    fsa, everyday = Path(fsa), Path(everyday)
    colorizer = keras_colorizer.load(model)
    old = [opened(fsa / f"{name}-full.jpg") for name in OLD]
    drawn = sheet(colorizer, old, [opened(everyday / f"{name}.avif") for name in EVERYDAY])
    with replace_atomically(Path(__file__).parent / "pictures" / "photos.jpg") as temporary:
        drawn.save(temporary, format="JPEG", quality=90)
    stated = json.loads((fsa / "fsa-photos.json").read_text(encoding="utf-8"))
    with (everyday / "ATTRIBUTION.csv").open(encoding="utf-8", newline="") as file:
        print(credits_of(stated, list(csv.DictReader(file))))


if __name__ == "__main__":
    main(*sys.argv[1:])
