"""The picture of a model card: what the exported files really give, and whose photos they are."""

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

from keras_colorizer.errors import UserError
from keras_colorizer.export import export
from keras_colorizer.exporting import examples, package, parity
from keras_colorizer.exporting.export import OURS
from keras_colorizer.inference import colorizer
from keras_colorizer.inference.backends.tflite import ExportedModel
from keras_colorizer.models import card
from keras_colorizer.visualization import sheets


@pytest.fixture
def photos(tmp_path):
    paths = tmp_path / "cat.png", tmp_path / "tall.png"
    Image.fromarray(data.chelsea()).save(paths[0])
    Image.fromarray(data.coffee()[:, :200]).save(paths[1])
    return paths


def test_it_shows_what_the_model_paints(exported, photos):
    painter = colorizer.Colorizer(ExportedModel(exported))
    sheet = np.asarray(examples.draw(painter, photos))
    result = painter(photos[0])
    result.thumbnail((examples.WIDTH, examples.HEIGHT), Image.Resampling.LANCZOS)
    wanted = np.asarray(result)
    windows = np.lib.stride_tricks.sliding_window_view(sheet, (1, 1, 3))[:, :, 0, 0, 0]
    corners = np.argwhere((windows == wanted[0, 0]).all(-1))
    height, width = wanted.shape[:2]
    assert any(np.array_equal(sheet[y : y + height, x : x + width], wanted) for y, x in corners)


def test_gray_photos_have_no_original(exported, photos, tmp_path):
    painter = colorizer.Colorizer(ExportedModel(exported))
    Image.open(photos[0]).convert("L").save(tmp_path / "gray.png")
    both = examples.draw(painter, [tmp_path / "gray.png", photos[0]])
    alone = examples.draw(painter, [tmp_path / "gray.png"])
    assert alone.width < 0.7 * both.width
    with pytest.raises(UserError, match="name at least one photo"):
        examples.draw(painter, [])


def test_the_command_draws_and_credits(mobile_run, photos, tmp_path, monkeypatch):
    monkeypatch.setattr(package, "CALIBRATION_PHOTOS", 8)
    monkeypatch.setattr(package, "PARITY_PHOTOS", 2)
    monkeypatch.setattr(parity, "ENLARGED", 2)
    monkeypatch.setattr(parity, "SECONDS", 0)
    out = tmp_path / "flowers"
    words = ["--example", photos[0], "--example", photos[1], "--credit", "By A, CC0."]
    done = CliRunner().invoke(export, [str(w) for w in (mobile_run, "--out", out, *words)])
    assert done.exit_code == 0, done.output
    assert card.read(out)["examples"] == {"photos": ["cat.png", "tall.png"], "credit": "By A, CC0."}
    text = (out / "README.md").read_text(encoding="utf-8")
    assert "![gray, result, original](examples.png)" in text
    assert "`cat.png`, `tall.png`. By A, CC0." in text
    painter = colorizer.Colorizer(ExportedModel(out))
    sheets.save_png(examples.draw(painter, photos), tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == (out / "examples.png").read_bytes()
    assert "examples.png" in OURS  # so that it may be overwritten


def test_without_examples_there_is_no_picture(exported):
    assert "examples" not in card.read(exported) and not (exported / examples.FILE).exists()
    assert "![" not in (exported / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--example", "PHOTO", "--no-tflite"], "--no-tflite writes no model card"),
        (["--credit", "me"], "add --example PHOTO"),
        (["--example", "nowhere.jpg"], "'nowhere.jpg' does not exist"),
    ],
)
def test_what_cannot_be_is_one_clear_line(mobile_run, photos, words, told):
    words = [str(photos[0]) if word == "PHOTO" else word for word in words]
    done = CliRunner().invoke(export, [str(mobile_run), *words])
    assert done.exit_code and told in done.output
