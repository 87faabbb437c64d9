"""What can be told from an http or https link itself; ``fetching`` gets what is behind it."""

import re
import urllib.parse

_LONGEST_NAME = 120  # characters; file systems take 255 bytes
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # by Windows


def is_link(text: str) -> bool:
    """Whether ``text`` is an http or https link."""
    return text.lower().startswith(("http://", "https://"))


def file_name(link: str) -> str:
    """A harmless file name from the path of a link; its host where the path has none."""
    parts = urllib.parse.urlsplit(link)
    last = parts.path.rstrip("/").rpartition("/")[2]
    name = urllib.parse.unquote(last, errors="replace") or parts.hostname or ""
    name = "".join(c if c.isprintable() and c not in '<>:"/\\|?*' else "_" for c in name)
    name = name.strip(" .") or "photo"
    if len(name) > _LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        name = stem[: _LONGEST_NAME - 8] + dot + suffix[:7] if dot else name[:_LONGEST_NAME]
    return f"_{name}" if _RESERVED.fullmatch(name) else name
