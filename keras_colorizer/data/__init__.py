"""Photos from tfds, a folder, ``synthetic`` or a photos.npz, as arrays and tf.data pipelines.

Nothing heavy is imported before a function is first asked for.
"""

import importlib

_HOMES = {
    "ab_histogram": "statistics",
    "batch_arrays": "batches",
    "garden": "sources.garden",
    "load_photos": "pipeline",
    "mean_chroma": "statistics",
    "open_source": "sources.resolve",
    "pairs": "pipeline",
    "Photos": "photos",
    "rebalancing_weights": "statistics",
    "Source": "sources.base",
    "steps_per_epoch": "batches",
    "training_batches": "batches",
}
__all__ = list(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_HOMES])
