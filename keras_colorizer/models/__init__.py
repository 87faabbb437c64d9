"""Networks by name. A file in this folder that decorates a builder with ``@register`` joins.

The files are imported when a network is first asked for: reading a card needs no Keras.
"""

from keras_colorizer.models.registry import build, defaults, names, register

__all__ = ["build", "defaults", "names", "register"]
