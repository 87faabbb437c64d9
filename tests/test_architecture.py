"""What the code must stay like, read from its text: one-way imports without circles, docstrings."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "keras_colorizer"
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

# Rooms from the floor up: a file imports from its own room and from those before it, but not from
# one that stands beside its own in the same row. Files directly in the package are the top row.
ROWS = (
    {"errors", "utils"},
    {"color", "images", "visualization"},
    {"data", "models"},
    {"training", "inference"},
    {"exporting"},
    {"evaluation"},
    {"engine", "benchmarks"},
)
BESIDE = {("errors", "utils"), ("color", "visualization")}  # (taken, by) within a row
TOP = len(ROWS)
ROW = {room: number for number, rooms in enumerate(ROWS) for room in rooms}
# Everything else runs on Keras's torch backend as well.
MAY_IMPORT_BACKENDS = re.compile(
    r"data/.*|exporting/.*|inference/backends/saved_model\.py|training/trainers/backend\.py"
)
BACKENDS = {"tensorflow", "tensorflow_datasets", "torch", "jax"}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def imports_of(source, module):
    """Every module that ``source``, the text of ``module``, imports anywhere, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found |= {a.value for a in node.args if isinstance(a, ast.Constant)}
    return found


def may_import(room, other):
    """Whether a file of ``room`` may import from the room ``other``."""
    mine, theirs = ROW.get(room, TOP), ROW.get(other, TOP)
    return room == other or theirs < mine or (other, room) in BESIDE


def wrong_imports(source, path):
    """The imports in the file ``path`` (relative to the package) that point the wrong way."""
    parts = Path(path).with_suffix("").parts
    imported = imports_of(source, ".".join(["keras_colorizer", *parts]))
    rooms = {n.split(".")[1] for n in imported if n.startswith("keras_colorizer.")}
    wrong = set()
    if parts[-1] not in ("__main__", "__init__") or len(parts) > 2:
        wrong |= {room for room in rooms - {"__version__"} if not may_import(parts[0], room)}
    if not MAY_IMPORT_BACKENDS.fullmatch(Path(path).as_posix()):
        wrong |= {name.split(".")[0] for name in imported} & BACKENDS
    return wrong


def circles(graph):
    """Groups of files that import each other, of name → set of names it imports."""
    found, place, low, stack = [], {}, {}, []

    def visit(name):  # Tarjan 1972
        place[name] = low[name] = len(place)
        stack.append(name)
        for other in graph[name]:
            if other not in place:
                visit(other)
            if other in stack:
                low[name] = min(low[name], low[other])
        if low[name] == place[name]:
            circle = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(circle) > 1:
                found.append(sorted(circle))

    for name in graph:
        if name not in place:
            visit(name)
    return found


def import_graph():
    """Which files of the package import which, wherever in the file."""
    modules = {}
    for path in FILES:
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        modules[name.removesuffix(".__init__")] = path
    graph = {}
    for name, path in modules.items():
        graph[name] = set()
        for found in imports_of(path.read_text("utf-8"), name):
            while found and found not in modules:  # a function's or a constant's module
                found = found.rpartition(".")[0]
            if found and found != name:
                graph[name].add(found)
    return graph


