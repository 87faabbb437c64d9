"""The tiny models of tests/tiny_models.py, which import TensorFlow: for those who ask alone."""


def pytest_configure(config):
    """Makes their fixtures known, once for all folders that have this."""
    config.pluginmanager.import_plugin("tiny_models")
