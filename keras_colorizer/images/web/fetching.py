"""Photos from http and https links, fetched with every redirect checked and every size bounded."""

import dataclasses
import http.client
import ssl
import threading
import time
import urllib.parse

from keras_colorizer.errors import UserError
from keras_colorizer.images.web import addresses, links

_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 16
_HEADERS = {
    "User-Agent": "keras-colorizer (colorizes single photos for a person)",
    "Accept": "image/*,*/*;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a link may cost: bytes of its content, seconds without a byte and in all, redirects."""

    size: int = 100_000_000
    silence: float = 10.0
    total: float = 120.0
    redirects: int = 5


LIMITS = Limits()


class Stopped(Exception):
    """The fetch was given up because the caller asked for it."""


def fetch(link: str, allow_private: bool = False, limits: Limits | None = None, stop=None) -> bytes:
    r"""The content behind a link, whatever it is.

    Args:
        link: an http or https URL.
        allow_private: also from hosts that are not on the public internet.
        limits: `Limits`; by default ``LIMITS``.
        stop: a ``threading.Event`` that ends the wait, or None.

    Raises:
        UserError: the link cannot be fetched within the limits, or leads where it may not.
        Stopped: ``stop`` was set first.
    """
    limits = limits or LIMITS
    job = _Fetch(link, allow_private, limits)
    # A thread, because looking up a name takes its own time, and a header may drip for ever.
    threading.Thread(target=job.run, daemon=True).start()
    while not job.done.wait(0.05 if stop else limits.total):
        if job.is_late() or (stop and stop.is_set()):
            break
    if job.done.is_set():
        if job.error:
            raise job.error
        return job.content
    job.abandon()
    if stop and stop.is_set():
        raise Stopped
    raise UserError(f"{link}: took longer than {limits.total:g} s; download it by other means")


class _Fetch:
    def __init__(self, link, allow_private, limits):
        self.link, self._allow_private, self._limits = link, allow_private, limits
        self._end = time.monotonic() + limits.total
        self._connection = None
        self.done, self.content, self.error = threading.Event(), b"", None

    def is_late(self):
        return time.monotonic() >= self._end

    def abandon(self):
        """Ends the thread at its next byte; nobody waits for it."""
        self._end = 0.0
        if self._connection is not None:
            self._connection.hang_up()

    def run(self):
        try:
            self.content = self._follow()
        except UserError as error:
            self.error = UserError(f"{self.link}: {error.message}")
        except TimeoutError:
            limit = self._limits.silence
            self.error = UserError(f"{self.link}: the server was silent for {limit:g} s")
        except ssl.SSLError as error:
            self.error = UserError(f"{self.link}: no secure connection ({_reason(error)})")
        except http.client.HTTPException as error:
            self.error = UserError(f"{self.link}: no answer by HTTP ({_reason(error)})")
        except OSError as error:
            self.error = UserError(f"{self.link}: cannot be reached ({_reason(error)})")
        except Exception as error:  # whatever else: it must not be lost with this thread
            self.error = UserError(f"{self.link}: cannot be fetched ({_reason(error)})")
        finally:
            self.done.set()

    def _follow(self):
        link = self.link
        for _ in range(self._limits.redirects + 1):
            connection, path = self._connect(link)
            try:
                connection.request("GET", path, headers=_HEADERS)
                answer = connection.getresponse()
                if answer.status == 200:
                    return self._read(answer)
                if answer.status not in _REDIRECTS or not answer.getheader("Location"):
                    told = http.client.responses.get(answer.status, "")
                    raise UserError(f"the server answers {answer.status} {told}")
                link = urllib.parse.urljoin(link, answer.getheader("Location"))
            finally:
                connection.close()
        raise UserError(f"redirected more than {self._limits.redirects} times")

    def _connect(self, link):
        """A connection to the checked host of ``link``, and what to ask it for."""
        to = "" if link == self.link else f"redirected to {link}: "
        if not links.is_link(link):
            raise UserError(f"{to}only http and https links are followed")
        try:
            parts = urllib.parse.urlsplit(link)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise UserError(f"{to}no valid link ({error})") from error
        if not host or parts.username is not None or port == 0:
            raise UserError(f"{to}no valid link; it must be like https://example.org/photo.jpg")
        secure = parts.scheme.lower() == "https"
        port = port or (443 if secure else 80)
        try:
            places = addresses.look_up(host, port, self._allow_private)
        except UserError as error:
            raise UserError(f"{to}{error.message}") from error
        kind = addresses.SecureConnection if secure else addresses.Connection
        self._connection = kind(host, port, places, self._limits.silence)
        # What browsers do with a space or an umlaut; what is quoted already stays as it is.
        path = urllib.parse.quote(parts.path or "/", safe="%/:=&~+!$,;'@()*[]")
        query = urllib.parse.quote(parts.query, safe="%/:=&?~+!$,;'@()*[]")
        return self._connection, path + (f"?{query}" if query else "")

    def _read(self, answer):
        limit, length = self._limits.size, answer.length  # None where it is not told
        too_large = f"larger than {limit / 1e6:g} MB; download it by other means"
        if answer.getheader("Content-Encoding", "identity").lower() != "identity":
            raise UserError("the server sends it compressed, which it was asked not to")
        if length is not None and length > limit:
            raise UserError(too_large)
        content = bytearray()
        while (length is None or len(content) < length) and not self.is_late():
            chunk = answer.read1(_CHUNK)
            if not chunk:
                break
            content += chunk
            if len(content) > limit:
                raise UserError(too_large)
        if length is not None and len(content) < length:
            raise UserError(f"the server ended after {len(content):,} of {length:,} bytes")
        return bytes(content)


def _reason(error):
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
