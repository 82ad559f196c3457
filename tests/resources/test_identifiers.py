"""Reading identifiers out of JSON of any shape."""

from __future__ import annotations

from typing import Any

import pytest

from resources.identifiers import identifiers


def test_identifiers() -> None:
    rows = [{"system": "a", "value": "1"}, {"value": "2"}, {"system": "b", "value": "3", "use": "old"}]
    assert [(found.place, found.key, found.current) for found in identifiers({"identifier": rows})] == [
        (0, "a|1", True),
        (2, "b|3", False),
    ]


@pytest.mark.parametrize(
    "resource",
    [
        None,
        1,
        [],
        {},
        {"identifier": {"system": "a", "value": "1"}},
        {"identifier": [None, 1, {"system": 1, "value": "x"}]},
    ],
)
def test_other_shapes_have_none(resource: Any) -> None:
    assert list(identifiers(resource)) == []
