"""What breaks below a transaction leaves nothing of it: a fault of ours at any operation, a wire cut at any message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

import httpx
import pytest
from pymongo.database import Database

from fhir_server.errors import Unavailable
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.store.store import Store
from fhir_server.store.transaction import Transaction
from resources.issues import Text
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.bundles import Json, bundle, contents, entry, observation, patient
from tests.journeys.cutting_proxy import When, Wire, wire

Result = TypeVar("Result")
OPERATIONS = ("claim", "get_many", "find", "insert", "replace")
IBU = "urn:uuid:6a1d0a6e-1111-4c3a-8d6e-000000000001"


class FailingTransaction:
    """Does what a Transaction does until the operation of this number, after which it raises."""

    def __init__(self, inner: Transaction, fails_after: int, error: Exception) -> None:
        self._inner, self._left, self._error = inner, fails_after, error

    def __getattr__(self, name: str) -> Any:
        assert name in OPERATIONS

        async def counted(*arguments: Any, **named: Any) -> Any:
            result = await getattr(self._inner, name)(*arguments, **named)
            self._left -= 1
            if self._left == 0:
                raise self._error
            return result

        return counted


class FailingStore:
    """A Store whose transactions fail; whether one did is told by `failed`."""

    def __init__(self, inner: Store, fails_after: int, error: Exception) -> None:
        self._inner, self._fails_after, self._error = inner, fails_after, error
        self.failed = False

    async def transaction(self, work: Callable[[Transaction], Awaitable[Result]], types: Sequence[str]) -> Result:
        async def failing(transaction: Transaction) -> Result:
            return await work(cast(Transaction, FailingTransaction(transaction, self._fails_after, self._error)))

        try:
            return await self._inner.transaction(failing, types)
        except Exception as error:
            self.failed = error is self._error
            raise


def mixed() -> Json:
    """Every kind of write, with conditions and a conditional reference."""
    return bundle(
        entry("DELETE", "Patient/hapus"),
        entry("POST", "Patient", patient("baru"), IBU, ifNoneExist="identifier=baru"),
        entry("POST", "Observation", observation(IBU)),
        entry("POST", "Observation", observation("Patient?_id=ubah")),
        entry("PUT", "Patient/ubah", patient("ubah", id="ubah", gender="male")),
        entry("PUT", "Patient/tambah", patient("tambah", id="tambah")),
    )


async def prepare(client: httpx.AsyncClient) -> None:
    for id in ("hapus", "ubah"):
        assert (await client.put(f"Patient/{id}", json=patient("awal", id=id))).status_code == 201
    for id in ("ada-1", "ada-2"):
        assert (await client.put(f"Observation/{id}", json=observation("Patient/ubah", id=id))).status_code == 201


@pytest.mark.parametrize("error", [ValueError("ours"), Unavailable(Text("down", "mati"))], ids=["bug", "unavailable"])
async def test_a_fault_after_any_operation_leaves_nothing(
    client: httpx.AsyncClient, store: Store, record: Record, database: Database[Json], error: Exception
) -> None:
    await prepare(client)
    before = contents(database)
    request = FhirRequest("POST", (), body=mixed(), base=record.site.base)
    failures = 0
    while True:
        failing = FailingStore(store, failures + 1, error)
        bound = Record(cast(Store, failing), record.caller, record.site)
        try:
            await answer(request, bound)
        except type(error):
            assert failing.failed
            assert contents(database) == before
            failures += 1
        else:
            break
    assert failures >= len(OPERATIONS)
    assert contents(database) != before


@pytest.fixture
async def cut(mongodb_uri: str) -> AsyncIterator[Wire]:
    async with wire(mongodb_uri) as found:
        yield found


@pytest.mark.parametrize("when", ["lost", "unanswered"])
async def test_a_wire_cut_at_any_message_makes_no_half_transaction(
    cut: Wire, when: When, database_name: str, database: Database[Json]
) -> None:
    """It is tried again by itself: what is acknowledged is there once, also where the commit went unanswered."""
    address = f"mongodb://127.0.0.1:{cut.port}/?directConnection=true"
    async with client_of(settings(address, database_name)) as client:
        await prepare(client)
        start = contents(database)
        cut.arm(0)
        await client.post("", json=mixed())
        messages, after = cut.seen, shape(contents(database))
        assert messages > len(OPERATIONS)
        for number in range(1, messages + 1):
            restore(database, start)
            cut.arm(number, when)
            answer = await client.post("", json=mixed())
            assert cut.seen >= number
            assert answer.status_code == 200, (number, answer.text)
            assert shape(contents(database)) == after, number


async def test_a_database_that_went_away_is_a_503(cut: Wire, database_name: str, database: Database[Json]) -> None:
    address = f"mongodb://127.0.0.1:{cut.port}/?directConnection=true"
    async with client_of(settings(address, database_name)) as client:
        await prepare(client)
        before = contents(database)
        cut.die()
        answers = await asyncio.gather(
            client.post("", json=mixed()),
            client.get("Patient/ubah"),
            client.get("Patient"),
            client.get("Patient/_history"),
            client.post("Patient", json=patient("p")),
            client.put("Patient/ubah", json=patient("p", id="ubah")),
        )
        assert [found.status_code for found in answers] == [503] * len(answers), [found.text for found in answers]
        assert contents(database) == before


def shape(found: Json) -> Json:
    """How many documents of each version there are: ids and times differ from run to run."""
    return {name: sorted(row["version"] for row in rows.values()) for name, rows in found.items()}


def restore(database: Database[Json], wanted: Json) -> None:
    for name in database.list_collection_names():
        database[name].delete_many({})
    for name, rows in wanted.items():
        database[name].insert_many(list(rows.values()))
