"""Fetching links: what comes back, and every way in which a server can fail to send it."""

import socket
import threading
import time

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.images.web import fetching


@pytest.mark.parametrize(
    "path", ["photo", "photo?size=3&name=a%20b", "unsized", "chunked", "moved", "stays_open"]
)
def test_a_photo_is_fetched(server, path, fetch, photo):
    assert fetch(f"{server.url}/{path}") == photo


def test_a_path_is_asked_for_as_browsers_do(server, fetch, photo):
    assert fetch(f"{server.url}/photo/a b/ü%20é?q=ä b#part") == photo
    path, host = server.asked[0]
    assert path == "/photo/a%20b/%C3%BC%20%C3%A9?q=%C3%A4%20b"
    assert host == server.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("none", "the server answers 404 Not Found"),
        ("large", "larger than 0.1 MB"),
        ("large_unsized", "larger than 0.1 MB"),
        ("cut", "the server ended after 10 of 1,000 bytes"),
        ("silent", "silent for 0.4 s"),
        ("silent_inside", "silent for 0.4 s"),
        ("drip", "took longer than 1.5 s"),
        ("drip_header", "took longer than 1.5 s"),
        ("compressed", "compressed"),
        ("loop", "redirected more than 5 times"),
        ("nowhere", "the server answers 302"),
        ("garbage", "no answer by HTTP"),
    ],
)
def test_what_a_server_may_not_do_is_one_line(server, path, told, fetch):
    started = time.monotonic()
    with pytest.raises(UserError) as error:
        fetch(f"{server.url}/{path}")
    assert error.value.message.startswith(f"{server.url}/{path}: ") and told in error.value.message
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "to", ["ftp://127.0.0.1/a.jpg", "file:///etc/passwd", "data:image/png;base64,AAAA", "FILE:/a"]
)
def test_a_redirect_to_another_scheme_is_not_followed(server, to, fetch):
    server.to = to
    with pytest.raises(UserError, match="only http and https links are followed") as error:
        fetch(f"{server.url}/to")
    assert f"redirected to {to}" in error.value.message


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("ftp://example.org/a.jpg", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("http://", "no valid link"),
        ("http://user:secret@127.0.0.1/", "no valid link"),
        ("http://127.0.0.1:99999/", "no valid link"),
        ("http://127.0.0.1:0/", "no valid link"),
        ("http://[::1/", "no valid link"),
        ("http://no-such-host.example/a.jpg", "is not known"),
    ],
)
def test_links_that_are_none_are_one_line(link, told, fetch):
    with pytest.raises(UserError, match=told):
        fetch(link)


def test_a_slow_look_up_ends_too(monkeypatch, fetch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(5))
    with pytest.raises(UserError, match="took longer than 0.2 s"):
        fetch("http://photos.example/", limits=fetching.Limits(total=0.2))


def test_a_fetch_stops_when_asked(server, fetch):
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    with pytest.raises(fetching.Stopped):
        fetch(f"{server.url}/drip", limits=fetching.Limits(), stop=stop)
    assert time.monotonic() - started < 1.5
