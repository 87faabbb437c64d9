"""A folder of image files of many kinds, and a prepared tfds set, both made on the spot."""

import numpy as np
import pytest
from PIL import Image

from keras_colorizer.data.sources.garden import garden


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """60 photos in two subfolders, two of them broken, beside files that are no photos."""
    folder = tmp_path_factory.mktemp("photos")
    for i, photo in enumerate(garden(58, 40)):
        path = folder / ("a" if i % 2 else "b/c") / f"{i:03d}.{'jpg' if i % 3 else 'PNG'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo).crop((0, 0, 40, 20 + i % 20)).save(path, quality=95)
    whole = (folder / "a/001.jpg").read_bytes()
    (folder / "a/truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "a/words.jpg").write_text("not a photo")
    (folder / "notes.txt").write_text("neither")
    (folder / ".thumbnails").mkdir()
    Image.new("RGB", (4, 4)).save(folder / ".thumbnails/hidden.jpg")
    return folder


@pytest.fixture(scope="session")
def tfds_dir(tmp_path_factory):
    """Prepared tfds sets: ``three_splits`` with file names and classes, ``one_split`` without."""
    import tensorflow_datasets as tfds

    def builder(set_name, counts, has_names):
        class Set(tfds.core.GeneratorBasedBuilder, skip_registration=True):
            name = set_name
            VERSION = tfds.core.Version("1.0.0")

            def _info(self):
                features = {"image": tfds.features.Image()}
                if has_names:
                    features["file_name"] = tfds.features.Text()
                    features["kind"] = tfds.features.ClassLabel(names=["rose", "lily"])
                return self.dataset_info_from_configs(features=tfds.features.FeaturesDict(features))

            def _split_generators(self, manager):
                return {split: self._generate_examples(split, n) for split, n in counts.items()}

            def _generate_examples(self, split, count):
                first = 1000 * len(split)
                for i, photo in enumerate(garden(count, 24, first)):
                    example = {"image": photo[:, : 12 + i % 12]}
                    names = {"file_name": f"{split}-{i:03d}.png", "kind": 0 if i % 3 else -1}
                    yield i, example | (names if has_names else {})

        return Set

    folder = tmp_path_factory.mktemp("tfds")
    config = tfds.download.DownloadConfig(
        try_download_gcs=False, num_shards=2, compute_stats=tfds.download.ComputeStatsMode.SKIP
    )
    sets = [
        ("three_splits", {"train": 30, "validation": 7, "test": 9}, True),
        ("one_split", {"train": 60}, False),
    ]
    for set_name, counts, has_names in sets:
        made = builder(set_name, counts, has_names)
        made(data_dir=folder).download_and_prepare(download_config=config)
    return folder


@pytest.fixture
def small_photos():
    """37 photos of 8 px whose first pixel holds their index."""
    from keras_colorizer.data import Photos

    images = np.zeros((37, 8, 8, 3), np.uint8)
    images[:, 0, 0, 0] = np.arange(37)
    return Photos(images, [str(i) for i in range(37)], "numbers", "train", "none")
