"""A run with a tiny network of random weights, and its SavedModel, made once."""

import numpy as np
import pytest
from skimage import data

from keras_colorizer import models
from keras_colorizer.inference import exporting
from keras_colorizer.models import card


@pytest.fixture(scope="session")
def size():
    """The tiny network's working size."""
    return 32


@pytest.fixture(scope="session")
def make_network(size):
    """Builds small U-Nets whose random weights are large enough to give visible colour."""

    def make(seed=7, **options):
        network = models.build("unet", size, widths=(8, 12), **options)
        numbers = np.random.default_rng(seed)
        for variable in network.weights:
            low, high = (0.5, 1.5) if "variance" in variable.path else (-0.4, 0.5)
            variable.assign(numbers.uniform(low, high, variable.shape))
        return network

    return make


@pytest.fixture(scope="session")
def make_run(size):
    """Writes a finished run as training leaves it: generator.keras and card.json."""

    def make(folder, network, **changes):
        folder.mkdir(parents=True)
        network.save(folder / card.WEIGHTS)
        card.write(folder, {"name": "tiny", "codec": "rgb", "size": size} | changes)
        return folder

    return make


@pytest.fixture(scope="session")
def network(make_network):
    return make_network()


@pytest.fixture(scope="session")
def run(make_run, network, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "tiny", network)


@pytest.fixture(scope="session")
def saved_model(run):
    return exporting.export(run)


@pytest.fixture(scope="session")
def photo():
    """A real photo, uint8 (300, 451, 3)."""
    return np.array(data.chelsea())
