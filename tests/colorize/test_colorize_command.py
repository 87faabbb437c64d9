"""The colorize command, as a user types it, with a stand-in that paints everything one colour."""

import io
import weakref
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from keras_colorizer.images import reading


def test_a_folder_is_colorized_and_nothing_else_is_written(
    photos, painter, colorize, files, opened
):
    before = {name: (photos / name).read_bytes() for name in files(photos)}
    result = colorize("photos")
    assert result.exit_code == 0, result.output
    assert files(photos.parent / "colorized") == ["a.jpg", "b.png", "sub/c.webp", "sub/d.png"]
    assert {name: (photos / name).read_bytes() for name in files(photos)} == before
    assert "4 photos colorized in " in result.stdout and "photos/s): colorized" in result.stdout
    assert result.stderr == ""
    for name in files(Path("colorized")):
        image = opened(Path("colorized") / name)
        assert image.mode == "RGB" and image.size == (90, 60)
        red, _, blue = np.asarray(image).reshape(-1, 3).mean(0)
        assert red > blue + 40
    gray = np.asarray(opened("photos/b.png").convert("L"), int)
    result = np.asarray(opened("colorized/b.png").convert("L"), int)
    assert np.median(abs(result - gray)) <= 1  # the stand-in does not stay in gamut, as ours does


def test_jpeg_is_painted_in_its_own_planes(photos, painter, colorize):
    assert colorize("photos").exit_code == 0
    assert sorted(mode for _, mode, _ in painter.painted) == ["RGB", "RGB", "RGB", "YCbCr"]


def test_formats_and_quality(photos, painter, colorize, files, opened):
    assert colorize("photos", "--format", "JPG", "--out", "low", "--quality", 20).exit_code == 0
    assert files(Path("low")) == ["a.jpg", "b.jpg", "sub/c.jpg", "sub/d.jpg"]
    assert all(opened(Path("low") / name).format == "JPEG" for name in files(Path("low")))
    assert colorize("photos", "--format", "jpeg", "--out", "high", "--quality", 98).exit_code == 0
    low, high = (sum(p.stat().st_size for p in Path(f).rglob("*.jpg")) for f in ("low", "high"))
    assert low < high / 2


def test_saturation_and_blend_reach_the_painter(photos, painter, colorize, opened):
    def chroma(*options):
        out = f"out{'-'.join(map(str, options))}"
        assert colorize("photos/b.png", "--out", out, *options).exit_code == 0
        values = np.asarray(opened(f"{out}/b.png"), int)
        return np.ptp(values, axis=-1).mean()

    whole = chroma()
    assert chroma("--blend", 0) < 2 and whole > 20
    assert chroma("--blend", 0.5) == pytest.approx(whole / 2, abs=2)
    assert chroma("--saturation", 0.5) == pytest.approx(whole / 2, abs=2)


def test_results_are_kept_until_overwrite(photos, painter, colorize, opened):
    assert colorize("photos/a.jpg", "photos/b.png").exit_code == 0
    Path("colorized/b.png").write_bytes(b"mine")
    result = colorize("photos")
    assert result.exit_code == 0
    assert "2 photos colorized" in result.stdout
    assert "2 photos done already, and kept; --overwrite makes them anew" in result.stdout
    assert Path("colorized/b.png").read_bytes() == b"mine" and len(painter.painted) == 4
    result = colorize("photos")
    assert result.exit_code == 0 and "4 photos done already" in result.stdout
    assert len(painter.painted) == 4
    assert colorize("photos", "--overwrite").exit_code == 0
    assert opened("colorized/b.png").format == "PNG" and len(painter.painted) == 8


def test_the_current_folder_can_be_given_again_and_again(photos, painter, colorize, files):
    assert colorize(".").exit_code == 0
    there = files(Path("colorized"))
    assert there == [f"photos/{n}" for n in ("a.jpg", "b.png", "sub/c.webp", "sub/d.png")]
    assert "4 photos done already" in colorize(".").stdout
    assert files(Path("colorized")) == there


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_have_colorizers_of_their_own(photos, painter, workers, colorize):
    result = colorize("photos", "--workers", workers)
    assert result.exit_code == 0
    assert [clone.threads for clone in painter.clones] == [1] * workers
    assert len({thread for _, _, thread in painter.painted}) <= workers


def test_a_single_photo_has_all_the_cores(photos, painter, colorize):
    assert colorize("photos/a.jpg", "--workers", 6).exit_code == 0
    assert colorize("photos/a.jpg", "photos/b.png", "--workers", 6, "--overwrite").exit_code == 0
    assert [clone.threads for clone in painter.clones] == [6, 3, 3]
    painter.threads = 6  # it is what is needed already
    assert colorize("photos/a.jpg", "--workers", 6, "--overwrite").exit_code == 0
    assert len(painter.clones) == 3 and len(painter.painted) == 4


