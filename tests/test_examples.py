"""The examples of what is exported run as they stand, beside a photo and a folder of two."""

import ast
import doctest
import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data as pictures

import keras_colorizer
from keras_colorizer import data, models
from keras_colorizer.models import registry

EXPORTED = {
    f"{package.__name__}.{name}": (package, name)
    for package in (keras_colorizer, data, models)
    for name in package.__all__
    if name != "__version__"
}


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    """A folder to work in with old.jpg and photos/; what an example registers goes again."""
    photo = Image.fromarray(pictures.coffee()).convert("L")
    photo.save(tmp_path / "old.jpg")
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.jpg"):
        photo.save(tmp_path / "photos" / name)
    monkeypatch.chdir(tmp_path)
    models.names()
    for known in ("_parts", "_facts"):
        monkeypatch.setattr(registry.NETWORKS, known, dict(getattr(registry.NETWORKS, known)))


def run(found, names, capsys):
    """Runs the examples of an object and of its methods; how many there were."""
    finder, runner = doctest.DocTestFinder(exclude_empty=True), doctest.DocTestRunner()
    tried = 0
    for test in finder.find(found, found.__name__, globs=names):
        result = runner.run(test)
        assert not result.failed, capsys.readouterr().out
        tried += result.attempted
    return tried


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_name_has_an_example_that_runs(name, capsys):
    package, attribute = EXPORTED[name]
    names = {each: getattr(package, each) for each in package.__all__}
    names |= {"keras_colorizer": keras_colorizer, "np": np}
    assert run(getattr(package, attribute), names, capsys)


def test_the_packages_own_example_runs(capsys):
    parser, names = doctest.DocTestParser(), {}
    test = parser.get_doctest(keras_colorizer.__doc__, names, "keras_colorizer", None, 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted >= 3 and not result.failed, capsys.readouterr().out


def test_examples_stand_on_what_is_exported_only():
    """Elsewhere nothing runs them: a type and a shape say more."""
    root, kept = Path(keras_colorizer.__file__).parent, {}
    for package, name in EXPORTED.values():
        found = getattr(package, name)
        file = Path(inspect.getsourcefile(found)).relative_to(root).as_posix()
        kept.setdefault(file, set()).add(found.__name__)
    for path in sorted(root.rglob("*.py")):
        file = path.relative_to(root).as_posix()
        if file in ("__init__.py", "data/__init__.py", "models/__init__.py"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        tree.body = [n for n in tree.body if getattr(n, "name", None) not in kept.get(file, ())]
        told = [
            getattr(node, "name", "the module")
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and re.search(r"^\s*Example:$|>>> ", ast.get_docstring(node) or "", re.M)
        ]
        assert told == [], file
