"""Builds the application: settings, store, routes, error handlers. The only module that imports every package."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import TypedDict
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

import auth.pages.routes
import auth.routes
import bookings.board.routes
import bookings.live_routes
import bookings.routes
import exchange.bpjs.routes
import home
import portal.routes
from auth.bearer import Bearer
from auth.caller import ANONYMOUS, SYSTEM, Caller, caller_of
from auth.issuer import Issuer
from auth.live import InUse
from auth.pages.site import Pages
from auth.policy import SYSTEM as SYSTEM_ROLE
from auth.policy import Policy
from auth.policy import load as load_policy
from auth.protocol import server_of
from auth.server import Server
from auth.storage import clients
from auth.storage.database import DatabaseFailed, Documents, connected
from bookings.holidays import national
from bookings.live import Live
from bookings.reception import Reception, reception
from bookings.rules import Rules
from exchange.bpjs.accounts import Accounts
from exchange.bpjs.antrean import Antrean
from exchange.bpjs.pharmacy import Pharmacy
from exchange.bpjs.routes import Bpjs
from exports import operations as documents
from exports.drawing import Press, pressing
from exports.office import Office
from exports.verification.finding import Verifying
from fhir_server.audit.heads import HeadsLog, private_key
from fhir_server.audit.projection import Projection
from fhir_server.binary.serving import is_binary
from fhir_server.binary.sweeping import sweeping
from fhir_server.emergencies import running_out
from fhir_server.ending import told_of_the_end
from fhir_server.interactions.dispatch import Dispatcher
from fhir_server.jobs import Jobs
from fhir_server.own_parameters import COMMAND, SERVING, OwnParameters, Pace
from fhir_server.reach import Reach
from fhir_server.record import Record
from fhir_server.reindexing import advice, outdated
from fhir_server.routes import Door, fhir_first
from fhir_server.search.units import unit
from fhir_server.site import Site
from fhir_server.store.documents import now
from fhir_server.store.store import Store, connect
from guards import Guards, Limits
from portal.site import Portal
from printing import export_routes, office, signing
from settings import Settings
from welcoming import clinic_pages, own_apps, patients_pages, sign_in_pages

SMALLEST_COMPRESSED = 1024
AUTH_THREADS = 16
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")

logger = logging.getLogger(__name__)


class AuthState(TypedDict, total=False):
    """What a server with authentication has besides: who a token's caller is, and the authorization server."""

    caller: Callable[[str], Awaitable[Caller | None]]
    knows_origin: Callable[[str], Awaitable[bool]]
    server: Server
    threads: CapacityLimiter
    pages: Pages
    portal: Portal
    bpjs: Bpjs


class State(AuthState):
    """What lives as long as the application; requests find it in `request.state`."""

    record_for: Callable[[Caller], Record]
    dispatcher: Dispatcher
    ready: Callable[[], Awaitable[None]]
    live: Live
    verifying: Verifying
    office: Office
    jobs: Jobs


