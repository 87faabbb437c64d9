"""Matplotlib's figures without its global state: drawn by Agg, written whole or not at all."""

import os
import warnings

from keras_colorizer.utils.files import replace_atomically


def new(width: float, height: float):
    """An empty ``matplotlib.figure.Figure`` of so many inches, at 100 pixels an inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure, path: str | os.PathLike) -> None:
    """Writes ``figure`` as a PNG, whole or not at all."""
    with replace_atomically(path) as temporary, warnings.catch_warnings():
        # Names may be of any script; a box stands for what the font does not have.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(temporary, dpi=100, format="png")


def text(name: str, length: int) -> str:
    """``name`` as Matplotlib leaves it, without its middle beyond ``length`` characters."""
    name = " ".join(str(name).split())
    half = (length - 1) // 2
    name = name if len(name) <= length else f"{name[:half]}…{name[-half:]}"
    return name.replace("$", r"\$")  # what stands between two of them would become mathematics
