"""The store on a real replica set: access, unique keys, coalesced reads and inserts, indexes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient

from fhir_server.access import Everything, InCompartment
from fhir_server.errors import Duplicate, TooLarge, Unavailable
from fhir_server.store.documents import Description, Document, Stamp, live, now, with_meta
from fhir_server.store.faults import AlreadyExists
from fhir_server.store.history import HistoryQuery
from fhir_server.store.store import Store, connect
from fhir_server.store.transaction import Transaction

ALL = Everything()


def document(id: str, *, patient: str = "a", keys: list[str] | None = None, **content: Any) -> Document:
    stamp = Stamp(id, 1, now(), "POST")
    resource = with_meta({"resourceType": "Patient", **content}, stamp)
    return live(resource, stamp, Description({}, {"Patient": [patient]}, keys or []))


async def count(store: Store) -> int:
    return len((await store.find("Patient", ALL, {})).documents)


async def test_reads_of_one_moment_are_judged_one_by_one(store: Store) -> None:
    for name in "ab":
        await store.insert("Patient", document(name, patient=name), b"{}")
    ours, theirs, all, none = await asyncio.gather(
        store.get("Patient", "a", InCompartment("Patient", frozenset("a"))),
        store.get("Patient", "b", InCompartment("Patient", frozenset("a"))),
        store.get("Patient", "b", ALL),
        store.get("Patient", "c", ALL),
    )
    assert ours is not None
    assert ours["_id"] == "a"
    assert theirs is None
    assert all is not None
    assert none is None


async def test_an_id_and_a_key_are_taken_once(store: Store) -> None:
    await store.insert("Patient", document("1", keys=["nik|1"]), b"{}")
    answers = await asyncio.gather(
        store.insert("Patient", document("1"), b"{}"),
        store.insert("Patient", document("2", keys=["nik|1"]), b"{}"),
        store.insert("Patient", document("3", keys=["nik|3"]), b"{}"),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [AlreadyExists, Duplicate, type(None)]
    assert await count(store) == 2


async def test_a_resource_that_mongodb_cannot_hold(store: Store) -> None:
    with pytest.raises(TooLarge):
        await store.insert("Patient", document("1", text="x" * 17_000_000), b"{}")


async def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.insert("Patient", [document("1")])
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        await store.transaction(work, ["Patient"])
    assert await store.get("Patient", "1", ALL) is None


async def test_claims_make_transactions_wait_for_each_other(store: Store) -> None:
    """Each reads how many there are and inserts only if there is none: without the claim, many would."""

    async def work(transaction: Transaction) -> bool:
        await transaction.claim(["one"], now())
        if await transaction.find("Patient", ALL, {}, []):
            return False
        await transaction.insert("Patient", [document(f"{id(transaction)}")])
        return True

    answers = await asyncio.gather(*(store.transaction(work, ["Patient"]) for _ in range(20)))
    assert sum(answers) == 1
    assert await count(store) == 1


async def test_history_is_filtered_by_each_versions_compartments(store: Store) -> None:
    old = document("1", patient="b")
    await store.insert("Patient", old, b"{}")
    new = {**document("1", patient="a"), "version": 2}

    async def work(transaction: Transaction) -> None:
        await transaction.replace("Patient", [(old, new)])

    await store.transaction(work, ["Patient"])
    only_a = InCompartment("Patient", frozenset("a"))
    rows = await store.history(HistoryQuery(("Patient",), 10, "1"), lambda _: only_a)
    assert [row["version"] for row in rows] == [2]
    assert await store.get_version("Patient", "1", 1, only_a) is None
    assert await store.get_version("Patient", "1", 1, ALL) is not None


async def test_every_type_in_use_has_its_indexes_at_the_next_start(
    store: Store, mongodb_uri: str, database_name: str
) -> None:
    await store.insert("Observation", document("1"), b"{}")
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        collection = client[database_name]["Observation"]
        collection.drop_index("patient_date")
        async with connect(mongodb_uri) as again:
            await Store(again, database_name).open()
        assert {"index", "updated", "keys", "patient", "patient_date"} <= set(collection.index_information())


async def test_a_database_that_does_not_answer() -> None:
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        "mongodb://%2Fnobody%2Flistens.sock/?replicaSet=none", serverSelectionTimeoutMS=50
    )
    async with client:
        with pytest.raises(Unavailable):
            await Store(client, "nothing").get("Patient", "1", ALL)
