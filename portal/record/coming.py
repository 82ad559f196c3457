"""What comes: bookings, what a doctor has asked for, and plans of care."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime

from starlette.responses import Response

from bookings import booking as bookings
from exports import describing, saying
from exports.chart import Chart
from exports.units import Language
from exports.wording import DASH
from fhir_server.messages import Parameters, Resource
from portal.paging import Page
from portal.record import timeline
from portal.record.reading import listed
from portal.record.showing import shown
from portal.visit import Visit
from resources.issues import Text

STATES = {
    "pending": (Text("Not confirmed yet", "Belum dipastikan"), "watch"),
    "waitlist": (Text("On the waiting list", "Dalam daftar tunggu"), "watch"),
    "booked": (Text("Booked", "Sudah terdaftar"), "good"),
    "arrived": (Text("You are here", "Sudah datang"), "good"),
}
REQUESTS: Parameters = (
    ("status", "active"),
    ("category", "3457005,306206005"),
    ("_sort", "-authored"),
    ("_count", "20"),
)
CONTROLS: Parameters = (("status", "active"), ("code", describing.FOLLOW_UP), ("_sort", "-authored"), ("_count", "20"))
PLANS: Parameters = (("status", "active"), ("_sort", "-date"), ("_count", "10"))


@dataclass(frozen=True, slots=True)
class Coming:
    """`code`: kodebooking, nothing where it was not booked here; `state`: words and the class of a badge."""

    where: str
    doctor: str
    at: datetime | None
    code: str
    number: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a doctor has asked for: `told` in words, `day` until which, or on which."""

    title: str
    told: str
    day: date | None


async def show(visit: Visit) -> Response:
    told = visit.language
    async with visit.reading("$coming") as record:
        booked, referrals, controls, plans = await asyncio.gather(
            listed(record, visit.patient, "Appointment", _from(visit.now.date())),
            listed(record, visit.patient, "ServiceRequest", REQUESTS),
            listed(record, visit.patient, "ServiceRequest", CONTROLS),
            listed(record, visit.patient, "CarePlan", PLANS),
        )
    return shown(
        visit,
        "coming.html",
        bookings=[coming(one, booked.chart, told) for one in booked.resources],
        asked=[asked(one, found.chart, told) for found in (controls, referrals) for one in found.resources],
        plans=[asked(one, plans.chart, told) for one in plans.resources],
    )


def _from(today: date) -> Parameters:
    return (("status", ",".join(STATES)), ("date", f"ge{today}"), ("_sort", "date"), ("_count", "20"))


def coming(appointment: Resource, chart: Chart, language: Language) -> Coming:
    booking = bookings.read(appointment)
    actors = [row.get("actor", {}) for row in appointment.get("participant", ())]
    doctors = (one for one in actors if str(one.get("reference", "")).startswith("Practitioner/"))
    state, kind = STATES[appointment["status"]]
    start = appointment.get("start")
    return Coming(
        saying.listed(saying.concept(one) for one in appointment.get("serviceType", ())),
        timeline.person(next(doctors, None), chart),
        chart.moment(start) if start else None,
        booking.code if booking else "",
        booking.ticket if booking else "",
        (state.in_language(language), kind),
    )


def asked(resource: Resource, chart: Chart, language: Language) -> Asked:
    """Of a ServiceRequest or a CarePlan."""
    if resource["resourceType"] == "CarePlan":
        title = str(resource.get("title") or saying.concept(next(iter(resource.get("category", ())), None), language))
        return Asked(title, str(resource.get("description", "")), chart.day(resource.get("period", {}).get("end")))
    to = saying.listed(str(one.get("display", "")) for one in resource.get("performer", ()))
    told = [str(resource.get("patientInstruction", "")), to if to != DASH else ""]
    title = describing.line({**resource, "patientInstruction": "", "occurrenceDateTime": None}, chart, language)
    return Asked(title, " · ".join(part for part in told if part), chart.day(resource.get("occurrenceDateTime")))


PAGES = (Page("record/coming", "patient", show),)
