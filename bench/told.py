"""The floor that also tells a journal of each read and each create before it answers, as the server must.

It writes the server's own blocks, and shows how much of the distance to the floor is that duty alone.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import NamedTuple

from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import floor
from fhir_server.audit.events import Event, Written, encode
from fhir_server.store.coalesce import Coalescer
from fhir_server.store.documents import Document, now
from fhir_server.store.journal import Journal
from fhir_server.store.store import connect

WHO = "bench"


class Told(NamedTuple):
    """A new document, and the entry that tells of it."""

    document: Document
    entry: bytes


class State(floor.State):
    """`tell` returns once an entry is durable, `create` once a document and its entry are."""

    tell: Callable[[bytes], Awaitable[None]]
    create: Coalescer[Told, None]


def create_app(uri: str, name: str) -> Starlette:
    """As `floor.create_app`; only reads and creates are answered."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        async with connect(uri) as client:
            journal = Journal(floor.database_of(client, name))
            await journal.open()
            create: Coalescer[Told, None] = Coalescer(partial(_insert, client, name, journal), lanes=1)
            yield State(**floor.state(client, name), tell=journal.write, create=create)

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", floor.ready),
            Route("/fhir/Patient/{id}", _read),
            Route("/fhir/Patient", _create, methods=["POST"]),
        ],
    )


async def _read(web: Request) -> Response:
    id = web.path_params["id"]
    found = await web.state.reader(id)
    await web.state.tell(encode(Event(at=now(), what="read", who=WHO, path=f"Patient/{id}", patients=(id,), version=1)))
    return floor.answer(found["resource"])


async def _create(web: Request) -> Response:
    id = str(uuid.uuid4())
    new = floor.document(id, floor.decode(await web.body()))
    written = Written("create", "created", "Patient", id, 1, (id,))
    event = Event(at=now(), what="create", who=WHO, path="Patient", writes=(written,))
    await web.state.create(Told(new, encode(event)))
    return floor.answer(new["resource"], 201)


async def _insert(client: AsyncMongoClient[Document], name: str, journal: Journal, items: Sequence[Told]) -> list[None]:
    patients = floor.database_of(client, name)["Patient"]
    with journal.pen() as pen:

        async def write(session: AsyncClientSession) -> None:
            pen.drop()
            await patients.insert_many([item.document for item in items], session=session)
            await journal.add([item.entry for item in items], pen, session)

        async with client.start_session() as session:
            await session.with_transaction(write)
        pen.keep()
    return [None] * len(items)


if __name__ == "__main__":
    floor.run(create_app)
