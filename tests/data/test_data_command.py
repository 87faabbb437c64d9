"""``python -m keras_colorizer.data`` and ``benchmark pipeline``, as a user types them."""

import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from keras_colorizer.benchmark import benchmark
from keras_colorizer.data import load_photos, open_source
from keras_colorizer.data.__main__ import data
from keras_colorizer.data.sources.base import ROLES
from keras_colorizer.errors import UserError


@pytest.fixture(scope="module")
def archive(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "photos.npz"
    result = CliRunner().invoke(data, ["--data", str(folder), "--size", "16", "--out", str(path)])
    assert result.exit_code == 0, result.output
    assert (
        "58 photos at 16 px" in result.output and "licence of the photos: unknown" in result.output
    )
    return path


def test_the_archive_holds_the_sources_photos_and_roles(archive, folder):
    with np.load(archive, allow_pickle=False) as file:
        assert file["images"].shape == (58, 16, 16, 3) and file["images"].dtype == np.uint8
        assert set(file["splits"]) == set(ROLES)
    for role in (*ROLES, "all"):
        wanted, found = load_photos(folder, role, 16), load_photos(archive, role, 16)
        assert found.ids == wanted.ids
        np.testing.assert_array_equal(found.images, wanted.images)
    assert open_source(archive).name == open_source(folder).name


def test_the_archive_is_resized_where_sizes_differ(archive):
    assert load_photos(archive, "train", 8).images.shape[1:] == (8, 8, 3)


def test_the_archive_loads_without_tensorflow(archive):
    code = (
        "import sys\n"
        "from keras_colorizer.data import load_photos\n"
        "assert len(load_photos(sys.argv[1], 'all', 8)) == 58\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(archive)], check=True)


def test_it_overwrites_only_when_told(archive, tmp_path):
    path = tmp_path / "photos.npz"
    path.write_bytes(b"mine")
    arguments = ["--data", str(archive), "--size", "4", "--out", str(path)]
    refused = CliRunner().invoke(data, arguments)
    assert refused.exit_code == 1 and "--overwrite" in refused.output
    assert path.read_bytes() == b"mine"
    assert CliRunner().invoke(data, [*arguments, "--overwrite"]).exit_code == 0
    assert len(load_photos(path, "all", 4)) == 58
    assert list(tmp_path.iterdir()) == [path]


def test_wrong_archives_are_one_error(tmp_path):
    path = tmp_path / "photos.npz"
    images = np.zeros((2, 4, 4, 3), np.uint8)
    path.write_text("not a zip")
    with pytest.raises(UserError, match="not a readable photos.npz"):
        open_source(path)
    good = {"images": images, "ids": ["a", "b"], "splits": ["train", "test"]}
    for change, message in [
        ({"ids": ["a"]}, "must be uint8"),
        ({"images": images[..., 0]}, "must be uint8"),
        ({"images": images / 255}, "must be uint8"),
        ({"ids": ["a", "a"]}, "twice"),
    ]:
        np.savez(path, **(good | change))
        with pytest.raises(UserError, match=message):
            open_source(path)
    np.savez(path, images=images)
    with pytest.raises(UserError, match="lacks ids, splits"):
        open_source(path)
    result = CliRunner().invoke(data, ["--data", "synthetic", "--out", str(tmp_path / "x.zip")])
    assert result.exit_code == 1 and "must end in .npz" in result.output


def test_the_pipeline_benchmark_reports_three_speeds(folder):
    arguments = ["pipeline", "--data", str(folder), "--size", "16", "--photos", "20"]
    result = CliRunner().invoke(benchmark, arguments)
    assert result.exit_code == 0, result.output
    assert result.output.count("photos/s") == 3 and "x bare" in result.output
    assert "20 photos at 16 px" in result.output or "19 photos at 16 px" in result.output


def test_the_pipeline_benchmark_needs_files():
    result = CliRunner().invoke(benchmark, ["pipeline", "--data", "synthetic"])
    assert result.exit_code == 1 and "has no image files" in result.output
