"""Which addresses links may lead to, and that the address checked is the one connected to."""

import socket

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.images.web import addresses


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820::1"])
def test_hosts_of_the_internet_are_public(address):
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254",
        "0.0.0.0", "0.1.2.3", "100.64.0.1", "192.0.2.7", "198.18.0.1", "224.0.0.1", "239.1.2.3",
        "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::c0a8:101", "64:ff9b:1::1", "2002:7f00:1::",
        "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1",
    ],
)  # fmt: skip
def test_others_are_not(address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", ["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"])
def test_what_carries_a_public_address_is_public(address):
    assert addresses.is_public(address)


def answering(*found):
    """A getaddrinfo that knows every name, with these addresses."""

    def look_up(host, port, *_, **__):
        kinds = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in found]
        places = [(a, port, 0, 0) if ":" in a else (a, port) for a in found]
        return [
            (k, socket.SOCK_STREAM, 6, "", place) for k, place in zip(kinds, places, strict=True)
        ]

    return look_up


@pytest.mark.parametrize("found", [["10.0.0.8"], ["8.8.8.8", "::1"], ["::ffff:192.168.0.1"]])
def test_a_name_with_a_private_address_is_refused(monkeypatch, found):
    monkeypatch.setattr(socket, "getaddrinfo", answering(*found))
    with pytest.raises(UserError, match="host photos.example .* is not on the public internet"):
        addresses.look_up("photos.example", 80, allow_private=False)
    assert len(addresses.look_up("photos.example", 80, allow_private=True)) == len(found)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost"])
def test_loopback_is_refused_in_any_notation(host, monkeypatch):
    monkeypatch.undo()  # the system's own look-up; it needs no network for these
    with pytest.raises(UserError, match="is not on the public internet"):
        addresses.look_up(host, 80, allow_private=False)


def test_an_unknown_name_is_one_line():
    with pytest.raises(UserError, match="host no-such-host.example is not known"):
        addresses.look_up("no-such-host.example", 80, allow_private=False)


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "a..example"])
def test_a_name_that_cannot_be_one_is_one_line(host):
    with pytest.raises(UserError, match="is not known"):
        addresses.look_up(host, 80, allow_private=False)


def test_a_connection_goes_to_the_checked_addresses_in_turn(monkeypatch):
    tried = []

    def connect(family, place, seconds):
        tried.append(place)
        if len(tried) == 1:
            raise ConnectionRefusedError
        return "a socket"

    monkeypatch.setattr(addresses, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", None)  # no second look-up
    places = [(socket.AF_INET, ("8.8.8.8", 80)), (socket.AF_INET, ("8.8.4.4", 80))]
    connection = addresses.Connection("photos.example", 80, places, seconds=1)
    connection.connect()
    assert tried == [("8.8.8.8", 80), ("8.8.4.4", 80)] and connection.sock == "a socket"


def test_no_address_that_answers_is_an_error(monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        places = [(socket.AF_INET, unused.getsockname())]
        connection = addresses.Connection("photos.example", 80, places, seconds=1)
        with pytest.raises(ConnectionRefusedError):
            connection.connect()
