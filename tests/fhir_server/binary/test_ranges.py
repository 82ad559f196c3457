"""Which bytes a request asks for."""

from __future__ import annotations

import pytest

from fhir_server.binary.ranges import asked
from fhir_server.errors import RangeNotSatisfiable

TAG = '"3"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=0-9", range(10)),
        ("bytes=2-4", range(2, 5)),
        ("bytes=2-", range(2, 10)),
        ("bytes=9-", range(9, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-10", range(10)),
        ("bytes=-99", range(10)),
        ("bytes=5-99", range(5, 10)),
        ("BYTES = 2 - 4 ", range(2, 5)),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=4-2", None),
        ("bytes=a-b", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("0-1", None),
        ("bytes=٣-٤", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_one_range(text: str, expected: range | None) -> None:
    assert asked({"range": text}, 10, TAG) == expected


@pytest.mark.parametrize("text", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=999999999999999999-"])
def test_no_such_bytes(text: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        asked({"range": text}, 10, TAG)
    assert refused.value.headers["Content-Range"] == "bytes */10"


def test_nothing_has_no_bytes() -> None:
    with pytest.raises(RangeNotSatisfiable):
        asked({"range": "bytes=0-"}, 0, TAG)
    assert asked({}, 0, TAG) is None


@pytest.mark.parametrize(
    ("condition", "expected"),
    [('"3"', range(2)), ('"2"', None), ('W/"3"', None), ("Tue, 24 Nov 2026 00:00:00 GMT", None)],
)
def test_only_of_the_version_that_one_has(condition: str, expected: range | None) -> None:
    assert asked({"range": "bytes=0-1", "if-range": condition}, 10, TAG) == expected
