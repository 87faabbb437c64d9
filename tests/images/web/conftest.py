"""A server on this machine that does everything a server should not."""

import http.server
import threading
import time

import pytest

from keras_colorizer.images.web import fetching

LIMITS = fetching.Limits(size=100_000, silence=0.4, total=1.5)
PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 200


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the path that is asked for."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Host"]))
        path = self.path.partition("?")[0].split("/")[1]
        getattr(self, f"_{path}", lambda: self.send_error(404))()

    def log_message(self, *_):
        pass

    def _start(self, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def _photo(self):
        self._start(Content_Length=len(PHOTO))
        self.wfile.write(PHOTO)

    def _unsized(self):
        self._start()
        self.wfile.write(PHOTO)

    def _chunked(self):
        self.protocol_version = "HTTP/1.1"
        self._start(Transfer_Encoding="chunked")
        for part in (PHOTO[:1000], PHOTO[1000:], b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def _stays_open(self):
        self._photo()
        time.sleep(1)  # longer than silence is borne

    def _large(self):
        self._start(Content_Length=100_001)
        self.server.release.wait(5)  # whoever waits for the content is too late

    def _large_unsized(self):
        self._start()
        for _ in range(1000):
            self.wfile.write(bytes(1000))

    def _cut(self):
        self._start(Content_Length=1000)
        self.wfile.write(bytes(10))

    def _silent(self):
        self.server.release.wait(5)

    def _silent_inside(self):
        self._start(Content_Length=1000)
        self.wfile.write(bytes(10))
        self.server.release.wait(5)

    def _drip(self):
        self._start(Content_Length=1000)
        while not self.server.release.wait(0.1):
            self.wfile.write(b"x")

    def _drip_header(self):
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while not self.server.release.wait(0.1):
            self.wfile.write(b"X: ")

    def _compressed(self):
        self._start(Content_Encoding="gzip")

    def _loop(self):
        self._start(302, Location="/loop")

    def _moved(self):
        self._start(301, Location="photo?again=1")

    def _nowhere(self):
        self._start(302)

    def _to(self):
        self._start(307, Location=self.server.to)

    def _garbage(self):
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n")


class Server(http.server.ThreadingHTTPServer):
    """On loopback; forgets the errors of clients that hang up."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.to, self.release = [], "", threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.release.set()
        server.shutdown()


@pytest.fixture
def photo():
    """The bytes that the server sends as a photo."""
    return PHOTO


@pytest.fixture
def fetch():
    """Fetches with small limits, from this machine too unless told otherwise."""

    def fetch(link, **options):
        return fetching.fetch(link, **{"allow_private": True, "limits": LIMITS} | options)

    return fetch
