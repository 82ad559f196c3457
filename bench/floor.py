"""The bare floor: the same web server, driver, coalescer and write concern, and nothing of FHIR but the addresses."""

from __future__ import annotations

import argparse
import gc
import re
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, TypedDict

import msgspec
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fhir_server.store.coalesce import Coalescer
from fhir_server.store.documents import CODEC, Document
from fhir_server.store.store import connect

INDEXES = {
    "Patient": [IndexModel("resource.identifier.value"), IndexModel("resource.name.family")],
    "Observation": [
        IndexModel(
            [("resource.subject.reference", 1), ("resource.code.coding.code", 1), ("resource.effectiveDateTime", 1)]
        )
    ],
}
PAGE = 20

decode = msgspec.json.Decoder(float_hook=Decimal).decode
_WRITE = msgspec.json.Encoder(decimal_format="number")


class State(TypedDict):
    """What requests find in `request.state`."""

    database: AsyncDatabase[Document]
    client: AsyncMongoClient[Document]
    reader: Coalescer[str, Document]
    inserter: Coalescer[Document, None]


def database_of(client: AsyncMongoClient[Document], name: str) -> AsyncDatabase[Document]:
    return client.get_database(name, codec_options=CODEC)


def create_app(uri: str, name: str) -> Starlette:
    """The floor as an ASGI application, on a database of its own."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        async with connect(uri) as client:
            yield state(client, name)

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", ready),
            Route("/fhir", _transaction, methods=["POST"]),
            Route("/fhir/Patient/{id}", _read),
            Route("/fhir/Patient", _create, methods=["POST"]),
            Route("/fhir/Patient", _search_patients),
            Route("/fhir/Observation", _search_observations),
        ],
    )


def state(client: AsyncMongoClient[Document], name: str) -> State:
    database = database_of(client, name)
    patients = database["Patient"]

    async def find(ids: Sequence[str]) -> list[Document]:
        found = {one["_id"]: one for one in await patients.find({"_id": {"$in": list(set(ids))}}).to_list()}
        return [found[id] for id in ids]

    async def insert(documents: Sequence[Document]) -> list[None]:
        await patients.insert_many(documents, ordered=False)
        return [None] * len(documents)

    return State(database=database, client=client, reader=Coalescer(find), inserter=Coalescer(insert))


def document(id: str, resource: dict[str, Any]) -> Document:
    return {"_id": id, "resource": {**resource, "id": id}}


async def ready(_: Request) -> Response:
    return Response()


async def _read(web: Request) -> Response:
    found = await web.state.reader(web.path_params["id"])
    return answer(found["resource"])


async def _create(web: Request) -> Response:
    new = document(str(uuid.uuid4()), decode(await web.body()))
    await web.state.inserter(new)
    return answer(new["resource"], 201)


async def _search_patients(web: Request) -> Response:
    name = web.query_params.get("family")
    if name is not None:
        return await _found(web, "Patient", {"resource.name.family": {"$regex": f"^{re.escape(name)}"}})
    return await _found(web, "Patient", {"resource.identifier.value": web.query_params["identifier"].partition("|")[2]})


async def _search_observations(web: Request) -> Response:
    asked = web.query_params
    return await _found(
        web,
        "Observation",
        {
            "resource.subject.reference": f"Patient/{asked['patient']}",
            "resource.code.coding.code": asked["code"].partition("|")[2],
            "resource.effectiveDateTime": {"$gte": asked["date"][2:]},
        },
    )


async def _found(web: Request, type: str, filter: dict[str, Any]) -> Response:
    found = await web.state.database[type].find(filter).limit(PAGE).to_list()
    entries = [{"resource": one["resource"]} for one in found]
    return answer({"resourceType": "Bundle", "type": "searchset", "entry": entries})


async def _transaction(web: Request) -> Response:
    by_type: dict[str, list[Document]] = {}
    for entry in decode(await web.body())["entry"]:
        resource = entry["resource"]
        by_type.setdefault(resource["resourceType"], []).append(document(str(uuid.uuid4()), resource))

    async def insert(session: AsyncClientSession) -> None:
        for type, documents in by_type.items():
            await web.state.database[type].insert_many(documents, session=session)

    async with web.state.client.start_session() as session:
        await session.with_transaction(insert)
    entries = [{"resource": one["resource"]} for documents in by_type.values() for one in documents]
    return answer({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


def answer(resource: dict[str, Any], status: int = 200) -> Response:
    return Response(_WRITE.encode(resource), status, media_type="application/fhir+json")


def serve(port: int, load_app: Callable[[], Any]) -> None:
    """As serving.py starts the server: one worker, the same loop and protocol."""
    Granian(
        "bench.floor:create_app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve(target_loader=lambda *_: _frozen(load_app()), wrap_loader=False)


def _frozen(app: Any) -> Any:
    gc.collect()
    gc.freeze()
    return app


async def fill(uri: str, name: str, resources: dict[str, list[dict[str, Any]]]) -> None:
    """Indexes and a warm set; each resource has its id."""
    async with connect(uri) as client:
        for type, some in resources.items():
            collection = database_of(client, name)[type]
            await collection.create_indexes(INDEXES[type])
            await collection.insert_many([document(one["id"], one) for one in some], ordered=False)


def run(app: Callable[[str, str], Starlette]) -> None:
    """Serves an application as the command line asks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--uri", required=True)
    parser.add_argument("--database", required=True)
    options = parser.parse_args()
    serve(options.port, lambda: app(options.uri, options.database))


if __name__ == "__main__":
    run(create_app)
