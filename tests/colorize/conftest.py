"""A stand-in that paints everything one colour, and photos to paint."""

import threading
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

import keras_colorizer
from keras_colorizer.__main__ import main
from keras_colorizer.inference import compose


class Painter:
    """As ``inference.colorizer.Colorizer``, in chroma (Cb, Cr) alone."""

    name, kind, predicts_rgb = "one-colour", "stand-in", False

    def __init__(self, chroma=(100, 170), threads=99):
        self.chroma, self.threads, self.painted, self.clones = chroma, threads, [], []

    def clone(self, threads):
        clone = type(self)(self.chroma, threads)
        clone.painted = self.painted
        self.clones.append(clone)
        return clone

    def paint(self, gray, mode="RGB", saturation=1.0, blend=1.0):
        assert gray.mode == "L"
        self.painted.append((gray.size, mode, threading.get_ident()))
        planes = [round(128 + (value - 128) * saturation * blend) for value in self.chroma]
        planes = [Image.new("L", gray.size, value) for value in planes]
        return Image.merge("YCbCr", (gray, *planes)).convert(mode)

    def paint_deep(self, gray, deep, saturation=1.0, blend=1.0):
        planes = np.full((2, 2, 2), [(value - 128) / 255 for value in self.chroma], np.float32)
        self.painted.append((gray.size, "deep", threading.get_ident()))
        return compose.compose_deep(gray, deep, planes, saturation, blend)


class RawPainter(Painter):
    predicts_rgb = True

    def __call__(self, photo, raw=False):
        assert raw
        return Image.new("RGB", (32, 32), (10, 200, 30))


@pytest.fixture
def painter(load):
    """The stand-in, which every model's name gives now."""
    painter = Painter()
    load(painter)
    return painter


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, and the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def photos(folder):
    """Four photos of several kinds, gray and in colour, in two folders."""
    cat = Image.fromarray(data.chelsea()).resize((90, 60))
    (folder / "photos" / "sub").mkdir(parents=True)
    cat.convert("L").save("photos/a.jpg")
    cat.save("photos/b.png")
    cat.save("photos/sub/c.webp", lossless=True)
    cat.convert("L").save("photos/sub/d.gif")
    Path("photos/notes.txt").write_text("not a photo, and ignored")
    return folder / "photos"


@pytest.fixture
def load(monkeypatch):
    """Makes ``keras_colorizer.load`` give a stand-in; returns the list of what it was asked for."""

    def use(painter):
        loaded = []

        def load(model, temperature=None):
            loaded.append(model)
            return painter

        monkeypatch.setattr(keras_colorizer, "load", load, raising=False)
        return loaded

    return use


@pytest.fixture
def raw_painter():
    """A stand-in that has RGB of its own."""
    return RawPainter()


@pytest.fixture(scope="session")
def colorize():
    """Runs the command as a user types it."""

    def colorize(*arguments, model="a model", **options):
        arguments = [*map(str, arguments), *(["--model", str(model)] if model else [])]
        return CliRunner().invoke(main, ["colorize", *arguments], **options)

    return colorize


@pytest.fixture(scope="session")
def files():
    """Lists all files below a folder."""

    def files(folder):
        found = [path for path in Path(folder).rglob("*") if path.is_file()]
        return sorted(path.relative_to(folder).as_posix() for path in found)

    return files


@pytest.fixture(scope="session")
def opened():
    """Reads an image whole, and closes its file."""

    def opened(path):
        with Image.open(path) as image:
            image.load()
            return image

    return opened
