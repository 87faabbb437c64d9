"""The skin table: groups by the truth's own colour, errors in the photo's centre alone."""

import json

import numpy as np
import pytest
import skin
from click.testing import CliRunner
from PIL import Image
from skimage import color

from keras_colorizer.evaluation import photos


def patch(lightness, yellow, size=20):
    """A photo of one colour in its centre, of which a* is 10, and noise around it."""
    rgb = color.lab2rgb(np.full((1, 1, 3), [lightness, 10.0, yellow]))
    photo = np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)
    photo[6:14, 6:14] = np.rint(255 * rgb)
    return photo


LIGHT, MIDDLE, DARK = patch(80, 15), patch(58, 18), patch(35, 15)


class Own:
    """A model that gives back stored photos, whatever it is shown."""

    name, card, predicts_rgb = "own", {}, False

    def __init__(self, *results):
        self.results = np.stack(results)

    def colorize(self, gray, *_):
        return self.results[: len(gray)]


def test_the_angle_says_how_light_the_skin_is():
    lab = color.rgb2lab(skin.centre(np.stack([LIGHT, MIDDLE, DARK])))
    assert skin.typology_angle(lab) == pytest.approx(
        np.degrees(np.arctan2([30, 8, -15], [15, 18, 15])), abs=1.5
    )


def test_photos_are_counted_in_their_group_and_only_their_centre_counts():
    truth = np.stack([LIGHT, LIGHT, MIDDLE, DARK])
    results = truth.copy()
    results[:, :6] = 0  # above the centre
    table = skin.measure(Own(*results), truth)
    assert [row["n"] for row in table.values()] == [2, 1, 1]
    for row in table.values():
        assert row["ciede2000"]["mean"] == row["chroma"]["mean"] == 0
        assert row["gray_ciede2000"]["mean"] > 5


def test_paler_skin_has_a_negative_difference_of_chroma_and_a_group_may_be_empty():
    gray = photos.gray_of(LIGHT[None])
    table = skin.measure(Own(np.repeat(gray, 3, axis=-1)[0]), LIGHT[None])
    row = table["above 41°"]
    assert row["chroma"]["mean"] == pytest.approx(-np.hypot(10, 15), abs=1)
    assert row["ciede2000"] == row["gray_ciede2000"]
    assert table["below 10°"]["n"] == 0 and skin.told(table["below 10°"]["chroma"]) == "–"


def test_the_command_scores_the_role_and_writes_its_protocol(tmp_path):
    faces = tmp_path / "set" / "lfw-faces"
    faces.mkdir(parents=True)
    (tmp_path / "set" / "cups").mkdir()
    for number in range(40):
        Image.fromarray(patch(40 + number, 15, 64)).save(faces / f"{number}.png")
    Image.fromarray(DARK).save(tmp_path / "set" / "cups" / "a.png")
    file = tmp_path / "skin.json"
    common = ["flowers", "--data", str(tmp_path / "set"), "--size", "32"]
    done = CliRunner().invoke(skin.skin, [*common, "--split", "all", "--json", str(file)])
    assert done.exit_code == 0, done.output
    found = json.loads(file.read_text(encoding="utf-8"))
    assert sum(found["measured"][group]["n"] for group in skin.GROUPS) == 40
    assert found["measured"]["protocol"]["folder"] == "lfw-faces"
    wrong = CliRunner().invoke(skin.skin, [*common, "--folder", "faces", "--split", "all"])
    assert wrong.exit_code == 1 and "no photo of all in a folder faces" in wrong.output
