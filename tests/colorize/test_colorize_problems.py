"""What the colorize command says when something is wrong, and what it leaves alone then."""

import json
from pathlib import Path

import pytest
from PIL import Image


@pytest.mark.parametrize(
    "option", [["--blend", 1.1], ["--saturation", -1], ["--quality", 0], ["--workers", 0]]
)
def test_options_out_of_range_are_met_by_click(photos, option, colorize):
    result = colorize("photos", *option)
    assert result.exit_code == 2 and f"'{option[0]}'" in result.output


def test_bad_photos_are_named_and_the_rest_goes_on(photos, painter, colorize, files):
    Path("photos/empty.jpg").touch()
    Path("photos/text.png").write_text("no photo at all")
    whole = Path("photos/a.jpg").read_bytes()
    Path("photos/cut.jpg").write_bytes(whole[: len(whole) // 2])
    result = colorize("photos", "missing.jpg", "none/*.jpg")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[-1] == "Error: 5 of 9 photos failed"
    for name in ("photos/empty.jpg", "photos/text.png", "photos/cut.jpg", "missing.jpg", "none/*"):
        assert sum(line.startswith(name) for line in lines) == 1
    assert len(lines) == 6
    assert files(Path("colorized")) == ["a.jpg", "b.png", "sub/c.webp", "sub/d.png"]


def test_one_bad_photo_alone_is_one_line(folder, painter, colorize):
    Path("empty.jpg").touch()
    result = colorize("empty.jpg")
    assert result.exit_code == 1 and result.output.splitlines() == [
        "Error: empty.jpg: empty, zero bytes; copy or download it again"
    ]
    result = colorize("missing.jpg")
    assert result.output.splitlines() == ["Error: missing.jpg: no such file or folder"]
    assert not Path("colorized").exists()


def test_what_a_name_holds_does_not_reach_the_terminal(folder, painter, colorize):
    Path("a\x1b[31m\nb.jpg").touch()
    Path("c.jpg").touch()
    result = colorize("a\x1b[31m\nb.jpg", "c.jpg")
    assert result.exit_code == 1 and "\x1b" not in result.output
    assert len(result.stderr.splitlines()) == 3


@pytest.mark.parametrize("option", [["--blend", 0.5], ["--saturation", 2]])
def test_raw_has_no_controls(photos, painter, option, colorize):
    result = colorize("photos", "--raw", *option)
    assert result.exit_code == 1 and "leave out --saturation and --blend" in result.output


def test_raw_of_a_chroma_model_is_refused(photos, painter, colorize):
    result = colorize("photos", "--raw")
    assert result.exit_code == 1 and not Path("colorized").exists()
    assert result.output.splitlines() == [
        "Error: --raw: model 'one-colour' predicts chroma only; leave it out"
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["photos", "--out", "photos"], "would take its place; give another --out"),
        (["photos/b.png", "other/b.png"], "photos/b.png and other/b.png would both become"),
        (["photos", "--out", "photos/a.jpg"], "photos/a.jpg"),
        (["photos", "--out", "photos/a.jpg/out"], "no folder that can be written to"),
        ([], "Missing argument"),
        (["photos", "--format", "gif"], "'gif' is not one of"),
        (["photos", "--overwrit"], "--overwrite"),
    ],
)
def test_what_makes_all_of_it_pointless_is_said_before_any_work(
    photos, painter, arguments, told, colorize, files
):
    Path("other").mkdir()
    Image.new("L", (4, 4)).save("other/b.png")
    there = files(photos.parent)
    result = colorize(*arguments)
    assert result.exit_code != 0 and told in result.output.splitlines()[-1]
    assert result.output.count("Error") == 1
    assert painter.painted == [] and files(photos.parent) == there


def test_without_a_shipped_model_one_must_be_given(photos, monkeypatch, colorize):
    monkeypatch.setattr("keras_colorizer.models.presets.FOLDERS", ())
    result = colorize("photos", model=None)
    assert result.exit_code == 1 and len(result.output.splitlines()) == 1
    assert (
        "--model is not given: no model is shipped" in result.output
        and not Path("colorized").exists()
    )


@pytest.mark.parametrize(
    ("arguments", "given", "told"),
    [
        (["-"], b"", "standard input: empty, zero bytes"),
        (["-"], b"no photo", "standard input: it is text"),
        (["-", "photos"], b"", "give it alone"),
        (["-", "--out", "x"], b"", "--out"),
        (["-", "--compare"], b"", "--compare"),
    ],
)
def test_standard_input_that_is_no_photo_writes_nothing(
    photos, painter, arguments, given, told, colorize
):
    result = colorize(*arguments, input=given)
    assert result.exit_code == 1 and result.stdout_bytes == b""
    assert len(result.stderr.splitlines()) == 1 and told in result.stderr


def test_a_full_disk_ends_it_all(photos, painter, monkeypatch, colorize):
    def write(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("keras_colorizer.images.writing.write", write)
    result = colorize("photos", "--workers", 1)
    assert result.exit_code == 1 and len(painter.painted) < 4
    assert "No space left on device" in result.stderr.splitlines()[-1]
    assert result.stderr.count("No space") == 1


def test_what_nobody_foresaw_is_one_line_a_photo(photos, painter, monkeypatch, colorize):
    def paint(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(type(painter), "paint", paint)
    result = colorize("photos")
    assert result.exit_code == 1
    assert sorted(result.stderr.splitlines())[1:] == [
        f"photos/{name}: unexpected: ZeroDivisionError: division by zero"
        for name in ("a.jpg", "b.png", "sub/c.webp", "sub/d.gif")
    ]


def test_json_is_no_photo_in_a_folder(folder, painter, colorize):
    Path("photos").mkdir()
    Path("photos/card.json").write_text(json.dumps({}))
    result = colorize("photos")
    assert result.exit_code == 1
    assert "photos: no image files in it or below; there may be jpg" in result.output
