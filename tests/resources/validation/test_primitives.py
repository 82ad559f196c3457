"""What is and what is not a value of each primitive type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.definitions.structure import primitive_types
from resources.validation.primitives import PLAIN, PLAIN_LENGTH, PRIMITIVES

GOOD: list[tuple[str, list[Any]]] = [
    ("boolean", [True, False]),
    ("integer", [0, -(2**31), 2**31 - 1]),
    ("unsignedInt", [0, 2**31 - 1]),
    ("positiveInt", [1, 2**31 - 1]),
    ("decimal", [0, -1, Decimal("1.50"), Decimal("1E+6111"), Decimal("1E-6176"), 10**34 - 1, Decimal("0." + "1" * 34)]),
    ("string", ["a", " a\tb\r\nc ", "Ä ۳ 😀", "\u00a0"]),
    ("markdown", ["# a\n\nb"]),
    ("code", ["a", "a b", "in-progress"]),
    ("uri", ["http://example.org/a?b=c#d", "urn:oid:1.2", "relative", "#a"]),
    ("url", ["https://example.org", "mailto:a@example.org"]),
    ("canonical", ["http://example.org/a|1.0", "#a"]),
    ("id", ["a", "A-1.b", "x" * 64]),
    ("oid", ["urn:oid:1.2.3", "urn:oid:2.999.0"]),
    ("uuid", ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"]),
    ("date", ["2024", "2024-02", "2024-02-29", "0001-01-01", "9999-12-31"]),
    ("dateTime", ["2024", "2024-12", "2024-12-31", "2024-12-31T23:59:60Z", "2024-01-01T00:00:00.123456789+14:00"]),
    ("instant", ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.001-12:00"]),
    ("time", ["00:00:00", "23:59:59.999", "12:00:60"]),
    ("base64Binary", ["YQ==", "YWJj", "YW Jj\n", "YWI="]),
]
BAD: list[tuple[str, list[Any]]] = [
    ("boolean", ["true", 0, 1, None, []]),
    ("integer", [2**31, -(2**31) - 1, Decimal("1"), "1", True, 10**5000, 1.0]),
    ("unsignedInt", [-1]),
    ("positiveInt", [0]),
    (
        "decimal",
        [
            "1",
            True,
            10**34,
            10**5000,
            Decimal("0." + "1" * 35),
            Decimal("1E+6112"),
            Decimal("1E-6177"),
            Decimal("NaN"),
            1.5,
        ],
    ),
    ("string", ["", "\x00", "a\x1fb", "\x7f", 1, None, {"$gt": ""}, "a" * (1024 * 1024 + 1)]),
    ("code", ["", " a", "a ", "a  b", "a\n"]),
    ("uri", ["", "a b", "a\n", "http://example.org/\u0000"]),
    ("canonical", ["a b"]),
    ("id", ["", "x" * 65, "a_b", "a/b", "ä", "a\n"]),
    ("oid", ["urn:oid:3.1", "1.2.3", "urn:oid:1.02", "urn:oid:1"]),
    ("uuid", ["urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:1"]),
    (
        "date",
        [
            "",
            "0000",
            "24",
            "2024-13",
            "2024-1",
            "2024-02-30",
            "2023-02-29",
            "2024-04-31",
            "20240101",
            "2024-01-01T00:00:00Z",
            "١٩٩٠",
            "10000",
        ],
    ),
    (
        "dateTime",
        [
            "2024-01-01T00:00:00",
            "2024-01-01T00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01 00:00:00Z",
            "2024-02-30T00:00:00Z",
        ],
    ),
    (
        "dateTime",
        ["2024-01-01T00:00:00+15:00", "2024-01-01T00:00:00z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Z\n"],
    ),
    ("instant", ["2024", "2024-01-01", "2024-01-01T00:00:00"]),
    ("time", ["24:00:00", "1:00:00", "10:00", "10:00:00Z"]),
    ("base64Binary", ["", "Y", "YQ", "Y===", "YQ==YQ==", "ä", "Y-Q_", 1]),
]


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in GOOD for value in values])
def test_good_values(kind: str, value: Any) -> None:
    assert PRIMITIVES[kind](value) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(kind, value, id=f"{kind}-{type(value).__name__}-{n}-{m}")
        for n, (kind, values) in enumerate(BAD)
        for m, value in enumerate(values)
    ],
)
def test_bad_values(kind: str, value: Any) -> None:
    assert PRIMITIVES[kind](value) is not None


PLAIN_ONES = [
    *(("string", "Siti Ä 😀"), ("markdown", "# a"), ("code", "in-progress"), ("code", "a b"), ("id", "A-1.b")),
    *(("uri", "urn:oid:1.2"), ("url", "https://example.org"), ("canonical", "http://example.org/a|1.0")),
    *(("date", "2024"), ("date", "2024-02"), ("date", "2024-02-28"), ("dateTime", "2024-12-28T23:59:60Z")),
    *(("dateTime", "2024-12-01"), ("instant", "2024-01-01T00:00:00.001+08:00")),
]


@pytest.mark.parametrize(("kind", "text"), PLAIN_ONES)
def test_what_is_plain(kind: str, text: str) -> None:
    assert PLAIN[kind](text)


TEXTS = [value for _, values in (*GOOD, *BAD) for value in values if isinstance(value, str) and value]
SHORT = [text for text in TEXTS if len(text) <= PLAIN_LENGTH]


@pytest.mark.parametrize("kind", sorted(PLAIN))
def test_nothing_is_wrong_with_what_is_plain(kind: str) -> None:
    assert [text for text in SHORT if PLAIN[kind](text) and PRIMITIVES[kind](text) is not None] == []


@pytest.mark.parametrize("kind", sorted(PLAIN))
@given(text=st.text("0123456789-T:+Z. /#a\n\t\u00a0\x7f", min_size=1, max_size=30))
def test_nor_with_anything_that_resembles_it(kind: str, text: str) -> None:
    assert not PLAIN[kind](text) or PRIMITIVES[kind](text) is None


def test_every_primitive_type_is_covered() -> None:
    assert set(PRIMITIVES) == primitive_types()
    assert {kind for kind, _ in GOOD} == primitive_types() - {"xhtml"}
    assert {kind for kind, _ in PLAIN_ONES} == set(PLAIN)


@pytest.mark.parametrize("kind", sorted(PRIMITIVES))
def test_long_rubbish_is_refused_quickly(kind: str) -> None:
    for rubbish in ("a " * 200_000 + "\x00", "1." * 200_000, "urn:oid:1" + ".1" * 200_000 + "x"):
        PRIMITIVES[kind](rubbish)
