"""Bookings past and coming: what became of them, and numbers in the queues of the coming days."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bookings import booking as booked
from bookings import session as sessions
from bookings.booking import Booking
from bookings.ledger import taken
from bookings.session import PAYERS, Quota, Session
from seed.clinical import patient_record
from seed.elements import wita_date
from seed.hospital import Hospital
from seed.queues import Queues, numbered, queues_of
from tests.seed.conftest import SEED, TODAY
from tests.seed.reading import at, of

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


@pytest.fixture(scope="module")
def bookings(records: Records) -> list[Resource]:
    return [item for record in records.values() for item in of(record, "Appointment")]


def test_all_outcomes_are_there(bookings: list[Resource]) -> None:
    assert {item["status"] for item in bookings} == {"fulfilled", "noshow", "cancelled", "booked"}


def test_only_what_is_booked_is_still_to_come(bookings: list[Resource], today: date) -> None:
    for item in bookings:
        day = wita_date(at(item["start"]))
        assert (day > today) == (item["status"] == "booked")
        assert at(item["created"]) < at(item["start"])
        assert wita_date(at(item["created"])) <= today
        assert ("cancelationReason" in item) == (item["status"] == "cancelled")


@pytest.fixture(scope="module")
def coming(bookings: list[Resource]) -> list[Booking]:
    return [read for item in bookings if (read := booked.read(item)) is not None]


def test_what_is_past_is_no_booking_of_ours(bookings: list[Resource], coming: list[Booking]) -> None:
    assert len(coming) == sum(item["status"] == "booked" for item in bookings) > 40
    assert {one.status for one in coming} == {"booked"}


def test_numbers_and_places_agree_with_the_sessions(coming: list[Booking], queues: Queues) -> None:
    assert max(session.issued for session in queues.values()) > 3
    for session in queues.values():
        own = sorted((one for one in coming if one.session == session.id), key=lambda one: one.number or 0)
        assert [one.number for one in own] == list(range(1, session.issued + 1))
        for payer in PAYERS:
            assert session.quota(payer).taken == taken(own, session.id, payer) <= session.quota(payer).capacity
        for one in own:
            assert (one.poli, one.day, one.letter) == (session.poli, wita_date(session.start), session.letter)
            assert one.expected == session.planned(one.number or 0)
            assert not session.closed


def test_codes_and_referrals_are_of_one_booking(coming: list[Booking], today: date) -> None:
    assert max(Counter(one.code for one in coming).values()) == 1
    for one in coming:
        assert one.code.startswith(f"{one.day:%Y%m%d}")
        assert len(one.code) == 14
        assert today < one.day <= today + timedelta(days=14)
        assert bool(one.referral) == (one.kind is not None) == (one.payer == "jkn")
    referrals = [one.referral for one in coming if one.referral]
    assert len(set(referrals)) == len(referrals) > 10
    assert {one.kind for one in coming} == {None, 1, 3}


def test_the_appointment_is_as_bookings_write_it(
    bookings: list[Resource], coming: list[Booking], queues: Queues
) -> None:
    written = {item["id"]: item for item in bookings}
    for one in coming:
        session = sessions.read(sessions.write(queues[one.session]))
        assert session is not None
        assert booked.write(one, session) == written[one.id]


def narrow(queues: Queues, places: int) -> Queues:
    """With so many places for each payer."""
    return {id: replace(one, jkn=Quota(places), umum=Quota(places)) for id, one in queues.items()}


def test_who_finds_no_place_comes_later_and_at_last_not_at_all(house: Hospital, records: Records) -> None:
    counts = []
    for places in (0, 1, 40):
        queues = narrow(queues_of(house), places)
        again = [list(numbered(patient_record(number, SEED, TODAY, house), queues)) for number in records]
        made = [read for record in again for item in of(record, "Appointment") if (read := booked.read(item))]
        assert sum(one.issued for one in queues.values()) == len(made)
        assert all(_is_within(one) for one in queues.values())
        counts.append(len(made))
    assert 0 == counts[0] < counts[1] < counts[2]


def _is_within(session: Session) -> bool:
    return all(session.quota(payer).taken <= session.quota(payer).capacity for payer in PAYERS)


def test_a_kept_appointment_belongs_to_a_visit(records: Records) -> None:
    for record in records.values():
        visits = {
            visit["appointment"][0]["reference"]: visit for visit in of(record, "Encounter") if "appointment" in visit
        }
        kept = [item for item in of(record, "Appointment") if item["status"] == "fulfilled"]
        assert {f"Appointment/{item['id']}" for item in kept} == set(visits)
        for item in kept:
            visit = visits[f"Appointment/{item['id']}"]
            assert wita_date(at(item["start"])) == wita_date(at(visit["period"]["start"]))
            assert visit["participant"][0]["individual"] in [one["actor"] for one in item["participant"]]
