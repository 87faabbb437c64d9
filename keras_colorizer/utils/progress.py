"""How long work goes on, for whoever listens: lines for the log, and bars where there are some.

Lines go to the logger ``keras_colorizer``: what a user should see in any case as warnings, the rest
as information. Commands show both, and bars; in Python, `logging` and `show_bars` decide.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator

log = logging.getLogger("keras_colorizer")
_bars: Callable | None = None


@contextlib.contextmanager
def show_bars(bars: Callable | None) -> Iterator[None]:
    """Lets ``bars`` show how far long work is, in the block.

    Args:
        bars: function of (items, total, label) that gives a context manager, which gives the items
            again; None shows none.
    """
    global _bars
    before, _bars = _bars, bars
    try:
        yield
    finally:
        _bars = before


def bar(items: Iterable, total: int, label: str, least: int = 0):
    """A context manager that gives ``items``, and shows how many of ``total`` have been taken.

    Args:
        items: what is worked on.
        total: how many there are.
        label: what is done, such as ``scoring``.
        least: below so many nothing is shown.
    """
    if _bars is None or total < least:
        return contextlib.nullcontext(items)
    return _bars(items, total, label)
