"""Moments and small elements."""

from datetime import UTC, date, datetime

import pytest

from seed.elements import concept, hl7, instant, local_id, quantity, reference, span, spread, wita, wita_date


@pytest.mark.parametrize(
    ("day", "hour", "text"),
    [
        (date(2026, 3, 1), 8, "2026-03-01T00:00:00+00:00"),
        (date(2026, 3, 1), 7, "2026-02-28T23:00:00+00:00"),
        (date(2026, 1, 1), 0, "2025-12-31T16:00:00+00:00"),
    ],
)
def test_hospital_time_is_eight_hours_ahead(day: date, hour: int, text: str) -> None:
    moment = wita(day, hour)
    assert instant(moment) == text
    assert wita_date(moment) == day


def test_a_span_has_both_ends() -> None:
    start = datetime(2026, 1, 2, tzinfo=UTC)
    assert span(start, start) == {"start": "2026-01-02T00:00:00+00:00", "end": "2026-01-02T00:00:00+00:00"}


def test_concepts() -> None:
    assert concept("s", "c", text="t") == {"coding": [{"system": "s", "code": "c"}], "text": "t"}
    assert hl7("v2-0131", "C", "Contact")["coding"][0]["system"] == "http://terminology.hl7.org/CodeSystem/v2-0131"


def test_a_quantity_has_its_unit_as_code() -> None:
    assert quantity(3, "min") == {"value": 3, "unit": "min", "system": "http://unitsofmeasure.org", "code": "min"}


def test_references_and_local_systems() -> None:
    assert reference({"resourceType": "Patient", "id": "1"}) == {"reference": "Patient/1"}
    assert reference({"resourceType": "Patient", "id": "1"}, "Ulin")["display"] == "Ulin"
    assert local_id("mrn") == "http://sys-ids.kemkes.go.id/mrn/100099999"


def test_spread_goes_round() -> None:
    assert [spread("abc", number) for number in (0, 2, 3, 7)] == ["a", "c", "a", "b"]
