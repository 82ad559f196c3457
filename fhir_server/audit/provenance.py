"""The Provenance of what was written: who made this version, when and how. https://hl7.org/fhir/R4/provenance.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fhir_server.audit.audit_event import ACCOUNT, CLIENT, identified, reference
from fhir_server.audit.events import AUDIT_EVENT, IMPORT, Event
from fhir_server.audit.patterns import TERMINOLOGY, coding
from fhir_server.changes import Change
from fhir_server.decide import Committed
from fhir_server.errors import BadRequest
from fhir_server.messages import FhirRequest, Resource
from fhir_server.store.documents import instant
from fhir_server.validation import expect_type
from resources.formats import json_format
from resources.formats.malformed import Malformed

PARTICIPANT = f"{TERMINOLOGY}provenance-participant-type"
AUTHOR = {"coding": [coding(PARTICIPANT, "author", "Author")]}
ASSEMBLER = {"coding": [coding(PARTICIPANT, "assembler", "Assembler")]}
ACTIVITIES = {"created": "CREATE", "updated": "UPDATE", "deleted": "DELETE"}
NOT_TOLD = ("Provenance", AUDIT_EVENT)


def sent(request: FhirRequest) -> Resource | None:
    """What the client tells of its writes in the header X-Provenance. Raises BadRequest.

    https://hl7.org/fhir/R4/provenance.html#6.4.7.6"""
    header = request.headers.get("x-provenance")
    if header is None:
        return None
    try:
        return expect_type(json_format.read(header.encode("latin-1")), "Provenance")
    except Malformed as error:
        raise BadRequest(error.issue.text, expression="http.x-provenance") from error


def changes(sent: Resource | None, committed: Iterable[Committed]) -> list[Change]:
    """The Provenance that a client sent, of what was written; none where nothing was."""
    if sent is None:
        return []
    targets = [
        {"reference": f"{one.type}/{one.id}/_history/{one.version}"} for one in committed if one.outcome in ACTIVITIES
    ]
    kept = {name: value for name, value in sent.items() if name not in ("id", "target")}
    return [Change.create({**kept, "target": targets})] if targets else []


def provenances(event: Event) -> Iterator[Resource]:
    """Without id and meta; one for each version that was written."""
    if event.what == IMPORT:
        return
    for write in event.writes:
        if write.outcome in ACTIVITIES and write.type not in NOT_TOLD:
            yield {
                "resourceType": "Provenance",
                "target": [{"reference": reference(write)}],
                "recorded": instant(event.at),
                "activity": {"coding": [coding(f"{TERMINOLOGY}v3-DataOperation", ACTIVITIES[write.outcome])]},
                "agent": list(_agents(event)),
            }


def _agents(event: Event) -> Iterator[Resource]:
    who = identified(ACCOUNT, event.who)
    yield {"type": AUTHOR, "who": {"reference": event.person, **who} if event.person else who}
    if event.client is not None and event.client != event.who:
        yield {"type": ASSEMBLER, "who": identified(CLIENT, event.client)}
