"""What README and docs/ tell: commands that run, links that lead somewhere."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data as pictures

from keras_colorizer import data
from keras_colorizer.__main__ import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
SLOW = {"docs/backbones.md", "docs/recipes.md"}  # train large networks

# What a user puts in the place of a word, or has where the command is typed.
WORDS = {
    "FOLDER": "photos", "photos_test": "photos", "photos/": "photos", "…": "photos", "DIR": "out",
    "MODEL…": "flowers", "PHOTO…": "photos", "RUN": "run",
    "experiments/runs/NAME/recipe.json": "recipe.json",
}  # fmt: skip
# What makes a command take seconds instead of minutes, or read photos that are here.
SMALLER = {
    "train": ("--smoke",),
    "train --recipe quickstart": ("--smoke",),
    "evaluate": ("--size", "32"),
    "data": ("--size", "32"),
    "benchmark photo": ("--repeats", "1"),
    "benchmark folder": ("--repeats", "1", "--photos", "2"),
    "benchmark pipeline": ("--data", "photos", "--size", "32", "--photos", "20"),
    "benchmark training": ("--seconds", "1"),
    "benchmark network": ("--size", "64", "--repeats", "1"),
}
# Command → why it does not run here.
EXCEPTIONS = {
    "python -m pip install . && python -m keras_colorizer.colorize photo.jpg": "it installs; "
    ".ci/run does it",
    "KERAS_BACKEND=torch python -m keras_colorizer.train --data photos.npz": "torch is not "
    "among what tests need; tests/training/test_backends.py trains with it where it is",
    "python -m keras_colorizer.train": "downloads Oxford; tests/test_train_command.py runs it on "
    "synthetic photos",
    "python -m keras_colorizer.train --run DIR --resume": "tests/test_train_command.py kills and "
    "resumes",
    "python -m keras_colorizer.train --recipe photos --data FOLDER --set "
    "generator.backbone=efficientnet_lite2": "a minute; the next command has another",
    "python -m keras_colorizer.train --recipe photos --data FOLDER --set init=none --set "
    "backbone_frozen=0": "a minute; tests/training/test_backbone.py trains from random weights",
    "python -m keras_colorizer.evaluate": "stands for the commands in experiments/README.md",
}


def commands(text):
    """The commands of this package in code of a page, in order; lines that go on are joined."""
    text = re.sub(r" *\\\n\s*", " ", text)
    code = re.compile(
        r"`((?:[A-Z_]+=\S+ )?python[^`]*?-m keras_colorizer[^`]*)`"
        r"|^(?: {4})?((?:[A-Z_]+=\S+ )?python .*-m keras_colorizer.*)$",
        re.M,
    )
    found = [" ".join((a or b).partition(" # ")[0].split()) for a, b in code.findall(text)]
    return list(dict.fromkeys(found))


def words_of(command):
    """What ``main`` is told for a command of a page."""
    head, _, rest = command.partition("-m keras_colorizer.")
    assert head == "python ", command
    words = [WORDS.get(word, word) for word in shlex.split(rest)]
    smaller = SMALLER.get(" ".join(words[:2]), SMALLER.get(words[0], ()))
    return [*words, *(() if "--resume" in words else smaller)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with what the pages' commands are about."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "photos").mkdir()
    for number, photo in enumerate(data.garden(40, 48)):
        Image.fromarray(photo).save(folder / "photos" / f"{number:02}.jpg", quality=95)
    Image.fromarray(pictures.coffee()).convert("L").save(folder / "photo.jpg")
    recipe = ROOT / "experiments" / "runs" / "quickstart-64" / "recipe.json"
    (folder / "recipe.json").write_bytes(recipe.read_bytes())
    words = ["--recipe", "autoencoder", "--data", str(folder / "photos"), "--smoke"]
    done = CliRunner().invoke(main, ["train", *words, "--run", str(folder / "run")])
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=pytest.mark.slow if p in SLOW else ()) for p in PAGES]
)
def test_the_commands_of_a_page_run(page, desk, monkeypatch, tmp_path):
    shutil.copytree(desk, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("KERAS_COLORIZER_CACHE", str(tmp_path / "cache"))
    for command in commands((ROOT / page).read_text("utf-8")):
        if command in EXCEPTIONS:
            continue
        done = CliRunner().invoke(main, words_of(command))
        assert done.exit_code == 0, f"{command}: {done.output[-2000:]} {done.exception!r}"


def test_the_commands_are_found():
    text = (
        "x `python -m keras_colorizer.evaluate a\n--size 3` y\n\n    KERAS_BACKEND=torch python -m "
        "keras_colorizer.train --recipe photos \\\n        --data A  # why\n`pip install keras`\n"
    )
    assert commands(text) == [
        "python -m keras_colorizer.evaluate a --size 3",
        "KERAS_BACKEND=torch python -m keras_colorizer.train --recipe photos --data A",
    ]


def test_every_exception_stands_somewhere():
    found = {command for page in PAGES for command in commands((ROOT / page).read_text("utf-8"))}
    assert set(EXCEPTIONS) <= found
    assert len(found) > 15


def anchors(text):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page, text, root=ROOT):
    """Links of a page to files or headings that are not there."""
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (root / page).parent / path if path else root / page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "experiments/README.md"])
def test_links_lead_somewhere(page):
    assert broken(page, (ROOT / page).read_text("utf-8")) == []


def test_broken_links_are_seen(tmp_path):
    (tmp_path / "a.md").write_text("# One thing\n")
    text = "[a](a.md) [b](a.md#one-thing) [c](a.md#other) [d](b.md) [e](https://example.org)"
    assert broken("page.md", text, tmp_path) == ["a.md#other", "b.md"]


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
