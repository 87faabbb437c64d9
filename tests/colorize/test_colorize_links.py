"""Links on the command line, from a server on this machine."""

import http.server
import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.images.web import fetching


class Handler(http.server.BaseHTTPRequestHandler):
    """Sends what the server holds under the path's last part."""

    def do_GET(self):
        self.server.asked.append(self.path)
        name = self.path.partition("?")[0].rpartition("/")[2]
        if name not in self.server.holds:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.holds[name])

    def log_message(self, *_):
        pass


def encoded(format):
    noise = np.random.default_rng(0).integers(0, 255, (40, 60, 3), "uint8")
    file = io.BytesIO()
    Image.fromarray(noise).save(file, format)
    return file.getvalue()


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.url = [], f"http://127.0.0.1:{server.server_port}"
        jpeg, webp = encoded("JPEG"), encoded("WEBP")
        server.holds = {"rose.jpg": jpeg, "photo": jpeg, "really-webp.jpg": webp}
        server.holds |= {"page.jpg": b"<html>not here", "cut.jpg": jpeg[:500], "empty.jpg": b""}
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_links_become_files_by_name_and_content(folder, painter, server, colorize, files, opened):
    links = [f"{server.url}/{name}" for name in ("rose.jpg?size=9", "a/photo", "really-webp.jpg")]
    result = colorize(*links, "--allow-private-hosts", "--compare")
    assert result.exit_code == 0, result.output
    results = ["photo.jpg", "really-webp.webp", "rose.jpg"]
    assert files("colorized") == [*(f"compare/{name}.png" for name in results), *results]
    assert [opened(f"colorized/{name}").format for name in results] == ["JPEG", "WEBP", "JPEG"]


def test_kept_results_are_not_fetched_again(folder, painter, server, colorize):
    link = f"{server.url}/rose.jpg"
    assert colorize(link, "--allow-private-hosts").exit_code == 0
    result = colorize(link, "--allow-private-hosts")
    assert result.exit_code == 0 and "1 photo done already, and kept" in result.stdout
    assert server.asked == ["/rose.jpg"]
    link = f"{server.url}/photo"  # nothing tells its result's name but its content
    assert colorize(link, "--allow-private-hosts").exit_code == 0
    before = Path("colorized/photo.jpg").stat().st_mtime_ns
    result = colorize(link, "--allow-private-hosts")
    assert "1 photo done already" in result.stdout and len(painter.painted) == 2
    assert Path("colorized/photo.jpg").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.jpg", "the server answers 404 Not Found"),
        ("page.jpg", "it is a web page, not a photo"),
        ("cut.jpg", "cut off or damaged"),
        ("empty.jpg", "empty, zero bytes"),
    ],
)
def test_a_bad_link_is_named_and_the_rest_goes_on(
    folder, painter, server, colorize, files, name, told
):
    links = [f"{server.url}/{name}", f"{server.url}/rose.jpg"]
    result = colorize(*links, "--allow-private-hosts")
    assert result.exit_code == 1 and files("colorized") == ["rose.jpg"]
    bad, count = result.stderr.splitlines()
    assert bad.startswith(f"{links[0]}: ") and told in bad
    assert count == "Error: 1 of 2 photos failed"


def test_too_large_a_link_is_one_line(folder, painter, server, colorize, monkeypatch):
    monkeypatch.setattr(fetching, "LIMITS", fetching.Limits(size=1000))
    result = colorize(f"{server.url}/rose.jpg", "--allow-private-hosts")
    assert result.exit_code == 1 and "larger than 0.001 MB" in result.output


def test_this_machine_is_refused_unless_allowed(folder, painter, server, colorize):
    result = colorize(f"{server.url}/rose.jpg")
    assert result.exit_code == 1 and server.asked == []
    assert len(result.output.splitlines()) == 1
    assert "is not on the public internet; --allow-private-hosts allows it" in result.output


@pytest.mark.parametrize("link", ["ftp://example.org/a.jpg", "file:///etc/passwd"])
def test_other_schemes_are_refused(folder, painter, colorize, link):
    result = colorize(link)
    assert result.exit_code == 1 and "only http and https links" in result.output


def test_links_with_one_name_are_refused_before_any_is_fetched(folder, painter, server, colorize):
    result = colorize(f"{server.url}/a/rose.jpg", f"{server.url}/b/rose.jpg")
    assert result.exit_code == 1 and server.asked == []
    assert "would both become colorized/rose.jpg" in result.output
