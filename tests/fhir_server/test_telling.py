"""What happens at the sign-in pages is in the journal, and becomes valid AuditEvents."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import MongoClient

from auth.caller import Caller
from auth.people import RecordUnavailable
from auth.telling import Happening
from auth.users import User
from fhir_server.audit.audit_event import audit_events
from fhir_server.audit.projection import document
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.store import Store
from fhir_server.telling import tell
from resources.registry import validate
from tests.journeys.journal import events

SITI = User("siti", "x", "dokter", "Practitioner/7")


@pytest.mark.parametrize(
    ("happening", "who", "status", "patients"),
    [
        (Happening("login", "192.0.2.1", SITI), "siti", 200, ()),
        (Happening("login-failed", "192.0.2.1", name="entah"), "entah", 401, ()),
        (Happening("logout", "192.0.2.1", SITI), "siti", 200, ()),
        (
            Happening("consent-decision", "192.0.2.1", SITI, client="a", patient="p", note="granted: x"),
            "siti",
            200,
            ("p",),
        ),
    ],
)
async def test_it_is_told(
    store: Store,
    mongodb_uri: str,
    database_name: str,
    *,
    happening: Happening,
    who: str,
    status: int,
    patients: tuple[str, ...],
) -> None:
    await tell(lambda caller: Record(store, caller, Site()), happening)
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True) as client:
        (event,) = events(client[database_name])
    assert (event.what, event.who, event.status, event.patients) == (happening.what, who, status, patients)
    assert (event.address, event.client, event.note) == ("192.0.2.1", happening.client, happening.note)
    (resource,) = audit_events(event)
    stored = document({**resource, "id": "1"}, Site())["resource"]
    assert [issue for issue in validate(stored) if issue.severity != "warning"] == []


async def test_what_cannot_be_told_is_said(store: Store, mongodb_uri: str, database_name: str) -> None:
    def record_for(caller: Caller) -> Record:
        return Record(store, caller, Site())

    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        client[database_name].command({"collMod": "audit_blocks", "validator": {"never": True}})
    with pytest.raises(RecordUnavailable):
        await tell(record_for, Happening("login", "192.0.2.1", SITI))
