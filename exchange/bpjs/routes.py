"""The web services Antrean RS over HTTP: /bpjs/antrean/<name>. The only module of them that knows the web.

They find `bpjs`, a Bpjs, `record_for`, `threads` and `pages` in the state of the request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from auth.caller import ANONYMOUS, Caller
from auth.people import RecordUnavailable
from auth.signing_in import TooManyAttempts, WrongCredentials
from auth.storage.database import DatabaseFailed
from auth.telling import Happening, What
from auth.users import username_of
from exchange.bpjs.accounts import CLIENT, Accounts, TokenExpired
from exchange.bpjs.antrean import Antrean, trail
from exchange.bpjs.dialect import EXPIRED, FAILED, WRONG_CREDENTIALS, Json, Rejected, answer, refusal
from fhir_server.errors import FhirError, NotFound, Unauthenticated, Unavailable
from fhir_server.record import Record
from fhir_server.routes import bug, read_body
from fhir_server.store.faults import unavailable
from fhir_server.telling import tell
from resources.formats import json_format
from resources.formats.malformed import Malformed
from resources.issues import Text

NO_STORE = {"Cache-Control": "no-store"}
SIGN_IN = "auth"


@dataclass(frozen=True, slots=True)
class Bpjs:
    """`settled`: gives a caller with what consents keep from it."""

    accounts: Accounts
    antrean: Antrean
    settled: Callable[[Caller], Awaitable[Caller]]


def routes(*, max_body_bytes: int, mirror: bool) -> list[Route]:
    """`mirror`: whether the status of HTTP is the code of the answer; else it is 200."""
    return [Route("/bpjs/antrean/{name}", Door(max_body_bytes, mirror=mirror))]


class Door:
    """An ASGI application."""

    def __init__(self, max_body_bytes: int, *, mirror: bool) -> None:
        self._max_body_bytes = max_body_bytes
        self._mirror = mirror

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, web: Request) -> Response:
        status = 0
        try:
            told = await self._answer(web, web.path_params["name"])
        except FhirError as error:
            told = refusal(error)
            status = error.status if isinstance(error, Unavailable | NotFound) else 0
        except (DatabaseFailed, RecordUnavailable):
            told, status = refusal(unavailable()), Unavailable.status
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            told, status = answer(None, bug().text.id, FAILED), 500
        mirrored: int = told["metadata"]["code"] if self._mirror else 200
        return JSONResponse(told, status or mirrored, NO_STORE)

    async def _answer(self, web: Request, name: str) -> Json:
        bpjs: Bpjs = web.state.bpjs
        is_sign_in = name == SIGN_IN
        if not is_sign_in and name not in bpjs.antrean.services():
            raise NotFound(Text("There is no such service.", "Layanan Tidak Ditemukan"))
        if web.method != ("GET" if is_sign_in else "POST"):
            raise Rejected(f"Metode Harus {'GET' if is_sign_in else 'POST'}", status=405)
        if is_sign_in:
            return await _sign_in(web, bpjs.accounts)
        record = await _record(web, bpjs, name)
        sent = _sent(await read_body(web, self._max_body_bytes))
        return await bpjs.antrean.answer(name, sent, record, _address(web))


async def _sign_in(web: Request, accounts: Accounts) -> Json:
    username, password = web.headers.get("x-username", ""), web.headers.get("x-password", "")
    try:
        token = await to_thread.run_sync(
            accounts.sign_in, username, password, _address(web), limiter=web.state.pages.hashing
        )
    except (WrongCredentials, TooManyAttempts) as problem:
        await _tell(web, "login-failed", username)
        if isinstance(problem, TooManyAttempts):
            minutes = max(round(problem.wait.total_seconds() / 60), 1)
            raise Rejected(f"Terlalu Banyak Percobaan, Silahkan Coba Lagi {minutes} Menit Lagi", status=429) from None
        raise Rejected(WRONG_CREDENTIALS, status=401) from None
    await _tell(web, "login", username)
    return answer({"token": token})


async def _record(web: Request, bpjs: Bpjs, name: str) -> Record:
    """The record as the holder of the token may use it; the journal tells of who has none. Raises Rejected,
    Unavailable."""
    record_for: Callable[[Caller], Record] = web.state.record_for
    username, token = web.headers.get("x-username", ""), web.headers.get("x-token", "")
    try:
        caller = await to_thread.run_sync(bpjs.accounts.caller, username, token, limiter=web.state.threads)
    except TokenExpired:
        watched = record_for(ANONYMOUS).watched(trail(name, _address(web)))
        await watched.note(Unauthenticated.status, reason=Unauthenticated.code)
        raise Rejected(EXPIRED, status=401) from None
    return record_for(await bpjs.settled(caller))


def _sent(content: bytes) -> Json:
    """Raises Rejected."""
    try:
        sent: object = json_format.read(content)
    except Malformed:
        raise Rejected("Format JSON Tidak Sesuai", status=400) from None
    if not isinstance(sent, dict):
        raise Rejected("Isi Permintaan Harus Berupa Objek JSON", status=400)
    return sent


async def _tell(web: Request, what: What, username: str) -> None:
    name = f"bpjs:{username_of(username)}"
    await tell(web.state.record_for, Happening(what, _address(web), name=name, client=CLIENT))


def _address(web: Request) -> str:
    return web.client.host if web.client is not None else ""
