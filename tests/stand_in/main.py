"""A small application in the place of main.py: it shows who answers and what is in the database, and can be slow."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from settings import Settings

Database = AsyncDatabase[dict[str, Any]]


@asynccontextmanager
async def open_record(settings: Settings) -> AsyncIterator[Database]:
    """The database stands in for the record."""
    assert settings.mongodb_uri is not None
    async with AsyncMongoClient[dict[str, Any]](settings.mongodb_uri.get_secret_value()) as client:
        yield client[settings.mongodb_database]


def create_app(settings: Settings) -> Starlette:
    """Writes one document at each start."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Database]]:
        async with open_record(settings) as database:
            await database["starts"].insert_one({})
            yield {"database": database}

    routes = [Route("/", _state), Route("/health/ready", _state), Route("/slow", _slow)]
    return Starlette(routes=routes, lifespan=lifespan)


async def _state(request: Request) -> Response:
    database: Database = request.state.database
    counts = {name: await database[name].count_documents({}) for name in ("starts", "seeded")}
    return JSONResponse({"pid": os.getpid(), **counts})


async def _slow(_: Request) -> Response:
    await asyncio.sleep(1)
    return JSONResponse("finished")
