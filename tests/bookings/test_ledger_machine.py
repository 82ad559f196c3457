"""Whatever is asked in whatever order: sessions and bookings against a model that counts anew each time."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bookings.booking import LIVE, Booking
from bookings.ledger import Ask, Ledger, What, taken
from bookings.refusals import Refused
from bookings.session import PAYERS, Payer, Quota
from tests.bookings.worlds import MORNING, NOW, ledger, new, session

PATIENTS = 8
SESSIONS = ("pagi", "sore", "anak")


class Life(RuleBasedStateMachine):
    """Two sessions of one clinic and one of another on a day; the clock moves on by minutes."""

    def __init__(self) -> None:
        super().__init__()
        pagi = session("pagi", jkn=Quota(2), umum=Quota(1))
        later = MORNING + timedelta(hours=5)
        end = later + timedelta(hours=4)
        sore = session("sore", jkn=Quota(1), umum=Quota(1), letter="B", start=later, end=end)
        anak = session("anak", poli="ANA", jkn=Quota(1), umum=Quota(2), letter="C")
        self.ledger: Ledger = ledger(pagi, sore, anak, patients=PATIENTS)
        self.now = NOW
        self.numbers = count(1)
        self.overbooked: Counter[tuple[str, Payer]] = Counter()
        self.given: dict[str, tuple[str, int]] = {}

    def ask(self, ask: Ask) -> Booking | None:
        before = dict(self.ledger.sessions), dict(self.ledger.bookings)
        try:
            return self.ledger.carry_out(ask)
        except Refused:
            assert (self.ledger.sessions, self.ledger.bookings) == before
            return None

    @rule(
        what=st.sampled_from(["hold", "book", "waitlist"]),
        patient=st.integers(1, PATIENTS + 1),
        where=st.sampled_from(SESSIONS),
        payer=st.sampled_from(PAYERS),
        more=st.booleans(),
        referral=st.sampled_from(["", "", "R1", "R2"]),
    )
    def ask_for_a_place(self, what: What, patient: int, where: str, more: bool, **rest: Any) -> None:
        overbook = "Gawat sekali" if more and what == "book" else ""
        ask = new(what, patient, session=where, now=self.now, overbook=overbook, **self.fresh(), **rest)
        places = self.ledger.sessions[where].quota(ask.payer).left
        booking = self.ask(ask)
        if booking is not None and overbook and not places:
            self.overbooked[where, ask.payer] += 1

    @precondition(lambda self: self.ledger.bookings)
    @rule(
        data=st.data(),
        what=st.sampled_from(["confirm", "confirm", "cancel", "reschedule", "expire", "miss"]),
        where=st.sampled_from(SESSIONS),
        is_desk=st.booleans(),
    )
    def change_one(self, data: st.DataObject, what: What, where: str, is_desk: bool) -> None:
        id = data.draw(st.sampled_from(sorted(self.ledger.bookings)))
        over = self.now >= self.ledger.sessions[self.ledger.bookings[id].session].end
        if what == "miss" and not over:
            return
        wanted = where if what == "reschedule" else ""
        self.ask(Ask(what, self.now, booking=id, session=wanted, is_desk=is_desk, **self.fresh()))

    def fresh(self) -> dict[str, Any]:
        """The id and the code of a new booking."""
        number = next(self.numbers)
        return {"id": f"janji-{number:03d}", "code": f"20261126{number:06d}"}

    @rule(minutes=st.sampled_from([1, 4, 5, 30, 600]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def places_are_counted_right(self) -> None:
        for id, held in self.ledger.sessions.items():
            for payer in PAYERS:
                quota = held.quota(payer)
                assert quota.taken == taken(self.ledger.bookings.values(), id, payer)
                assert quota.taken <= quota.capacity + self.overbooked[id, payer]
            waiting = [one for one in self.ledger.bookings.values() if (one.session, one.status) == (id, "waitlist")]
            assert held.waiting == len(waiting)

    @invariant()
    def numbers_run_without_gap(self) -> None:
        for id, held in self.ledger.sessions.items():
            numbers = sorted(one.number for one in self.ledger.bookings.values() if one.session == id and one.number)
            assert numbers == list(range(1, held.issued + 1))
        for id, booking in self.ledger.bookings.items():
            if booking.number is not None:
                assert self.given.setdefault(id, (booking.session, booking.number)) == (booking.session, booking.number)

    @invariant()
    def nobody_has_two(self) -> None:
        live = [one for one in self.ledger.bookings.values() if one.status in LIVE]
        once = Counter((one.patient, one.poli, one.day) for one in live)
        referrals = Counter(one.referral for one in live if one.referral)
        assert max(once.values(), default=1) == 1
        assert max(referrals.values(), default=1) == 1


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
