"""The whole life of bookings, visits and tickets, over HTTP and in any order, beside a model of a few words.

More of it: `pytest tests/bookings/test_life_machine.py --hypothesis-profile=nightly`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from pymongo import MongoClient

from bookings import booking as bookings
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.session import Quota
from tests.bookings.worlds import session
from tests.journeys.booking_world import sent
from tests.journeys.bundles import Json, bundle, entry
from tests.journeys.test_state_machine import Asking

DATABASE = "test_life_machine"
SHORT = settings(max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
PEOPLE, PLACES = 5, 2
LIVE = ("pending", "booked", "arrived")
WAITING, SKIPPED, CALLED, SERVED, DONE, GONE = "waiting", "skipped", "called", "served", "done", "gone"
TICKETS = {
    WAITING: ("requested", ""),
    SKIPPED: ("requested", "skipped"),
    CALLED: ("received", None),
    SERVED: ("in-progress", None),
    DONE: ("completed", None),
    GONE: ("cancelled", None),
}
MOVES = {
    "$call": ({WAITING, SKIPPED}, CALLED),
    "$recall": ({CALLED, SKIPPED}, CALLED),
    "$skip": ({CALLED}, SKIPPED),
    "$absent": ({WAITING, SKIPPED, CALLED}, GONE),
    "$serve": ({CALLED}, SERVED),
    "$finish": ({SERVED}, DONE),
}


_NEXT = {WAITING: "$call", SKIPPED: "$recall", CALLED: "$serve", SERVED: "$finish"}


@dataclass
class Visit:
    """What the model knows of a booking. `tickets`: id of the Task -> its state, in the order of the visit."""

    session: str
    person: int
    status: str
    tickets: dict[str, str]

    @property
    def encounter(self) -> str:
        """Of who has arrived."""
        states = list(self.tickets.values())
        if self.status == "arrived":
            was_served = any(state in (SERVED, DONE) for state in states)
            return "in-progress" if was_served else "arrived"
        return "finished" if self.status == "fulfilled" else "cancelled"


class Life(RuleBasedStateMachine):
    """A morning and an afternoon session of two places; ids are prefixed so that each example has its own."""

    asking: Asking

    def __init__(self) -> None:
        super().__init__()
        self.prefix = f"h{next(self.asking.examples)}"
        self.visits: dict[str, Visit] = {}
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=100)
        where = {"poli": self.prefix.upper(), "location": f"Location/{self.prefix}-ruang"}
        day: dict[str, Any] = {**where, "jkn": Quota(0), "umum": Quota(PLACES)}
        held = [
            session(f"{self.prefix}-{name}", letter=letter, start=start, end=start + timedelta(hours=3), **day)
            for name, letter in (("pagi", "A"), ("sore", "B"))
        ]
        people: list[Json] = [{"resourceType": "Patient", "id": self.patient(number)} for number in range(PEOPLE)]
        places: list[Json] = [{"resourceType": "Location", "id": f"{self.prefix}-{id}"} for id in ("ruang", "farmasi")]
        rows = [*people, *places, *map(sessions.write, held)]
        self.asking("POST", "", bundle(*(entry("PUT", f"{row['resourceType']}/{row['id']}", row) for row in rows)))

    def patient(self, number: int) -> str:
        return f"{self.prefix}-p{number}"

    def live(self, number: int) -> bool:
        return any(one.person == number and one.status in LIVE for one in self.visits.values())

    def left(self, name: str) -> int:
        taken = [one for one in self.visits.values() if one.session == name and one.status != "cancelled"]
        return PLACES - len(taken)

    def may_have(self, number: int, name: str) -> bool:
        return not self.live(number) and self.left(name) > 0

    @rule(
        what=st.sampled_from(["$hold", "$book", "$book"]),
        number=st.integers(0, PEOPLE - 1),
        name=st.sampled_from(["pagi", "sore"]),
    )
    def ask_for_a_place(self, what: str, number: int, name: str) -> None:
        body = sent(slot=f"{self.prefix}-{name}", patient=self.patient(number))
        answer = self.asking("POST", f"Appointment/{what}", body)
        assert answer.is_success == self.may_have(number, name), answer.text
        if answer.is_success:
            self.visits[answer.json()["id"]] = Visit(name, number, answer.json()["status"], {})

    @precondition(lambda self: self.visits)
    @rule(data=st.data(), what=st.sampled_from(["$book", "$cancel", "$check-in", "$check-in"]))
    def change_a_booking(self, data: st.DataObject, what: str) -> None:
        self.change(data.draw(st.sampled_from(sorted(self.visits))), what)

    def change(self, id: str, what: str) -> None:
        visit = self.visits[id]
        answer = self.asking("POST", f"Appointment/{id}/{what}", sent(reason="Berhalangan"))
        allowed = {
            "$book": {"pending": "booked", "booked": "booked"},
            "$cancel": {"pending": "cancelled", "booked": "cancelled"},
            "$check-in": {"booked": "arrived", "arrived": "arrived"},
        }[what]
        if what == "$cancel" and visit.encounter == "arrived":
            allowed["arrived"] = "cancelled"
        assert answer.is_success == (visit.status in allowed), (what, visit, answer.text)
        if not answer.is_success:
            return
        before, visit.status = visit.status, allowed[visit.status]
        if what == "$cancel":
            visit.tickets = dict.fromkeys(visit.tickets, GONE)
        if (before, visit.status) == ("booked", "arrived"):
            (ticket,) = self.tasks(id)
            visit.tickets[ticket.id] = WAITING

    @precondition(lambda self: any(one.status == "booked" for one in self.visits.values()))
    @rule(data=st.data(), name=st.sampled_from(["pagi", "sore"]))
    def reschedule(self, data: st.DataObject, name: str) -> None:
        id = data.draw(st.sampled_from(sorted(id for id, one in self.visits.items() if one.status == "booked")))
        visit = self.visits[id]
        answer = self.asking("POST", f"Appointment/{id}/$reschedule", sent(slot=f"{self.prefix}-{name}"))
        fits = self.left(name) + (visit.session == name) > 0
        assert answer.is_success == fits, answer.text
        if fits:
            visit.status = "cancelled"
            self.visits[answer.json()["id"]] = Visit(name, visit.person, "booked", {})

    @precondition(lambda self: any(one.tickets for one in self.visits.values()))
    @rule(data=st.data(), what=st.sampled_from(sorted(MOVES)), goes_on=st.booleans())
    def move_a_ticket(self, data: st.DataObject, what: str, goes_on: bool) -> None:
        pairs = [(task, id) for id, visit in self.visits.items() for task in visit.tickets]
        task, id = data.draw(st.sampled_from(sorted(pairs)))
        self.move(id, task, what, goes_on=goes_on)

    def move(self, id: str, task: str, what: str, *, goes_on: bool) -> None:
        visit, (allowed, after) = self.visits[id], MOVES[what]
        goes_on = goes_on and what == "$finish" and len(visit.tickets) == 1
        to = {"to": f"{self.prefix}-farmasi", "kind": "farmasi"} if goes_on else {}
        answer = self.asking("POST", f"Task/{task}/{what}", sent(**to))
        assert answer.is_success == (visit.tickets[task] in allowed), (what, visit, answer.text)
        if answer.is_success:
            visit.tickets[task] = after
            self.goes_on(visit, answer)

    @precondition(lambda self: any(one.status in LIVE for one in self.visits.values()))
    @rule(data=st.data(), goes_on=st.booleans())
    def take_the_next_step(self, data: st.DataObject, goes_on: bool) -> None:
        """Of many random steps few come to the end of a visit: this one always leads there."""
        id = data.draw(st.sampled_from(sorted(id for id, one in self.visits.items() if one.status in LIVE)))
        visit = self.visits[id]
        if visit.status != "arrived":
            self.change(id, "$book" if visit.status == "pending" else "$check-in")
            return
        task = next(task for task, state in visit.tickets.items() if state not in (DONE, GONE))
        self.move(id, task, _NEXT[visit.tickets[task]], goes_on=goes_on)

    @rule(point=st.sampled_from(["ruang", "farmasi"]))
    def call_the_next(self, point: str) -> None:
        answer = self.asking("POST", f"Location/{self.prefix}-{point}/$next", sent())
        called = [part["resource"]["id"] for part in answer.json().get("parameter", ())]
        kind = 0 if point == "ruang" else 1
        waiting = {
            task
            for visit in self.visits.values()
            for place, (task, state) in enumerate(visit.tickets.items())
            if (min(place, 1), state) == (kind, WAITING)
        }
        assert bool(called) == bool(waiting)
        for task in called:
            assert task in waiting
            visit = next(visit for visit in self.visits.values() if task in visit.tickets)
            visit.tickets[task] = CALLED

    def goes_on(self, visit: Visit, answer: httpx.Response) -> None:
        """What follows from a ticket's move for the rest of the visit."""
        following = [part["resource"]["id"] for part in answer.json()["parameter"] if part["name"] == "following"]
        visit.tickets.update(dict.fromkeys(following, WAITING))
        states = set(visit.tickets.values())
        if states <= {DONE, GONE}:
            visit.status = "fulfilled" if DONE in states else "noshow"

    def tasks(self, id: str) -> list[tickets.Ticket]:
        found = self.asking("GET", f"Task?based-on=Appointment/{id}").json()
        read = (tickets.read(row["resource"]) for row in found.get("entry", ()))
        return [one for one in read if one is not None]

    def teardown(self) -> None:
        """All that is stored is what the model says."""
        for id, visit in self.visits.items():
            stored = self.asking("GET", f"Appointment/{id}").json()
            assert stored["status"] == visit.status
            for ticket in self.tasks(id):
                status, note = TICKETS[visit.tickets[ticket.id]]
                assert ticket.status == status
                assert note is None or ticket.note == note
            found = self.asking("GET", f"Encounter?appointment=Appointment/{id}").json()
            assert [row["resource"]["status"] for row in found.get("entry", ())] == (
                [visit.encounter] if visit.tickets else []
            )
        for name in ("pagi", "sore"):
            held = sessions.read(self.asking("GET", f"Slot/{self.prefix}-{name}").json())
            assert held is not None
            assert held.umum.left == self.left(name)
            made = [
                bookings.read(self.asking("GET", f"Appointment/{id}").json())
                for id, one in self.visits.items()
                if one.session == name
            ]
            numbers = sorted(one.number for one in made if one is not None and one.number is not None)
            assert numbers == list(range(1, held.issued + 1))


@pytest.fixture(scope="module")
def asking(mongodb_uri: str) -> Any:
    found = Asking(mongodb_uri, DATABASE)
    yield found
    found.close()
    with MongoClient[Json](mongodb_uri) as client:
        client.drop_database(DATABASE)


def test_any_life(asking: Asking) -> None:
    Life.asking = asking
    is_nightly = settings.get_current_profile_name() == "nightly"
    run_state_machine_as_test(Life, settings=settings() if is_nightly else SHORT)
