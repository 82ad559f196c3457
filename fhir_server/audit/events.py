"""What the journal keeps of a request, as small as it can be: the AuditEvents of FHIR are made of it later.

https://hl7.org/fhir/R4/auditevent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from auth.caller import Caller
from fhir_server.changes import Change
from fhir_server.decide import Committed
from fhir_server.messages import FhirRequest, Parameters, Resource
from fhir_server.store.documents import Document

MOST_QUERY = 4_000
MOST_NAME = 200
IMPORT = "import"
"""What the hospital's own command line does."""


class Written(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of the writes of a request. `what`: create, update, patch, delete; `outcome`: created, updated, unchanged,
    deleted, absent; `patients`: the ids of those that it concerns, before or after."""

    what: str
    outcome: str
    type: str
    id: str
    version: int | None = None
    patients: tuple[str, ...] = ()


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`what`: a FHIR interaction or operation, or import, login, logout, login-failed, break-glass-start, …; `who`: the
    account or the system; `person`: its resource, such as Practitioner/1; `purpose`: a code of PurposeOfUse; `status`:
    of HTTP; `reason`: the issue code of a refusal; `patients`: whose data were given out, `opened` those of them in an
    emergency; `version`: of the resource that was read; `address`: of the client in the network; `request`: the
    client's X-Request-Id; `note`: what a person gave as reason."""

    at: datetime
    what: str
    who: str
    path: str = ""
    query: Parameters = ()
    status: int = 200
    reason: str = ""
    patients: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    version: int | None = None
    writes: tuple[Written, ...] = ()
    person: str | None = None
    role: str | None = None
    client: str | None = None
    purpose: str | None = None
    address: str = ""
    request: str = ""
    note: str = ""


AUDIT_EVENT = "AuditEvent"
NO_REQUEST = FhirRequest("", ())
NOBODY: Mapping[str, list[str]] = {}

encode = msgspec.json.Encoder().encode
"""An event as the journal keeps it."""

decode_many = msgspec.json.Decoder(tuple[Event, ...]).decode
"""The events of a block."""


class Trail:
    """What one request has touched so far. `request` None: the hospital's own command line; `provenance`: what the
    client tells of its writes; `remark`: the reason that a person gave."""

    __slots__ = ("_request", "is_written", "patients", "provenance", "remark", "what")

    def __init__(self, what: str = IMPORT, request: FhirRequest | None = None) -> None:
        self.what = what
        self.is_written = False
        self.provenance: Resource | None = None
        self.remark = ""
        self.patients: dict[str, None] = {}
        self._request = request or NO_REQUEST

    def saw(self, type: str, documents: Iterable[Document]) -> None:
        """Data of these patients are given out. Audit events that a search of everything finds count for none: who
        reads again and again would else find what tells of the reading before, for ever."""
        if type == AUDIT_EVENT and self._request.path[:1] != (AUDIT_EVENT,):
            return
        for document in documents:
            for id in document.get("compartments", NOBODY).get("Patient", ()):
                self.patients[id] = None

    def emergency(self, what: str, patient: str, remark: str) -> None:
        """The record of a patient is opened in an emergency, or closed again."""
        self.what, self.patients, self.remark = what, {patient: None}, remark

    def written(self, caller: Caller, at: datetime, pairs: Iterable[tuple[Change, Committed]]) -> Event:
        """What the journal is told in the transaction of these writes."""
        self.is_written = True
        writes = tuple(
            Written(change.method, found.outcome, found.type, found.id, found.version, found.patients)
            for change, found in pairs
        )
        return self.event(caller, at, writes=writes)

    def event(
        self,
        caller: Caller,
        at: datetime,
        *,
        status: int = 200,
        reason: str = "",
        version: int | None = None,
        writes: tuple[Written, ...] = (),
    ) -> Event:
        request, patients = self._request, () if writes else tuple(self.patients)
        if len(patients) > 1 and request.path[:1] == (AUDIT_EVENT,):
            patients = ()
        return Event(
            at=at,
            what=self.what,
            who=caller.subject,
            path="/".join(request.path)[:MOST_QUERY],
            query=_bounded(request.query) if request.query else (),
            status=status,
            reason=reason,
            patients=patients,
            opened=tuple(caller.opened) if caller.opened else (),
            version=version,
            writes=writes,
            person=caller.person,
            role=caller.role.name if caller.role is not None else None,
            client=caller.client,
            purpose=None if caller.everything else caller.purpose,
            address=request.address,
            request=request.headers.get("x-request-id", "")[:MOST_NAME],
            note=self.remark,
        )


def _bounded(query: Parameters) -> Parameters:
    left, kept = MOST_QUERY, []
    for name, value in query:
        kept.append((name[:left], value[: max(left - len(name), 0)]))
        left -= len(name) + len(value)
        if left <= 0:
            break
    return tuple(kept)
