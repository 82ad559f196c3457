"""Bookings as operations of FHIR: Appointment/$find, $hold, $book, $waitlist, $cancel, $reschedule, $check-in.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bookings.arriving import Arrivals
from bookings.asking import Clerk, Wanted, Wish
from bookings.booking import Booking
from bookings.ledger import What
from bookings.sent import Sent, day_of, id_of, text_of, wrong
from bookings.session import PAYERS, Session
from fhir_server.decide import Committed
from fhir_server.interactions.dispatch import Operation, Route, operation
from fhir_server.interactions.operations.parameters import parameters
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from resources.extensions import extension, with_extension
from resources.systems import OFFER

KINDS = range(1, 5)


def routes(clerk: Clerk, arrivals: Arrivals) -> Iterable[Route]:
    """The rows for the table of interactions."""
    doors = Operations(clerk, arrivals)
    for code, new in (("$hold", doors.hold), ("$book", doors.book), ("$waitlist", doors.waitlist)):
        yield Route("POST", f"{{type}}/{code}", new, code, _of_appointment(code))
    yield Route("POST", "{type}/{id}/$book", doors.confirm, "$book", _of_appointment("$book"))
    for code, named in (("$cancel", doors.cancel), ("$reschedule", doors.reschedule), ("$check-in", doors.check_in)):
        yield Route("POST", f"{{type}}/{code}", named, code, _of_appointment(code))
        yield Route("POST", f"{{type}}/{{id}}/{code}", named, code, _of_appointment(code))
    for method in ("GET", "POST"):
        yield Route(method, "{type}/$find", doors.find, "$find", _of_appointment("$find"))


def _of_appointment(code: str) -> Operation:
    return operation(code, "Appointment")


class Operations:
    """Reads what was sent, asks the clerk, answers with the Appointment."""

    def __init__(self, clerk: Clerk, arrivals: Arrivals) -> None:
        self._clerk = clerk
        self._arrivals = arrivals

    async def find(self, request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
        """Parameters: poli (its code), doctor (Practitioner/id), from, to (dates). A Bundle of Slots, each with what is
        left and when the next patient is due in the extension `offer`."""
        sent = parameters(request)
        wanted = Wanted(text_of(sent, "poli"), text_of(sent, "doctor"), day_of(sent, "from"), day_of(sent, "to"))
        found = await self._clerk.sessions(record, wanted)
        entries = [
            {
                "fullUrl": f"{request.base}/Slot/{session.id}",
                "resource": offered(slot["resource"], session, self._clerk.clock()),
                "search": {"mode": "match"},
            }
            for session, slot in found
        ]
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
        if not entries:
            del bundle["entry"]
        return FhirResponse(200, bundle)

    async def hold(self, request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
        """Parameters: as of $book."""
        return await self._make(request, record, "hold")

    async def book(self, request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
        """Parameters: slot, patient (references or ids), payer (jkn, umum), kind (1-4), referral, referral-date,
        new-patient, overbook (a reason); or code, of a hold."""
        sent = parameters(request)
        if "code" in sent:
            return await self._change(request, record, "confirm", sent=sent)
        return await self._make(request, record, "book")

    async def waitlist(self, request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
        """Parameters: as of $book."""
        return await self._make(request, record, "waitlist")

    async def confirm(self, request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        """Makes a booking of a hold."""
        return await self._change(request, record, "confirm", id)

    async def cancel(self, request: FhirRequest, record: Record, *, type: str, id: str = "") -> FhirResponse:
        """Parameters: reason; code, where the address has no id."""
        return await self._change(request, record, "cancel", id)

    async def reschedule(self, request: FhirRequest, record: Record, *, type: str, id: str = "") -> FhirResponse:
        """Parameters: slot; code, where the address has no id. The new Appointment."""
        return await self._change(request, record, "reschedule", id)

    async def check_in(self, request: FhirRequest, record: Record, *, type: str, id: str = "") -> FhirResponse:
        """Parameters: priority (elderly, disabled, pregnant); code, where the address has no id."""
        sent = parameters(request)
        booking = await self.booking(record, sent, id)
        key, priority = request.headers.get("idempotency-key"), text_of(sent, "priority")
        return answered(await self._arrivals.check_in(record, booking, key=key, priority=priority), 200)

    async def _make(self, request: FhirRequest, record: Record, what: What) -> FhirResponse:
        sent = parameters(request)
        made = await self._clerk.make(record, what, wish(sent), request.headers.get("idempotency-key"))
        return answered(made, 201)

    async def _change(
        self, request: FhirRequest, record: Record, what: What, id: str = "", *, sent: Sent | None = None
    ) -> FhirResponse:
        sent = parameters(request) if sent is None else sent
        booking = await self.booking(record, sent, id)
        reason, session = text_of(sent, "reason"), id_of(sent, "slot", "Slot") if what == "reschedule" else ""
        key = request.headers.get("idempotency-key")
        made = await self._clerk.change(record, what, booking, key=key, session=session, reason=reason)
        return answered(made, 201 if what == "reschedule" else 200)

    async def booking(self, record: Record, sent: Sent, id: str) -> Booking:
        return await self._clerk.booking(record, id=id, code=text_of(sent, "code"))


def answered(made: Committed, status: int) -> FhirResponse:
    """The resource as it is now."""
    location = f"{made.type}/{made.id}/_history/{made.version}"
    return FhirResponse(status, made.resource, made.version, made.updated, location if status == 201 else None)


def offered(slot: Resource, session: Session, now: datetime) -> Resource:
    """A Slot with what is left in it and when the next patient is due."""
    left = {f"{payer}-left": session.quota(payer).left for payer in PAYERS}
    expected = max(session.planned(session.issued + 1), now)
    return with_extension(slot, extension(OFFER, {**left, "expected": expected}))


def wish(sent: Sent) -> Wish:
    """Raises BadRequest."""
    payer, kind = text_of(sent, "payer") or "umum", sent.get("kind")
    if payer not in PAYERS:
        raise wrong("payer", "jkn, umum")
    if isinstance(kind, str) and kind.isdigit():
        kind = int(kind)
    if kind is not None and kind not in KINDS:
        raise wrong("kind", "1, 2, 3, 4")
    return Wish(
        session=id_of(sent, "slot", "Slot"),
        patient=f"Patient/{id_of(sent, 'patient', 'Patient')}",
        payer="jkn" if payer == "jkn" else "umum",
        kind=kind,
        referral=text_of(sent, "referral"),
        referred=day_of(sent, "referral-date"),
        is_new=sent.get("new-patient") is True,
        overbook=text_of(sent, "overbook"),
    )
