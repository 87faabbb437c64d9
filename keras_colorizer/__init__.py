"""Gray photos become colour photos, in Keras 3.

Names are imported when they are first used, so that ``import keras_colorizer`` is instant.

Example:
    >>> import keras_colorizer
    >>> keras_colorizer.load("flowers")("old.jpg").save("colour.png")
    >>> for gray, rgb in keras_colorizer.pairs("synthetic", "test", size=64, batch=150):
    ...     print(gray.shape, rgb.shape)
    (150, 64, 64, 1) (150, 64, 64, 3)
"""

import importlib

__version__ = "0.1.0"

_LAZY = {
    "Colorizer": "keras_colorizer.inference.colorizer",
    "UserError": "keras_colorizer.errors",
    "load": "keras_colorizer.inference.loading",
    "pairs": "keras_colorizer.data",
}
__all__ = ["Colorizer", "UserError", "__version__", "load", "pairs"]


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__():
    return sorted({*globals(), *_LAZY})
