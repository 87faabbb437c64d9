"""Libraries that chatter on stderr in C++ are held back while they work."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def held_back(hide: type[BaseException] | tuple = ()) -> Iterator[None]:
    """Holds back what any language writes to stderr in the block, and shows it if the block fails.

    Args:
        hide: errors that say enough by themselves; what was held back stays hidden with them.
    """
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):  # there is no stderr: nothing to hold
        yield
        return
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except BaseException as error:
            if not isinstance(error, hide):
                notes.seek(0)
                os.write(kept, notes.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
