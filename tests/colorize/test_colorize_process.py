"""The colorize command as a process of its own: interrupted, on a terminal, in a pipe."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import keras_colorizer

ROOT = str(Path(keras_colorizer.__file__).resolve().parent.parent)
PROGRAM = """
import sys, time
import keras_colorizer
from PIL import Image

class Painter:
    name, predicts_rgb, threads = "slow", False, None
    def clone(self, threads):
        return self
    def paint(self, gray, mode="RGB", saturation=1.0, blend=1.0):
        time.sleep({seconds})
        return Image.merge("YCbCr", (gray, gray, gray)).convert(mode)

keras_colorizer.load = lambda model, temperature: Painter()
from keras_colorizer.__main__ import main
main(["colorize", *sys.argv[1:], "--model", "slow"])
"""


def start(folder, *arguments, seconds=0.0, **options):
    command = [sys.executable, "-c", PROGRAM.format(seconds=seconds), *arguments]
    path = os.pathsep.join([ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(command, cwd=folder, env=os.environ | {"PYTHONPATH": path}, **options)


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "photos").mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (200, 300), "uint8")
    for number in range(30):
        Image.fromarray(noise).save(tmp_path / "photos" / f"{number:02}.png")
    return tmp_path


def test_an_interruption_ends_in_one_line_without_partial_files(photos):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = start(photos, "photos", "--workers", "2", seconds=0.1, **pipes)
    end = time.monotonic() + 20
    while not list(photos.glob("colorized/*.png")) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=20)
    assert process.returncode == 1 and out == ""
    assert error.startswith("Error: stopped: ") and len(error.splitlines()) == 1
    assert " of 30 photos are done; the same command goes on" in error
    there = list((photos / "colorized").iterdir())
    assert 1 <= len(there) < 30
    for path in there:
        assert not path.name.startswith(".")
        with Image.open(path) as image:
            image.load()
    process = start(photos, "photos", **pipes)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 0 and error == ""
    assert f"{30 - len(there)} photos colorized" in out and "done already, and kept" in out
    assert len(list((photos / "colorized").iterdir())) == 30


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal to look at")
def test_a_terminal_sees_the_pace_and_bad_photos_on_lines_of_their_own(photos):
    (photos / "photos" / "10.png").write_bytes(b"no photo")
    ours, theirs = os.openpty()
    pipes = {"stdout": subprocess.PIPE, "stderr": theirs}
    process = start(photos, "none.jpg", "photos", seconds=0.01, **pipes)
    os.close(theirs)
    seen = b""
    while True:
        try:
            seen += (part := os.read(ours, 4096))
        except OSError:  # the other side is closed
            break
        if not part:
            break
    os.close(ours)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 1 and out.startswith(b"29 photos colorized in ")
    text = seen.decode()
    assert text.startswith("none.jpg: no such file or folder\r\n")  # before there is a bar
    assert "colorizing" in text and "30/30" in text and " photos/s" in text and "31/" not in text
    bad = [line for line in text.replace("\r", "\n").splitlines() if "10.png" in line]
    assert len(bad) == 1 and bad[0].startswith("\x1b[2Kphotos/10.png: ")
    assert "Error: 2 of 31 photos failed" in text.splitlines()[-1]


def test_a_pipe_gets_the_photo_and_nothing_else(photos):
    given = (photos / "photos" / "00.png").read_bytes()
    process = start(
        photos, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, error = process.communicate(given, timeout=30)
    assert process.returncode == 0 and error == b""
    assert out.startswith(b"\x89PNG") and out.endswith(b"IEND\xaeB`\x82")
    assert [path.name for path in photos.iterdir()] == ["photos"]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal to look at")
@pytest.mark.parametrize(("stream", "told"), [("stdin", "no photo comes in"), ("stdout", "to the")])
def test_a_terminal_is_neither_a_photo_nor_a_place_for_one(tmp_path, stream, told):
    ours, theirs = os.openpty()
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL} | {stream: theirs}
    process = start(tmp_path, "-", stderr=subprocess.PIPE, text=True, **streams)
    os.close(theirs)
    _, error = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == 1 and len(error.splitlines()) == 1 and told in error


def test_links_are_fetched_in_the_background_of_an_interruption(tmp_path):
    """A server that never answers does not hold back Ctrl-C."""
    program = (
        "import socket, subprocess, sys\n"
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    print(server.getsockname()[1], flush=True)\n"
        "    server.settimeout(20)\n"
        "    connection, _ = server.accept()\n"
        "    print('asked', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as server:
        link = f"http://127.0.0.1:{server.stdout.readline().strip()}/a.jpg"
        process = start(tmp_path, link, "--allow-private-hosts", stderr=subprocess.PIPE, text=True)
        assert server.stdout.readline() == "asked\n"
        time.sleep(0.2)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=20)
        assert time.monotonic() - began < 3
        assert process.returncode == 1 and error.startswith("Error: stopped: 0 of 1")
        server.stdin.close()
    assert list(tmp_path.iterdir()) == [] or list(Path(tmp_path / "colorized").iterdir()) == []
