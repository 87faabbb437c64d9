"""Networks by name. A file in this folder that decorates a builder with ``@register`` joins."""

import importlib
import pkgutil

from keras_colorizer.models.registry import build, defaults, names, register

__all__ = ["build", "defaults", "names", "register"]

for _module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
    importlib.import_module(_module.name)
