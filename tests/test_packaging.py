"""What ``pip install`` puts in place, read from setup.cfg."""

import configparser
import zlib
from pathlib import Path

from keras_colorizer.exporting import export

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
    presets = [path.parent for path in (ROOT / "saved_models").glob("*/card.json")]
    assert presets
    for preset in presets:
        left_out = {"saved_model.pb", "fingerprint.pb", "variables"}
        files = {path.name for path in preset.iterdir()}
        assert files <= export.OURS and {"saved_model.pb", "generator.keras"} < files
        installed = {path.name for pattern in patterns for path in (preset.parent).glob(pattern)}
        assert files - left_out <= installed and not installed & left_out


def test_shipped_models_are_small():
    presets = [path.parent for path in (ROOT / "saved_models").glob("*/card.json")]
    sizes = {p: p.stat().st_size for preset in presets for p in preset.rglob("*") if p.is_file()}
    assert sum(sizes.values()) < 120e6
    saved = ("saved_model.pb", "fingerprint.pb")
    installed = [p for p in sizes if p.name not in saved and p.parent.name != "variables"]
    # As a wheel holds them; the package's own text is below 1 MB.
    assert sum(len(zlib.compress(p.read_bytes(), 6)) for p in installed) < 69e6


def test_data_files_of_packages_are_installed():
    patterns = settings()["options.package_data"]
    found = {path.parent for path in (ROOT / "keras_colorizer").rglob("*.json")}
    assert len(found) >= 2
    for folder in found:
        package = ".".join(folder.relative_to(ROOT).parts)
        assert patterns[package] == "*.json"
