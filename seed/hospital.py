"""The demo hospital: organization and poli tree, locations, staff, formulary, schedules and two weeks of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.holidays import national
from bookings.practice import Hours, planned, with_hours, with_provider
from bookings.session import Session
from fhir_server.messages import Resource
from seed import places, staff
from seed.drugs import FORMULARY, medication
from seed.elements import coding, identifier, instant, local_id, reference, wita
from seed.staff import POLI_SYSTEM, Staff

SESSION_DAYS = 14
START, END = time(8), time(12)
MINUTES_OF_SESSION = 240
MOST_PLACES = 30
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ZONE = ZoneInfo("Asia/Makassar")
MINUTES = {
    **{"INT": 8, "ANA": 8, "OBG": 10, "BED": 10, "SAR": 10, "JAN": 10, "PAR": 8, "MAT": 6, "THT": 8, "KLT": 8},
    **{"ORT": 10, "IRM": 12, "JIW": 12, "GIG": 12},
}
"""Planned for a patient (SPM), by clinic."""

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hospital:
    """`resources` in an order in which what is referred to comes first, without the slots: those are written when it is
    known who books. `sessions`: clinic code -> those of the coming days, in their order, none booked."""

    resources: list[Resource]
    places: dict[str, Resource]
    staff: dict[str, tuple[Staff, ...]]
    medications: dict[str, Resource]
    beds: dict[str, tuple[Resource, ...]]
    sessions: dict[str, tuple[Session, ...]]

    def doctor(self, clinic: str, day: date, turn: int = 0) -> Staff:
        """Who sees patients of that clinic that day."""
        weekday = _WEEKDAYS[day.weekday()]
        there = [member for member in self.staff[clinic] if weekday in member.days] or list(self.staff[clinic])
        return there[turn % len(there)]


def hospital(today: date) -> Hospital:
    """The whole hospital."""
    organizations = places.organizations()
    locations, beds = places.locations(organizations)
    by_id = {resource["id"]: resource for resource in (*organizations, *locations)}
    people = _staff(by_id)
    medications = [medication(drug) for drug in FORMULARY.values()]
    booked = [member for member in people if member.kind in MINUTES]
    schedules = [schedule(member, today, letter) for member, letter in zip(booked, LETTERS, strict=False)]
    resources = [*organizations, *locations]
    for member in people:
        resources += (member.practitioner, member.role)
    return Hospital(
        resources=[*resources, *medications, *schedules],
        places=by_id,
        staff=_by_kind(people),
        medications=dict(zip(FORMULARY, medications, strict=True)),
        beds=beds,
        sessions=_sessions(schedules, today),
    )


def _sessions(schedules: list[Resource], today: date) -> dict[str, tuple[Session, ...]]:
    days = [today + timedelta(days=offset) for offset in range(1, SESSION_DAYS + 1)]
    found = [one for plan in schedules for one in planned(plan, days, national(days[0], days[-1]), ZONE)]
    found.sort(key=lambda session: (session.start, session.id))
    return {code: tuple(session for session in found if session.poli == code) for code in MINUTES}


def _staff(by_id: dict[str, Resource]) -> list[Staff]:
    people: list[Staff] = []
    for clinic in staff.CLINICS:
        code = clinic.code.lower()
        people += staff.doctors(clinic, by_id[f"poli-{code}"], by_id[f"ruang-{code}"], len(people) + 1)
    return people + staff.others(by_id["org-penunjang"], by_id["gedung-utama"], len(people) + 1)


def _by_kind(people: list[Staff]) -> dict[str, tuple[Staff, ...]]:
    kinds = {member.kind: () for member in people}
    return {kind: tuple(member for member in people if member.kind == kind) for kind in kinds}


def schedule(member: Staff, today: date, letter: str) -> Resource:
    """A doctor's weekly hours: as many patients as the morning has room for, two of three places for JKN."""
    number = member.practitioner["id"].removeprefix("nakes-")
    minutes = MINUTES[member.kind]
    places = min(MINUTES_OF_SESSION // minutes, MOST_PLACES)
    jkn = places * 2 // 3
    rows = [Hours(day, START, END, jkn=jkn, umum=places - jkn, minutes=minutes, letter=letter) for day in member.days]
    plan: Resource = {
        "resourceType": "Schedule",
        "id": f"jadwal-{number}",
        "identifier": [identifier(local_id("schedule"), f"JADWAL-{number}")],
        "active": True,
        "serviceType": [service_type(member)],
        "actor": [member.reference, reference(member.role), member.role["location"][0]],
        "planningHorizon": {"start": instant(wita(today, 0))},
        "comment": "Praktik pukul 08.00-12.00 WITA",
    }
    return with_provider(with_hours(plan, rows), "Organization/org-rsud")


def service_type(member: Staff) -> dict[str, Any]:
    name = member.role["specialty"][0]["text"]
    return {
        "coding": [coding(POLI_SYSTEM, member.kind, name)],
        "text": name if member.kind == "EMG" else f"Poli {name}",
    }
