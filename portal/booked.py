"""My bookings: those to come first, then the past ones, older ones on further pages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from bookings import booking as bookings
from bookings.booking import Booking
from exports import saying
from exports.chart import Chart
from fhir_server.messages import Parameters, Resource
from portal import following
from portal.paging import Page
from portal.record import timeline
from portal.record.reading import listed
from portal.visit import Visit
from portal.words import Words
from resources.issues import Text

COMING = "pending,waitlist,booked,arrived"
PAST: Parameters = (("_sort", "-date"), ("_count", "20"))


@dataclass(frozen=True, slots=True)
class Row:
    """`path`: where it leads to; `badge`: words and their class."""

    booking: Booking
    where: str
    doctor: str
    at: datetime | None
    badge: tuple[Text, str]

    @property
    def path(self) -> str:
        one = self.booking
        unsettled = one.status in ("pending", "waitlist")
        return f"/portal/bookings/{one.id}" if unsettled else f"/portal/tickets/{one.code}"


async def show(visit: Visit) -> Response:
    """`page`: the cursor of older ones."""
    cursor, today = visit.query("page"), visit.now.date()
    async with visit.reading("$booking") as record:
        coming, ended, past = await asyncio.gather(
            listed(record, visit.patient, "Appointment", coming_from(visit)),
            listed(record, visit.patient, "Appointment", _ended_from(visit)),
            listed(record, visit.patient, "Appointment", (("date", f"lt{today}"), *PAST), cursor=cursor),
        )
    return visit.page(
        "booking/booked.html",
        words=Words(visit),
        coming=[] if cursor else rows(coming.resources, coming.chart),
        ended=[] if cursor else rows(ended.resources, ended.chart),
        past=rows(past.resources, past.chart),
        older=past.older,
        is_first=not cursor,
    )


def coming_from(visit: Visit) -> Parameters:
    """From today on, the next first."""
    return (("status", COMING), ("date", f"ge{visit.now.date()}"), ("_sort", "date"), ("_count", "20"))


def _ended_from(visit: Visit) -> Parameters:
    """Of today and later, what is over or was cancelled."""
    ended = "cancelled,fulfilled,noshow"
    return (("status", ended), ("date", f"ge{visit.now.date()}"), ("_sort", "-date"), ("_count", "10"))


def rows(appointments: list[Resource], chart: Chart) -> list[Row]:
    """Of those that were booked here."""
    pairs = ((one, bookings.read(one)) for one in appointments)
    return [_row(one, booking, chart) for one, booking in pairs if booking is not None]


def _row(appointment: Resource, booking: Booking, chart: Chart) -> Row:
    actors = [row.get("actor", {}) for row in appointment.get("participant", ())]
    doctor = next((one for one in actors if str(one.get("reference", "")).startswith("Practitioner/")), None)
    start = appointment.get("start")
    where = saying.listed(saying.concept(one) for one in appointment.get("serviceType", ()))
    at, badge = chart.moment(start) if start else None, following.BADGES[booking.status]
    return Row(booking, where, timeline.person(doctor, chart), at, badge)


PAGES = (Page("bookings", "patient", show),)
