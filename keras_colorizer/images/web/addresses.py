"""Which addresses of a host a link may lead to, and connections to just those addresses."""

import contextlib
import http.client
import ipaddress
import socket
import ssl

from keras_colorizer.errors import UserError

# Addresses that carry an IPv4 address, by the number of bits below it.
_CARRIERS = {"::ffff:0:0/96": 0, "::/96": 0, "64:ff9b::/96": 0, "2002::/16": 80}
_CARRIERS = {ipaddress.IPv6Network(text): shift for text, shift in _CARRIERS.items()}
_TEREDO = ipaddress.IPv6Network("2001::/32")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's, of one host.

    Private, shared, loopback, link-local, multicast, reserved and unspecified addresses are not,
    nor is an IPv6 address that carries such an IPv4 address (mapped, compatible, NAT64, 6to4), nor
    Teredo. Source: the IANA special-purpose registries, as ``ipaddress`` has them.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if found.version == 6:
        if found in _TEREDO or found.is_site_local:
            return False
        for network, shift in _CARRIERS.items():
            if found in network:
                return is_public(str(ipaddress.IPv4Address(int(found) >> shift & 0xFFFFFFFF)))
    refused = found.is_multicast or found.is_reserved or found.is_unspecified
    return found.is_global and not refused


def look_up(host: str, port: int, allow_private: bool) -> list[tuple]:
    """Where ``host`` can be connected to: the checked results of one look-up of its name.

    Args:
        host: a name, or an address in any notation that the system takes.
        port: 1..65535.
        allow_private: also hosts that are not the internet's.

    Returns:
        A list of (family, socket address) for ``connect``.

    Raises:
        UserError: the name is unknown, or one of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"host {host} is not known ({reason})") from error
    places = [(family, place) for family, _, _, _, place in found]
    private = [place[0] for _, place in places if not allow_private and not is_public(place[0])]
    if private:
        told = "" if private[0] == host else f" ({private[0]})"
        raise UserError(
            f"host {host}{told} is not on the public internet; `allow_private_hosts=True` allows it"
        )
    return places


def connect(family: int, place: tuple, seconds: float) -> socket.socket:
    """A TCP connection to a checked address; each later read may take ``seconds`` as well."""
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.settimeout(seconds)
        found.connect(place)
    except BaseException:
        found.close()
        raise
    return found


def _connect_to_any(places, seconds):
    for index, (family, place) in enumerate(places):
        try:
            return connect(family, place, seconds)
        except OSError:
            if index == len(places) - 1:
                raise
    raise OSError("no address")


class Connection(http.client.HTTPConnection):
    """HTTP to addresses that were looked up and checked before: no second look-up, no proxy."""

    def __init__(self, host, port, places, seconds):
        super().__init__(host, port, timeout=seconds)
        self._places = places
        self._opened = None

    def connect(self):
        """Connects to the first of the checked addresses that answers."""
        self.sock = self._opened = _connect_to_any(self._places, self.timeout)

    def hang_up(self):
        """Ends what another thread is reading from here."""
        if self._opened is not None:
            with contextlib.suppress(OSError):  # it is over already
                self._opened.shutdown(socket.SHUT_RDWR)


class SecureConnection(Connection):
    """As ``Connection``, over TLS: the certificate must be the host name's."""

    default_port = http.client.HTTPS_PORT

    def connect(self):
        """Connects to a checked address; raises ssl.SSLError if it is not the host's."""
        super().connect()
        try:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
            self._opened = self.sock
        except BaseException:
            self.close()
            raise
