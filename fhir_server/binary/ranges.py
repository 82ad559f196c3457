"""Which bytes a request asks for. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fhir_server.errors import RangeNotSatisfiable

ONE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


def asked(headers: Mapping[str, str], size: int, tag: str) -> range | None:
    """The bytes of a file of `size` bytes and the strong entity tag `tag`; None for all of it: no range is asked for,
    several are, it is none of bytes, or If-Range names another version. Raises RangeNotSatisfiable."""
    match = ONE.fullmatch(headers.get("range", ""))
    if match is None or match.groups() == ("", "") or headers.get("if-range", tag).strip() != tag:
        return None
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(size - int(last), 0)
    stop = min(int(last) + 1, size) if first and last else size
    if start >= size or (not first and int(last) == 0):
        raise RangeNotSatisfiable(size)
    return range(start, stop)
