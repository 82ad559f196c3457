"""An address for each page of the portal, with ids that are in the record: who adds a page adds its sample here."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings import booking as bookings
from bookings.asking import ALPHABET, RANDOM_CHARACTERS
from bookings.booking import Booking
from bookings.session import Session
from fhir_server.changes import Change
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from portal import share_link
from portal.paging import Page
from portal.routes import PAGES
from tests.portal import clinic


@dataclass(frozen=True)
class Sought:
    """`patient`: whose record is looked at; `session`: one to come; `booked`, `held`: the patient's bookings of it;
    `secret`: of a link to the summary."""

    record: Record
    patient: str
    session: Session
    booked: Booking
    held: Booking
    secret: str

    async def first(self, type: str, *query: tuple[str, str]) -> Resource:
        """The first one of this patient by a search. Raises LookupError."""
        found = await self.record.search(parse(type, (("patient", self.patient), *query, ("_count", "1"))))
        if not found.documents:
            raise LookupError(f"{type} {query}")
        resource: Resource = found.documents[0]["resource"]
        return resource


async def _visit(sought: Sought) -> str:
    return str((await sought.first("Encounter", ("status", "finished"), ("_sort", "date")))["id"])


async def _result(sought: Sought) -> str:
    found = await sought.first("Observation", ("category", "laboratory"), ("_sort", "-date"))
    return str(found["code"]["coding"][0]["code"])


async def _doctor(sought: Sought) -> str:
    return f"{sought.session.poli}/{sought.session.doctor.removeprefix('Practitioner/')}"


async def _poli(sought: Sought) -> str:
    return sought.session.poli


async def _code(sought: Sought) -> str:
    return sought.booked.code


async def _held(sought: Sought) -> str:
    return sought.held.id


async def _secret(sought: Sought) -> str:
    return sought.secret


SAMPLES: Mapping[str, tuple[str, Callable[[Sought], Awaitable[str]]]] = {
    "bookings/{id}": ("bookings/{}", _held),
    "documents/issued/{id}.pdf": ("documents/issued/none.pdf", _poli),
    "documents/{document}/{id}.pdf": ("documents/resume-medis/{}.pdf", _visit),
    "record/results/{code}": ("record/results/{}", _result),
    "record/visits/{id}": ("record/visits/{}", _visit),
    "schedule/{poli}": ("schedule/{}", _poli),
    "schedule/{poli}/{doctor}": ("schedule/{}", _doctor),
    "shared/{secret}": ("shared/{}", _secret),
    "shared/{secret}/summary.pdf": ("shared/{}/summary.pdf", _secret),
    "tickets/{code}": ("tickets/{}", _code),
    "tickets/{code}/cancel": ("tickets/{}/cancel", _code),
    "tickets/{code}/reschedule": ("tickets/{}/reschedule", _code),
}
"""By the path of a page: the same path, and what stands in it."""


async def addresses(record: Record, patient: str) -> dict[str, bool]:
    """Of every page that is shown, below /portal, and whether it is of one patient's record. What they need is written
    first. Raises KeyError where a page has no sample, LookupError where the record has none."""
    sought = await _written(record, patient)
    return {await _address(page, sought): page.needs == "patient" for page in PAGES if page.show is not None}


def pages(found: Mapping[str, bool]) -> dict[str, bool]:
    """Those that are no files and lead to no other page."""
    return {path: own for path, own in found.items() if not path.endswith(".pdf") and path != "/booking/hold"}


async def _address(page: Page, sought: Sought) -> str:
    if "{" not in page.path:
        return f"/{page.path}" if page.path else ""
    path, find = SAMPLES[page.path]
    return f"/{path.format(await find(sought))}"


async def _written(record: Record, patient: str) -> Sought:
    """Two sessions of its own with a booking each, and a link."""
    now = datetime.now(UTC).replace(microsecond=0)
    session, other = clinic.session(), clinic.session()
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    booked, held = _booking(patient, session), _booking(patient, other)
    booked = booked.moved("booked", number=1)
    held = held.moved("pending", expires=now + timedelta(hours=1))
    link = share_link.link(secret, patient, now, timedelta(hours=1))
    consent = share_link.write(link, {"reference": f"Patient/{patient}"})
    await clinic.held(record, session, other)
    made = ((booked, session), (held, other))
    appointments = [Change.create(bookings.write(one, of), id=one.id) for one, of in made]
    await record.commit([*appointments, Change.create(consent, id=link.id)])
    return Sought(record, patient, session, booked, held, secret)


def _booking(patient: str, session: Session) -> Booking:
    day = session.day(ZoneInfo("Asia/Makassar"))
    code = f"{day:%Y%m%d}{''.join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))}"
    id = f"uji-{secrets.token_hex(6)}"
    return Booking(
        id=id,
        status="booked",
        patient=f"Patient/{patient}",
        session=session.id,
        poli=session.poli,
        day=day,
        payer="umum",
        code=code,
        letter=session.letter,
        expected=session.start,
        created=session.start - timedelta(days=3),
    )
