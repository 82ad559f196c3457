"""Any order of interactions leaves the server where a model in memory says.

More of it: `pytest tests/journeys/test_state_machine.py --hypothesis-profile=nightly`.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, pairwise
from threading import Thread
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pymongo import MongoClient

from tests.fhir_server.conftest import client_of
from tests.fhir_server.conftest import settings as server_settings
from tests.journeys.bundles import SYSTEM, Json, bundle, entry

DATABASE = "test_state_machine"
SHORT = settings(max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))

ids = st.sampled_from(("satu", "dua", "tiga"))
values = st.sampled_from(("merah", "kuning", "hijau"))
guesses = st.integers(0, 6)


class Asking:
    """The server on an event loop of its own, asked from the synchronous steps of the machine."""

    def __init__(self, uri: str, database: str = DATABASE) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._context = client_of(server_settings(uri, database))
        self.client = self._run(self._context.__aenter__())
        self.examples = count(1)

    def _run(self, work: Awaitable[Any]) -> Any:
        async def running() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(running(), self._loop).result(60)

    def __call__(self, method: str, url: str, body: object = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: httpx.Response = self._run(self.client.request(method, url, json=body, headers=named))
        assert answer.status_code < 500, answer.text
        return answer

    def close(self) -> None:
        self._run(self._context.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass
class Known:
    """The versions of a resource: its value in each, None where it was deleted."""

    versions: list[str | None] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)

    @property
    def value(self) -> str | None:
        return self.versions[-1] if self.versions else None

    @property
    def version(self) -> int:
        return len(self.versions)


class Ward(RuleBasedStateMachine):
    """Patients with one identifier each; ids are prefixed so that each example has its own."""

    asking: Asking

    def __init__(self) -> None:
        super().__init__()
        self.prefix = f"e{next(self.asking.examples)}"
        self.known: dict[str, Known] = {}

    def id(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def of(self, id: str) -> Known:
        return self.known.setdefault(id, Known())

    def resource(self, value: str, id: str | None = None) -> Json:
        found: Json = {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": self.criterion(value)}]}
        return found if id is None else {**found, "id": id}

    def criterion(self, value: str) -> str:
        return f"{self.prefix}-{value}"

    def matching(self, value: str) -> list[str]:
        return [id for id, known in self.known.items() if known.value == value]

    def condition(self, value: str) -> str:
        return f"identifier={SYSTEM}|{self.criterion(value)}"

    def written(self, answer: httpx.Response, id: str, value: str | None) -> None:
        """The model takes the new version over, and the answer says what it should of it."""
        known = self.of(id)
        new = known.value is None
        if value is not None and known.value == value:
            assert answer.status_code == 200, answer.text
        else:
            known.versions.append(value)
            expected = 204 if value is None else 201 if new else 200
            assert answer.status_code == expected, answer.text
        self.check_headers(answer, id)

    def check_headers(self, answer: httpx.Response, id: str) -> None:
        known = self.of(id)
        assert answer.headers["etag"] == f'W/"{known.version}"'
        if known.value is not None:
            assert answer.json()["meta"]["versionId"] == str(known.version)
            self.see(id, known.version, answer.json()["meta"]["lastUpdated"])

    def see(self, id: str, version: int, updated: str) -> None:
        known = self.of(id)
        if len(known.updated) < version:
            known.updated += [""] * (version - len(known.updated))
        assert known.updated[version - 1] in ("", updated)
        known.updated[version - 1] = updated

    @rule(value=values)
    def create(self, value: str) -> None:
        answer = self.asking("POST", "Patient", self.resource(value, "diabaikan"))
        self.written(answer, answer.json()["id"], value)

    @rule(name=ids, value=values)
    def update(self, name: str, value: str) -> None:
        id = self.id(name)
        self.written(self.asking("PUT", f"Patient/{id}", self.resource(value, id)), id, value)

    @rule(name=ids, value=values, version=guesses)
    def update_if_match(self, name: str, value: str, version: int) -> None:
        id = self.id(name)
        answer = self.asking("PUT", f"Patient/{id}", self.resource(value, id), if_match=f'W/"{version}"')
        if self.of(id).value is not None and self.of(id).version == version:
            self.written(answer, id, value)
        else:
            assert answer.status_code == 412

    @rule(name=ids, value=values)
    def patch(self, name: str, value: str) -> None:
        id = self.id(name)
        answer = self.asking(
            "PATCH", f"Patient/{id}", self.patch_document(value), content_type="application/json-patch+json"
        )
        if self.of(id).value is None:
            assert answer.status_code == (410 if self.of(id).versions else 404)
        else:
            self.written(answer, id, value)

    def patch_document(self, value: str) -> list[Json]:
        return [{"op": "replace", "path": "/identifier/0/value", "value": self.criterion(value)}]

    @rule(name=ids)
    def delete(self, name: str) -> None:
        id = self.id(name)
        answer = self.asking("DELETE", f"Patient/{id}")
        assert answer.status_code == 204
        if self.of(id).value is not None:
            self.written(answer, id, None)

    @rule(value=values)
    def conditional_create(self, value: str) -> None:
        answer = self.asking("POST", "Patient", self.resource(value), if_none_exist=self.condition(value))
        found = self.matching(value)
        if len(found) > 1:
            assert answer.status_code == 412
        elif found:
            assert (answer.status_code, answer.json()["id"]) == (200, found[0])
            self.check_headers(answer, found[0])
        else:
            self.written(answer, answer.json()["id"], value)

    @rule(old=values, new=values)
    def conditional_update(self, old: str, new: str) -> None:
        answer = self.asking("PUT", f"Patient?{self.condition(old)}", self.resource(new))
        found = self.matching(old)
        if len(found) > 1:
            assert answer.status_code == 412
        else:
            self.written(answer, found[0] if found else answer.json()["id"], new)

    @rule(value=values)
    def conditional_delete(self, value: str) -> None:
        answer = self.asking("DELETE", f"Patient?{self.condition(value)}")
        found = self.matching(value)
        assert answer.status_code == (412 if len(found) > 1 else 204)
        if len(found) == 1:
            self.written(answer, found[0], None)

    @rule(name=ids)
    def read(self, name: str) -> None:
        known, answer = self.of(self.id(name)), self.asking("GET", f"Patient/{self.id(name)}")
        assert answer.status_code == (200 if known.value is not None else 410 if known.versions else 404)
        if known.value is not None:
            assert answer.json()["identifier"][0]["value"] == self.criterion(known.value)
            self.check_headers(answer, self.id(name))
            again = self.asking("GET", f"Patient/{self.id(name)}", if_none_match=answer.headers["etag"])
            assert (again.status_code, again.content) == (304, b"")

    @rule(name=ids, version=guesses)
    def vread(self, name: str, version: int) -> None:
        known = self.of(self.id(name))
        answer = self.asking("GET", f"Patient/{self.id(name)}/_history/{version}")
        if not 1 <= version <= known.version:
            assert answer.status_code == 404
        elif (value := known.versions[version - 1]) is None:
            assert answer.status_code == 410
        else:
            assert answer.json()["identifier"][0]["value"] == self.criterion(value)
            assert answer.headers["etag"] == f'W/"{version}"'
            self.see(self.id(name), version, answer.json()["meta"]["lastUpdated"])

    @rule(name=ids, size=st.integers(1, 3))
    def history(self, name: str, size: int) -> None:
        known, url = self.of(self.id(name)), f"Patient/{self.id(name)}/_history?_count={size}"
        rows: list[Json] = []
        while url:
            answer = self.asking("GET", url)
            assert answer.status_code == (200 if known.versions else 404)
            body = answer.json()
            rows += body.get("entry", [])
            url = next((link["url"] for link in body.get("link", ()) if link["relation"] == "next"), "")
        assert [int(row["response"]["etag"][3:-1]) for row in rows] == list(range(known.version, 0, -1))
        moments = [datetime.fromisoformat(row["response"]["lastModified"]) for row in rows]
        assert all(later > earlier for later, earlier in pairwise(moments))
        found = [row["resource"]["identifier"][0]["value"] if "resource" in row else None for row in reversed(rows)]
        assert found == [None if value is None else self.criterion(value) for value in known.versions]

    @rule(value=values)
    def search(self, value: str) -> None:
        answer = self.asking("GET", f"Patient?{self.condition(value)}&_count=100").json()
        found = [row["resource"]["id"] for row in answer.get("entry", ())]
        assert sorted(found) == sorted(self.matching(value))
        assert answer["total"] == len(found)

    @rule(
        changes=st.lists(st.tuples(ids, st.one_of(st.none(), values)), max_size=3, unique_by=lambda pair: pair[0]),
        fails=st.booleans(),
    )
    def transaction(self, changes: list[tuple[str, str | None]], fails: bool) -> None:
        entries = [self.entry(name, value) for name, value in changes]
        wrong = entry("PUT", "Patient/x", {"resourceType": "Patient", "id": "x"}, ifMatch='W/"99"')
        answer = self.asking("POST", "", bundle(*entries, *([wrong] if fails else [])))
        if fails:
            assert answer.status_code == 412
            return
        assert answer.status_code == 200, answer.text
        self.take_over(changes, answer)

    @rule(changes=st.lists(st.tuples(ids, st.one_of(st.none(), values)), max_size=3, unique_by=lambda pair: pair[0]))
    def batch(self, changes: list[tuple[str, str | None]]) -> None:
        wrong = entry("PATCH", "Patient/x", self.binary(), ifMatch='W/"99"')
        entries = [self.entry(name, value) for name, value in changes]
        answer = self.asking("POST", "", bundle(*entries, wrong, type="batch"))
        assert answer.json()["entry"][-1]["response"]["status"][:3] == "412"
        self.take_over(changes, answer)

    def binary(self) -> Json:
        data = base64.b64encode(json.dumps(self.patch_document("hijau")).encode()).decode()
        return {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}

    def entry(self, name: str, value: str | None) -> Json:
        id = self.id(name)
        return (
            entry("DELETE", f"Patient/{id}")
            if value is None
            else entry("PUT", f"Patient/{id}", self.resource(value, id))
        )

    def take_over(self, changes: list[tuple[str, str | None]], answer: httpx.Response) -> None:
        for (name, value), part in zip(changes, answer.json().get("entry", ()), strict=False):
            known, status = self.of(self.id(name)), int(part["response"]["status"][:3])
            expected = 204 if value is None else 201 if known.value is None else 200
            assert status == expected, part
            if value != known.value:
                known.versions.append(value)
            if known.versions:
                assert part["response"].get("etag", f'W/"{known.version}"') == f'W/"{known.version}"'

    @invariant()
    def times_rise(self) -> None:
        for known in self.known.values():
            seen = [moment for moment in known.updated if moment]
            assert seen == sorted(seen)


@pytest.fixture
def asking(mongodb_uri: str) -> Iterator[Asking]:
    found = Asking(mongodb_uri)
    yield found
    found.close()
    with MongoClient[Json](mongodb_uri) as client:
        client.drop_database(DATABASE)


def test_the_server_does_what_the_model_says(asking: Asking) -> None:
    chosen = settings.default if settings.get_current_profile_name() == "nightly" else SHORT
    run_state_machine_as_test(type("BoundWard", (Ward,), {"asking": asking}), settings=chosen)
