"""A doctor's weekly hours and leave on a Schedule."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from resources.extensions import extension
from resources.registry import validate
from resources.systems import LEAVE, POLI_PREFIX, PRACTICE

MORNING: dict[str, Any] = {
    "weekday": "mon",
    "start": time(8),
    "end": time(12),
    "jkn": 16,
    "umum": 8,
    "minutes": 10,
    "letter": "A",
}
AFTERNOON = {**MORNING, "start": time(13), "end": time(15)}
AWAY: dict[str, Any] = {"from": date(2026, 12, 1), "to": date(2026, 12, 3), "reason": "Cuti tahunan"}
ACTORS = [{"reference": "Practitioner/nakes-001"}, {"reference": "Location/ruang-int"}]
CLINIC = [{"coding": [{"system": f"{POLI_PREFIX}100099999", "code": "INT"}]}]


def schedule(*hours: dict[str, Any], leave: tuple[dict[str, Any], ...] = (), **changes: Any) -> dict[str, Any]:
    rows = [extension(PRACTICE, row) for row in hours] + [extension(LEAVE, row) for row in leave]
    found = {"resourceType": "Schedule", "id": "jadwal-001", "serviceType": CLINIC, "actor": ACTORS}
    return {**found, **({"extension": rows} if rows else {}), **changes}


def errors(resource: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue.expression, issue.text.en) for issue in validate(resource) if issue.severity == "error"]


@pytest.mark.parametrize(
    "fine",
    [
        pytest.param(schedule(), id="without hours"),
        pytest.param(schedule(actor=[{"reference": "Device/1"}], serviceType=[]), id="of something else"),
        pytest.param(schedule(MORNING), id="one morning"),
        pytest.param(schedule(MORNING, {**MORNING, "weekday": "tue"}), id="two days"),
        pytest.param(schedule(MORNING, {**AFTERNOON, "start": time(12)}), id="one right after the other"),
        pytest.param(schedule({**MORNING, "jkn": 0, "umum": 0, "open-on-holidays": True}), id="no places"),
        pytest.param(schedule(MORNING, leave=(AWAY, {**AWAY, "to": date(2026, 12, 1)})), id="leave, one of a day"),
        pytest.param(schedule(MORNING, leave=({**AWAY, "move-to": "Schedule/jadwal-002"},)), id="handed over"),
        pytest.param(schedule(MORNING, id="x" * 48), id="a long id"),
    ],
)
def test_what_may_be_written(fine: dict[str, Any]) -> None:
    if fine.get("serviceType") == []:
        del fine["serviceType"]
    assert errors(fine) == []


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ({"weekday": "senin"}, "weekday"),
        ({"weekday": None}, "weekday"),
        ({"start": None}, "start"),
        ({"end": "siang"}, "end"),
        ({"end": time(8)}, "end must be after start"),
        ({"start": time(12), "end": time(8)}, "end must be after start"),
        ({"jkn": -1}, "places for jkn"),
        ({"umum": "8"}, "places for umum"),
        ({"umum": 501}, "places for umum"),
        ({"jkn": True}, "places for jkn"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 241}, "minutes"),
        ({"letter": "a"}, "letter"),
        ({"letter": "ABC"}, "letter"),
        ({"letter": None}, "letter"),
        ({"open-on-holidays": "ya"}, "open-on-holidays"),
        ({"kapasitas": 3}, "Unknown value 'kapasitas'"),
    ],
)
def test_hours_that_are_refused(hours: dict[str, Any], problem: str) -> None:
    ((path, text),) = errors(schedule({**MORNING, **hours}))
    assert path == "Schedule.extension[0]"
    assert problem in text


def test_hours_of_a_day_do_not_overlap() -> None:
    rows = ({**AFTERNOON, "weekday": "tue"}, {**AFTERNOON, "start": time(11, 59)}, MORNING)
    assert errors(schedule(*rows)) == [("Schedule.extension[1]", "Hours on mon overlap")]
    assert errors(schedule(MORNING, MORNING)) == [("Schedule.extension[1]", "Hours on mon overlap")]


@pytest.mark.parametrize(
    ("leave", "problem"),
    [
        ({"from": None}, "from"),
        ({"to": None}, "to"),
        ({"to": "besok"}, "to"),
        ({"reason": "  "}, "reason"),
        ({"reason": None}, "reason"),
        ({"to": date(2026, 11, 30)}, "to must not be before from"),
        ({"to": date(2027, 12, 2)}, "at most 366 days"),
        ({"move-to": "jadwal-002"}, "move-to"),
        ({"alasan": "x"}, "Unknown value"),
    ],
)
def test_leave_that_is_refused(leave: dict[str, Any], problem: str) -> None:
    ((path, text),) = errors(schedule(MORNING, leave=({**AWAY, **leave},)))
    assert path == "Schedule.extension[1]"
    assert problem in text


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"id": "x" * 49}, "Schedule.id"),
        ({"serviceType": [{"text": "Poli"}]}, "Schedule.serviceType"),
        ({"serviceType": [{"coding": [{"system": f"{POLI_PREFIX}1", "display": "x"}]}]}, "Schedule.serviceType"),
        ({"actor": ACTORS[:1]}, "Schedule.actor"),
        ({"actor": ACTORS[1:]}, "Schedule.actor"),
    ],
)
def test_hours_need_to_be_somebodys(changes: dict[str, Any], path: str) -> None:
    assert [found for found, _ in errors(schedule(MORNING, **changes))] == [path]


@pytest.mark.parametrize(
    "shape",
    [
        {"extension": [{"url": PRACTICE}]},
        {"extension": [{"url": PRACTICE, "extension": [{"url": "start", "valueString": ["x"]}, 3]}], "actor": 1},
        {"extension": [{"url": LEAVE, "extension": "x"}, "x"], "serviceType": {"coding": 1}},
        {"extension": [{"url": PRACTICE, "extension": []}], "serviceType": [{"coding": "x"}, 1], "actor": [1, {}]},
    ],
)
def test_any_shape_is_judged(shape: dict[str, Any]) -> None:
    assert errors({"resourceType": "Schedule", "id": "1", **shape})
