"""The pace of today is nearer than the plan, whatever the chance."""

import json

import pytest

from bench.clinic_days import ClinicDay, clinic_days
from bench.waiting import ALL, POINTS, RULES, Figures, errors, figures, main, text

SMALL = ["--seed", "1", "--days", "1"]


@pytest.fixture(scope="module")
def days() -> list[ClinicDay]:
    return list(clinic_days(1, 2))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_pace_beats_the_plan(seed: int) -> None:
    found = figures(errors(seed, 2))[ALL]
    for point in ("check-in", "5 ahead", "all waiting"):
        assert found[point]["pace"]["mean"] < 0.8 * found[point]["plan"]["mean"], point
        assert found[point]["pace"]["p90"] < found[point]["plan"]["p90"], point
    assert found["all waiting"]["pace"]["mean"] < found["all waiting"]["queue"]["mean"]


def test_when_booking_every_rule_is_the_plan() -> None:
    found = figures(errors(1, 1))[ALL]["booking"]
    assert found["pace"] == found["queue"] == found["plan"]


def test_every_clinic_but_the_emergency_department_is_open(days: list[ClinicDay]) -> None:
    clinics = {day.clinic.code for day in days}
    assert "EMG" not in clinics
    assert len(clinics) == 14
    assert len(days) == 28


def test_a_doctor_sees_one_patient_at_a_time_and_nobody_before_they_come(days: list[ClinicDay]) -> None:
    for day in days:
        assert all(visit.came <= visit.called < visit.ended for visit in day.visits)
        assert all(one.ended < other.called for one, other in zip(day.visits, day.visits[1:], strict=False))
        assert len({visit.number for visit in day.visits}) == len(day.visits) <= day.booked


def test_there_are_waits_and_absences(days: list[ClinicDay]) -> None:
    assert any(len(day.visits) < day.booked for day in days)
    assert any(visit.called > visit.came for day in days for visit in day.visits)


def test_nothing_of_the_future_is_known(days: list[ClinicDay]) -> None:
    day = max(days, key=lambda day: len(day.visits))
    third = day.visits[2]
    today = day.today(third.called)
    assert today.services == [
        *((visit.called, visit.ended) for visit in day.visits[:2]),
        (third.called, None),
    ]
    waiting, awaited = day.in_front(day.booked + 1, third.called)
    here = [visit for visit in day.visits if visit.came <= third.called]
    assert waiting == len(here) - 3
    assert awaited + len(here) + today.absent == day.booked


def test_the_same_seed_is_the_same_table_and_another_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for arguments in (SMALL, SMALL, ["--seed", "2", "--days", "1"]):
        assert main(arguments) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] != printed[2]


def test_json_is_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == figures(errors(1, 1))


def test_text_has_a_row_for_each_clinic_and_point() -> None:
    one = {rule: {"mean": place + 1.0, "p90": place + 2.04, "questions": 3.0} for place, rule in enumerate(RULES)}
    found: Figures = {"Poli Mata": {"check-in": one}, ALL: dict.fromkeys(POINTS, one)}
    lines = [line.split("  ") for line in text(found).splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[1] == ["Poli Mata", "1.0 / 2.0", "3.0 / 4.0", *["-"] * 4]
    assert cells[-1] == ["all waiting", "1.0 / 2.0", "2.0 / 3.0", "3.0 / 4.0"]


def test_no_days_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--days", "0"])
    assert "at least 1" in capsys.readouterr().err
