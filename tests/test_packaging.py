"""What ``pip install`` puts in place, read from setup.cfg."""

import configparser
from pathlib import Path

from keras_colorizer.inference import exporting

ROOT = Path(__file__).resolve().parent.parent


def settings():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_every_package_is_named():
    found = {
        ".".join(p.parent.relative_to(ROOT).parts) for p in ROOT.glob("keras_colorizer/**/*.py")
    }
    named = settings()["options"]["packages"].split()
    assert named == sorted({*found, "keras_colorizer.saved_models"})


def test_shipped_models_are_in_the_wheel():
    parser = settings()
    place = parser["options"]["package_dir"].split("=")
    assert [x.strip() for x in place] == ["keras_colorizer.saved_models", "saved_models"]
    assert (ROOT / "saved_models" / "README.md").is_file()
    data = parser["options.package_data"]["keras_colorizer.saved_models"]
    patterns = [x.strip() for x in data.split(",")]
    assert patterns == ["*/*", "*/variables/*"]
    # Every file that an export writes is at one of these two depths; assets/ is an empty folder.
    assert {"variables", "card.json", "chroma_float32.tflite", "README.md"} <= exporting.OURS


def test_data_files_of_packages_are_installed():
    patterns = settings()["options.package_data"]
    found = {path.parent for path in (ROOT / "keras_colorizer").rglob("*.json")}
    assert len(found) >= 2
    for folder in found:
        package = ".".join(folder.relative_to(ROOT).parts)
        assert patterns[package] == "*.json"
