"""Cursors: they tell nothing, and are good for one caller, one search and a day."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import Gone, InvalidParameter
from fhir_server.search.cursor import KEY_BYTES, LIFETIME, Cursor, decode, encode, seal
from fhir_server.search.page import Place

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
KEY = bytes(range(KEY_BYTES))
QUERY = (("name", "siti"), ("_sort", "-birthdate"), ("_count", "5"))
OURS = seal(KEY, "perawat", ("Patient",), QUERY)
CURSOR = Cursor(Place((NOW, "p1"), "Patient"), None, 12, (), ("Encounter", "e1"))


def texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]))


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    texts(),
    st.decimals(allow_nan=False),
    st.datetimes(timezones=st.just(UTC)).map(lambda found: found.replace(microsecond=found.microsecond // 1000 * 1000)),
)
PLACES = st.builds(Place, st.lists(VALUES).map(tuple), st.just("Patient"), st.booleans())
CURSORS = st.builds(
    Cursor,
    st.none() | PLACES,
    st.none() | st.tuples(st.integers(1, 2**32 - 1), st.integers(0, 2**32 - 1)),
    st.none() | st.integers(0),
    st.lists(st.sampled_from(["Patient", "Observation"])).map(tuple),
    st.none() | st.tuples(st.just("Patient"), texts()),
)


@given(CURSORS)
def test_a_cursor_survives(cursor: Cursor) -> None:
    text = encode(cursor, OURS, now=NOW)
    earliest = datetime.fromtimestamp(cursor.moment[0], UTC) if cursor.moment else NOW
    assert decode(text, OURS, now=earliest) == cursor
    assert text == encode(cursor, OURS, now=NOW)
    assert text.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("value", [Decimal("-1.50"), Decimal("Infinity"), Decimal("1E+3")])
def test_a_number_keeps_its_digits(value: Decimal) -> None:
    place = decode(encode(Cursor(Place((value,), "Observation")), OURS), OURS).place
    assert place is not None
    assert repr(place.values) == repr((value,))


@pytest.mark.parametrize(
    "other",
    [
        seal(KEY, "dokter", ("Patient",), QUERY),
        seal(KEY, "perawat", ("Person",), QUERY),
        seal(KEY, "perawat", ("Patient",), (*QUERY, ("gender", "female"))),
        seal(KEY, "perawat", ("Patient",), QUERY[1:]),
        seal(KEY, "perawat", ("Patient",), (("name", "sito"), *QUERY[1:])),
        seal(KEY, "perawat", ("Patient",), (QUERY[0], ("_sort", "birthdate"))),
        seal(bytes(KEY_BYTES), "perawat", ("Patient",), QUERY),
    ],
)
def test_another_caller_search_or_server_is_refused(other: Any) -> None:
    with pytest.raises(InvalidParameter, match="not a page of this search") as refusal:
        decode(encode(CURSOR, OURS), other)
    assert refusal.value.status == 400


def test_order_of_parameters_and_size_of_the_page_may_change() -> None:
    same = seal(KEY, "perawat", ("Patient",), (("_sort", "-birthdate"), ("name", "siti"), ("_count", "9")))
    assert decode(encode(CURSOR, OURS), same) == CURSOR


def test_any_changed_bit_is_noticed() -> None:
    text = encode(CURSOR, OURS)
    sealed = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    for bit in range(0, 8 * len(sealed), 5):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidParameter):
            decode(base64.urlsafe_b64encode(changed).decode().rstrip("="), OURS)


@pytest.mark.parametrize("text", ["", "x", "!!!", "é", "e30", "bnVsbA", "W10", "A" * 100_000, "A" * 60, "a b", "=="])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="not a page of this search"):
        decode(text, OURS)


@pytest.mark.parametrize("moment", [None, (int(NOW.timestamp()), 7)])
def test_a_cursor_grows_old(moment: tuple[int, int] | None) -> None:
    """It is as old as the first page, where that is known."""
    cursor = replace(CURSOR, moment=moment)
    text = encode(cursor, OURS, now=NOW if moment is None else NOW + LIFETIME)
    assert decode(text, OURS, now=NOW + LIFETIME) == cursor
    with pytest.raises(Gone, match="Begin again") as refusal:
        decode(text, OURS, now=NOW + LIFETIME + timedelta(seconds=1))
    assert (refusal.value.status, refusal.value.issues[0].code) == (410, "expired")


def test_a_cursor_tells_nothing() -> None:
    first, second = (encode(Cursor(Place((name,), "Patient")), OURS, now=NOW) for name in ("Siti", "Sita"))
    for text in (first, second):
        assert b"Sit" not in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert sum(one == other for one, other in zip(first, second, strict=True)) < len(first) / 4