def create_app(settings: Settings) -> Starlette:
    """The ASGI application. It needs `settings.mongodb_uri` once its lifespan begins."""

    place = site(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        # The first unit takes a quarter of a second: not while somebody waits for it.
        Thread(target=unit, args=("kg",), daemon=True).start()
        async with (
            open_store(settings) as store,
            open_auth(settings) as authentication,
            pressing(settings.export_workers) as press,
        ):
            own = own_parameters(store, place)
            record_for = partial(_record_for, store, own)
            desk = reception(partial(record_for, SYSTEM), rules(settings), f"Location/{settings.registration_point}")
            here = state(settings, store, record_for, (desk, press))
            if "server" in authentication:
                welcome(settings, authentication, here, desk)
            beside = audit_events(settings, store, own), sweeping(store.contents), running_out(store)
            async with AsyncExitStack() as going_on:
                for one in (own.watching(), *beside, desk.working(), here["jobs"].working(), here["live"].watching()):
                    await going_on.enter_async_context(one)
                if types := await outdated(store.rows(), own.site, await store.types()):
                    logger.warning(advice(types))
                with told_of_the_end(here["live"].end):
                    yield {**here, **authentication}

    signing_in, pages = sign_in_routes(settings), home.routes(settings.fhir_base, is_open=settings.open)
    return Starlette(
        lifespan=lifespan,
        routes=[*signing_in, *pages, *booking_routes(settings), *export_routes(settings), *bpjs_routes(settings)],
        middleware=_middleware(settings, frozenset(one.path for one in signing_in if isinstance(one, Route))),
        exception_handlers={DatabaseFailed: auth.routes.database_failed},
    )


def welcome(settings: Settings, authentication: AuthState, here: State, desk: Reception) -> None:
    """Adds to the authorization server who its callers reach, and the pages and services that sign people in."""
    record_for, issuer = here["record_for"], authentication["server"].issuer
    reach = Reach(partial(record_for, SYSTEM), hospital=settings.letterhead_organization)
    pages = sign_in_pages(settings, issuer, record_for, reach)
    authentication["caller"] = partial(_settled, authentication["caller"], reach)
    authentication["pages"] = pages
    made = record_for, here["dispatcher"], desk.clerk.desk.rules
    authentication["portal"] = patients_pages(settings, pages, made, reach)
    authentication["bpjs"] = bpjs(settings, issuer, desk, reach)


def state(
    settings: Settings, store: Store, record_for: Callable[[Caller], Record], made: tuple[Reception, Press]
) -> State:
    """What requests find."""
    hospital, (desk, press) = partial(record_for, SYSTEM), made
    printer = office(settings, press, hospital)
    return {
        "record_for": record_for,
        "dispatcher": Dispatcher((*desk.routes(), *documents.routes(signing(settings, printer)))),
        "ready": store.ping,
        "live": Live(hospital, now, names=settings.board_names),
        "verifying": Verifying(hospital, partial(record_for, ANONYMOUS), ZoneInfo(settings.time_zone)),
        "office": printer,
        "jobs": Jobs(store),
    }


def sign_in_routes(settings: Settings) -> list[BaseRoute]:
    """Where people and apps sign in, and the patients' pages; an open server has none of them."""
    if settings.open:
        return []
    return [
        *auth.routes.routes(settings.issuer),
        *auth.pages.routes.routes(),
        *portal.routes.routes(),
        *clinic_pages(settings),
    ]


def booking_routes(settings: Settings) -> list[BaseRoute]:
    """Live streams, boards, and JSON for kiosks and pages."""
    door = bookings.routes.mount(settings.fhir_base, is_open=settings.open)
    return [*bookings.live_routes.routes(), *bookings.board.routes.routes(settings.hospital_name), door]


def bpjs_routes(settings: Settings) -> list[Route]:
    """The web services Antrean RS; an open server, which asks nobody who he is, has none."""
    if settings.open:
        return []
    return exchange.bpjs.routes.routes(max_body_bytes=settings.max_body_bytes, mirror=settings.bpjs_mirror_status)


def bpjs(settings: Settings, issuer: Issuer, desk: Reception, reach: Reach) -> Bpjs:
    """Who may use the web services Antrean RS, and who answers them."""
    role = load_policy(settings.policy_file).roles[SYSTEM_ROLE]
    accounts = Accounts(issuer, role, timedelta(minutes=settings.bpjs_token_minutes))
    pharmacy = Pharmacy(desk.clerk, f"Location/{settings.pharmacy_point}")
    early = settings.bpjs_early_minutes
    return Bpjs(accounts, Antrean(desk.clerk, desk.arrivals, settings.organization, pharmacy, early), reach.settled)


def _middleware(settings: Settings, others: Collection[str]) -> list[Middleware]:
    """From the outside to the inside. `others`: addresses that are not FHIR's, wherever they are."""
    own_names = Middleware(TrustedHostMiddleware, allowed_hosts=own_hosts(settings), www_redirect=False)
    guards = Middleware(Guards, limits(settings), is_https=settings.fhir_base.startswith("https:"))
    door = Door(
        settings.fhir_base,
        is_open=settings.open,
        max_body_bytes=settings.max_body_bytes,
        max_binary_bytes=settings.max_binary_bytes,
    )
    fhir = Middleware(fhir_first, door=door, others=others)
    return [*([own_names] if settings.open else []), guards, Middleware(compressed), fhir]


def limits(settings: Settings) -> Limits:
    """How often somebody may ask; on an open server, which only this machine reaches, as often as it likes."""
    if settings.open:
        return Limits()
    return Limits(settings.rate_per_token, settings.rate_per_address, settings.proxies)


def compressed(app: ASGIApp) -> ASGIApp:
    """Compression for those who ask for it; the others do not pay for asking."""
    compressing = GZipMiddleware(app, minimum_size=SMALLEST_COMPRESSED, compresslevel=5)

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        asked = any(name == b"accept-encoding" and b"gzip" in value for name, value in scope.get("headers", ()))
        path = scope.get("path", "")
        asked = asked and not (bookings.live_routes.is_stream(path) or is_binary(path))
        await (compressing if asked else app)(scope, receive, send)

    return choose


def own_hosts(settings: Settings) -> list[str]:
    """The names an open server answers to: a web page elsewhere may not reach it by a name that it points here."""
    return [*LOOPBACK, urlsplit(settings.fhir_base).hostname or LOOPBACK[0]]


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
async def open_auth(settings: Settings) -> AsyncIterator[AuthState]:
    """The authorization server; nothing on an open server, which asks nobody who he is."""
    if settings.open or settings.mongodb_uri is None:
        yield {}
        return
    opening = connected(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
    database = await to_thread.run_sync(opening.__enter__)
    try:
        issuer = Issuer(settings.issuer, settings.fhir_base, database)
        await to_thread.run_sync(own_apps, issuer)
        threads = CapacityLimiter(AUTH_THREADS)
        who = partial(_caller_of, issuer, load_policy(settings.policy_file), ZoneInfo(settings.time_zone))
        bearer = Bearer(issuer, who, threads)
        knows = partial(_knows_origin, database, threads)
        yield {"caller": bearer.caller, "knows_origin": knows, "server": server_of(issuer), "threads": threads}
    finally:
        opening.__exit__(None, None, None)


async def _knows_origin(database: Documents, threads: CapacityLimiter, origin: str) -> bool:
    return await to_thread.run_sync(clients.with_origin, database, origin, limiter=threads)


def rules(settings: Settings) -> Rules:
    """When sessions may be booked, changed and checked in to."""
    return Rules(
        days=settings.booking_days,
        cutoff=timedelta(minutes=settings.booking_cutoff_minutes),
        cancel=timedelta(minutes=settings.booking_cancel_minutes),
        referral_days=settings.booking_referral_days,
        hold=timedelta(minutes=settings.booking_hold_minutes),
        promised=timedelta(minutes=settings.booking_promised_minutes),
        check_in=timedelta(minutes=settings.check_in_minutes),
        zone=ZoneInfo(settings.time_zone),
        holidays=partial(national, collective=settings.booking_collective_leave),
    )


def _record_for(store: Store, own: OwnParameters, caller: Caller) -> Record:
    return Record(store, caller, own.site)


async def _settled(find: Callable[[str], Awaitable[Caller | None]], reach: Reach, token: str) -> Caller | None:
    """The caller of a token, with the patients that it reaches now."""
    caller = await find(token)
    return None if caller is None else await reach.settled(caller)


def _caller_of(issuer: Issuer, policy: Policy, zone: ZoneInfo, used: InUse) -> Caller | None:
    return caller_of(used.live, used.user, used.client, policy=policy, now=issuer.clock(), zone=zone)


def audit_events(settings: Settings, store: Store, own: OwnParameters) -> AbstractAsyncContextManager[None]:
    """Makes AuditEvents of the journal, and signs it, in one process of all. Raises KeyRefused, OSError."""
    if not settings.audit_events:
        return nullcontext()
    heads = HeadsLog(settings.audit_heads_file, private_key(settings.audit_key_file))
    return Projection(store.audit_trail(), lambda: own.site, heads).running()


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
