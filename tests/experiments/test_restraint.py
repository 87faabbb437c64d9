"""The measures of restraint see what they are to see; the command's files are whole."""

import json

import numpy as np
import pytest
import restraint
from PIL import Image
from skimage import data

import keras_colorizer
from keras_colorizer.color import merging


class Painter:
    """A colorizer that gives every photo the chroma that ``chroma(level 0..1)`` returns."""

    def __init__(self, chroma):
        self.chroma = chroma

    def paint(self, gray):
        level = np.asarray(gray)[..., None]
        return Image.fromarray(merging.merge(level, self.chroma(level.astype(np.float32) / 255)))


def even(level):
    return np.broadcast_to(np.float32([-0.05, 0.1]), (*level.shape[:2], 2))


def pale(level):
    return 0.2 * even(level)


def noisy(level):
    return even(level) + np.random.default_rng(0).normal(0, 0.02, (*level.shape[:2], 2))


def following(level):
    return np.concatenate([0.3 * (level - 0.5), 0.3 * (0.5 - level)], axis=-1)


@pytest.fixture(scope="module")
def coffee():
    return restraint.Photo("coffee", *_both(Image.fromarray(data.coffee()).resize((150, 100))))


def _both(image):
    return image.convert("L"), image


def measured(chroma, photo):
    return restraint.measure(Painter(chroma), photo, 40)[1]


def test_chroma_is_that_of_the_result(coffee):
    vivid, weak, none = (measured(c, coffee)["chroma"] for c in (even, pale, lambda x: 0 * even(x)))
    assert none < 0.1 < 3 * weak < vivid
    assert measured(pale, coffee)["own_chroma"] > 20


def test_noise_is_seen_where_the_photo_is_flat(coffee):
    quiet, loud = measured(even, coffee), measured(noisy, coffee)
    assert loud["noise"] > 5 * quiet["noise"] and loud["blotches"] > 3 * quiet["blotches"]
    assert loud["flat"] == quiet["flat"] > 0.1
    assert quiet["own_noise"] > 0


def test_blotches_are_wider_than_noise():
    cells = np.random.default_rng(0).normal(0, 10, (8, 8, 3)).repeat(16, axis=0).repeat(16, axis=1)
    flat = np.ones((128, 128), bool)
    narrow, wide = (restraint.noise(cells, flat, blur) for blur in (2, 16))
    assert wide > 2 * narrow
    assert restraint.noise(cells, flat & (np.arange(128) < 0), 2) is None


def test_what_stands_beside_a_flat_place_is_none_of_its_noise():
    lab = np.zeros((64, 64, 3), np.float32)
    lab[:, 32:] = 60
    sky = np.broadcast_to(np.arange(64) < 32, (64, 64))
    assert restraint.noise(lab, sky, 8) < 1e-6 < 1 < restraint.noise(lab, sky | True, 8)


def test_steps_are_those_across_the_borders_of_blocks():
    place = np.arange(64)
    blocks = np.broadcast_to((place // 8)[:, None, None], (64, 64, 2))
    border, inside = restraint.steps(blocks + 0.0)
    assert border == 0.5 and inside == 0  # rows step at each border, columns never
    ramp = np.broadcast_to(place[:, None, None], (64, 64, 2))
    assert restraint.steps(ramp + 0.0) == (0.5, 0.5)


def test_chroma_that_follows_luma_shows_jpegs_blocks(coffee):
    found = measured(following, coffee)
    summary = restraint.summarize([found])
    assert summary["steps"] > 1.2 * summary["steps_uncompressed"]
    assert summary["steps_cbcr"] > 1.2
    assert 0.9 < summary["steps_uncompressed"] < 1.1


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Colour photos of flowers, and gray ones without; models by name."""
    for folder, names in (("flowers", ("a", "b")), ("streets", ("c", "d", "e"))):
        (tmp_path / folder).mkdir()
        for name in names:
            photo = Image.fromarray(data.coffee()).resize((90, 60))
            photo = photo if folder == "flowers" else photo.convert("L")
            photo.save(tmp_path / folder / f"{name}.png")
    models = {"even": even, "pale": pale}
    monkeypatch.setattr(keras_colorizer, "load", lambda name: Painter(models[name]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


COMMAND = ["even", "pale", "--flowers", "flowers", "--without", "streets", "--out", "out"]


def test_the_command_writes_numbers_and_sheets(folders, capsys):
    restraint.main([*COMMAND, "--leave-out", "d", "--side", "64"])
    result = json.loads((folders / "out" / "results.json").read_text("utf-8"))
    assert result["protocol"]["leave_out"] == ["d"]
    assert list(result["models"]) == ["even", "pale"]
    streets = result["models"]["pale"]["streets"]
    assert sorted(streets["each"]) == ["c", "e"] and streets["photos"] == 2
    assert streets["own_chroma"] is None  # gray photos have no colours to be held against
    assert streets["by_flowers"] == pytest.approx(1, abs=0.2)
    sheets = sorted(path.name for path in (folders / "out").glob("*.png"))
    assert sheets == ["0-flowers.png", "1-streets.png"]
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[:4] == ["model", "photos", "of", "photos"]
    assert [row.split()[:3] for row in rows] == [
        [model, *rest]
        for model in ("even", "pale")
        for rest in (["flowers", "2"], ["streets", "2"])
    ]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (["--leave-out", "c", "x"], "--leave-out x: no such photo in the folders"),
        (["--leave-out", "c", "d", "e"], "streets: no photos in it, or none that --leave-out"),
        (["--without", "nowhere"], "nowhere: no such folder"),
    ],
)
def test_what_was_mistyped_is_one_line(folders, change, error):
    with pytest.raises(SystemExit, match=error):
        restraint.main([*COMMAND, *change])
    assert not (folders / "out").exists()


def test_results_are_never_overwritten(folders):
    (folders / "out").mkdir()
    (folders / "out" / "results.json").write_text("mine")
    with pytest.raises(SystemExit, match="choose another --out"):
        restraint.main(COMMAND)
    assert (folders / "out" / "results.json").read_text() == "mine"
