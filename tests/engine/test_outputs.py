"""Where results go, and what is refused before any work."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from keras_colorizer.engine import inputs, outputs
from keras_colorizer.errors import UserError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names, format=None):
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(name, format=format)


def plan(arguments, out="out", format=None, overwrite=False, compare=False):
    found, problems = inputs.find(arguments)
    assert problems == []
    return outputs.Targets(Path(out), format, overwrite, compare).plan(found)


def results(planned):
    return [places.result.as_posix() for places in planned.values()]


def test_a_result_has_the_photos_name_and_place(folder):
    make("photos/a.jpg", "photos/sub/b.png", "photos/sub/c.d.tiff", "photos/e.webp")
    assert results(plan(["photos"])) == [
        "out/a.jpg", "out/e.webp", "out/sub/b.png", "out/sub/c.d.tiff",
    ]  # fmt: skip
    assert results(plan(["photos/sub/b.png"])) == ["out/b.png"]


def test_a_suffix_stays_if_it_is_the_formats(folder):
    make("a.JPG", "b.jpeg", "c.jfif", "d.TIFF", format="JPEG")
    make("e.tif", "f.gif")
    arguments = ["a.JPG", "b.jpeg", "c.jfif", "d.TIFF", "e.tif", "f.gif"]
    expected = ["a.JPG", "b.jpeg", "c.jfif", "d.jpg", "e.tif", "f.png"]
    assert results(plan(arguments)) == [f"out/{name}" for name in expected]
    expected = ["a.jpg", "b.jpg", "c.jpg", "d.TIFF", "e.tif", "f.tif"]
    expected = [name.replace(".jpg", ".tif") for name in expected]
    assert results(plan(arguments, format="TIFF")) == [f"out/{name}" for name in expected]


def test_what_the_name_does_not_tell_is_left_to_reading(folder):
    Path("broken.jpg").write_text("no photo")
    link = "https://example.org/photo"
    planned = plan(["broken.jpg", link])
    assert list(planned.values()) == [None, None]
    planned = plan([link], format="WEBP")
    assert results(planned) == ["out/photo.webp"]


def test_a_claim_tells_what_reading_told(folder):
    found, _ = inputs.find(["https://example.org/photo.jpg", "https://example.org/other"])
    these = outputs.Targets(Path("out"), None, False, True)
    these.plan(found)
    places = these.claim(found[0], "WEBP")
    assert (places.result, places.sheet) == (
        Path("out/photo.webp"), Path("out/compare/photo.webp.png")
    )  # fmt: skip
    assert these.claim(found[0], "WEBP") == places  # again by the same photo
    assert these.claim(found[1], "GIF").result == Path("out/other.png")


def test_two_photos_with_one_place_are_refused_by_name(folder):
    make("one/a.jpg", "two/a.jpg", "two/b.gif", "two/b.png")
    with pytest.raises(UserError) as error:
        plan(["one/a.jpg", "two/a.jpg"])
    assert error.value.message.startswith("one/a.jpg and two/a.jpg would both become out/a.jpg;")
    with pytest.raises(UserError, match="two/b.gif and two/b.png would both become out/b.png"):
        plan(["two"])
    with pytest.raises(UserError, match="would both become out/a.jpg"):
        plan(["one", "two/a.jpg"], overwrite=True)
    with pytest.raises(UserError, match="example.com/a.jpg would both become"):
        plan(["https://example.org/a.jpg", "https://example.com/a.jpg"])
    with pytest.raises(UserError, match="two/b.gif and two/b.png would both become out/b.webp"):
        plan(["two/b.gif", "two/b.png"], format="WEBP")
    assert not Path("out").exists()


def test_links_that_turn_out_to_have_one_place_are_refused(folder):
    found, _ = inputs.find(["https://example.org/a.jpg", "https://example.org/a"])
    these = outputs.Targets(Path("out"), None, False, False)
    these.plan(found)
    these.claim(found[0], "PNG")
    with pytest.raises(UserError, match="would both become out/a.png"):
        these.claim(found[1], "PNG")


def test_of_many_claims_at_once_one_gets_the_place(folder):
    found, _ = inputs.find([f"https://example.org/{'x/' * n}a" for n in range(20)])
    these = outputs.Targets(Path("out"), None, False, False)

    def claim(one):
        try:
            return these.claim(one, "PNG")
        except UserError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sum(places is not None for places in pool.map(claim, found)) == 1


@pytest.mark.parametrize("out", ["photos", "photos/sub/..", "linked"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_photo_is_never_the_place_of_a_result(folder, out, overwrite):
    make("photos/a.jpg", "photos/sub/b.jpg")
    (folder / "linked").symlink_to("photos", target_is_directory=True)
    with pytest.raises(UserError, match="photos/a.jpg: the result of photos/a.jpg would take its"):
        plan(["photos"], out=out, overwrite=overwrite)


def test_nor_another_photos(folder):
    make("photos/a.jpg", "out/a.jpg")
    with pytest.raises(UserError, match="would take its place; give another --out"):
        plan(["photos/a.jpg", "out/a.jpg"], overwrite=True)
    # Through a link in the photos' folder: what is written over is what it leads to.
    Path("photos/c.jpg").symlink_to(folder / "out" / "a.jpg")
    Path("photos/c.jpg").rename("photos/a.jpg")
    with pytest.raises(UserError, match="photos/a.jpg: the result of photos/a.jpg would take its"):
        plan(["photos"], overwrite=True)


def test_what_is_there_is_kept(folder):
    make("photos/a.jpg", "photos/b.jpg", "out/a.jpg")
    kept, new = plan(["photos"]).values()
    assert kept.is_done and not new.keep and not new.is_done
    assert not any(places.keep for places in plan(["photos"], overwrite=True).values())
    make("out/photo.jpg")
    link = "https://example.org/photo.jpg"
    assert plan([link])[inputs.find([link])[0][0]].is_done  # nothing is fetched to know that


def test_sheets_have_places_of_their_own(folder):
    make("photos/a.jpg", "photos/a.png", "photos/sub/b.tif")
    planned = plan(["photos"], compare=True)
    assert [places.sheet.as_posix() for places in planned.values()] == [
        "out/compare/a.jpg.png", "out/compare/a.png", "out/compare/sub/b.tif.png",
    ]  # fmt: skip
    make("photos/compare/a.png")
    with pytest.raises(UserError, match="would both become out/compare/a.png"):
        plan(["photos"], compare=True)
    assert len(plan(["photos"])) == 4


def test_a_missing_sheet_is_made_and_the_result_kept(folder):
    make("a.jpg", "b.jpg", "out/a.jpg", "out/b.jpg", "out/compare/b.jpg.png")
    first, second = plan(["a.jpg", "b.jpg"], compare=True).values()
    assert first.keep and first.sheet and not first.is_done
    assert second.is_done


def test_a_folder_in_the_way_is_said(folder):
    make("a.jpg")
    Path("out/a.jpg").mkdir(parents=True)
    with pytest.raises(UserError, match="a.jpg: a folder stands where its result goes, out/a.jpg"):
        plan(["a.jpg"])
