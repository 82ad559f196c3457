"""The first page: what one can do here; of who signed in, what comes next."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from bookings.reading import session_of
from fhir_server.record import Record
from portal import following
from portal.booked import Row, coming_from, rows
from portal.following import Standing
from portal.paging import Page
from portal.record import coming
from portal.record.reading import listed
from portal.visit import Visit
from portal.words import Words
from resources.issues import Text


async def show(visit: Visit) -> Response:
    if not visit.patient:
        return visit.page("home.html")
    async with visit.reading("$booking") as record:
        booked, controls = await asyncio.gather(
            listed(record, visit.patient, "Appointment", coming_from(visit)),
            listed(record, visit.patient, "ServiceRequest", coming.CONTROLS),
        )
        found = sorted(rows(booked.resources, booked.chart), key=lambda one: one.booking.status != "arrived")
        next = await _next(visit, found[0], record) if found else None
    return visit.page(
        "mine.html",
        words=Words(visit),
        next=next,
        others=found[1:4],
        controls=[coming.asked(one, controls.chart, visit.language) for one in controls.resources[:3]],
    )


async def _next(visit: Visit, row: Row, record: Record) -> tuple[Row, Standing, Text, tuple[Text, str]]:
    """With how it stands, what to do now, and a badge."""
    session = await session_of(visit.portal.hospital(), row.booking.session)
    standing = await following.standing(visit, row.booking, session, record)
    told = following.advice(standing, row.booking, session, visit.portal.rules, now=visit.now)
    return row, standing, told, following.BADGES.get(standing.state, row.badge)


PAGES = (Page("", "nobody", show),)
