"""Text in pictures: what fits stays whole, what does not keeps its ends."""

import pytest

from keras_colorizer.visualization import labels


def width_of(text, font):
    return max(font.getlength(line) for line in text.split("\n"))


def test_what_fits_stays_as_it_is():
    text, font = labels.fit("image_1.jpg  ΔE 4.1", 200)
    assert (text, font.size) == ("image_1.jpg  ΔE 4.1", 13)
    assert labels.fit("a\nb\tc", 200)[0] == "a b c"
    assert labels.fit("", 200)[0] == ""


@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("width", [60, 96, 128])
@pytest.mark.parametrize(
    "name",
    ["autoencoder (raw)", "chroma_unet_mobile-large-v3 (runs/2024-11-05)", "x" * 500, "ж " * 90],
)
def test_no_line_is_wider_than_its_room(name, width, lines):
    text, font = labels.fit(name, width, lines)
    assert width_of(text, font) <= width
    assert text.count("\n") < lines
    shown = text.replace("\n", "").replace(" ", "")
    if "…" in shown:
        first, last = shown.split("…")
        assert font.size == 9
        assert name.replace(" ", "").startswith(first)
        assert name.replace(" ", "").endswith(last)
    else:
        assert shown == name.replace(" ", "")


def test_wrapping_comes_before_shrinking():
    text, font = labels.fit("autoencoder (raw)", 96)
    assert (text, font.size) == ("autoencoder\n(raw)", 13)
    assert labels.fit("autoencoder (raw)", 96, lines=1)[1].size < 13


def test_no_room_at_all():
    assert labels.fit("autoencoder", 3)[0] == "…"


def test_the_font_has_what_captions_need():
    missing = bytes(labels.font().getmask("\U0010ffff"))
    for sign in "Δ…°–ж":
        assert bytes(labels.font().getmask(sign)) != missing
