"""How resources lie in MongoDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import bson
import pytest

from fhir_server.store.documents import (
    CODEC,
    Description,
    Stamp,
    from_history,
    history_row,
    instant,
    later_than,
    live,
    tombstone,
    with_meta,
)

MOMENT = datetime(2026, 11, 24, 4, 5, 6, 789000, UTC)


@pytest.mark.parametrize(
    "digits", ["1.00", "0", "-0.5", "1E+3", "1E-7", "0.0000001", "12345678901234567890123456789012.34", "9E+6000"]
)
def test_decimals_keep_their_digits(digits: str) -> None:
    stored = bson.encode({"value": Decimal(digits)}, codec_options=CODEC)
    assert str(bson.decode(stored, codec_options=CODEC)["value"]) == str(Decimal(digits))


def test_large_integers_come_back_as_plain_ones() -> None:
    stored = bson.encode({"value": 5_000_000_000}, codec_options=CODEC)
    assert type(bson.decode(stored, codec_options=CODEC)["value"]) is int


def test_an_instant_has_milliseconds_and_a_zone() -> None:
    assert instant(MOMENT) == "2026-11-24T04:05:06.789+00:00"


def test_meta_keeps_what_the_client_sent_except_the_servers_part() -> None:
    sent = {
        "resourceType": "Patient",
        "meta": {"versionId": "9", "profile": ["http://example.org/p"], "lastUpdated": "2000-01-01T00:00:00Z"},
        "active": True,
        "id": "other",
    }
    complete = with_meta(sent, Stamp("1", 2, MOMENT, "PUT"))
    assert list(complete) == ["resourceType", "id", "meta", "active"]
    assert complete["id"] == "1"
    assert complete["meta"] == {
        "versionId": "2",
        "lastUpdated": "2026-11-24T04:05:06.789+00:00",
        "profile": ["http://example.org/p"],
    }
    assert sent["id"] == "other"


@pytest.mark.parametrize(("clock", "expected"), [(timedelta(seconds=5), 5000), (timedelta(hours=-1), 1)])
def test_last_updated_never_goes_back(clock: timedelta, expected: int) -> None:
    assert later_than(MOMENT + clock, MOMENT) - MOMENT == timedelta(milliseconds=expected)


def test_a_version_keeps_its_compartments_in_history_and_when_deleted() -> None:
    described = Description({"name": ["x"]}, {"Patient": ["1"]}, ["nik|1"])
    stamp = Stamp("1", 1, MOMENT, "PUT")
    document = live(with_meta({"resourceType": "Patient"}, stamp), stamp, described)
    later = MOMENT + timedelta(seconds=1)
    row = history_row(document, later)
    assert row["_id"] == "1/1"
    assert "index" not in row
    assert "keys" not in row
    assert from_history(row) | {"index": described.index, "keys": ["nik|1"]} == document | {"id": "1", "until": later}
    deleted = tombstone(document, later)
    assert (deleted["version"], deleted["deleted"], deleted["compartments"]) == (2, True, {"Patient": ["1"]})
    assert "resource" not in deleted
    assert "keys" not in deleted
