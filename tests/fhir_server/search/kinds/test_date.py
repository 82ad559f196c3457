"""Date search: https://hl7.org/fhir/R4/search.html#date"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search.compile import compile
from fhir_server.search.index import describe
from fhir_server.search.kinds.date import EARLIEST, LATEST, interval
from fhir_server.search.query import parse
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import BASE, NOW, ZONE, filter_of, found, stored

WIB, WITA, WIT = (ZoneInfo(f"Asia/{city}") for city in ("Jakarta", "Makassar", "Jayapura"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "low", "high"),
    [
        ("2024", WITA, "2023-12-31T16:00:00", "2024-12-31T15:59:59.999"),
        ("2024-02", WITA, "2024-01-31T16:00:00", "2024-02-29T15:59:59.999"),
        ("2023-12", WITA, "2023-11-30T16:00:00", "2023-12-31T15:59:59.999"),
        ("2024-03-01", WIB, "2024-02-29T17:00:00", "2024-03-01T16:59:59.999"),
        ("2024-03-01", WITA, "2024-02-29T16:00:00", "2024-03-01T15:59:59.999"),
        ("2024-03-01", WIT, "2024-02-29T15:00:00", "2024-03-01T14:59:59.999"),
        ("2024-03-01", UTC, "2024-03-01T00:00:00", "2024-03-01T23:59:59.999"),
        ("2024-03-01T10:00", WITA, "2024-03-01T02:00:00", "2024-03-01T02:00:59.999"),
        ("2024-03-01T10:00Z", WITA, "2024-03-01T10:00:00", "2024-03-01T10:00:59.999"),
        ("2024-03-01T10:00:05+07:00", WITA, "2024-03-01T03:00:05", "2024-03-01T03:00:05.999"),
        ("2024-03-01T10:00:05+14:00", WITA, "2024-02-29T20:00:05", "2024-02-29T20:00:05.999"),
        ("2024-03-01T10:00:05-13:59", WITA, "2024-03-01T23:59:05", "2024-03-01T23:59:05.999"),
        ("2024-03-01T10:00:05", WITA, "2024-03-01T02:00:05", "2024-03-01T02:00:05.999"),
        ("2024-03-01T10:00:05.5-01:30", WITA, "2024-03-01T11:30:05.5", "2024-03-01T11:30:05.5"),
        ("2024-03-01T10:00:05.1234Z", WITA, "2024-03-01T10:00:05.123", "2024-03-01T10:00:05.124"),
        ("2024-03-01T10:00:05.123000Z", WITA, "2024-03-01T10:00:05.123", "2024-03-01T10:00:05.123"),
        ("2016-12-31T23:59:60Z", WITA, "2017-01-01T00:00:00", "2017-01-01T00:00:00.999"),
        ("9999-12-31", UTC, "9999-12-31T00:00:00", "9999-12-31T23:59:59.999"),
        ("0001-01-01T10:00:00+11:00", UTC, "0001-01-01T00:00:00", "0001-01-01T00:00:00.999"),
        ("9999-12-31T23:59:59.9999Z", UTC, "9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999"),
        ("9999-12-31T23:59:60-12:00", UTC, "9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999"),
        ("1900-01-01", WITA, "1899-12-31T16:02:24", "1900-01-01T16:02:23.999"),
    ],
)
def test_what_a_text_means(text: str, zone: ZoneInfo, low: str, high: str) -> None:
    assert interval(text, zone) == (utc(low), utc(high))


@pytest.mark.parametrize(
    "text",
    [
        *("", "gt", "2024-13", "2024-13-40", "2024-02-30", "0000", "10000", "24", "2024-1-1", "2024-03-01T", "now"),
        *("2024-03-01T10", "2024-03-01T24:00", "2024-03-01T10:60", "2024-03-01T10:00+25:00", "2024-03-01Z"),
        *("٢٠٢٤", "2024-03-01T10:00:00 08:00", "2024\n", "-2024", "2024-03-01T10:00+14:30"),
        *("2023-02-29T10:00:05Z", "2024-03-01T10:00:05+14:30", "2024-03-01T24:00:05Z", "20240301T100005Z"),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert interval(text, WITA) is None
    if text:
        with pytest.raises(InvalidParameter, match="birthdate"):
            filter_of("Patient", ("birthdate", text))


def test_any_number_of_fraction_digits_is_read() -> None:
    low, high = utc("2024-03-01T10:00:05.123"), utc("2024-03-01T10:00:05.124")
    assert interval(f"2024-03-01T10:00:05.123{'4' * 400}Z", WITA) == (low, high)


BORN: Resource = {"resourceType": "Patient", "birthDate": "1990-05-17"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1990-05-17", True),
        ("1990-05", True),
        ("1990", True),
        ("1990-05-17T10:00", False),
        ("1990-05-18", False),
        ("ne1990", False),
        ("ne1991", True),
        ("gt1990-05-16", True),
        ("gt1990-05-17", False),
        ("gt1990-05-16T23:00:00Z", True),
        ("ge1990-05-17", True),
        ("ge1990-05-18", False),
        ("lt1990-05-18", True),
        ("lt1990-05-17", False),
        ("le1990-05-17", True),
        ("sa1990-05-16", True),
        ("sa1990-05-17", False),
        ("eb1990-05-18", True),
        ("eb1990-05-17", False),
        ("ap1992", True),
        ("ap2010", False),
        ("1980,1990", True),
    ],
)
def test_a_day(value: str, expected: bool) -> None:
    assert found(BORN, ("birthdate", value)) is expected


def test_every_repetition_must_hold() -> None:
    assert found(BORN, ("birthdate", "ge1990"), ("birthdate", "lt1991"))
    assert not found(BORN, ("birthdate", "ge1990"), ("birthdate", "lt1990"))


@pytest.mark.parametrize(
    ("period", "value", "expected"),
    [
        ({"start": "2024-01-01"}, "gt2030", True),
        ({"start": "2024-01-01"}, "2024", False),
        ({"start": "2024-01-01"}, "eb2030", False),
        ({"end": "2024-01-01"}, "lt1900", True),
        ({"end": "2024-01-01"}, "sa1900", False),
        ({"start": "2024-01-01", "end": "2024-01-05"}, "2024-01", True),
        ({"start": "2024-01-01", "end": "2024-01-05"}, "sa2023", True),
        ({}, "gt1900", False),
    ],
)
def test_a_missing_end_is_open(period: dict[str, str], value: str, expected: bool) -> None:
    assert found({"resourceType": "Encounter", "period": period}, ("date", value)) is expected


def test_a_period_without_ends_is_there_but_has_no_value() -> None:
    encounter: Resource = {"resourceType": "Encounter", "period": {}}
    assert stored(encounter)["index"]["date"] == {}
    assert found(encounter, ("date:missing", "false"))


def test_a_timing_reaches_from_its_first_to_its_last_event() -> None:
    timing = {"event": ["2024-03-01", "2024-01-01"], "repeat": {"boundsPeriod": {"end": "2024-05-01"}}}
    (index,) = [stored({"resourceType": "Observation", "effectiveTiming": timing})["index"]["date"]]
    assert index == {"lo": EARLIEST, "hi": utc("2024-05-01T15:59:59.999"), "ever": EARLIEST}
    del timing["repeat"]
    index = stored({"resourceType": "Observation", "effectiveTiming": timing})["index"]["date"]
    begin = utc("2023-12-31T16:00:00")
    assert index == {"lo": begin, "hi": utc("2024-03-01T15:59:59.999"), "year": begin}


def test_last_updated_is_searched_in_the_document_itself() -> None:
    patient: Resource = {"resourceType": "Patient"}
    for value, expected in [("ge2026-01-01T00:00:00Z", True), ("gt2026-01-01T00:00:00Z", False), ("2026-01-01", True)]:
        assert found(patient, ("_lastUpdated", value)) is expected, value


MINUTES = st.integers(0, 3 * 366 * 24 * 60)
PRECISIONS = st.sampled_from(["minute", "day", "month", "year"])


@st.composite
def dates(draw: st.DrawFn) -> tuple[str, datetime, datetime]:
    """A text in the hospital's zone, and the moments when it begins and when the next one begins."""
    offset = timedelta(hours=8)
    local = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(MINUTES))
    match draw(PRECISIONS):
        case "minute":
            text, start, length = local.strftime("%Y-%m-%dT%H:%M"), local, timedelta(minutes=1)
            return text, start - offset, start + length - offset
        case "day":
            start = local.replace(hour=0, minute=0)
            return start.strftime("%Y-%m-%d"), start - offset, start + timedelta(days=1) - offset
        case "month":
            start = local.replace(day=1, hour=0, minute=0)
            return start.strftime("%Y-%m"), start - offset, (start + timedelta(days=31)).replace(day=1) - offset
    start = local.replace(month=1, day=1, hour=0, minute=0)
    return start.strftime("%Y"), start - offset, start.replace(year=start.year + 1) - offset


