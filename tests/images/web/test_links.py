"""What a link tells by itself."""

import pytest

from keras_colorizer.images.web import links


@pytest.mark.parametrize("text", ["http://example.org/a.jpg", "HTTPS://example.org"])
def test_links(text):
    assert links.is_link(text)


@pytest.mark.parametrize("text", ["ftp://example.org/a.jpg", "file:///a.jpg", "https.jpg", "C:/a"])
def test_no_links(text):
    assert not links.is_link(text)


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://example.org/photos/rose.jpg?size=2#top", "rose.jpg"),
        ("https://example.org/a%20b%C3%BC.png", "a bü.png"),
        ("https://example.org/..%2F..%2Fetc%2Fpasswd", "_.._etc_passwd"),
        ("https://example.org/%2e%2e", "photo"),
        ("https://example.org/c:%5Cboot.ini", "c__boot.ini"),
        ("https://example.org/a%00b%1B[2J.jpg", "a_b_[2J.jpg"),
        ("https://example.org/CON.jpg", "_CON.jpg"),
        ("https://example.org/.bashrc", "bashrc"),
        ("https://example.org/", "example.org"),
        ("https://example.org", "example.org"),
        ("https://example.org/" + "a" * 300 + ".jpeg", "a" * 112 + ".jpeg"),
        ("https://example.org/%ff.jpg", "\ufffd.jpg"),
    ],
)
def test_names_of_files_from_links_are_harmless(link, name):
    assert links.file_name(link) == name