def test_circles_are_seen():
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set(), "e": {"d", "f"}, "f": {"e"}}
    assert sorted(circles(graph)) == [["a", "b", "c"], ["e", "f"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_files_import_each_other_in_a_circle():
    graph = import_graph()
    assert len(graph) == len(FILES) and sum(map(len, graph.values())) > len(FILES)
    assert circles(graph) == []


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("models/a.py", "from keras_colorizer.training import losses", {"training"}),
        ("models/a.py", "from keras_colorizer import inference, color", {"inference"}),
        ("training/a.py", "from keras_colorizer.inference import compose", {"inference"}),
        ("color/a.py", "from keras_colorizer.images import reading", {"images"}),
        ("errors.py", "from keras_colorizer.color import spaces", {"color"}),
        ("engine/a.py", "from keras_colorizer.train import chosen", {"train"}),
        ("engine/a.py", "from keras_colorizer.evaluation import scoring", set()),
        ("models/a.py", "from ..training.losses import l1", {"training"}),
        ("models/a.py", "def f():\n    import tensorflow as tf", {"tensorflow"}),
        ("models/a.py", "from tensorflow.io import gfile", {"tensorflow"}),
        ("models/a.py", "import importlib\nimportlib.import_module('torch')", {"torch"}),
        ("training/a.py", "from keras_colorizer.exporting import export", {"exporting"}),
        ("training/a.py", "import keras_colorizer.data, keras_colorizer.train", {"train"}),
        ("training/trainers/backend.py", "import tensorflow, torch", set()),
        ("exporting/tflite.py", "import tensorflow", set()),
        ("data/__main__.py", "from keras_colorizer.evaluation import scoring", set()),
        ("train.py", "from keras_colorizer.evaluation import scoring", set()),
        ("train.py", "import tensorflow", {"tensorflow"}),
    ],
)
def test_wrong_imports_are_seen(path, source, wrong):
    assert wrong_imports(source, path) == wrong


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_one_way(path):
    assert wrong_imports(path.read_text("utf-8"), path.relative_to(PACKAGE)) == set()


def talks(source):
    """Whether a file prints or knows click: what commands do for the rest."""
    calls = [n.func for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]
    prints = any(isinstance(f, ast.Name) and f.id == "print" for f in calls)
    return prints or "click" in {name.split(".")[0] for name in imports_of(source, "a")}


def test_talking_is_seen():
    assert talks("def f():\n    print(1)") and talks("from click import echo")
    assert not talks('"""print(1)"""\nfingerprint(1)\na.print(1)')


def test_only_commands_talk():
    rooms = {"engine", "benchmarks"}
    found = {path.relative_to(PACKAGE) for path in FILES if talks(path.read_text("utf-8"))}
    inside = {path for path in found if len(path.parts) > 1 and path.name != "__main__.py"}
    assert inside and {path.parts[0] for path in inside} <= rooms
    assert Path("errors.py") not in found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_what_is_public_has_a_docstring(path):
    tree = ast.parse(path.read_text("utf-8"))
    public = [("the module", tree)] if tree.body else []  # an empty __init__.py has nothing to say
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            public.append((node.name, node))
    assert [name for name, node in public if not ast.get_docstring(node)] == []


def texts():
    """The path and text of every text file of the project, without what tools leave there."""
    skipped = {"build", "dist", "runs", "__pycache__", "venv"}
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(p.startswith(".") and p not in (".ci", ".github") for p in parts[:-1])
        if hidden or skipped & set(parts) or any(p.endswith(".egg-info") for p in parts):
            continue
        if path.is_file() and parts[0] != ".git":
            try:
                yield path, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def foreign_paths(text):
    """Paths in ``text`` that exist on one machine only: homes, mounted and shared folders."""
    absolute = r"(?<![\w.%}])/(?:home/|Users/|(?:root|work|workspace|shared)\b)[\w./-]*"
    relative = r"(?<![\w/-])(?:\.{1,2}/)?shared/[\w./-]+"
    return re.findall(f"{absolute}|{relative}", text)


def test_foreign_paths_are_seen():
    # Written with | for /, or this file would be among those found.
    bad = ["=|root|x", "..|shared|a.md", "'shared|a'", "(|home|me|photos)", "|work|main", "|root"]
    bad = [text.replace("|", "/") for text in bad]
    assert [text for text in bad if not foreign_paths(text)] == []
    assert foreign_paths("https://example.org/work/x, photos/root/x, a/shared/doc") == []


def test_no_file_names_a_place_of_one_machine():
    found = {name_of(path): foreign_paths(text) for path, text in texts()}
    assert {name: paths for name, paths in found.items() if paths} == {}
