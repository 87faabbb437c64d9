"""Contact sheets: their columns, their pages, and what is not drawn."""

import numpy as np
import pytest
import sheets
from click.testing import CliRunner
from PIL import Image
from skimage import data

from keras_colorizer.errors import UserError


class Red:
    """A colorizer that says how saturated it was asked to be by its red."""

    name = "red"

    def paint(self, gray, mode="RGB", saturation=1.0, blend=1.0):
        return Image.new(mode, gray.size, (int(100 * saturation), 0, 0))


def test_columns_are_models_at_each_factor():
    assert sheets.columns(["a", "b"], [1.0], truth=True) == ["gray", "a", "b", "truth"]
    wanted = ["gray", "a × 1", "a × 1.5", "b × 1", "b × 1.5"]
    assert sheets.columns(["a", "b"], [1.0, 1.5], truth=False) == wanted
    assert sheets.columns(["a"], [1.2], truth=False) == ["gray", "a × 1.2"]


def test_a_row_is_gray_results_and_truth():
    photo = Image.fromarray(data.chelsea())
    gray, first, second, truth = sheets.cells(photo, [Red()], [1.0, 1.5], truth=True)
    assert gray.convert("L").tobytes() == photo.convert("L").tobytes()
    assert [x.getpixel((0, 0))[0] for x in (first, second)] == [100, 150]
    assert truth.tobytes() == photo.tobytes()
    assert sheets.cells(photo.convert("L"), [Red()], [1.0], truth=True)[-1] is None


def test_pictures_are_shrunk_and_never_enlarged():
    picture = Image.new("RGB", (400, 200))
    assert sheets.fitted(picture, 100, 100).size == (100, 50)
    assert sheets.fitted(picture, 900, 20).size == (40, 20)
    assert sheets.fitted(picture, 900, 900).size == (400, 200)
    assert sheets.fitted(Image.new("RGB", (5000, 1)), 100, 100).size == (100, 1)


def test_pages_end_where_rows_or_room_do():
    def photos(count, height):
        return [(str(n), [Image.new("RGB", (60, height))]) for n in range(count)]

    assert [len(page) for page in sheets.paginate(photos(5, 100), rows=2)] == [2, 2, 1]
    pages = list(sheets.paginate(photos(5, 900), rows=9))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert all(sheets.draw(["gray"], page).height <= sheets.HEIGHT for page in pages)
    assert not list(sheets.paginate([], rows=9))


def test_a_page_holds_each_picture_in_its_column():
    wide, high = 200, 100
    colours = ["red", "green", "blue"]
    page = [("a.png", [Image.new("RGB", (wide, high), c) for c in colours])]
    page.append(("b.png", [Image.new("RGB", (90, high), "red"), None, None]))
    drawn = np.asarray(sheets.draw(colours, page))
    left = [sheets.GAP + place * (wide + sheets.GAP) for place in range(3)]
    seen = [tuple(drawn[sheets.HEAD + 50, x + 20]) for x in left]
    assert seen == [(255, 0, 0), (0, 128, 0), (0, 0, 255)]
    below = sheets.HEAD + high + sheets.CAPTION + 50
    assert [tuple(drawn[below, x + 20]) for x in left] == [(255, 0, 0)] + [(255, 255, 255)] * 2
    caption = drawn[sheets.HEAD + high :][: sheets.CAPTION]
    assert caption.min() < 128  # there is a name


def test_columns_that_do_not_fit_are_refused():
    assert 12 * (sheets.room(12) + sheets.GAP) + sheets.GAP <= sheets.WIDTH
    with pytest.raises(UserError, match="13 columns do not fit into 1600 px; at most 12"):
        sheets.room(13)


def run(*arguments):
    return CliRunner().invoke(sheets.sheets, [str(a) for a in arguments])


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    (folder / "old").mkdir(parents=True)
    Image.fromarray(data.coffee()).save(folder / "coffee.jpg")
    grain = np.random.default_rng(0).integers(0, 256, (90, 70), np.uint8)
    Image.fromarray(grain).save(folder / "old" / "scan.avif")
    return folder


def test_the_command_writes_pages_once(photos, tmp_path):
    out = tmp_path / "out"
    common = [photos, "--out", out, "--model", "flowers", "--truth", "--height", 60]
    done = run(*common, "--saturation", 1, "--saturation", 1.5, "--rows", 1)
    assert done.exit_code == 0, done.output
    pages = sorted(path.name for path in out.iterdir())
    assert pages == ["page-01.png", "page-02.png"]
    with Image.open(out / "page-01.png") as page:
        assert page.width == sheets.GAP + 4 * (sheets.NARROWEST + sheets.GAP)
        assert page.height == sheets.HEAD + 60 + sheets.CAPTION
    again = run(*common)
    assert again.exit_code == 1 and "holds pages already" in again.output


def test_a_photo_that_cannot_be_read_is_named(photos, tmp_path):
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    done = run(photos, "--out", tmp_path / "out", "--model", "flowers")
    assert done.exit_code == 1
    assert "broken.jpg" in done.output and "1 of 3 photos could not be read" in done.output
    assert (tmp_path / "out" / "page-01.png").is_file()
    for wrong, told in (("none.jpg", "no such file"), ("https://a.org/b.jpg", "a link")):
        done = run(wrong, "--out", tmp_path / "other", "--model", "flowers")
        assert done.exit_code == 1 and told in done.output
        assert not (tmp_path / "other").exists()
