"""Fetching links: never from where it may not, never from another than was checked."""

import shutil
import socket
import ssl
import subprocess

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.images.web import addresses


def test_this_machine_is_refused_unless_allowed(server, fetch):
    with pytest.raises(UserError, match="`allow_private_hosts=True`"):
        fetch(f"{server.url}/photo", allow_private=False)
    assert server.asked == []


@pytest.fixture
def internet(server, monkeypatch):
    """Names of a public host that lead, by way of public addresses, to the server here.

    Gives the list of all addresses connected to, and a dict of names to the addresses that each
    look-up gives in turn.
    """
    connected, names = [], {"photos.example": ["8.8.8.8"]}
    really = addresses.connect

    def look_up(host, port, *_, **__):
        found = names.get(host, [host])
        address = found.pop(0) if len(found) > 1 else found[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(family, place, seconds):
        connected.append(place[0])
        return really(family, ("127.0.0.1", place[1]), seconds)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(addresses, "connect", connect)
    return connected, names


def test_a_public_host_is_fetched_from(server, internet, fetch, photo):
    link = f"http://photos.example:{server.server_port}/moved"
    assert fetch(link, allow_private=False) == photo
    assert internet[0] == ["8.8.8.8", "8.8.8.8"]
    assert {host for _, host in server.asked} == {f"photos.example:{server.server_port}"}


@pytest.mark.parametrize("to", ["127.0.0.1", "169.254.169.254", "intern.example", "[::1]"])
def test_a_redirect_to_a_private_host_is_refused(server, internet, to, fetch):
    connected, names = internet
    names["intern.example"] = ["10.1.2.3"]
    server.to = f"http://{to}:{server.server_port}/photo"
    with pytest.raises(UserError, match="is not on the public internet") as error:
        fetch(f"http://photos.example:{server.server_port}/to", allow_private=False)
    assert f"redirected to {server.to}" in error.value.message
    assert connected == ["8.8.8.8"]


def test_the_address_checked_is_the_address_connected_to(server, internet, fetch, photo):
    connected, names = internet
    names["photos.example"] = ["8.8.8.8", "127.0.0.1"]  # rebinding: public once, then not
    assert fetch(f"http://photos.example:{server.server_port}/photo", allow_private=False) == photo
    assert connected == ["8.8.8.8"]
    with pytest.raises(UserError, match="is not on the public internet"):
        fetch(f"http://photos.example:{server.server_port}/photo", allow_private=False)


def test_no_proxy_comes_in_between(server, internet, monkeypatch, fetch, photo):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch(f"http://photos.example:{server.server_port}/photo", allow_private=False) == photo


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Files of a key and a certificate for photos.example, made here: none stands in the tests."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    command += " -subj /CN=photos.example -addext subjectAltName=DNS:photos.example"
    command = [*command.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate


@pytest.fixture
def secure(server, internet, certificate, monkeypatch):
    """The server behind TLS; its certificate is trusted."""
    key, certificate = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    internet[1]["other.example"] = ["8.8.4.4"]
    return server


def test_a_secure_link_is_fetched(secure, fetch, photo):
    link = f"https://photos.example:{secure.server_port}/photo"
    assert fetch(link, allow_private=False) == photo


def test_a_certificate_for_another_name_is_refused(secure, fetch):
    link = f"https://other.example:{secure.server_port}/photo"
    with pytest.raises(UserError, match="no secure connection .*Hostname mismatch"):
        fetch(link, allow_private=False)
    assert secure.asked == []


def test_a_certificate_of_nobody_is_refused(secure, monkeypatch, fetch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UserError, match="no secure connection"):
        fetch(f"https://photos.example:{secure.server_port}/photo", allow_private=False)
    assert secure.asked == []


def test_a_secure_fetch_ends_in_time_too(secure, fetch):
    with pytest.raises(UserError, match="took longer than 1.5 s"):
        fetch(f"https://photos.example:{secure.server_port}/drip", allow_private=False)


def test_a_host_without_tls_is_one_line(server, fetch):
    with pytest.raises(UserError, match="no secure connection"):
        fetch(server.url.replace("http", "https") + "/photo")