@given(dates(), st.one_of(st.none(), dates()), dates(), st.booleans())
def test_prefixes_agree_with_the_specification(
    first: tuple[str, datetime, datetime],
    last: tuple[str, datetime, datetime] | None,
    wanted: tuple[str, datetime, datetime],
    several: bool,
) -> None:
    low, high = first[1], last[2] if last else datetime.max.replace(tzinfo=UTC)
    period = {"start": first[0], **({"end": last[0]} if last else {})}
    resource: Resource = {"resourceType": "Encounter", "period": period}
    code = "date"
    if several:
        resource, code = {"resourceType": "Composition", "event": [{"period": period}]}, "period"
    _, start, end = wanted
    contained = start <= low and high <= end
    table = {
        "eq": contained,
        "ne": not contained,
        "gt": high > end,
        "lt": low < start,
        "ge": high > end or contained,
        "le": low < start or contained,
        "sa": low >= end,
        "eb": high <= start,
    }
    if low < high:
        for prefix, expected in table.items():
            assert found(resource, (code, prefix + wanted[0])) is expected, prefix


@given(st.datetimes(), st.sampled_from([4, 7, 10, 16, 19, 26]))
def test_every_date_has_an_interval_that_can_be_stored(moment: datetime, length: int) -> None:
    found_interval = interval(moment.isoformat(timespec="microseconds")[:length], ZONE)
    assert found_interval is not None
    assert EARLIEST <= found_interval[0] <= found_interval[1] <= LATEST


