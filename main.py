"""Builds the application: settings, store, routes, error handlers. The only module that imports every package."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypedDict
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

import home
from auth.caller import SYSTEM, Caller
from fhir_server.own_parameters import COMMAND, SERVING, OwnParameters, Pace
from fhir_server.record import Record
from fhir_server.routes import routes
from fhir_server.site import Site
from fhir_server.store.store import Store, connect
from settings import Settings, load

SMALLEST_COMPRESSED = 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


class State(TypedDict):
    """What lives as long as the application; requests find it in `request.state`."""

    record_for: Callable[[Caller], Record]
    ready: Callable[[], Awaitable[None]]


def create_app(settings: Settings) -> Starlette:
    """The ASGI application. It needs `settings.mongodb_uri` once its lifespan begins."""

    place = site(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        async with open_store(settings) as store:
            own = own_parameters(store, place)
            async with own.watching():
                yield {"record_for": lambda caller: Record(store, caller, own.site), "ready": store.ping}

    fhir = routes(settings.fhir_base, is_open=settings.open, max_body_bytes=settings.max_body_bytes)
    pages = home.routes(settings.fhir_base, is_open=settings.open)
    return Starlette(lifespan=lifespan, routes=[*fhir, *pages], middleware=_middleware(settings))


def _middleware(settings: Settings) -> list[Middleware]:
    own_names = Middleware(TrustedHostMiddleware, allowed_hosts=own_hosts(settings), www_redirect=False)
    return [*([own_names] if settings.open else []), Middleware(compressed)]


def compressed(app: ASGIApp) -> ASGIApp:
    """Compression for those who ask for it; the others do not pay for asking."""
    compressing = GZipMiddleware(app, minimum_size=SMALLEST_COMPRESSED, compresslevel=5)

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        asked = any(name == b"accept-encoding" and b"gzip" in value for name, value in scope.get("headers", ()))
        await (compressing if asked else app)(scope, receive, send)

    return choose


def own_hosts(settings: Settings) -> list[str]:
    """The names an open server answers to: a web page elsewhere may not reach it by a name that it points here."""
    return [*LOOPBACK, urlsplit(settings.fhir_base).hostname or LOOPBACK[0]]


def from_environment() -> Starlette:
    """The application of a worker process: its settings come in RSUD_* variables."""
    return create_app(load())


def site(settings: Settings) -> Site:
    return Site(settings.fhir_base, ZoneInfo(settings.time_zone))


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The store of the database that the settings name, with its indexes. Raises Unavailable."""
    if settings.mongodb_uri is None:
        raise ValueError("RSUD_MONGODB_URI is not set: `rsud serve` starts a MongoDB and sets it.")
    client = connect(settings.mongodb_uri.get_secret_value())
    try:
        store = Store(client, settings.mongodb_database, search_timeout_ms=settings.search_timeout_ms)
        await store.open()
        yield store
    finally:
        await client.close()


@asynccontextmanager
async def open_record(settings: Settings) -> AsyncIterator[Record]:
    """The record for the hospital's own command line, without limits of access."""
    async with open_store(settings) as store:
        own = own_parameters(store, site(settings), COMMAND)
        async with own.watching(leads=False):
            yield Record(store, SYSTEM, own.site)


def own_parameters(store: Store, place: Site, pace: Pace = SERVING) -> OwnParameters:
    """The hospital's own search parameters, as this process knows them."""
    return OwnParameters(store.parameter_states(), partial(Record, store, SYSTEM), place, pace=pace)
