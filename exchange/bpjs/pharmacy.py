"""Antrean farmasi: the ticket of a visit at the pharmacy, given out where the visit has a prescription.

A prescription is racikan where one of its medications is compounded: by the extension MedicationType of SATUSEHAT (SD,
EP), or, without that, where a medication that the prescription contains has several ingredients.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from bookings import ticket as tickets
from bookings.asking import Clerk
from bookings.booking import Booking
from bookings.issuing import Counter, ServicePoint, following
from bookings.progress import at_point, by_visit, given_out
from bookings.reading import by_id
from bookings.ticket import Ticket, queue
from exchange.bpjs.counting import called
from exchange.bpjs.dialect import NOT_FOUND, Json, Rejected
from exchange.bpjs.looking_up import seen
from fhir_server.access import writable
from fhir_server.changes import Change
from fhir_server.messages import Resource
from fhir_server.persisting import persistently
from fhir_server.record import Record
from resources.issues import Text
from resources.systems import MEDICATION_TYPE

COMPOUNDED = frozenset({"SD", "EP"})
VOID = "cancelled,entered-in-error,stopped,draft"
TOO_MANY = Text("Too many take a number at once: try again.", "Terlalu banyak permintaan: coba lagi.")


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """`point`: where medicine is waited for, Location/id."""

    clerk: Clerk
    point: str

    async def take(self, record: Record, booking: Booking) -> Json:
        """The ticket that the visit has there, or a new one. Raises Rejected."""
        visit = await self._visit(record, booking)
        kind = await self._kind(record, visit)
        writable(record.caller, "Task", "c")
        ticket = await persistently(partial(self._ticket, record, visit, booking), TOO_MANY)
        return {"jenisresep": kind, "nomorantrean": ticket.number, "keterangan": ""}

    async def status(self, record: Record, booking: Booking) -> Json:
        """Raises Rejected where the visit has no ticket there."""
        visit = await self._visit(record, booking)
        own = _pharmacy(one for one, _ in await by_visit(self.clerk.hospital(), visit))
        if own is None:
            raise Rejected(NOT_FOUND, status=404)
        found = [one for one, _ in await at_point(self.clerk.hospital(), own.queue)]
        counted = [one for one in found if one.status != "cancelled"]
        last = called(found)
        return {
            "jenisresep": await self._kind(record, visit),
            "totalantrean": len(counted),
            "sisaantrean": sum(not one.is_over for one in counted),
            "antreanpanggil": last.number if last else 0,
            "keterangan": "",
        }

    async def _visit(self, record: Record, booking: Booking) -> str:
        """Encounter/id. Raises Rejected."""
        visits = await seen(record, self.clerk.hospital(), "Encounter", (("appointment", booking.url),))
        if not visits:
            raise Rejected("Pasien Belum Checkin")
        return f"Encounter/{visits[0]['_id']}"

    async def _kind(self, record: Record, visit: str) -> str:
        """jenisresep. Raises Rejected."""
        asked = (("encounter", visit), ("status:not", VOID))
        requests = [one["resource"] for one in await seen(record, self.clerk.hospital(), "MedicationRequest", asked)]
        if not requests:
            raise Rejected("Pasien Tidak Memiliki Resep")
        urls = [one.get("medicationReference", {}).get("reference", "") for one in requests]
        ids = [url.removeprefix("Medication/") for url in urls if url.startswith("Medication/")]
        stored = [one["resource"] for one in await by_id(self.clerk.hospital(), "Medication", ids)]
        contained = [row for one in requests for row in one.get("contained", ()) if is_medication(row)]
        compounded = any(map(is_compounded, stored)) or any(is_compounded(one, contained=True) for one in contained)
        return "Racikan" if compounded else "Non Racikan"

    async def _ticket(self, record: Record, visit: str, booking: Booking) -> Ticket:
        hospital, now = self.clerk.hospital(), self.clerk.clock()
        found = [one for one, _ in await by_visit(hospital, visit)]
        own = _pharmacy(found)
        if own is not None:
            return own
        served = [one for one in found if one.status == "completed"]
        if not any(one.kind == "poli" for one in served) or any(not one.is_over for one in found):
            raise Rejected("Pelayanan Poli Belum Selesai")
        if booking.day != now.astimezone(hospital.site.zone).date():
            raise Rejected("Antrean Farmasi Diambil Pada Hari Pelayanan")
        taken = await given_out(hospital, queue(self.point, booking.day))
        counter = Counter(ServicePoint(self.point, "farmasi"), now, taken)
        ticket = following(max(served, key=lambda one: (one.finished or now, one.id)), counter)
        await hospital.carry_out([record.errand([Change.create(tickets.write(ticket))])])
        return ticket


def _pharmacy(found: Iterable[Ticket]) -> Ticket | None:
    """The latest that was not cancelled."""
    own = [one for one in found if one.kind == "farmasi" and one.status != "cancelled"]
    return max(own, key=lambda one: one.queued, default=None)


def is_medication(resource: Resource) -> bool:
    return resource.get("resourceType") == "Medication"


def is_compounded(medication: Resource, *, contained: bool = False) -> bool:
    """Of a Medication. `contained`: in its prescription, made for that alone."""
    types = [one for one in medication.get("extension", ()) if one.get("url") == MEDICATION_TYPE]
    if types:
        codings = types[0].get("valueCodeableConcept", {}).get("coding", ())
        return any(one.get("code") in COMPOUNDED for one in codings)
    return contained and len(medication.get("ingredient", ())) > 1
