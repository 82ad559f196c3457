"""The demo hospital: organization and poli tree, locations, staff, formulary, schedules and two weeks of slots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from fhir_server.messages import Resource
from seed import places, staff
from seed.dice import dice
from seed.drugs import FORMULARY, medication
from seed.elements import coding, concept, identifier, instant, local_id, reference, wita
from seed.staff import POLI_SYSTEM, Staff

SLOT_DAYS = 14
SLOT_MINUTES = 20
SLOTS_A_DAY = 12
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hospital:
    """`resources` in an order in which what is referred to comes first, without the slots: patients take some of those,
    the others are free. `slots`: clinic code -> its slots in the order in which patients are given them."""

    resources: list[Resource]
    places: dict[str, Resource]
    staff: dict[str, tuple[Staff, ...]]
    medications: dict[str, Resource]
    beds: dict[str, tuple[Resource, ...]]
    slots: dict[str, tuple[Resource, ...]]

    def doctor(self, clinic: str, day: date, turn: int = 0) -> Staff:
        """Who sees patients of that clinic that day."""
        weekday = _WEEKDAYS[day.weekday()]
        there = [member for member in self.staff[clinic] if weekday in member.days] or list(self.staff[clinic])
        return there[turn % len(there)]


def hospital(today: date, rng: Random | None = None) -> Hospital:
    """The whole hospital; `rng` only shuffles in which order slots are taken."""
    rng = rng or dice("slots", today.isoformat())
    organizations = places.organizations()
    locations, beds = places.locations(organizations)
    by_id = {resource["id"]: resource for resource in (*organizations, *locations)}
    people = _staff(by_id)
    medications = [medication(drug) for drug in FORMULARY.values()]
    booked = {clinic.code for clinic in staff.CLINICS} - {"EMG"}
    schedules = [(member, schedule(member, today)) for member in people if member.kind in booked]
    slots: dict[str, list[Resource]] = {clinic.code: [] for clinic in staff.CLINICS}
    for member, plan in schedules:
        slots[member.kind] += open_slots(member, plan, today)
    resources = [*organizations, *locations]
    for member in people:
        resources += (member.practitioner, member.role)
    return Hospital(
        resources=[*resources, *medications, *(plan for _, plan in schedules)],
        places=by_id,
        staff=_by_kind(people),
        medications=dict(zip(FORMULARY, medications, strict=True)),
        beds=beds,
        slots={code: tuple(rng.sample(own, len(own))) for code, own in slots.items()},
    )


def _staff(by_id: dict[str, Resource]) -> list[Staff]:
    people: list[Staff] = []
    for clinic in staff.CLINICS:
        code = clinic.code.lower()
        people += staff.doctors(clinic, by_id[f"poli-{code}"], by_id[f"ruang-{code}"], len(people) + 1)
    return people + staff.others(by_id["org-penunjang"], by_id["gedung-utama"], len(people) + 1)


def _by_kind(people: list[Staff]) -> dict[str, tuple[Staff, ...]]:
    kinds = {member.kind: () for member in people}
    return {kind: tuple(member for member in people if member.kind == kind) for kind in kinds}


def schedule(member: Staff, today: date) -> Resource:
    """A doctor's sessions of the coming two weeks."""
    number = member.practitioner["id"].removeprefix("nakes-")
    location = member.role["location"][0]
    return {
        "resourceType": "Schedule",
        "id": f"jadwal-{number}",
        "identifier": [identifier(local_id("schedule"), f"JADWAL-{number}")],
        "active": True,
        "serviceType": [service_type(member)],
        "actor": [member.reference, reference(member.role), location],
        "planningHorizon": {
            "start": instant(wita(today, 0)),
            "end": instant(wita(today + timedelta(days=SLOT_DAYS + 1), 0)),
        },
        "comment": "Praktik pukul 08.00-12.00 WITA",
    }


def service_type(member: Staff) -> dict[str, Any]:
    name = member.role["specialty"][0]["text"]
    return {
        "coding": [coding(POLI_SYSTEM, member.kind, name)],
        "text": name if member.kind == "EMG" else f"Poli {name}",
    }


def open_slots(member: Staff, plan: Resource, today: date) -> list[Resource]:
    """Free slots from tomorrow on, on the doctor's days."""
    slots = []
    for offset in range(1, SLOT_DAYS + 1):
        day = today + timedelta(days=offset)
        if _WEEKDAYS[day.weekday()] not in member.days:
            continue
        for place in range(SLOTS_A_DAY):
            start = wita(day, 8) + timedelta(minutes=place * SLOT_MINUTES)
            slots.append(
                {
                    "resourceType": "Slot",
                    "id": f"slot-{plan['id'].removeprefix('jadwal-')}-{day:%Y%m%d}-{place + 1:02d}",
                    "serviceType": plan["serviceType"],
                    "appointmentType": concept("http://terminology.hl7.org/CodeSystem/v2-0276", "ROUTINE"),
                    "schedule": reference(plan),
                    "status": "free",
                    "start": instant(start),
                    "end": instant(start + timedelta(minutes=SLOT_MINUTES)),
                }
            )
    return slots
