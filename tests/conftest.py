"""What every test gets: no network, none of the user's data, slow tests only when asked for."""

import os
import socket
import tempfile

import pytest

# Before any test imports them: tfds, TensorFlow and Matplotlib read these when they are imported.
_no_data = tempfile.TemporaryDirectory(prefix="keras_colorizer_tests_")
os.environ["TFDS_DATA_DIR"] = _no_data.name
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["MPLBACKEND"] = "Agg"


def pytest_addoption(parser):
    """Adds ``--run-slow``."""
    parser.addoption("--run-slow", action="store_true", help="run the tests marked slow as well")


def pytest_collection_modifyitems(config, items):
    """Skips what is marked slow unless ``--run-slow`` is given."""
    if config.getoption("--run-slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow: --run-slow runs it"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A connection to anywhere but this machine fails at once, as on a machine without network."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo
    here = ("localhost", "127.0.0.1", "::1")

    def guarded_connect(self, address, *args):
        if self.family != socket.AF_UNIX and address[0] not in here:
            raise OSError(f"tests have no network (they wanted {address})")
        return connect(self, address, *args)

    def guarded_look_up(host, *args, **kwargs):
        if host not in (None, *here):
            raise socket.gaierror(f"tests have no network (they wanted {host})")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
