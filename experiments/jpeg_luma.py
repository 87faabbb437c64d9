"""How far JPEG moves a result's luma from the gray photo's: the format's own loss.

    python experiments/jpeg_luma.py [PHOTOS…] [--model flowers] [--json FILE]

PHOTOS are files or folders; by default three that scikit-image brings. Each is coloured from its
own luma, written as JPEG of quality 75, 90 and 95 as ``colorize`` writes it, and read again: a row
says within how many levels 99.9 % of all pixels of ``convert("L")`` are. "none" is the result
before it is written.
"""

import argparse
import io
from pathlib import Path

import numpy as np
from measured import typed
from PIL import Image
from skimage import data

import keras_colorizer
from keras_colorizer.benchmarks import records
from keras_colorizer.engine import inputs
from keras_colorizer.images import reading, writing

QUALITIES, SHARE = (75, 90, 95), 0.999


def levels(colorizer, photos):
    """Quality → within how many levels 99.9 % of the pixels of all photos are."""
    away = {name: [] for name in ("none", *map(str, QUALITIES))}
    for source in photos:
        photo = reading.read(source)
        result, gray = colorizer.paint(photo.gray), np.asarray(photo.gray, np.int16)
        written = {"none": result}
        for quality in QUALITIES:
            file = io.BytesIO()
            writing.write(result, file, photo, "jpg", quality)
            written[str(quality)] = Image.open(file)
        for name, image in written.items():
            found = np.asarray(image.convert("RGB").convert("L"), np.int16)
            away[name].append(np.abs(found - gray).ravel())
    found = {name: np.concatenate(each) for name, each in away.items()}
    return {name: int(np.ceil(np.quantile(each, SHARE))) for name, each in found.items()}


def main():
    """Reads the command line, and prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="*")
    parser.add_argument("--model", default="flowers")
    parser.add_argument("--json", type=Path, help="also write it into this file")
    options = parser.parse_args()
    photos = [x.path for x in inputs.find(options.photos)[0]] if options.photos else None
    photos = photos or [data.astronaut(), data.coffee(), data.chelsea()]
    found = levels(keras_colorizer.load(options.model), photos)
    for name, level in found.items():
        print(f"quality {name:>4}: {100 * SHARE:g} % within {level} levels")
    if options.json:
        records.write(options.json, "jpeg_luma", typed(), {"levels": found, "n": len(photos)})


if __name__ == "__main__":
    main()
