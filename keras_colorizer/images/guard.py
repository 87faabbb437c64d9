"""Pillow without surprises: its warnings kept quiet, whatever it throws turned into one line."""

import contextlib
import ctypes
import functools
import logging
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator

from PIL import Image, UnidentifiedImageError

from keras_colorizer.errors import UserError

# Pillow logs some errors before it raises them; nobody who has not set up logging shall see that.
logging.getLogger("PIL").addHandler(logging.NullHandler())

_lock = threading.Lock()
_inside = 0
_restore = contextlib.ExitStack()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Pillow's own warnings vanish inside, in any number of threads at once, and libtiff's lines.

    ``warnings.catch_warnings`` alone, in several threads, can leave the wrong filters behind: the
    first thread in sets the filter, the last one out restores what was.
    """
    global _inside
    with _lock:
        if _inside == 0:
            _restore.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module=r"PIL\.")
            if (set_handler := _libtiff()) is not None:
                _restore.callback(set_handler, set_handler(None))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _restore.close()


@functools.cache
def _libtiff():
    """libtiff's function to set what is called on errors: by default they go to stderr.

    None where it cannot be had: Pillow without libtiff, or with libtiff inside of itself.
    """
    try:
        function = ctypes.CDLL(Image.core.__file__).TIFFSetErrorHandler
    except (OSError, AttributeError):
        return None
    function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_void_p
    return function


@contextlib.contextmanager
def reading(what: str) -> Iterator[None]:
    """What goes wrong inside, decoding the photo ``what``, is one `UserError` that names it."""
    try:
        with quiet():
            yield
    except UserError:
        raise
    except MemoryError:
        raise UserError(f"{what}: too large for this machine's memory; make it smaller") from None
    except Image.DecompressionBombError as error:
        pixels, limit, *_ = map(int, re.findall(r"\d+", str(error)))
        raise too_large(what, pixels, limit) from None
    except Exception as error:  # Pillow raises nearly every kind, SystemError among them
        if isinstance(error, OSError) and error.errno:
            raise unreadable(what, error) from error
        advice = "copy or download it again, or save it anew"
        raise UserError(f"{what}: cut off or damaged ({_reason(error)}); {advice}") from error


def unreadable(what: str, error: OSError) -> UserError:
    """The error for a file ``what`` that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return UserError(f"{what}: no such file; check its name")
    if isinstance(error, PermissionError):
        return UserError(f"{what}: no permission to read it; change that, or give another")
    reason = error.strerror or str(error)
    return UserError(f"{what}: cannot be read ({reason}); check the file and its drive")


def too_large(what: str, pixels: int, limit: int) -> UserError:
    """The error for a photo ``what`` of more pixels than are allowed."""
    return UserError(
        f"{what}: {pixels / 1e6:.1f} million pixels, above the limit of {limit / 1e6:.1f} million; "
        "make it smaller first"
    )


def _reason(error):
    """An error of Pillow's or of a decoder's in a few words."""
    if isinstance(error, UnidentifiedImageError):
        return "its header is not valid"
    if isinstance(error, struct.error | IndexError | KeyError | TypeError | AttributeError):
        return "its structure is not valid"
    if isinstance(error, zlib.error):
        return "its compressed data is not valid"
    words = " ".join(str(error).split())
    if not words or words.startswith(("b'", 'b"')) or "literal" in words:  # meant for programmers
        return "its structure is not valid"
    return words[:120]
