"""Folders of photos that are known by their ids: whose the photos are, and which."""

import functools
import hashlib
import json
from pathlib import Path


def digest(ids):
    """SHA-256 of photos' ids, a line each, sorted."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


@functools.cache
def sets():
    """Name → photos, ids_sha256, licence and ids (where they are listed), of known.json."""
    path = Path(__file__).with_name("known.json")
    return json.loads(path.read_text(encoding="utf-8"))


def licence_of(ids, name):
    """The licence of exactly these photos, and where they are listed; None if they are unknown.

    Args:
        ids: of all photos of a folder.
        name: the folder's. A known set may be called anything; a folder in one, whose ids are bare
            numbers, must have its own name.
    """
    found = digest(ids)
    for each in sets().values():
        if each["ids_sha256"] == found:
            return _told(each["licence"], each)
        part = each.get("parts", {}).get(name)
        if part and part["ids_sha256"] == found:
            return _told(part["licence"], each)
    return None


def licences_of(ids):
    """Folder → dict with its ``licence``, of exactly the photos of a known set; else empty."""
    found = digest(ids)
    for each in sets().values():
        if each["ids_sha256"] == found:
            parts = each.get("parts", {})
            return {folder: {"licence": part["licence"]} for folder, part in parts.items()}
    return {}


def _told(licence, of):
    return f"{licence} (the photos: {of['ids']})"
