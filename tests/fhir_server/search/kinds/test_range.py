"""Ranges against the specification's table of prefixes, by counting points. https://hl7.org/fhir/R4/search.html#prefix"""

from __future__ import annotations

import itertools

import pytest

from fhir_server.search.kinds.range import compare, prefixed
from tests.fhir_server.search.evaluator import matches

POINTS = range(-1, 8)
RANGES = [(low, high) for low, high in itertools.product(range(6), repeat=2) if low <= high]


def expected(prefix: str, search: tuple[int, int], target: tuple[int, int]) -> bool:
    """The table of the specification, with ranges as sets of points."""
    value, wanted = set(range(target[0], target[1] + 1)), set(range(search[0], search[1] + 1))
    above, below = {point for point in POINTS if point > search[1]}, {point for point in POINTS if point < search[0]}
    match prefix:
        case "eq":
            return value <= wanted
        case "ne":
            return not value <= wanted
        case "gt":
            return bool(value & above)
        case "lt":
            return bool(value & below)
        case "ge":
            return bool(value & above) or value <= wanted
        case "le":
            return bool(value & below) or value <= wanted
        case "sa":
            return value <= above
        case "eb":
            return value <= below
    return bool(value & wanted)


@pytest.mark.parametrize("prefix", ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
def test_every_prefix_on_every_pair_of_ranges(prefix: str) -> None:
    for search, target in itertools.product(RANGES, repeat=2):
        condition = compare(prefix, *search)
        assert matches(condition, {"lo": target[0], "hi": target[1]}) is expected(prefix, search, target), (
            search,
            target,
        )


@pytest.mark.parametrize(("prefix", "inside"), [("eq", True), ("ne", False)])
def test_an_open_end_is_outside(prefix: str, inside: bool) -> None:
    for value in range(6):
        condition = compare(prefix, 1, 3, open=True)
        assert matches(condition, {"lo": value, "hi": value}) is ((1 <= value < 3) is inside)


@pytest.mark.parametrize(
    ("raw", "parts"), [("ge2020", ("ge", "2020")), ("2020", ("eq", "2020")), ("gt", ("gt", "")), ("xx1", ("eq", "xx1"))]
)
def test_a_prefix_is_split_off(raw: str, parts: tuple[str, str]) -> None:
    assert prefixed(raw) == parts