def test_notes_are_said_once_a_kind(folder, painter, colorize):
    deep = np.arange(600, dtype=np.uint16).reshape(20, 30) * 100
    for name in "abc":
        Image.fromarray(deep).save(f"{name}.png")
    frames = [Image.new("L", (8, 8), value) for value in (0, 90)]
    frames[0].save("d.gif", save_all=True, append_images=frames[1:])
    result = colorize("a.png", "b.png", "c.png", "d.gif", "--format", "jpg")
    assert result.exit_code == 0
    assert sorted(result.stderr.splitlines()) == [
        "1 photo: holds several pictures: the first one is taken",
        "3 photos: 16-bit: the result has 8 bits a channel",
    ]


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_scans_of_16_bits_stay_so(folder, painter, colorize, kind):
    deep = np.arange(60_000, dtype=np.uint16).reshape(200, 300)
    tifffile.imwrite("a.tif", deep)
    assert colorize("a.tif", "--format", kind, "--compare").exit_code == 0
    path = Path("colorized") / f"a.{kind}"
    stored = tifffile.imread(path) if kind == "tif" else imagecodecs.imread(path)
    assert stored.dtype == np.uint16
    assert np.abs(stored @ [0.299, 0.587, 0.114] - deep).max() <= 2
    assert Path("colorized/compare/a.png").exists() or Path("colorized/compare/a.tif.png").exists()
    with Image.open(path) as image:
        assert image.mode == "RGB"


def test_depth_8_is_asked_for_and_others_are_told(folder, painter, colorize, opened):
    tifffile.imwrite("a.tif", np.arange(60_000, dtype=np.uint16).reshape(200, 300))
    assert colorize("a.tif", "--depth", 8).stderr == ""
    assert tifffile.imread("colorized/a.tif").dtype == np.uint8
    told = colorize("a.tif", "--format", "webp").stderr
    assert told == "16-bit: the result has 8 bits a channel\n"


def test_a_kind_that_keeps_another_ones_suffix(folder, painter, colorize):
    frames = [Image.new("RGB", (40, 30), value) for value in ("navy", "red")]
    frames[0].save("phone.MPO", save_all=True, append_images=frames[1:])
    assert colorize(".").exit_code == 0
    assert [path.name for path in Path("colorized").iterdir()] == ["phone.jpg"]


def test_comparison_sheets(photos, painter, colorize, files, opened):
    assert colorize("photos", "--compare").exit_code == 0
    out = Path("colorized")
    sheets = ["compare/a.jpg.png", "compare/b.png", "compare/sub/c.webp.png", "compare/sub/d.png"]
    assert [name for name in files(out) if name.startswith("compare")] == sheets
    assert opened(out / sheets[0]).width == 2 * 98 + 8  # gray | result
    sheet = np.asarray(opened(out / sheets[1]).convert("RGB"))
    gray, result, original = (sheet[24:84, left : left + 90] for left in (8, 106, 204))
    assert (gray == np.asarray(opened("photos/b.png").convert("L"))[..., None]).all()
    assert (result == np.asarray(opened(out / "b.png"))).all()
    assert (original == np.asarray(opened("photos/b.png"))).all()


def test_a_sheet_of_a_kept_result_shows_what_was_kept(photos, painter, colorize, opened):
    assert colorize("photos/b.png").exit_code == 0
    Image.new("RGB", (90, 60), (1, 2, 250)).save("colorized/b.png")
    assert colorize("photos/b.png", "--compare").exit_code == 0
    sheet = np.asarray(opened("colorized/compare/b.png").convert("RGB"))
    assert (sheet[24:84, 106:196] == [1, 2, 250]).all() and len(painter.painted) == 1


def test_raw_is_the_networks_own(photos, load, raw_painter, colorize, opened):
    load(raw_painter)
    assert colorize("photos/b.png", "--raw", "--compare").exit_code == 0
    image = opened("colorized/b.png")
    assert image.size == (32, 32) and image.getpixel((3, 3)) == (10, 200, 30)


def test_the_shipped_default_is_the_default(photos, painter, load, monkeypatch, colorize):
    loaded = load(painter)
    monkeypatch.setattr("keras_colorizer.models.presets.default", lambda: "flowers")
    assert colorize("photos/a.jpg", model=None).exit_code == 0
    assert loaded == ["flowers"]


def test_standard_input_to_standard_output(photos, painter, colorize):
    given = Path("photos/b.png").read_bytes()
    result = colorize("-", input=given)
    assert result.exit_code == 0, result.stderr
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert image.format == "PNG" and image.size == (90, 60) and image.mode == "RGB"
    assert result.stderr == "" and not Path("colorized").exists()
    for format in ("TIFF", "jpeg"):
        result = colorize("-", "--format", format, input=given)
        with Image.open(io.BytesIO(result.stdout_bytes)) as image:
            assert image.format == format.upper()


def test_memory_does_not_grow_with_the_number_of_photos(folder, painter, monkeypatch, colorize):
    alive, most = [], []
    really = reading.read

    def read(*arguments, **options):
        photo = really(*arguments, **options)
        alive.append(1)
        weakref.finalize(photo, alive.pop)
        most.append(len(alive))
        return photo

    monkeypatch.setattr(reading, "read", read)
    Path("many").mkdir()
    for number in range(40):
        Image.new("L", (8, 8), number).save(f"many/{number}.png")
    result = colorize("many", "--workers", 3)
    assert result.exit_code == 0 and "40 photos colorized" in result.stdout
    assert len(most) == 40 and max(most) <= 3