def test_approximately_widens_with_the_distance_to_now() -> None:
    assert found(BORN, ("birthdate", "ap1993"))
    near: Resource = {"resourceType": "Patient", "birthDate": NOW.strftime("%Y-%m-%d")}
    assert not found(near, ("birthdate", "ap2024"))


ZONES = {WIB: 7, WITA: 8, WIT: 9, ZoneInfo("UTC"): 0}
PREFIXES = ["", "ne", "gt", "lt", "ge", "le", "sa", "eb"]
PRECISE = {"2024": (365 + 1) * 24, "2024-03": 31 * 24, "2024-03-10": 24}


def holds(prefix: str, at: datetime, start: datetime, end: datetime) -> bool:
    """The specification, for a stored moment and a searched time that ends before `end`."""
    inside, above, below = start <= at < end, at >= end, at < start
    after_or_in, before_or_in = above or inside, below or inside
    table = {"": inside, "ne": not inside, "gt": above, "lt": below, "ge": after_or_in, "le": before_or_in}
    return {**table, "sa": above, "eb": below}[prefix]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("text", sorted(PRECISE))
@pytest.mark.parametrize("zone", list(ZONES))
@pytest.mark.parametrize("written", ["", "Z", "+07:00", "+08:00", "+09:00"])
def test_a_day_begins_at_midnight_of_the_hospital(zone: ZoneInfo, text: str, prefix: str, written: str) -> None:
    """A moment around the first and the last instant of a day, month or year, written in any zone."""
    full = (text + "-01-01")[:10] if len(text) == 4 else (text + "-01")[:10]
    start = utc(f"{full}T00:00:00") - timedelta(hours=ZONES[zone])
    end = start + timedelta(hours=PRECISE[text])
    offset = timedelta(hours=int(written[1:3])) if written[1:] else timedelta(hours=0 if written else ZONES[zone])
    for moment in (start, end):
        for distance in (-1000, -1, 0, 1):
            at = moment + timedelta(milliseconds=distance)
            value = f"{(at + offset).replace(tzinfo=None).isoformat(timespec='milliseconds')}{written}"
            encounter: Resource = {"resourceType": "Encounter", "period": {"start": value, "end": value}}
            index = describe(encounter, zone=zone, base=BASE).index
            filter = compile(parse("Encounter", (("date", prefix + text),)), zone=zone, base=BASE, now=NOW)
            assert matches(filter, {"index": index}) is holds(prefix, at, start, end), (value, distance)


TIMING = {"event": ["2024-03-10", "2024-03-12T08:00:00+09:00"]}


@pytest.mark.parametrize(
    ("zone", "value", "expected"),
    [
        (WITA, "2024-03", True),
        (WITA, "ge2024-03-10", True),
        (WITA, "sa2024-03-09", True),
        (WITA, "sa2024-03-10", False),
        (WIT, "lt2024-03-10T00:00:00+09:00", False),
        (WITA, "lt2024-03-10T00:00:00+07:00", True),
        (WIB, "lt2024-03-10T00:00:00+07:00", False),
        (WIB, "eb2024-03-13", True),
        (WIB, "eb2024-03-12T06:00:00.001+07:00", False),
        (WIB, "eb2024-03-12T06:00:01+07:00", True),
        (WIB, "gt2024-03-12", False),
        (WIB, "gt2024-03-11", True),
    ],
)
def test_a_timing_in_the_zone_of_the_hospital(zone: ZoneInfo, value: str, expected: bool) -> None:
    observation: Resource = {"resourceType": "Observation", "effectiveTiming": TIMING}
    filter = compile(parse("Observation", (("date", value),)), zone=zone, base=BASE, now=NOW)
    assert matches(filter, {"index": describe(observation, zone=zone, base=BASE).index}) is expected


@pytest.mark.parametrize(
    ("bounds", "value", "expected"),
    [
        ({"boundsPeriod": {"start": "2024-03-01", "end": "2024-03-31"}}, "2024-03", True),
        ({"boundsPeriod": {"start": "2024-03-01"}}, "gt2040", True),
        ({"boundsPeriod": {"start": "2024-03-01"}}, "lt2024-03-01", False),
        ({"boundsDuration": {"value": 5, "code": "d"}}, "gt1900", False),
        ({}, "gt1900", False),
    ],
)
def test_the_bounds_of_a_repetition(bounds: dict[str, Any], value: str, expected: bool) -> None:
    observation: Resource = {"resourceType": "Observation", "effectiveTiming": {"repeat": {"count": 3, **bounds}}}
    assert found(observation, ("date", value)) is expected
    assert found(observation, ("date:missing", "false"))
