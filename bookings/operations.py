"""Bookings as operations of FHIR: Appointment/$find, $hold, $book, $waitlist, $cancel, $reschedule, $check-in.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from bookings.asking import Clerk, Wanted, Wish
from bookings.booking import Booking
from bookings.ledger import What
from bookings.session import PAYERS, Session
from fhir_server.decide import Committed
from fhir_server.errors import BadRequest
from fhir_server.interactions.dispatch import Operation, Route, operation
from fhir_server.interactions.operations.parameters import parameters
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from resources.extensions import extension, with_extension
from resources.issues import Text
from resources.systems import OFFER

Sent = dict[str, Any]
MOST_TEXT = 500
KINDS = range(1, 5)


def routes(clerk: Clerk) -> Iterable[Route]:
    """The rows for the table of interactions."""
    doors = Operations(clerk)
    for code, new in (("$hold", doors.hold), ("$book", doors.book), ("$waitlist", doors.waitlist)):
        yield Route("POST", f"{{type}}/{code}", new, code, _of_appointment(code))
    for code, old in (("$book", doors.confirm), ("$cancel", doors.cancel), ("$reschedule", doors.reschedule)):
        yield Route("POST", f"{{type}}/{{id}}/{code}", old, code, _of_appointment(code))
    for code, named in (("$cancel", doors.cancel), ("$reschedule", doors.reschedule)):
        yield Route("POST", f"{{type}}/{code}", named, code, _of_appointment(code))
    for method in ("GET", "POST"):
        yield Route(method, "{type}/$find", doors.find, "$find", _of_appointment("$find"))


def _of_appointment(code: str) -> Operation:
    return operation(code, "Appointment")


class Operations:
    """Reads what was sent, asks the clerk, answers with the Appointment."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    async def find(self, request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
        """Parameters: poli (its code), doctor (Practitioner/id), from, to (dates). A Bundle of Slots, each with what is
        left and when the next patient is due in the extension `offer`."""
        sent = parameters(request)
        wanted = Wanted(_text(sent, "poli"), _text(sent, "doctor"), _date(sent, "from"), _date(sent, "to"))
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

    async def _make(self, request: FhirRequest, record: Record, what: What) -> FhirResponse:
        sent = parameters(request)
        made = await self._clerk.make(record, what, wish(sent), request.headers.get("idempotency-key"))
        return answered(made, 201)

    async def _change(
        self, request: FhirRequest, record: Record, what: What, id: str = "", *, sent: Sent | None = None
    ) -> FhirResponse:
        sent = parameters(request) if sent is None else sent
        booking = await self.booking(record, sent, id)
        reason, session = _text(sent, "reason"), _id(sent, "slot", "Slot") if what == "reschedule" else ""
        key = request.headers.get("idempotency-key")
        made = await self._clerk.change(record, what, booking, key=key, session=session, reason=reason)
        return answered(made, 201 if what == "reschedule" else 200)

    async def booking(self, record: Record, sent: Sent, id: str) -> Booking:
        return await self._clerk.booking(record, id=id, code=_text(sent, "code"))


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
    payer, kind = _text(sent, "payer") or "umum", sent.get("kind")
    if payer not in PAYERS:
        raise _wrong("payer", "jkn, umum")
    if isinstance(kind, str) and kind.isdigit():
        kind = int(kind)
    if kind is not None and kind not in KINDS:
        raise _wrong("kind", "1, 2, 3, 4")
    return Wish(
        session=_id(sent, "slot", "Slot"),
        patient=f"Patient/{_id(sent, 'patient', 'Patient')}",
        payer="jkn" if payer == "jkn" else "umum",
        kind=kind,
        referral=_text(sent, "referral"),
        referred=_date(sent, "referral-date"),
        is_new=sent.get("new-patient") is True,
        overbook=_text(sent, "overbook"),
    )


def _text(sent: Sent, name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise _wrong(name, f"teks paling panjang {MOST_TEXT} karakter")
    return value.strip()


def _id(sent: Sent, name: str, type: str) -> str:
    """Of a Reference, Type/id or a bare id. Raises BadRequest."""
    value = sent.get(name)
    text = value.get("reference") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise _wrong(name, f"{type}/id")
    return text.strip().removeprefix(f"{type}/")


def _date(sent: Sent, name: str) -> date | None:
    text = _text(sent, name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(name, "YYYY-MM-DD") from None


def _wrong(name: str, form: str) -> BadRequest:
    return BadRequest(
        Text(f"The parameter {name} must be: {form}.", f"Parameter {name} harus: {form}."),
        expression=f"Parameters.parameter.where(name='{name}')",
    )
