"""Side by side: every panel of one size, in order, named."""

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.visualization.comparisons import side_by_side


def test_panels_stand_in_order():
    panels = {"gray": Image.new("L", (120, 80), 90), "result": Image.new("RGB", (120, 80), "red")}
    sheet = np.asarray(side_by_side(panels))
    assert sheet.shape == (80 + 24 + 8, 2 * 128 + 8, 3)
    assert (sheet[24:104, 8:128] == 90).all()
    assert (sheet[24:104, 136:256] == [255, 0, 0]).all()
    assert (sheet[:24] < 128).any()  # the names
    assert (sheet[104:] == 255).all() and (sheet[:, 128:136] == 255)[24:].all()


def test_large_photos_become_smaller_and_small_ones_stay():
    large = Image.new("L", (4000, 1000), 7)
    assert side_by_side({"gray": large, "result": large}, largest=400).size == (824, 132)
    assert side_by_side({"gray": Image.new("L", (1, 1))}).size == (17, 33)


@pytest.mark.parametrize("size", [(3, 900), (32, 32), (4000, 30)])
def test_all_panels_have_the_firsts_size(size):
    gray, raw = Image.new("L", size, 50), Image.new("RGB", (128, 128), (0, 200, 0))
    sheet = np.asarray(side_by_side({"gray": gray, "result": raw}, largest=1000))
    width = (sheet.shape[1] - 8) // 2 - 8
    assert (sheet[24:-8, 8 : 8 + width] == 50).all()
    assert (sheet[24:-8, 16 + width : -8] == [0, 200, 0]).all()
