"""README's first picture: its rows, and whom it credits."""

import show_photos
from PIL import Image
from skimage import data


def test_old_photos_stand_in_pairs_and_everyday_ones_beside_their_truth():
    photos = [Image.fromarray(x) for x in (data.coffee(), data.chelsea())]
    red = Image.new("RGB", (10, 10), "red")
    drawn = show_photos.sheet(lambda gray: red.resize(gray.size), photos, photos)
    assert drawn.width == show_photos.WIDTH
    heights = [show_photos.row([p, p] * 2, drawn.width).height for p in photos]
    assert drawn.height > sum(heights) / 2
    first = drawn.getpixel((10, 10))
    assert first[0] == first[1] == first[2]  # gray comes first
    assert drawn.getpixel((drawn.width - 10, 10)) == (255, 0, 0)
    below = drawn.getpixel((drawn.width - 10, drawn.height - 10))
    assert below != (255, 0, 0)  # the truth comes last


def test_photographers_and_items_are_named():
    shared = {"photographer": "Carl Mydans", "date": "1936"}
    items = [
        {"id": name, "title": f"T {name}", "locUrl": f"https://loc/{name}", **shared}
        for name in show_photos.OLD
    ]
    fsa = {"photos": items, "creditLine": "Library"}
    everyday = [{"file": f"{n}.avif", "author": f"A{n}", "url": f"https://f/{n}"}
                for n in show_photos.EVERYDAY]  # fmt: skip
    told = show_photos.credits_of(fsa, everyday)
    for name in show_photos.OLD:
        assert f"[T {name}](https://loc/{name}), Carl Mydans, 1936" in told
    for name in show_photos.EVERYDAY:
        assert f"[A{name}](https://f/{name})" in told
    assert "public domain" in told and told.endswith("CC BY 2.0.)")
