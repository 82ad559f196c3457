"""The AuditEvents of an event of the journal: one for each patient that it concerns, so that none learns of another.

https://profiles.ihe.net/ITI/BALP/
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from fhir_server.audit.events import IMPORT, Event, Written
from fhir_server.audit.patterns import OPERATION, PATTERNS, TERMINOLOGY, Pattern, coding
from fhir_server.messages import Resource
from fhir_server.store.documents import instant

SERVER = "rsud-fhir"
ACCOUNT, CLIENT = "urn:rsud-fhir:account", "urn:rsud-fhir:client"
USER = {"coding": [coding(f"{TERMINOLOGY}v3-ParticipationType", "IRCP", "information recipient")]}
SOURCE = {"observer": {"display": SERVER}, "type": [coding(f"{TERMINOLOGY}security-source-type", "4")]}
SYSTEM_OBJECT = coding(f"{TERMINOLOGY}audit-entity-type", "2", "System Object")
PERSON = coding(f"{TERMINOLOGY}audit-entity-type", "1", "Person")
DOMAIN_RESOURCE = coding(f"{TERMINOLOGY}object-role", "4", "Domain Resource")
QUERY = coding(f"{TERMINOLOGY}object-role", "24", "Query")
PATIENT = coding(f"{TERMINOLOGY}object-role", "1", "Patient")
REQUEST_ID = coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId")
PURPOSES = f"{TERMINOLOGY}v3-ActReason"
EMERGENCY = "BTG"
DONE = {"created": "create", "deleted": "delete", "absent": "delete"}
QUERIES = ("search-type", "search-system", "history-type", "history-system")


def audit_events(event: Event) -> Iterator[Resource]:
    """Without id and meta."""
    if event.what == IMPORT:
        yield _resource(event, PATTERNS[IMPORT], [_counted(event.writes)], patient=None)
    elif event.writes:
        for write in event.writes:
            pattern = PATTERNS[DONE.get(write.outcome, write.what)]
            for patient in write.patients or (None,):
                yield _resource(event, pattern, [_data(reference(write))], patient)
    else:
        pattern = PATTERNS.get(event.what, OPERATION)
        for patient in event.patients or (_named(event),):
            yield _resource(event, pattern, _objects(event), patient)


def reference(write: Written) -> str:
    version = f"/_history/{write.version}" if write.version is not None else ""
    return f"{write.type}/{write.id}{version}"


def _resource(event: Event, pattern: Pattern, objects: list[Resource], patient: str | None) -> Resource:
    entities = [*objects, *([_patient(patient)] if patient else []), *([_request(event)] if event.request else [])]
    failed = {"outcomeDesc": f"{event.status} {event.reason}".strip()} if event.status >= 400 else {}
    return {
        "resourceType": "AuditEvent",
        "type": pattern.type,
        **({"subtype": [pattern.subtype]} if pattern.subtype else {}),
        "action": pattern.action,
        "recorded": instant(event.at),
        "outcome": "0" if event.status < 400 else "4" if event.status < 500 else "8",
        **failed,
        **({"purposeOfEvent": [{"text": event.note}]} if event.note else {}),
        "agent": _agents(event, pattern, patient),
        "source": SOURCE,
        **({"entity": entities} if entities else {}),
    }


def _agents(event: Event, pattern: Pattern, patient: str | None) -> list[Resource]:
    system_alone = event.client is not None and event.client == event.who
    client: Resource = {
        "type": {"coding": [pattern.client]},
        "who": identified(CLIENT, event.client) if event.client else {"display": event.who},
        "requestor": system_alone,
        **({"network": {"address": event.address, "type": "2"}} if event.address else {}),
    }
    server: Resource = {
        "type": {"coding": [pattern.server]},
        "who": {"display": SERVER},
        "requestor": False,
        "network": {"address": SERVER, "type": "1"},
    }
    purpose = EMERGENCY if patient is not None and patient in event.opened else event.purpose
    for_what = {"purposeOfUse": [{"coding": [coding(PURPOSES, purpose)]}]} if purpose else {}
    if system_alone:
        return [{**client, **for_what}, server]
    user: Resource = {
        "type": USER,
        **({"role": [{"text": event.role}]} if event.role else {}),
        "who": _who(event, patient),
        "requestor": True,
        **for_what,
    }
    return [client, server, user]


def _who(event: Event, patient: str | None) -> Resource:
    """A patient who looks into another's record is not named by a reference: with it the event would be part of two
    records, and be hidden from both."""
    who = identified(ACCOUNT, event.who)
    is_another = event.person is not None and event.person.startswith("Patient/") and event.person[8:] != patient
    return {"reference": event.person, **who} if event.person and not is_another else who


def identified(system: str, value: str) -> Resource:
    """A Reference to who has no resource."""
    return {"identifier": {"system": system, "value": value}, "display": value}


def _objects(event: Event) -> list[Resource]:
    """What was asked for: a query, or a resource by its address."""
    type, _, rest = event.path.partition("/")
    id = rest.partition("/")[0]
    is_resource = type[:1].isupper() and id and id[0] not in "_$"
    if event.what in QUERIES or event.query or (event.path and not is_resource):
        return [_query(event)]
    if not is_resource:
        return []
    return [_data(f"{type}/{id}" + (f"/_history/{event.version}" if event.version is not None else ""))]


def _query(event: Event) -> Resource:
    text = f"{event.path}?{urlencode(event.query)}" if event.query else event.path
    described = f"{event.path}?{'&'.join(f'{name}={value}' for name, value in event.query)}" if event.query else text
    encoded = base64.b64encode(text.encode()).decode() or base64.b64encode(b"/").decode()
    return {"type": SYSTEM_OBJECT, "role": QUERY, "description": described.strip() or "/", "query": encoded}


def _data(url: str) -> Resource:
    return {"what": {"reference": url}, "type": SYSTEM_OBJECT, "role": DOMAIN_RESOURCE}


def _patient(id: str) -> Resource:
    return {"what": {"reference": f"Patient/{id}"}, "type": PERSON, "role": PATIENT}


def _request(event: Event) -> Resource:
    return {"what": {"identifier": {"value": event.request}}, "type": REQUEST_ID}


def _counted(writes: tuple[Written, ...]) -> Resource:
    kinds: Counter[Any] = Counter(write.type for write in writes)
    return {"type": SYSTEM_OBJECT, "description": ", ".join(f"{number} {type}" for type, number in kinds.items())}


def _named(event: Event) -> str | None:
    """The patient whose record was asked for, where nothing of it was given out."""
    type, _, rest = event.path.partition("/")
    return rest.partition("/")[0] if type == "Patient" and rest and rest[0] not in "_$" else None
