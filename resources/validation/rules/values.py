"""The few FHIRPath functions that the rules need, on plain JSON. https://hl7.org/fhirpath/N1/"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeAlias

from resources.validation.scope import Json, Scope

Rule: TypeAlias = Callable[[Any, Scope], bool]

UCUM = "http://unitsofmeasure.org"
EARLIEST_ZONE, LATEST_ZONE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


def has(value: Json, name: str) -> bool:
    """exists(): the element has a value or an extension."""
    return name in value or f"_{name}" in value


def has_choice(value: Json, name: str) -> bool:
    """exists() of name[x]."""
    size = len(name)
    for key in value:
        plain = key[1:] if key[:1] == "_" else key
        if plain[:size] == name and plain[size : size + 1].isupper():
            return True
    return False


def rows(value: Json, name: str) -> list[Json]:
    return [row for row in value.get(name) or () if row is not None]


def has_coding(concept: Json | None, system: str, codes: Collection[str]) -> bool:
    return any(row.get("system") == system and row.get("code") in codes for row in rows(concept or {}, "coding"))


def distinct(items: Iterable[Hashable]) -> bool:
    listed = list(items)
    return len(set(listed)) == len(listed)


def without(name: str, *, unless: str) -> Rule:
    """name.empty() or unless.exists()."""
    return lambda value, scope: not has(value, name) or has(value, unless)


def any_of(*names: str) -> Rule:
    return lambda value, scope: any(has(value, name) for name in names)


def exactly_one(first: str, second: str) -> Rule:
    return lambda value, scope: has(value, first) != has(value, second)


def not_both(first: str, second: str) -> Rule:
    return lambda value, scope: not (has(value, first) and has(value, second))


def not_after(start: Any, end: Any) -> bool:
    """start <= end for dates and times of any precision; true where that cannot be said."""
    if not isinstance(start, str) or not isinstance(end, str):
        return True
    if "T" not in start and "T" not in end:
        size = min(len(start), len(end))
        return start[:size] <= end[:size]
    try:
        return _earliest(start) <= _latest(end)
    except ValueError:
        return True


def _earliest(text: str) -> datetime:
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.fromisoformat((text + "-01-01")[:10] if len(text) != 7 else text + "-01").replace(
        tzinfo=EARLIEST_ZONE
    )


def _latest(text: str) -> datetime:
    """The end of the day, month or year that `text` names."""
    if "T" in text:
        return datetime.fromisoformat(text)
    if len(text) == 10:
        return datetime.fromisoformat(text).replace(tzinfo=LATEST_ZONE) + timedelta(days=1)
    year, month = (int(text[:4]), int(text[5:7])) if len(text) == 7 else (int(text), 12)
    if (year, month) == (9999, 12):
        return datetime.max.replace(tzinfo=UTC)
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=LATEST_ZONE)
