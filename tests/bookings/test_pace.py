"""When a patient will be seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.pace import PRIOR, Service, Today, expected, pace, waiting

EIGHT = datetime(2026, 1, 5, 0, tzinfo=UTC)
"""In WITA."""

PLANNED = Today(start=EIGHT, minutes=10, now=EIGHT - timedelta(days=1))


def at(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def seen(*minutes: tuple[float, float | None]) -> tuple[Service, ...]:
    return tuple((at(went_in), None if came_out is None else at(came_out)) for went_in, came_out in minutes)


def in_a_row(*lengths: float) -> tuple[Service, ...]:
    """One patient after the other."""
    return seen(*((sum(lengths[:place]), sum(lengths[: place + 1])) for place in range(len(lengths))))


@pytest.mark.parametrize(
    ("services", "minutes"),
    [
        pytest.param((), 10, id="as planned while nobody was seen"),
        pytest.param(in_a_row(6), (3 * 10 + 6) / 4, id="the plan counts for three patients"),
        pytest.param(in_a_row(6, 6, 6, 6, 6), (3 * 10 + 5 * 6) / 8, id="then the doctor's own time"),
        pytest.param(in_a_row(10, 10, 90), (3 * 10 + 2 * 10 + 30) / 6, id="an outlier counts three times at most"),
        pytest.param(in_a_row(90), (3 * 10 + 30) / 4, id="the first patient too"),
        pytest.param(in_a_row(10, 10, 0.1), (3 * 10 + 2 * 10 + 10 / 3) / 6, id="and so does one clicked through"),
        pytest.param(seen((0, 6), (7, 13)), (3 * 10 + 7 + 6) / 5, id="the change between two patients belongs to it"),
        pytest.param(seen((0, 6), (60, 66)), (3 * 10 + 8 + 6) / 5, id="an empty waiting room does not"),
        pytest.param(seen((60, 66), (0, 6)), (3 * 10 + 8 + 6) / 5, id="in any order"),
        pytest.param(seen((0, 12), (6, 18)), (3 * 10 + 6 + 12) / 5, id="two inside at once go twice as fast"),
        pytest.param(seen((0, None), (7, 13)), (3 * 10 + 7 + 6) / 5, id="an end that was never told is the next start"),
        pytest.param(seen((0, 6), (6, None)), (3 * 10 + 6) / 4, id="who is inside counts when out"),
    ],
)
def test_pace(services: tuple[Service, ...], minutes: float) -> None:
    found = pace(replace(PLANNED, now=at(120), services=services))
    assert found / timedelta(minutes=1) == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("today", "ahead", "awaited", "minutes"),
    [
        pytest.param(PLANNED, 0, 0, 0, id="the first, the day before"),
        pytest.param(PLANNED, 0, 5, 50, id="the sixth, the day before"),
        pytest.param(replace(PLANNED, now=at(-20)), 2, 3, 50, id="who is there before the start changes nothing"),
        pytest.param(replace(PLANNED, now=at(25)), 2, 0, 45, id="a late doctor: it slips with the clock"),
        pytest.param(replace(PLANNED, now=at(4), services=seen((0, None))), 0, 0, 10, id="the rest of who is inside"),
        pytest.param(replace(PLANNED, now=at(4), services=seen((0, None))), 2, 0, 30, id="and two more"),
        pytest.param(replace(PLANNED, now=at(50), services=seen((0, None))), 0, 0, 55, id="inside for very long"),
        pytest.param(replace(PLANNED, now=at(10), services=in_a_row(10)), 0, 0, 10, id="nobody inside: now"),
        pytest.param(replace(PLANNED, now=at(-10), services=seen((-15, None))), 2, 0, 15, id="an early doctor"),
        pytest.param(replace(PLANNED, now=at(-10), services=seen((-15, None))), 0, 0, 0, id="but not before the start"),
        pytest.param(replace(PLANNED, now=at(30), absent=3), 0, 4, 50, id="half did not come: half of those awaited"),
        pytest.param(replace(PLANNED, now=at(30), absent=3), 4, 0, 70, id="who is there is there"),
    ],
)
def test_expected(today: Today, ahead: int, awaited: int, minutes: float) -> None:
    found = expected(today, ahead, awaited)
    assert (found - EIGHT) / timedelta(minutes=1) == pytest.approx(minutes)
    assert waiting(today, ahead, awaited) == found - today.now


@st.composite
def sessions(draw: st.DrawFn) -> Today:
    """Any mixture, tangled records and a clock that runs behind them included."""
    minutes = st.floats(-60, 400)
    services = draw(st.lists(st.tuples(minutes, st.none() | st.floats(0, 200)), max_size=12))
    return Today(
        start=EIGHT,
        minutes=draw(st.integers(1, 60)),
        now=at(draw(st.floats(-3000, 600))),
        services=seen(*((start, None if length is None else start + length) for start, length in services)),
        absent=draw(st.integers(0, 20)),
    )


people = st.integers(0, 60)


@given(sessions(), people, people)
def test_never_past_and_never_before_the_start(today: Today, ahead: int, awaited: int) -> None:
    assert expected(today, ahead, awaited) >= max(today.now, today.start)
    assert waiting(today, ahead, awaited) >= timedelta()


@given(sessions(), people, people)
def test_one_more_in_front_is_never_sooner(today: Today, ahead: int, awaited: int) -> None:
    here = expected(today, ahead, awaited)
    assert here <= expected(today, ahead, awaited + 1) <= expected(today, ahead + 1, awaited)


@given(st.integers(1, 60), st.floats(0, 30 * 24 * 60), people)
def test_by_plan_while_nothing_is_known(minutes: int, before: float, number: int) -> None:
    today = Today(start=EIGHT, minutes=minutes, now=at(-before))
    assert expected(today, 0, number) == expected(today, number) == at(number * minutes)


@given(st.integers(1, 60), st.floats(1, 120))
def test_it_comes_to_the_pace_of_the_doctor(minutes: int, own: float) -> None:
    many = 60
    today = Today(EIGHT, minutes, at(many * own), in_a_row(*[own] * many))
    off = abs(pace(today) / timedelta(minutes=1) - own)
    assert off <= abs(minutes - own) * PRIOR / (many + PRIOR) + 1e-3


@given(sessions())
def test_the_order_of_services_is_no_matter(today: Today) -> None:
    turned = replace(today, services=today.services[::-1])
    if len({start for start, _ in today.services}) == len(today.services):
        assert expected(turned, 3) == expected(today, 3)
