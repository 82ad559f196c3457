"""What FHIR tells of an event: valid, the same for ever, and of one patient at a time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auth.caller import OPEN
from fhir_server.audit.audit_event import audit_events
from fhir_server.audit.events import Event, Trail, decode_many, encode
from fhir_server.audit.patterns import PATTERNS
from fhir_server.audit.projection import document, resources
from fhir_server.audit.provenance import provenances
from fhir_server.interactions.dispatch import ROUTES
from fhir_server.messages import FhirRequest, Resource
from fhir_server.site import Site
from fhir_server.store.blocks import START, following
from resources.registry import validate
from tests.fhir_server.audit.samples import AT, EVENTS

TOLD = Path(__file__).with_name("told.json")
"""What was made of the samples when they were first stored: the resources of then must be told from forged ones as long
as there are any."""


def told(event: Event) -> list[Resource]:
    return [*audit_events(event), *provenances(event)]


def agent(resource: Resource) -> Resource:
    found: Resource = next(one for one in resource["agent"] if one["requestor"])
    return found


@pytest.mark.parametrize("name", EVENTS)
def test_what_is_told_stays_the_same(name: str) -> None:
    assert told(EVENTS[name]) == json.loads(TOLD.read_text())[name]


@pytest.mark.parametrize("name", EVENTS)
def test_it_is_valid(name: str) -> None:
    for resource in told(EVENTS[name]):
        stored = document({**resource, "id": "1"}, Site())["resource"]
        assert [issue for issue in validate(stored) if issue.severity != "warning"] == []


@pytest.mark.parametrize("name", EVENTS)
def test_none_is_part_of_two_records(name: str) -> None:
    for resource in told(EVENTS[name]):
        described = document({**resource, "id": "1"}, Site())
        assert len(described["compartments"].get("Patient", ())) <= 1


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_the_journal_gives_back_what_it_was_given(event: Event) -> None:
    assert decode_many(b"[" + encode(event) + b"]") == (event,)


def test_every_interaction_has_its_pattern() -> None:
    known = {code for route in ROUTES if (code := route.code)[0] != "$" and code != "capabilities"}
    assert known <= set(PATTERNS)


def test_ids_tell_the_block_and_the_place_in_it() -> None:
    block = following(3, START, [encode(EVENTS["writes"]), encode(EVENTS["read"])], AT)
    names = [f"{resource['resourceType']}/{resource['id']}" for resource in resources(block)]
    assert names == [
        *(f"AuditEvent/3-1-{number}" for number in range(1, 8)),
        *(f"Provenance/3-1-1-{number}" for number in range(1, 5)),
        "AuditEvent/3-1-8",
    ]


def test_who_looks_in_an_emergency_says_so() -> None:
    (resource,) = audit_events(EVENTS["emergency"])
    assert agent(resource)["purposeOfUse"][0]["coding"][0]["code"] == "BTG"


@pytest.mark.parametrize(("name", "is_named"), [("read", True), ("own", True), ("proxy", False)])
def test_another_patient_is_not_named_by_reference(name: str, is_named: bool) -> None:
    (resource,) = audit_events(EVENTS[name])
    assert ("reference" in agent(resource)["who"]) is is_named


def test_a_long_query_is_cut_off() -> None:
    request = FhirRequest("GET", ("Patient",), (("name", "x" * 3_000), ("_id", "y" * 3_000), ("_id", "z")))
    event = Trail("search-type", request).event(OPEN, datetime(2026, 1, 1, tzinfo=UTC))
    assert sum(len(name) + len(value) for name, value in event.query) == 4_000


@pytest.mark.parametrize(
    ("path", "type", "patients"),
    [
        (("Observation",), "Observation", ("a", "b")),
        ((), "AuditEvent", ()),
        (("AuditEvent",), "AuditEvent", ()),
        (("_history",), "Provenance", ("a", "b")),
    ],
)
def test_reading_of_the_audit_trail_does_not_feed_it(
    path: tuple[str, ...], type: str, patients: tuple[str, ...]
) -> None:
    trail = Trail("search-type", FhirRequest("GET", path))
    documents: list[dict[str, Any]] = [{"compartments": {"Patient": [id]}} for id in "ab"]
    trail.saw(type, documents)
    assert trail.event(OPEN, AT).patients == patients


def test_who_reads_what_tells_of_one_patient_is_told_to_that_patient() -> None:
    trail = Trail("search-type", FhirRequest("GET", ("AuditEvent",), (("patient", "a"),)))
    trail.saw("AuditEvent", [{"compartments": {"Patient": ["a"]}}] * 2)
    assert trail.event(OPEN, AT).patients == ("a",)
