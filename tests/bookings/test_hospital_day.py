"""A day at the hospital: 12 clinics, 600 patients, by the clock of the simulation. At its end all is settled."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter as Tally
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, pairwise
from random import Random
from typing import Any

from bookings import booking as bookings
from bookings import session as sessions
from bookings import ticket as tickets
from bookings.moments import moments
from bookings.session import Quota, Session
from bookings.sweeping import sweep
from bookings.ticket import Ticket
from fhir_server.messages import FhirResponse, Resource
from resources.moments import moment
from tests.bookings.conftest import Counter, person
from tests.bookings.worlds import MORNING, session

CLINICS, PATIENTS = 12, 600
BOOKED, WALK_INS = 480, 120
LATE_CLINIC, LATE_MINUTES = 3, 70
DESK, NURSE = person("pendaftaran"), person("sistem")
PRIORITIES = ("elderly", "disabled", "pregnant")

Act = Callable[[], Awaitable[None]]


@dataclass
class Day:
    """What happens at which minute: what falls into one minute happens at once."""

    reception: Counter
    dice: Random
    agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    turns: Any = field(default_factory=count)
    done: Tally[str] = field(default_factory=Tally)
    free_at: dict[str, datetime] = field(default_factory=dict)

    def at(self, when: datetime, act: Act) -> None:
        heapq.heappush(self.agenda, (when.replace(second=0, microsecond=0), next(self.turns), act))

    def after(self, minutes: float, act: Act) -> None:
        self.at(self.reception.clock.now + timedelta(minutes=max(minutes, 1)), act)

    async def run(self) -> None:
        while self.agenda:
            now = self.agenda[0][0]
            self.reception.clock.now = now
            acts = []
            while self.agenda and self.agenda[0][0] == now:
                acts.append(heapq.heappop(self.agenda)[2])
            await asyncio.gather(*(act() for act in acts))

    async def arrives(self, appointment: str) -> None:
        priority = self.dice.choice(PRIORITIES) if self.dice.random() < 0.1 else ""
        await self.reception.ask(f"Appointment/{appointment}/$check-in", DESK, priority=priority)
        self.done["arrived"] += 1

    async def walks_in(self, patient: str, slot: str) -> None:
        new = self.dice.random() < 0.4
        made = await self.reception.ask(
            "Appointment/$book", DESK, slot=slot, patient=patient, overbook="Datang langsung", new_patient=new
        )
        self.done["walked in"] += 1
        await self.arrives((made.resource or {})["id"])

    async def works(self, point: str, kind: str) -> None:
        """A service point calls, serves and hands on until the evening."""
        called = await self.ask(f"Location/{point}/$next", counter="1")
        now = self.reception.clock.now
        if not called:
            if now < MORNING + timedelta(hours=9):
                self.after(3, lambda: self.works(point, kind))
            return
        ticket = called[0]
        if self.dice.random() < 0.06:
            await self.ask(f"Task/{ticket.id}/$skip")
            self.after(8, lambda: self.comes_back(ticket))
        elif self.dice.random() < 0.02:
            await self.ask(f"Task/{ticket.id}/$absent")
            self.done["absent"] += 1
        else:
            await self.ask(f"Task/{ticket.id}/$serve")
            minutes = max(round(self.dice.gauss(5 if kind == "poli" else 2, 2)), 1)
            self.after(minutes, lambda: self.finishes(ticket, kind))
            self.after(minutes + 1, lambda: self.works(point, kind))
            return
        self.after(1, lambda: self.works(point, kind))

    async def comes_back(self, ticket: Ticket) -> None:
        """Who was skipped: recalled and served, or absent for good."""
        if self.dice.random() < 0.2:
            await self.ask(f"Task/{ticket.id}/$absent")
            self.done["absent"] += 1
            return
        await self.ask(f"Task/{ticket.id}/$recall")
        await self.ask(f"Task/{ticket.id}/$serve")
        self.after(4, lambda: self.finishes(ticket, ticket.kind))

    async def finishes(self, ticket: Ticket, kind: str) -> None:
        to = {"to": "Location/farmasi", "kind": "farmasi"} if kind == "poli" and self.dice.random() < 0.7 else {}
        await self.ask(f"Task/{ticket.id}/$finish", **to)
        self.done[f"finished {kind}"] += 1

    async def ask(self, path: str, **values: str) -> list[Ticket]:
        answer = (await self.reception.ask(path, NURSE, **values)).resource or {}
        found = [tickets.read(part["resource"]) for part in answer.get("parameter", ())]
        return [one for one in found if one is not None]


def clinic(number: int) -> Session:
    code = f"P{number:02d}"
    return session(
        f"sesi-{number}",
        poli=code,
        letter=chr(ord("A") + number),
        location=f"Location/ruang-{number}",
        doctor=f"Practitioner/dokter-{number}",
        minutes=6,
        jkn=Quota(30),
        umum=Quota(20),
        end=MORNING + timedelta(hours=5),
    )


async def booked_the_day_before(reception: Counter, people: list[str], dice: Random) -> list[FhirResponse]:
    reception.clock.now = MORNING - timedelta(days=1)
    return await asyncio.gather(
        *(
            reception.ask(
                "Appointment/$book",
                DESK,
                slot=f"sesi-{number % CLINICS}",
                patient=people[number],
                payer="jkn" if number % 5 < 3 else "umum",
                new_patient=dice.random() < 0.15,
            )
            for number in range(BOOKED)
        )
    )


async def test_a_day_at_the_hospital(reception: Counter) -> None:
    dice = Random(5)
    day = Day(reception, dice)
    people = [f"p{number}" for number in range(PATIENTS)]
    await reception.open(*(clinic(number) for number in range(CLINICS)), patients=people)
    points = [f"ruang-{number}" for number in range(CLINICS)]
    places = [*points, "loket-pendaftaran", "farmasi"]
    await reception.put(*({"resourceType": "Location", "id": id, "status": "active"} for id in places))
    made = await booked_the_day_before(reception, people, dice)
    missing = 0
    for answer in made:
        appointment = bookings.read(answer.resource or {})
        assert appointment is not None
        assert appointment.expected is not None
        if dice.random() < 0.1:
            missing += 1
            continue
        early = timedelta(minutes=max(dice.gauss(35, 20), 0))
        arrival = max(appointment.expected - early, MORNING - timedelta(minutes=100))
        day.at(arrival, lambda id=appointment.id: day.arrives(id))  # type: ignore[misc]
    for number in range(BOOKED, BOOKED + WALK_INS):
        arrival = MORNING + timedelta(minutes=dice.uniform(-30, 200))
        slot = f"sesi-{number % CLINICS}"
        day.at(arrival, lambda patient=people[number], slot=slot: day.walks_in(patient, slot))  # type: ignore[misc]
    for number, point in enumerate(points):
        late = LATE_MINUTES if number == LATE_CLINIC else dice.choice((0, 5, 15))
        day.at(MORNING + timedelta(minutes=late), lambda point=point: day.works(point, "poli"))  # type: ignore[misc]
    for point, kind, counters in (("loket-pendaftaran", "loket", 3), ("farmasi", "farmasi", 5)):
        for _ in range(counters):
            opens = MORNING - timedelta(minutes=60)
            day.at(opens, lambda point=point, kind=kind: day.works(point, kind))  # type: ignore[misc]
    await day.run()
    assert await sweep(reception.clerk.desk, reception.clerk.hospital, reception.clock()) == missing
    assert day.done["arrived"] == PATIENTS - missing
    await settled(reception, missing)


async def settled(reception: Counter, missing: int) -> None:
    """Every Appointment, Encounter and Task is in a final state that fits the others, and the times add up."""
    made = {one["id"]: one for one in await everything(reception, "Appointment")}
    visits = {one["id"]: one for one in await everything(reception, "Encounter")}
    tasks = [ticket for one in await everything(reception, "Task") if (ticket := tickets.read(one)) is not None]
    assert len(made) == PATIENTS
    assert len(visits) == PATIENTS - missing
    assert Tally(one["status"] for one in made.values()).keys() == {"fulfilled", "noshow"}
    assert {one["status"] for one in visits.values()} == {"finished", "cancelled"}
    assert {one.status for one in tasks} == {"completed", "cancelled"}
    for visit in visits.values():
        own = [one for one in tasks if one.encounter == f"Encounter/{visit['id']}"]
        appointment = made[visit["appointment"][0]["reference"].removeprefix("Appointment/")]
        booking = bookings.read(appointment)
        assert booking is not None
        assert own
        assert booking.status == ("fulfilled" if visit["status"] == "finished" else "noshow")
        check_clock(visit)
        passed = moments(own, booking)
        assert [at for _, at in passed] == sorted({at for _, at in passed})
        numbers = [id for id, _ in passed]
        assert numbers == sorted(numbers)
        if visit["status"] == "finished" and 5 in numbers:
            spans = [(one.queued, one.finished) for one in own if one.finished is not None]
            filled = sum((until - since for since, until in spans), timedelta())
            start, end = moment(visit["period"]["start"]), moment(visit["period"]["end"])
            assert start is not None
            assert end is not None
            assert abs((end - start) - filled) < timedelta(seconds=1), "waiting and service fill the visit"
    for number in range(CLINICS):
        held = sessions.read((await reception.record().read("Slot", f"sesi-{number}"))["resource"])
        assert held is not None
        assert held.issued == PATIENTS // CLINICS
    medicines = sorted(one.number for one in tasks if one.kind == "farmasi")
    assert medicines == list(range(1, len(medicines) + 1))


def check_clock(visit: Resource) -> None:
    """Each state begins when the one before it ends."""
    history = visit["statusHistory"]
    for before, after in pairwise(history):
        assert before["period"]["end"] == after["period"]["start"]
    assert visit["period"]["start"] == history[0]["period"]["start"]
    assert visit["period"]["end"] == history[-1]["period"]["start"]


async def everything(reception: Counter, type: str) -> list[Resource]:
    return [document["resource"] for document in await reception.record().gather(type, {})]
