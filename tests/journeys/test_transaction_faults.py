"""What breaks below a transaction leaves nothing of it, and the next one goes through: a refusal at any entry, a fault
of ours after any operation, a wire cut at any message, a database that is away."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import pytest
from pymongo.database import Database

from fhir_server.errors import Unavailable
from fhir_server.record import Record
from fhir_server.store.store import Store
from fhir_server.store.transaction import Transaction
from main import create_app, open_store, site
from resources.issues import Text
from serving import SECONDS_TO_FINISH_REQUESTS
from settings import Settings
from tests.fhir_server.conftest import BASE, settings, with_state
from tests.journeys.bundles import NIK, SYSTEM, Json, bundle, contents, entry, observation, patient, places
from tests.journeys.cutting_proxy import When, Wire, wire
from tests.journeys.servers import Running, running

Result = TypeVar("Result")
NOT_OF_BUNDLES = {"start_emergency", "end_emergency", "keep"}
OPERATIONS = {name for name in vars(Transaction) if not name.startswith("_")} - NOT_OF_BUNDLES
"""What a Bundle needs; emergencies and answers are no resources."""

IBU, ANAK, LAMA = (f"urn:uuid:6a1d0a6e-1111-4c3a-8d6e-00000000000{number}" for number in (1, 2, 3))
TAKEN = [{"system": NIK, "value": "6472019901019007"}]


def named(value: str) -> str:
    return f"identifier={SYSTEM}|{value}"


def patched(url: str, **request: str) -> Json:
    patch = base64.b64encode(json.dumps([{"op": "add", "path": "/gender", "value": "female"}]).encode()).decode()
    return entry(
        "PATCH", url, {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": patch}, **request
    )


def letter(label: str) -> Json:
    """A Binary is as confidential as this."""
    security = [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": label}]
    attachment = {"attachment": {"url": "Binary/berkas"}}
    row = {"resourceType": "DocumentReference", "id": "berkas", "status": "current", "content": [attachment]}
    return {**row, "meta": {"security": security}}


def mixed() -> list[Json]:
    """Every kind of write, with and without conditions, and every kind of reference: they succeed together."""
    return [
        entry("DELETE", "Patient/hapus"),
        entry("DELETE", "Observation/hapus"),
        entry("DELETE", f"Patient?{named('hapus-syarat')}"),
        entry("DELETE", f"Patient?{named('tak-ada')}"),
        entry("POST", "Patient", patient("ibu"), IBU),
        entry("POST", "Patient", patient("anak", link=[{"other": {"reference": IBU}, "type": "seealso"}]), ANAK),
        entry("POST", "Patient", patient("baru"), ifNoneExist=named("baru")),
        entry("POST", "Patient", patient("lama"), LAMA, ifNoneExist=named("lama")),
        entry("POST", "Observation", observation(IBU)),
        entry("POST", "Observation", observation(LAMA)),
        entry("POST", "Observation", observation(f"Patient?{named('dirujuk')}")),
        entry("PUT", "Patient/ubah", patient("ubah", id="ubah", gender="male")),
        entry("PUT", "Patient/tambah", patient("tambah", id="tambah")),
        entry("PUT", "Observation/ubah", observation(ANAK, id="ubah")),
        entry("PUT", f"Patient?{named('ubah-syarat')}", patient("ubah-syarat", gender="male")),
        entry("PUT", f"Patient?{named('tambah-syarat')}", patient("tambah-syarat")),
        entry("PUT", "Patient/versi", patient("versi", id="versi"), ifMatch='W/"1"'),
        entry("PUT", "DocumentReference/berkas", letter("R")),
        patched("Patient/tambal"),
        patched("Patient/tambal-versi", ifMatch='W/"1"'),
        patched(f"Patient?{named('tambal-syarat')}"),
    ]


async def prepare(client: httpx.AsyncClient) -> None:
    names = "hapus hapus-syarat lama dirujuk ubah ubah-syarat versi tambal tambal-versi tambal-syarat".split()
    rows = [patient(name, id=name) for name in names]
    rows += [observation("Patient/ubah", id=name) for name in ("hapus", "ubah")]
    rows.append({"resourceType": "Patient", "id": "nik", "identifier": TAKEN})
    context = {"securityContext": {"reference": "DocumentReference/berkas"}}
    rows += [letter("N"), {"resourceType": "Binary", "id": "berkas", "contentType": "text/plain", **context}]
    writes = [entry("PUT", f"{row['resourceType']}/{row['id']}", row) for row in rows]
    assert (await send(client, writes)).status_code == 200


async def send(client: httpx.AsyncClient, entries: Sequence[Json]) -> httpx.Response:
    return await client.post("", json=bundle(*entries), headers={"Accept-Language": "en"})


def held(database: Database[Json]) -> Json:
    """All that a transaction writes."""
    return {**contents(database), "claims": {row["_id"]: row for row in database["claims"].find()}}


def shape(database: Database[Json]) -> Json:
    """How many documents of each version there are: ids and times differ from run to run."""
    return {name: sorted(row["version"] for row in rows.values()) for name, rows in contents(database).items()}


def restore(database: Database[Json], wanted: Json) -> None:
    for name in database.list_collection_names(filter={"name": {"$regex": "^[A-Z]"}}):
        database[name].delete_many({})
        if name in wanted:
            database[name].insert_many(list(wanted[name].values()))


REFUSALS = {
    "decided": (412, entry("PUT", "Patient/nik", patient("nik", id="nik"), ifMatch='W/"99"')),
    "inserted": (409, entry("POST", "Patient", {"resourceType": "Patient", "identifier": TAKEN})),
    "replaced": (409, entry("PUT", "Patient/dirujuk", patient("dirujuk", id="dirujuk") | {"identifier": TAKEN})),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_refusal_at_any_entry_leaves_nothing(
    client: httpx.AsyncClient, database: Database[Json], kind: str
) -> None:
    await prepare(client)
    before = held(database)
    status, refused = REFUSALS[kind]
    for position in range(len(mixed()) + 1):
        entries = mixed()
        entries.insert(position, refused)
        answer = await send(client, entries)
        assert (position, answer.status_code) == (position, status), answer.text
        assert places(answer)[0].startswith(f"Bundle.entry[{position}]")
        assert held(database) == before
    assert (await send(client, mixed())).status_code == 200


class FailingStore:
    """A Store whose transactions do what they should until the operation of a number, after which one raises."""

    def __init__(self, inner: Store, error: Exception) -> None:
        self._inner, self._error = inner, error
        self._left = 0
        self.failed_after: str | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def arm(self, number: int) -> None:
        self._left, self.failed_after = number, None

    async def transaction(self, work: Callable[[Transaction], Awaitable[Result]], types: Sequence[str]) -> Result:
        async def failing(transaction: Transaction) -> Result:
            return await work(cast(Transaction, FailingTransaction(transaction, self._count)))

        return await self._inner.transaction(failing, types)

    def _count(self, operation: str) -> None:
        self._left -= 1
        if self._left == 0:
            self.failed_after = operation
            raise self._error


class FailingTransaction:
    def __init__(self, inner: Transaction, count: Callable[[str], None]) -> None:
        self._inner, self._count = inner, count

    def __getattr__(self, name: str) -> Any:
        async def counted(*arguments: Any, **more: Any) -> Any:
            result = await getattr(self._inner, name)(*arguments, **more)
            self._count(name)
            return result

        return counted


@asynccontextmanager
async def failing_client(
    configured: Settings, error: Exception
) -> AsyncIterator[tuple[httpx.AsyncClient, FailingStore]]:
    app = create_app(configured)
    async with app.router.lifespan_context(app) as state, open_store(configured) as store:
        failing = FailingStore(store, error)
        bound = {"record_for": lambda caller: Record(cast(Store, failing), caller, site(configured))}
        transport = httpx.ASGITransport(app=with_state(app, {**dict(state or {}), **bound}))
        async with httpx.AsyncClient(transport=transport, base_url=f"{BASE}/") as client:
            yield client, failing


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(ValueError("ours"), 500, "exception"), (Unavailable(Text("down", "mati")), 503, "transient")],
    ids=["bug", "unavailable"],
)
async def test_a_fault_after_any_operation_leaves_nothing(
    mongodb_uri: str, database_name: str, database: Database[Json], error: Exception, status: int, code: str
) -> None:
    async with failing_client(settings(mongodb_uri, database_name), error) as (client, failing):
        await prepare(client)
        before, failed_after, number = held(database), set[str](), 1
        failing.arm(number)
        while (answer := await send(client, mixed())).status_code != 200:
            assert failing.failed_after is not None
            assert (answer.status_code, answer.json()["issue"][0]["code"]) == (status, code)
            assert held(database) == before
            failed_after.add(failing.failed_after)
            failing.arm(number := number + 1)
        assert failed_after == OPERATIONS
        assert failing.failed_after is None
        assert held(database) != before


@pytest.fixture
async def line(mongodb_uri: str) -> AsyncIterator[Wire]:
    async with wire(mongodb_uri) as found:
        yield found


@pytest.fixture
async def server(line: Wire, tmp_path: Path, database_name: str) -> AsyncIterator[Running]:
    """A server process behind the wire; it is waited for in a thread, because the wire needs the event loop."""
    with ExitStack() as stack:
        yield await asyncio.to_thread(stack.enter_context, running(tmp_path, line.address, database_name))


@pytest.fixture
async def far_client(server: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as found:
        yield found


@pytest.mark.parametrize("when", ["lost", "unanswered"])
async def test_a_wire_cut_at_any_message_makes_no_half_transaction(
    line: Wire, when: When, far_client: httpx.AsyncClient, database: Database[Json]
) -> None:
    """It is tried again by itself: what is acknowledged is there once, also where the commit went unanswered."""
    await prepare(far_client)
    start = contents(database)
    line.arm(0)
    assert (await send(far_client, mixed())).status_code == 200
    messages, after = line.seen, shape(database)
    assert messages > len(OPERATIONS)
    for number in range(1, messages + 1):
        await asyncio.to_thread(restore, database, start)
        line.arm(number, when, seconds_away=0.5 if number in (1, messages) else 0)
        answer = await send(far_client, mixed())
        assert (number, answer.status_code) == (number, 200), answer.text
        assert line.seen > messages
        assert shape(database) == after, number
    assert (await far_client.get("Patient/ubah")).status_code == 200


async def test_a_database_that_is_away_is_a_503_until_it_is_back(
    line: Wire, server: Running, far_client: httpx.AsyncClient, database: Database[Json]
) -> None:
    """A server that cannot reach it stops in order all the same."""
    await prepare(far_client)
    before = held(database)
    line.leave()
    answers = await asyncio.gather(
        send(far_client, mixed()),
        far_client.get("Patient/ubah"),
        far_client.get("Patient"),
        far_client.get("Patient/_history"),
        far_client.post("Patient", json=patient("p")),
        far_client.put("Patient/ubah", json=patient("p", id="ubah")),
    )
    assert [found.status_code for found in answers] == [503] * len(answers), [found.text for found in answers]
    assert held(database) == before
    await line.come()
    assert (await send(far_client, mixed())).status_code == 200
    line.leave()
    start = time.monotonic()
    server.process.terminate()
    assert await asyncio.to_thread(server.process.wait) == 0
    assert time.monotonic() - start < SECONDS_TO_FINISH_REQUESTS
