"""Draws README's picture: gray | result | original, of photos that installed packages bring.

    python -m pip install scikit-learn scikit-image .
    python experiments/show_colorize.py [MODEL]

The flower is vultilion's (CC BY 2.0), the coffee and the cat are scikit-image's (CC0). The gray
photo is the original's `convert("L")`; nothing is chosen or touched up.
"""

import sys
from pathlib import Path

from skimage import data
from sklearn.datasets import load_sample_image

import keras_colorizer
from keras_colorizer.images import sheets
from keras_colorizer.inference import examples


def main():
    """Writes experiments/pictures/colorize.png."""
    colorizer = keras_colorizer.load(sys.argv[1] if sys.argv[1:] else "flowers")
    photos = load_sample_image("flower.jpg"), data.coffee(), data.chelsea()
    sheet = examples.draw(colorizer, photos)
    sheets.save_png(sheet, Path(__file__).parent / "pictures" / "colorize.png")


if __name__ == "__main__":
    main()
