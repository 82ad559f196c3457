"""Every request that touches patient data is in the journal, once, before its answer leaves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pymongo.database import Database

from auth.caller import Caller
from fhir_server.errors import FhirError
from fhir_server.interactions.dispatch import ROUTES, answer
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.store import Store
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.bundles import Json, bundle, entry
from tests.journeys.journal import events

PATIENT: Json = {"resourceType": "Patient", "id": "a"}
OBSERVATION: Json = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "code": {"text": "x"},
    "subject": {"reference": "Patient/a"},
}
LETTER: Json = {
    "resourceType": "DocumentReference",
    "id": "d",
    "status": "current",
    "subject": {"reference": "Patient/a"},
    "content": [{"attachment": {"title": "x"}}],
}
COMPOSITION: Json = {
    "resourceType": "Composition",
    "id": "c",
    "status": "final",
    "type": {"text": "x"},
    "subject": {"reference": "Patient/a"},
    "author": [{"reference": "Patient/a"}],
    "date": "2026-01-01",
    "title": "x",
}
STORED = (PATIENT, OBSERVATION, LETTER, COMPOSITION)
NO_PARAMETERS = {"resourceType": "Parameters"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATCH = [{"op": "add", "path": "/language", "value": "id"}]

ASKED: dict[tuple[str, str], tuple[str, Any]] = {
    ("GET", "metadata"): ("metadata", None),
    ("POST", ""): ("", bundle(entry("GET", "Patient/a"), type="batch")),
    ("GET", "_history"): ("_history", None),
    ("GET", "{type}/{id}"): ("Observation/o", None),
    ("GET", "{type}/{id}/_history/{version}"): ("Observation/o/_history/1", None),
    ("PUT", "{type}/{id}"): ("Observation/o", {**OBSERVATION, "language": "en"}),
    ("PUT", "{type}"): ("Observation?_id=o", {**OBSERVATION, "language": "en"}),
    ("PATCH", "{type}/{id}"): ("Observation/o", PATCH),
    ("PATCH", "{type}"): ("Observation?_id=o", PATCH),
    ("DELETE", "{type}/{id}"): ("Observation/o", None),
    ("DELETE", "{type}"): ("Observation?_id=o", None),
    ("GET", "{type}/{id}/_history"): ("Observation/o/_history", None),
    ("GET", "{type}/_history"): ("Observation/_history", None),
    ("POST", "{type}"): ("Observation", OBSERVATION),
    ("GET", "{type}"): ("Observation?code:text=x", None),
    ("POST", "{type}/_search"): ("Observation/_search", "code:text=x"),
    ("GET", ""): ("?_type=Observation", None),
    ("POST", "_search"): ("_search", "_type=Observation"),
    ("GET", "{type}/{id}/{member}"): ("Patient/a/Observation", None),
    ("POST", "{type}/{id}/{member}/_search"): ("Patient/a/Observation/_search", ""),
    ("GET", "{type}/{id}/*"): ("Patient/a/*?_type=Observation", None),
    ("POST", "{type}/{id}/*/_search"): ("Patient/a/*/_search", "_type=Observation"),
    ("POST", "{type}/{id}/_search"): ("Patient/a/_search", "_type=Observation"),
    ("GET", "{type}/$explain"): ("Observation/$explain?subject=Patient/a", None),
    ("POST", "{type}/$explain"): ("Observation/$explain?subject=Patient/a", {"resourceType": "Parameters"}),
    ("POST", "{type}/$validate"): ("Observation/$validate", OBSERVATION),
    ("POST", "{type}/{id}/$validate"): ("Observation/o/$validate", OBSERVATION),
    ("GET", "{type}/{id}/$validate"): ("Observation/o/$validate", None),
    ("POST", "{type}/{id}/$break-glass"): ("Patient/a/$break-glass", {"resourceType": "Parameters"}),
    ("GET", "{type}/$everything"): ("Patient/$everything", None),
    ("POST", "{type}/$everything"): ("Patient/$everything", NO_PARAMETERS),
    ("GET", "{type}/{id}/$everything"): ("Patient/a/$everything", None),
    ("POST", "{type}/{id}/$everything"): ("Patient/a/$everything", NO_PARAMETERS),
    ("GET", "{type}/$document"): ("Composition/$document?id=c", None),
    ("POST", "{type}/$document"): ("Composition/$document?id=c", NO_PARAMETERS),
    ("GET", "{type}/{id}/$document"): ("Composition/c/$document", None),
    ("POST", "{type}/{id}/$document"): ("Composition/c/$document", NO_PARAMETERS),
    ("GET", "{type}/$summary"): ("Patient/$summary?identifier=x", None),
    ("POST", "{type}/$summary"): ("Patient/$summary?identifier=x", NO_PARAMETERS),
    ("GET", "{type}/{id}/$summary"): ("Patient/a/$summary", None),
    ("POST", "{type}/{id}/$summary"): ("Patient/a/$summary", NO_PARAMETERS),
    ("GET", "{type}/$docref"): ("DocumentReference/$docref?patient=a", None),
    ("POST", "{type}/$docref"): ("DocumentReference/$docref?patient=a", NO_PARAMETERS),
}
REFUSED = {"{type}/{id}/$break-glass": 403, "{type}/$everything": 400, "{type}/$summary": 404}
"""What an open server refuses to anybody."""

TELLS_NOTHING = ("metadata",)
GIVES_NOTHING = ("$explain", "$validate", "$break-glass")
"""What a client sends to them is its own."""


async def send(client: httpx.AsyncClient, method: str, path: str, body: Any) -> httpx.Response:
    if isinstance(body, str):
        return await client.request(method, path, content=body, headers=FORM)
    kind = "application/json-patch+json" if body is PATCH else "application/fhir+json"
    content = None if body is None else json.dumps(body)
    return await client.request(method, path, content=content, headers={"Content-Type": kind, "X-Request-Id": "r-1"})


async def prepared(client: httpx.AsyncClient, database: Database[Json]) -> int:
    """How many events there are once the resources are stored."""
    for one in STORED:
        assert (await client.put(f"{one['resourceType']}/{one['id']}", json=one)).is_success
    return len(events(database))


def test_every_route_is_asked() -> None:
    assert {(route.method, route.path) for route in ROUTES} == set(ASKED)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_one_request_one_event(client: httpx.AsyncClient, database: Database[Json], route: Any) -> None:
    before = await prepared(client, database)
    response = await send(client, route.method, *ASKED[route.method, route.path])
    assert response.is_success or response.status_code == REFUSED.get(route.path), response.text
    new = events(database)[before:]
    if route.path in TELLS_NOTHING:
        assert new == []
        return
    (event,) = new
    assert (event.who, event.address) == ("open", "127.0.0.1")
    assert event.status == REFUSED.get(route.path, 200)
    touched = {*event.patients, *(id for write in event.writes for id in write.patients)}
    is_given = route.code not in GIVES_NOTHING or (route.code, route.method) == ("$validate", "GET")
    assert touched == ({"a"} if is_given and response.is_success else set())
    assert event.what == ("read" if route.path == "" and route.method == "POST" else route.code)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_request_id_is_kept(client: httpx.AsyncClient, database: Database[Json], method: str) -> None:
    await prepared(client, database)
    await send(client, method, "Patient/a", None)
    assert [(event.what, event.path, event.request) for event in events(database)][-1] == ("read", "Patient/a", "r-1")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "Patient/tak-ada", None, 404),
        ("GET", "Patient/a/_history/9", None, 404),
        ("GET", "Patient/tak-ada/_history", None, 404),
        ("GET", "Patient?nothing=1", None, 400),
        ("PUT", "Patient/a", {**PATIENT, "gender": "x"}, 422),
        ("POST", "AuditEvent", {"resourceType": "AuditEvent"}, 405),
        ("POST", "Patient", {"resourceType": "Observation"}, 400),
        (
            "POST",
            "",
            bundle(entry("POST", "Patient", {**PATIENT, "gender": "x"}), entry("POST", "Patient", PATIENT)),
            422,
        ),
        ("DELETE", "Patient", None, 412),
    ],
)
async def test_a_refusal_is_told_once(
    client: httpx.AsyncClient, database: Database[Json], method: str, path: str, body: Any, status: int
) -> None:
    before = await prepared(client, database)
    response = await send(client, method, path, body)
    assert response.status_code == status
    (event,) = events(database)[before:]
    assert (event.status, event.writes, event.patients) == (status, (), ())


async def test_entries_are_told_one_by_one(client: httpx.AsyncClient, database: Database[Json]) -> None:
    """The writes of a transaction in one event, of a batch each in its own; reads and refusals too."""
    before = await prepared(client, database)
    entries = (
        *(entry("POST", "Patient", {"resourceType": "Patient"}), entry("DELETE", "Observation/o")),
        *(entry("GET", "Patient/a"), entry("GET", "Patient/tak-ada")),
    )
    for kind, writes in (("transaction", [2]), ("batch", [1, 1])):
        await send(client, "POST", "", bundle(*entries, type=kind))
        new = events(database)[before:]
        before += len(new)
        assert sorted(len(event.writes) for event in new if event.writes) == writes
        assert sorted((event.status, event.patients) for event in new if not event.writes) == [(200, ("a",)), (404, ())]


async def test_only_what_is_given_out_is_told(client: httpx.AsyncClient, database: Database[Json]) -> None:
    """The server reads one resource more than it gives out, to know whether another page follows."""
    for number in range(5):
        for type in ("Patient", "Basic"):
            subject = {"code": {"text": "x"}, "subject": {"reference": f"Patient/{number}"}} if type == "Basic" else {}
            await client.put(f"{type}/{number}", json={"resourceType": type, "id": str(number), **subject})
    for path, patients in {
        "Patient?_count=2&_sort=_id": ("0", "1"),
        "?_type=Patient,Basic&_count=3&_sort=_id": ("0", "1"),
        "?_type=Patient,Basic&_count=2": ("0", "1"),
        "Patient/_history?_count=2": ("3", "4"),
        "_history?_count=1": ("4",),
        "Patient?_count=0": (),
        "Patient?_summary=count": (),
        "Basic?_id=3&_include=Basic:patient": ("3",),
        "Patient?_id=3&_revinclude=Basic:patient": ("3",),
        "Basic?patient:Patient._id=2": ("2",),
    }.items():
        assert (await client.get(path)).is_success
        assert (path, sorted(events(database)[-1].patients)) == (path, sorted(patients))


@pytest.mark.parametrize(
    ("path", "patients"),
    [
        ("Linkage?_include=Linkage:item", ("a",)),
        ("Linkage?_include=*", ("a",)),
        ("Linkage?_include=Linkage:item&_elements=id", ("a",)),
        ("Organization?_revinclude=Patient:organization", ("a",)),
        ("Organization?_revinclude=Patient:organization&_revinclude:iterate=Linkage:item", ("a",)),
        ("Linkage?item:Patient._id=a", ()),
        ("Organization?_has:Patient:organization:_id=a", ()),
        ("Organization?_revinclude=Patient:organization&_summary=count", ()),
    ],
)
async def test_who_comes_along_with_what_is_nobodys_is_told(
    client: httpx.AsyncClient, database: Database[Json], path: str, patients: tuple[str, ...]
) -> None:
    for one in (
        {"resourceType": "Organization", "id": "rs", "name": "RS Contoh"},
        {**PATIENT, "managingOrganization": {"reference": "Organization/rs"}},
        {"resourceType": "Linkage", "id": "l", "item": [linked("Patient/a"), linked("Organization/rs")]},
    ):
        assert (await client.put(f"{one['resourceType']}/{one['id']}", json=one)).is_success
    found = (await client.get(path)).json()
    assert ("a" in [row["resource"]["id"] for row in found.get("entry", ())]) is (patients != ())
    assert events(database)[-1].patients == patients


def linked(reference: str) -> Json:
    return {"type": "alternate", "resource": {"reference": reference}}


async def test_without_the_journal_nothing_is_given_out(client: httpx.AsyncClient, database: Database[Json]) -> None:
    await client.put("Patient/a", json={**PATIENT, "name": [{"family": "Rahasia"}]})
    database.command({"collMod": "audit_blocks", "validator": {"never": True}})
    for method, (path, body) in ((method, asked) for (method, _), asked in ASKED.items()):
        response = await send(client, method, path, body)
        if path in TELLS_NOTHING:
            assert response.is_success
        elif path == "":
            assert response.json()["entry"][0]["response"]["status"].startswith("503")
        else:
            assert response.status_code == 503, path
        assert "Rahasia" not in response.text
    assert database["Patient"].count_documents({}) == 1
    assert database["Observation"].count_documents({}) == 0
    database.command({"collMod": "audit_blocks", "validator": {}})
    assert (await client.get("Patient/a")).status_code == 200


@pytest.fixture
async def closed(mongodb_uri: str, database_name: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings(mongodb_uri, database_name, open=False)) as found:
        yield found


async def test_who_has_no_token_is_told_of(closed: httpx.AsyncClient, database: Database[Json]) -> None:
    assert (await closed.get("Patient/a")).status_code == 401
    assert (await closed.get("Tidak/ada")).status_code == 401
    assert (await closed.get("metadata")).status_code == 200
    assert [(one.what, one.path, one.status, one.who) for one in events(database)] == [
        ("read", "Patient/a", 401, "anonymous")
    ]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ("Patient", "a")), ("GET", ("Patient",)), ("DELETE", ("Patient", "a"))]
)
async def test_who_has_no_right_is_told_of(
    store: Store, database: Database[Json], method: str, path: tuple[str, ...]
) -> None:
    with pytest.raises(FhirError) as refused:
        await answer(FhirRequest(method, path), Record(store, Caller("siapa"), Site()))
    (event,) = events(database)
    assert (event.who, event.status, event.reason) == ("siapa", refused.value.status, "forbidden")
