"""What bookings do to sessions, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bookings.ledger import Ask, Ledger, taken
from bookings.refusals import Refused
from bookings.session import Quota
from tests.bookings.worlds import MORNING, NOW, ledger, new, session

OTHER = session("int-sore", start=MORNING + timedelta(hours=5), end=MORNING + timedelta(hours=8), letter="B")


def refused(found: Ledger, ask: Ask) -> str:
    """The rule that refuses it; nothing has changed."""
    before = dict(found.sessions), dict(found.bookings)
    with pytest.raises(Refused) as error:
        found.carry_out(ask)
    assert (found.sessions, found.bookings) == before
    return error.value.rule


def test_numbers_run_from_one_in_the_order_of_booking() -> None:
    found = ledger()
    numbers = [found.carry_out(new(patient=patient)).number for patient in (1, 2, 3)]
    assert numbers == [1, 2, 3]
    assert found.sessions["int-pagi"].umum == Quota(3, 3)
    assert found.sessions["int-pagi"].issued == 3


def test_each_payer_has_its_places() -> None:
    found = ledger()
    for patient in (1, 2, 3):
        found.carry_out(new(patient=patient, payer="jkn"))
    assert refused(found, new(patient=4, payer="jkn")) == "full"
    assert found.carry_out(new(patient=4, payer="umum")).ticket == "A-4"


def test_a_hold_takes_a_place_but_no_number() -> None:
    found = ledger()
    held = found.carry_out(new("hold"))
    assert (held.status, held.number, held.expires) == ("pending", None, NOW + timedelta(minutes=5))
    assert found.sessions["int-pagi"].umum.left == 2
    booked = found.carry_out(Ask("confirm", NOW + timedelta(minutes=4), booking=held.id))
    assert (booked.status, booked.number, booked.expires) == ("booked", 1, None)
    assert found.carry_out(Ask("confirm", NOW, booking=held.id)) == booked, "twice is once"


def test_a_hold_ends_by_itself() -> None:
    found = ledger()
    held = found.carry_out(new("hold"))
    late = NOW + timedelta(minutes=5)
    assert found.carry_out(Ask("expire", NOW, booking=held.id)).status == "pending", "not before its time"
    assert refused(found, Ask("confirm", late, booking=held.id)) == "hold-over"
    assert found.carry_out(Ask("expire", late, booking=held.id)).status == "cancelled"
    assert found.sessions["int-pagi"].umum.left == 3
    assert refused(found, Ask("confirm", late, booking=held.id)) == "over"


def test_a_cancelled_number_is_not_issued_again() -> None:
    found = ledger()
    first = found.carry_out(new(patient=1))
    found.carry_out(Ask("cancel", NOW, booking=first.id, reason="Sembuh"))
    assert found.carry_out(new(patient=1)).number == 2
    assert found.sessions["int-pagi"].umum.left == 2
    assert refused(found, Ask("cancel", NOW, booking=first.id)) == "over"


@pytest.mark.parametrize(
    ("changes", "about", "rule"),
    [
        ({"session": "tidak-ada"}, {}, "no-session"),
        ({"patient": "Patient/tidak-ada"}, {}, "no-patient"),
        ({}, {"closed": True, "reason": "Cuti"}, "closed"),
        ({"now": MORNING + timedelta(hours=4)}, {}, "past"),
        ({"now": MORNING - timedelta(days=31)}, {}, "too-early"),
        ({"now": MORNING + timedelta(hours=3, seconds=1)}, {}, "too-late"),
        ({"referral": "1", "referred": date(2026, 8, 27)}, {}, "referral-old"),
        ({}, {"umum": Quota(0)}, "full"),
        ({"payer": "jkn"}, {"jkn": Quota(2, 3)}, "full"),
    ],
)
def test_who_may_not_book(changes: dict[str, Any], about: dict[str, Any], rule: str) -> None:
    assert refused(ledger(session(**about)), new(**changes)) == rule


@pytest.mark.parametrize(
    "changes",
    [
        {"now": MORNING - timedelta(days=30)},
        {"now": MORNING + timedelta(hours=3)},
        {"referral": "1", "referred": date(2026, 8, 28)},
        {"now": MORNING + timedelta(hours=3, minutes=30), "overbook": "Pasien gawat"},
    ],
)
def test_who_just_may(changes: dict[str, Any]) -> None:
    assert ledger().carry_out(new(**changes)).status == "booked"


@pytest.mark.parametrize("what", ["hold", "book", "waitlist"])
def test_one_live_booking_per_patient_poli_and_day(what: str) -> None:
    found = ledger(session(umum=Quota(1)), OTHER)
    found.carry_out(new(session="int-sore"))
    assert refused(found, new(what)) == "once-a-day"
    elsewhere = replace(session("ana"), poli="ANA")
    found.sessions["ana"] = elsewhere
    assert found.carry_out(new(session="ana")).status == "booked"


def test_one_live_booking_per_referral() -> None:
    found = ledger()
    first = found.carry_out(new(patient=1, referral="0001R1"))
    assert refused(found, new(patient=2, referral="0001R1")) == "referral-used"
    found.carry_out(Ask("cancel", NOW, booking=first.id))
    assert found.carry_out(new(patient=2, referral="0001R1")).referral == "0001R1"


def test_the_desk_overbooks_with_a_reason() -> None:
    found = ledger(session(umum=Quota(1)))
    found.carry_out(new(patient=1))
    more = found.carry_out(new(patient=2, overbook="Kontrol pascaoperasi"))
    assert (more.number, more.reason) == (2, "Kontrol pascaoperasi")
    assert found.sessions["int-pagi"].umum == Quota(1, 2)
    found.carry_out(Ask("cancel", NOW, booking=more.id))
    assert refused(found, new(patient=3)) == "full", "what was beyond the places frees none"


def test_patients_change_until_an_hour_before() -> None:
    found = ledger(session(), OTHER)
    booked = found.carry_out(new())
    late = MORNING - timedelta(minutes=59)
    for what in ("cancel", "reschedule"):
        ask = Ask(what, late, booking=booked.id, session="int-sore", id="baru", code="X")
        assert refused(found, ask) == "cancel-too-late"
    assert found.carry_out(Ask("cancel", late, booking=booked.id, is_desk=True)).status == "cancelled"


def test_rescheduling_gives_the_new_place_and_frees_the_old() -> None:
    found = ledger(session(), OTHER)
    old = found.carry_out(new(referral="0001R1", payer="jkn"))
    moved = found.carry_out(Ask("reschedule", NOW, booking=old.id, session="int-sore", id="baru", code="B1"))
    assert (moved.status, moved.session, moved.ticket, moved.referral, moved.payer) == (
        "booked",
        "int-sore",
        "B-1",
        "0001R1",
        "jkn",
    )
    assert found.bookings[old.id].status == "cancelled"
    assert (found.sessions["int-pagi"].jkn.taken, found.sessions["int-sore"].jkn.taken) == (0, 1)


def test_rescheduling_into_a_full_session_leaves_the_old_place() -> None:
    found = ledger(session(), replace(OTHER, umum=Quota(0)))
    old = found.carry_out(new())
    assert refused(found, Ask("reschedule", NOW, booking=old.id, session="int-sore", id="baru", code="B1")) == "full"
    assert found.bookings[old.id].status == "booked"


def test_the_waiting_list_moves_up_by_itself() -> None:
    found = ledger(session(umum=Quota(1)))
    assert refused(found, new("waitlist", patient=9)) == "not-full"
    first = found.carry_out(new(patient=1))
    for patient, minutes in ((3, 2), (2, 1)):
        found.carry_out(new("waitlist", patient=patient, now=NOW + timedelta(minutes=minutes)))
    assert found.sessions["int-pagi"].waiting == 2
    found.carry_out(Ask("cancel", NOW + timedelta(minutes=9), booking=first.id))
    second, third = (found.live(f"Patient/{patient}", "INT", date(2026, 11, 26)) for patient in (2, 3))
    assert second is not None
    assert third is not None
    assert (second.status, second.expires) == ("pending", NOW + timedelta(minutes=39))
    assert (third.status, found.sessions["int-pagi"].waiting) == ("waitlist", 1)
    found.carry_out(Ask("expire", NOW + timedelta(minutes=39), booking=second.id))
    assert found.bookings[third.id].status == "pending", "who does not confirm makes way for the next"
    assert found.carry_out(Ask("confirm", NOW + timedelta(minutes=40), booking=third.id)).number == 2


def test_who_does_not_come_keeps_the_place() -> None:
    found = ledger()
    booked = found.carry_out(new())
    missed = found.carry_out(Ask("miss", MORNING + timedelta(hours=4), booking=booked.id, reason="Tidak hadir"))
    assert (missed.status, found.sessions["int-pagi"].umum.taken) == ("noshow", 1)
    assert taken(found.bookings.values(), "int-pagi", "umum") == 1


def test_who_has_arrived_cancels_at_the_counter() -> None:
    found = ledger()
    booked = found.carry_out(new())
    found.bookings[booked.id] = booked.moved("arrived")
    assert refused(found, Ask("cancel", NOW, booking=booked.id)) == "being-served"
    assert refused(found, Ask("confirm", NOW, booking=booked.id)) == "over"
