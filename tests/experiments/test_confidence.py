"""Curves of the chroma's length: by hand, and compared at equal colourfulness."""

import confidence
import numpy as np
import pytest
from skimage import data

from keras_colorizer.color import codecs


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [("plain", 0.2, 1), ("power 1", 0.2, 2), ("power 0.5", 0.4, 2), ("power -0.5", 0.4, 0.5),
     ("knee 0.03", 0.03, 0.5), ("cap 0.1", 0.1, 0.5), ("cap 0.3", 0, 1)],
)  # fmt: skip
def test_curves_by_hand(name, at, value):
    assert confidence.CURVES[name](np.float32([at]))[0] == pytest.approx(value, rel=1e-5)


def test_curves_are_compared_at_equal_colourfulness():
    rgb = np.stack([data.coffee()[:64, :64], data.astronaut()[:64, :64]])
    photos = confidence.Photos(rgb)
    true = np.asarray(codecs.get("ycbcr").encode(rgb)[1])
    # Wrong where it is pale: what is raised there costs more than what is raised elsewhere.
    length = np.linalg.norm(true, axis=-1, keepdims=True)
    predicted = np.where(length > 0.05, true, true[..., ::-1]) * 0.5
    own, *rows = confidence.compare(photos, predicted.astype(np.float32), [0.8])
    assert own["curve"] == "as is" and own["colourfulness"] == pytest.approx(0.5, abs=0.1)
    rows = {row["curve"]: row for row in rows}
    assert sorted(rows) == sorted(confidence.CURVES)
    for row in rows.values():
        # Sought at a quarter of the size: enlarging takes a little from each of them alike.
        assert row["colourfulness"] == pytest.approx(0.8, abs=0.07)
        assert row["colourfulness"] == pytest.approx(rows["plain"]["colourfulness"], abs=0.03)
        assert len(confidence.line(row).split()) == len(confidence.HEADS) + row["curve"].count(" ")
    assert 1.3 < rows["plain"]["factor"] < 2
    assert rows["power 0.25"]["ciede2000"] < rows["plain"]["ciede2000"]
    assert rows["power -0.25"]["ciede2000"] > rows["plain"]["ciede2000"]
