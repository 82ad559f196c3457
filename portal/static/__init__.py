"""The files that pages need besides themselves: small, ours, and kept by the browser until they change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

TYPES: Mapping[str, str] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}


@cache
def content(name: str) -> bytes | None:
    """None where there is no such file."""
    kind = name.rpartition(".")[2]
    place = files("portal.static").joinpath("files", name)
    return place.read_bytes() if kind in TYPES and "/" not in name and place.is_file() else None


@cache
def address(name: str) -> str:
    """Where a page finds a file: with a mark of its content, so that a browser asks once. Raises LookupError."""
    found = content(name)
    if found is None:
        raise LookupError(name)
    return f"/portal/static/{name}?v={hashlib.sha256(found).hexdigest()[:12]}"
