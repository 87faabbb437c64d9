"""Files that appear whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def replace_atomically(path: str | os.PathLike) -> Iterator[Path]:
    """Yields a temporary sibling of ``path`` to write; renames it to ``path`` on success.

    The sibling keeps the suffix (encoders choose by it) and may become a file or a folder. On an
    error nothing is left behind and what stood at ``path`` stays. A folder that stood there is
    moved aside first and removed last, so that at no moment is half of it visible.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".keras_colorizer.", dir=path.parent))
    try:
        temporary = workshop / path.name
        yield temporary
        if temporary.is_dir() and path.exists():
            path.rename(workshop / "old")
        temporary.replace(path)
    finally:
        _remove(workshop)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes ``text`` to ``path`` as UTF-8, whole or not at all."""
    with replace_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
