"""What a user did that cannot work, said in one line."""

import difflib
import inspect
import numbers
from collections.abc import Iterable


class KerasColorizerError(Exception):
    """Anything that this package raises of its own."""


class UserError(KerasColorizerError):
    """An error that a user caused and can mend: one line saying what, where and what to do.

    Commands print it as ``Error: …`` and exit with 1.

    Attributes:
        message: the line.

    Example:
        >>> raise UserError("photos/: no such folder; give --data a folder that exists")
        Traceback (most recent call last):
        keras_colorizer.errors.UserError: photos/: no such folder; give --data a folder that exists
    """

    def __init__(self, message: str):
        self.message = " ".join(message.split())
        super().__init__(self.message)


def nearest(word: str, words: Iterable[str]) -> str:
    """The hint ``; did you mean 'x'?`` for a mistyped ``word``, or an empty string."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def choose(what: str, name: str, choices: Iterable[str]) -> str:
    """``name`` if it is one of ``choices``, else a UserError that lists them and the nearest."""
    choices = sorted(choices)
    if name not in choices:
        hint = nearest(str(name), choices)
        raise UserError(f"unknown {what} {name!r}: there are {', '.join(choices)}{hint}")
    return name


def check_options(owner: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Raises a UserError for the first of ``options`` that is not ``known``, with the nearest."""
    known = list(known)
    for option in options:
        if option not in known:
            raise UserError(
                f"{owner} has no option {option!r}{nearest(option, known)}; "
                f"it has {', '.join(known) or 'none'}"
            )


def defaults_of(part) -> dict:
    """The options of a registered class or function, and what each is if it is not given."""
    parameters = inspect.signature(part).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def within(what: str, value, low: float, high: float) -> float:
    """``value`` as a float if it is a number from ``low`` to ``high``, else a UserError."""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (number and low <= value <= high):  # NaN is outside as well
        raise UserError(f"{what} is {value!r}; give a number from {low:g} to {high:g}")
    return float(value)
