"""Draws what every system of the bench makes of the same photos, which installed packages bring.

    python -m pip install scikit-learn scikit-image .
    python experiments/show_systems.py [--runs runs/bench] [--seed 0]

The flower is vultilion's (CC BY 2.0), the coffee scikit-image's (CC0). The gray photo is the
original's `convert("L")`, shrunk to 176 px; nothing is chosen or touched up.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_image
from systems import SYSTEMS

import keras_colorizer
from keras_colorizer.visualization import sheets

SIDE, WRAP = 176, 6


def main():
    """Writes experiments/pictures/systems.png."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/bench"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folders = {name: options.runs / f"{name}-s{options.seed}" for name in SYSTEMS}
    if missing := [name for name, folder in folders.items() if not folder.is_dir()]:
        parser.error(f"{options.runs}: no run of {', '.join(missing)}")
    colorizers = {name: keras_colorizer.load(folder) for name, folder in folders.items()}
    pictures, captions = [], []
    for photo in (load_sample_image("flower.jpg"), data.coffee()):
        side = min(photo.shape[:2])
        top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
        original = Image.fromarray(photo[top : top + side, left : left + side])
        original = original.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        gray = original.convert("L")
        shown = {"gray": gray.convert("RGB")}
        shown |= {name: colorizer.paint(gray) for name, colorizer in colorizers.items()}
        shown["original"] = original
        blank = Image.new("RGB", (SIDE, SIDE), "white")
        shown |= {" " * (n + 1): blank for n in range(-len(shown) % WRAP)}
        captions += shown
        pictures += [np.asarray(image) for image in shown.values()]
    sheet = sheets.contact_sheet({" ": np.stack(pictures)}, wrap=WRAP, captions=captions)
    sheets.save_png(sheet, Path(__file__).parent / "pictures" / "systems.png")


if __name__ == "__main__":
    main()
