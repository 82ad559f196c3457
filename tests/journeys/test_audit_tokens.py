"""Every route by every kind of token leaves exactly one event, which names who asked and whose data were given out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from auth.storage import clients, users
from auth.users import User
from fhir_server.audit.events import Event
from fhir_server.interactions.dispatch import ROUTES
from tests.journeys.bundles import Json, statuses
from tests.journeys.journal import events
from tests.journeys.smart import Smart, serving
from tests.journeys.test_audit_completeness import ASKED, FORM, PATCH, PATIENT, STORED, TELLS_NOTHING
from tests.journeys.tokens import APP, given

NAME = "test_audit_tokens"
OWN, ANOTHER = User("siti", "pasien", "", "Patient/a"), User("budi", "pasien", "", "Patient/b")
DOCTOR = User("dokter", "dokter", "", "Practitioner/p")
HOLDERS = ("patient", "another", "doctor", "system", "narrow", "no scopes", "expired", "none")
SOLE_ENTRY = ("POST", "")


@dataclass(frozen=True)
class Closed:
    """A server with sign-in; tokens by holder with the name that events must have."""

    smart: Smart
    database: Database[Json]
    tokens: dict[str, tuple[str | None, str]]

    async def restore(self) -> None:
        """What the requests have changed."""
        for one in (*STORED, {"resourceType": "Patient", "id": "b"}):
            path = f"{one['resourceType']}/{one['id']}"
            answer = await self.smart.fhir(path, self.tokens["system"][0], "PUT", json=one)
            assert answer.is_success, answer.text


@pytest.fixture(scope="module")
async def closed(mongodb_uri: str) -> AsyncIterator[Closed]:
    async with serving(mongodb_uri, NAME, audit_events=False) as smart:
        clients.add(smart.issuer.database, APP)
        for user in (OWN, ANOTHER, DOCTOR):
            assert users.add(smart.issuer.database, user)
        with MongoClient[Json](mongodb_uri) as client:
            yield Closed(smart, client[NAME], dict(_tokens(smart)))
            client.drop_database(NAME)


def _tokens(smart: Smart) -> Iterator[tuple[str, tuple[str | None, str]]]:
    whole = "patient/*.cruds"
    yield "patient", (given(smart, whole, OWN, patient="a"), "siti")
    yield "another", (given(smart, whole, ANOTHER, patient="b"), "budi")
    yield "doctor", (given(smart, "user/*.cruds", DOCTOR), "dokter")
    yield "system", (given(smart, "system/*.cruds", None), APP.client_id)
    yield "narrow", (given(smart, "patient/Immunization.r", OWN, patient="a"), "siti")
    yield "no scopes", (given(smart, "openid", OWN, patient="a"), "siti")
    yield "expired", (given(smart, whole, OWN, patient="a", minutes=-1), "anonymous")
    yield "none", (None, "anonymous")


async def send(closed: Closed, holder: str, method: str, route: tuple[str, str]) -> httpx.Response:
    path, body = ASKED[route]
    kind = "application/json-patch+json" if body is PATCH else "application/fhir+json"
    headers = FORM if isinstance(body, str) else {"Content-Type": kind}
    text, _ = closed.tokens[holder]
    token = {} if text is None else {"Authorization": f"Bearer {text}"}
    content = body if isinstance(body, str) or body is None else json.dumps(body)
    return await closed.smart.client.request(method, f"/fhir/{path}", content=content, headers={**headers, **token})


ROWS = [(route.method, (route.method, route.path)) for route in ROUTES if route.path not in TELLS_NOTHING]
HEADS = [("HEAD", route) for method, route in ROWS if method == "GET"]


@pytest.mark.parametrize("holder", HOLDERS)
async def test_one_request_one_event(closed: Closed, holder: str) -> None:
    """Those that are refused too; of what is refused nobody's data are told to have been given out."""
    wrong, answered, (_, who) = {}, set(), closed.tokens[holder]
    for method, route in (*ROWS, *HEADS):
        await closed.restore()
        before = len(events(closed.database))
        answer = await send(closed, holder, method, route)
        answered.add(answer.status_code // 100)
        new = events(closed.database)[before:]
        if len(new) != 1 or new[0].who != who or not is_told(new[0], answer, route):
            wrong[method, route[1]] = answer.status_code, new
    assert wrong == {}
    assert answered == ({4} if who == "anonymous" else {2, 4})


def is_told(event: Event, answer: httpx.Response, route: tuple[str, str]) -> bool:
    """As it was answered, and with the patients of the answer."""
    status = statuses(answer)[0] if route == SOLE_ENTRY and answer.is_success else answer.status_code
    if status >= 400:
        return (event.status, event.patients, event.writes) == (status, (), ())
    touched = {*event.patients, *(id for write in event.writes for id in write.patients)}
    shown = set(patients_in(answer.json())) if answer.content and "$" not in route[1] else set()
    return event.status == 200 and shown <= touched


def patients_in(value: Any) -> Iterator[str]:
    """The patients whom an answer names."""
    if isinstance(value, list):
        for one in value:
            yield from patients_in(one)
    elif isinstance(value, dict):
        if value.get("resourceType") == "Patient":
            yield value["id"]
        if str(value.get("reference", "")).startswith("Patient/"):
            yield value["reference"].removeprefix("Patient/")
        for one in value.values():
            yield from patients_in(one)


async def test_a_following_page_is_told_of_too(closed: Closed) -> None:
    await closed.restore()
    token, _ = closed.tokens["system"]
    for url in ("Patient?_count=1&_sort=_id", "Patient/_history?_count=1", "_history?_count=1"):
        page = (await closed.smart.fhir(url, token)).json()
        (following,) = (link["url"] for link in page["link"] if link["relation"] == "next")
        before = len(events(closed.database))
        answer = await closed.smart.fhir(following.partition("/fhir/")[2], token)
        (event,) = events(closed.database)[before:]
        assert event.patients == tuple(dict.fromkeys(patients_in(answer.json())))
        assert len(event.patients) == 1


CONDITIONAL = [
    ("GET", "Patient/a", None, {"If-None-Match": 'W/"{version}"'}, 304, "read"),
    ("POST", "Patient", {"resourceType": "Patient"}, {"If-None-Exist": "_id=a"}, 200, "create"),
    ("POST", "Patient", {"resourceType": "Patient"}, {"If-None-Exist": "_id=x"}, 201, "create"),
    ("PUT", "Patient/a", PATIENT, {"If-Match": 'W/"0"'}, 412, "update"),
    ("PUT", "Patient/a", PATIENT, {}, 200, "update"),
    ("PUT", "Patient?_id=a", PATIENT, {}, 200, "conditional-update"),
    ("PUT", "Patient/baru", {"resourceType": "Patient", "id": "baru"}, {}, 201, "update"),
    ("DELETE", "Patient/tak-ada", None, {}, 204, "delete"),
    ("DELETE", "Patient?_id=tak-ada", None, {}, 204, "conditional-delete"),
]


@pytest.mark.parametrize(("method", "url", "body", "headers", "status", "what"), CONDITIONAL)
async def test_what_depends_on_a_condition_is_told_however_it_ends(
    closed: Closed, method: str, url: str, body: Json | None, headers: dict[str, str], status: int, what: str
) -> None:
    await closed.restore()
    version = closed.database["Patient"].find_one({"_id": "a"}, {"version": True})
    closed.database["Patient"].delete_one({"_id": "baru"})
    assert version is not None
    sent = {name: value.format(version=version["version"]) for name, value in headers.items()}
    before = len(events(closed.database))
    authorization = {"Authorization": f"Bearer {closed.tokens['system'][0]}"}
    answer = await closed.smart.client.request(method, f"/fhir/{url}", json=body, headers={**sent, **authorization})
    assert answer.status_code == status, answer.text
    (event,) = events(closed.database)[before:]
    assert (event.what, event.status >= 400) == (what, status >= 400)
    touched = {*event.patients, *(write.id for write in event.writes)}
    assert (touched == set()) is (status == 412)
