"""Extensions of several named values: {url, extension: [{url: "letter", valueString: "A"}, …]}.

https://hl7.org/fhir/R4/extensibility.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

Value = bool | int | str | date | datetime | time


def values(resource: Any, url: str) -> dict[str, Any]:
    """Name -> value as in JSON; of a resource that may have any shape."""
    return next((named for _, named in repeated(resource, url)), {})


def repeated(resource: Any, url: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The values of each extension of this url, with its place in the list."""
    rows = resource.get("extension") if isinstance(resource, dict) else None
    for place, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict) and row.get("url") == url:
            yield place, dict(_named(row.get("extension")))


def _named(rows: Any) -> list[tuple[str, Any]]:
    found = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("url"), str):
            value = next((value for name, value in row.items() if name.startswith("value")), None)
            found.append((row["url"], value))
    return found


def extension(url: str, named: Mapping[str, Value | None]) -> dict[str, Any]:
    """Without those that are None."""
    rows = [{"url": name, **_typed(value)} for name, value in named.items() if value is not None]
    return {"url": url, "extension": rows}


def with_extension(resource: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """The resource with this extension in place of one of the same url."""
    return with_repeated(resource, added["url"], [added])


def with_repeated(resource: Mapping[str, Any], url: str, added: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The resource with these extensions in place of all of this url."""
    rows = [row for row in resource.get("extension", ()) if row.get("url") != url] + [dict(row) for row in added]
    found = {**resource, "extension": rows}
    if not rows:
        del found["extension"]
    return found


def _typed(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"valueBoolean": value}
        case int():
            return {"valueInteger": value}
        case datetime():
            return {"valueInstant": value.isoformat(timespec="milliseconds")}
        case date():
            return {"valueDate": value.isoformat()}
        case time():
            return {"valueTime": value.isoformat(timespec="seconds")}
    return {"valueString": value}
