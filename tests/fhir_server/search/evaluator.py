"""The part of MongoDB's filter language that searches compile to, in plain Python: says whether a document matches.

https://www.mongodb.com/docs/manual/reference/operator/query/. test_compile.py shows that MongoDB itself agrees.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

MISSING = object()
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}


class UnknownOperator(AssertionError):
    """A filter uses an operator that searches are not meant to use."""


def matches(filter: dict[str, Any], document: Any) -> bool:
    return all(_holds(key, wanted, document) for key, wanted in filter.items())


def _holds(key: str, wanted: Any, document: Any) -> bool:
    match key:
        case "$and":
            return all(matches(part, document) for part in wanted)
        case "$or":
            return any(matches(part, document) for part in wanted)
        case "$nor":
            return not any(matches(part, document) for part in wanted)
    if key.startswith("$"):
        raise UnknownOperator(key)
    candidates = list(_reach(document, key.split(".")))
    if not (isinstance(wanted, dict) and any(name.startswith("$") for name in wanted)):
        return any(_equal(candidate, wanted) for candidate in candidates)
    return all(_operator(name, operand, candidates) for name, operand in wanted.items())


def _reach(value: Any, path: list[str]) -> Iterator[Any]:
    """The values at a path, as a comparison sees them: an array at its end counts itself and each of its elements."""
    if not path:
        yield value
        if isinstance(value, list):
            yield from value
    elif isinstance(value, list):
        for element in value:
            if isinstance(element, dict):
                yield from _reach(element, path)
    elif isinstance(value, dict) and path[0] in value:
        yield from _reach(value[path[0]], path[1:])
    else:
        yield MISSING


def _equal(candidate: Any, wanted: Any) -> bool:
    if wanted is None:
        return candidate is None or candidate is MISSING
    return _kind(candidate) == _kind(wanted) and bool(candidate == wanted)


def _kind(value: Any) -> str:
    """Comparisons hold only between values of one kind."""
    for kind, types in (("bool", bool), ("number", (int, float, Decimal)), ("date", datetime), ("string", str)):
        if isinstance(value, types):
            return kind
    return type(value).__name__


def _operator(name: str, operand: Any, candidates: list[Any]) -> bool:
    if name in COMPARISONS:
        compare = COMPARISONS[name]
        return any(_kind(value) == _kind(operand) and compare(value, operand) for value in candidates)
    match name:
        case "$in":
            return any(_equal(value, wanted) for value in candidates for wanted in operand)
        case "$nin":
            return not _operator("$in", operand, candidates)
        case "$exists":
            return any(value is not MISSING for value in candidates) is bool(operand)
        case "$regex":
            return any(isinstance(value, str) and re.search(operand, value) for value in candidates)
        case "$elemMatch":
            arrays = [value for value in candidates if isinstance(value, list)]
            return any(_element(operand, element) for array in arrays for element in array)
        case "$geoWithin":
            return any(isinstance(value, dict) and _within(value, *operand["$centerSphere"]) for value in candidates)
    raise UnknownOperator(name)


def _element(condition: dict[str, Any], element: Any) -> bool:
    if all(name in COMPARISONS or name == "$nin" for name in condition):
        return all(_operator(name, operand, [element]) for name, operand in condition.items())
    return isinstance(element, dict) and matches(condition, element)


def _within(point: dict[str, Any], centre: list[float], radians: float) -> bool:
    (longitude, latitude), (other_longitude, other_latitude) = (
        [math.radians(degrees) for degrees in place] for place in (point["coordinates"], centre)
    )
    half = math.sin((latitude - other_latitude) / 2) ** 2
    half += math.cos(latitude) * math.cos(other_latitude) * math.sin((longitude - other_longitude) / 2) ** 2
    return 2 * math.asin(min(1, math.sqrt(half))) <= radians
