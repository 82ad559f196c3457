"""The endpoints of OAuth, OpenID Connect and SMART over HTTP; what waits for the database runs in threads.

They find `server`, a Server, and `threads`, which limits them, in the state of the request."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from anyio import to_thread
from authlib.oauth2 import OAuth2Error
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from auth import authorize, keys, metadata, registration
from auth.client_metadata import ClientRefused, described
from auth.issuer import Issuer
from auth.pages.forms import MALFORMED, MOST_BYTES, bounded_body
from auth.pages.visit import visit_of
from auth.server import NO_STORE, Answer, Server, WebRequest
from auth.storage import clients
from auth.storage.database import DatabaseFailed

MOST_FIELDS = 100

logger = logging.getLogger(__name__)


class _Malformed(Exception):
    """The body is not what the endpoint reads; the text is one line."""


def routes(url: str) -> list[Route]:
    """`url`: the issuer, without a slash at the end."""
    documents: Mapping[str, Mapping[str, Any]] = {
        "/fhir/.well-known/smart-configuration": metadata.smart(url),
        "/.well-known/openid-configuration": metadata.openid(url),
        "/.well-known/oauth-authorization-server": metadata.oauth_server(url),
        "/auth/style.json": metadata.STYLE,
    }
    return [
        *(Route(path, partial(_document, json.dumps(content).encode())) for path, content in documents.items()),
        Route("/auth/jwks", _key_set),
        Route("/auth/authorize", _authorize, methods=["GET", "POST"]),
        *(Route(f"/auth/{name}", partial(_endpoint, run), methods=["POST"]) for name, run in ENDPOINTS.items()),
        Route("/auth/register", _register, methods=["POST"]),
        Route("/auth/launch/apps", _launchable),
    ]


async def _document(content: bytes, _: Request) -> Response:
    kept = {"Cache-Control": "public, max-age=300"}
    return Response(content, headers=kept, media_type="application/json")


async def _key_set(request: Request) -> Response:
    answer = await _answered(request, lambda: Answer(200, keys.public_keys(request.state.server.issuer), ()))
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _token(server: Server, web: WebRequest) -> Answer:
    answer: Answer = server.create_token_response(web)
    return answer


def _introspect(server: Server, web: WebRequest) -> Answer:
    answer: Answer = server.create_endpoint_response("introspection", web)
    return answer


def _revoke(server: Server, web: WebRequest) -> Answer:
    answer: Answer = server.create_endpoint_response("revocation", web)
    return answer


ENDPOINTS: Mapping[str, Callable[[Server, WebRequest], Answer]] = {
    "token": _token,
    "introspect": _introspect,
    "revoke": _revoke,
}


async def _endpoint(run: Callable[[Server, WebRequest], Answer], request: Request) -> Response:
    """An endpoint that reads a form; of the query nothing is read."""
    server: Server = request.state.server
    try:
        form = _once(_fields(await _body(request, "application/x-www-form-urlencoded")))
    except _Malformed as problem:
        return _malformed(problem)
    sent = request.headers.get("authorization", "")
    url = f"{server.issuer.url}{request.url.path}"
    return await _answered(request, lambda: run(server, WebRequest("POST", url, form, sent)))


async def _authorize(request: Request) -> Response:
    server: Server = request.state.server
    try:
        if request.method == "POST":
            asked = _fields(await _body(request, "application/x-www-form-urlencoded"))
        else:
            asked = _fields(request.url.query.encode())
        seen = (await visit_of(request)).session
        session = seen if seen is not None and seen.complete else None
        where = await to_thread.run_sync(
            partial(authorize.begin, server, request.method, asked, session), limiter=request.state.threads
        )
    except (_Malformed, authorize.NotTheApp) as problem:
        text = problem.text if isinstance(problem, authorize.NotTheApp) else MALFORMED
        return (await visit_of(request)).page("refused.html", 400, problem=text)
    return RedirectResponse(where, 303, headers=dict(NO_STORE))


async def _launchable(request: Request) -> Response:
    """The apps that /auth/launch can open, for who is known: client_id, client_name, logo_uri."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or await request.state.caller(token.strip()) is None:
        return _unknown()
    return await _answered(request, lambda: Answer(200, _apps(request.state.server.issuer), NO_STORE))


def _apps(issuer: Issuer) -> dict[str, Any]:
    told = ("client_id", "client_name", "logo_uri")
    rows = map(described, clients.launchable(issuer.database))
    return {"apps": [{name: row[name] for name in told if name in row} for row in rows]}


def _unknown() -> Response:
    challenge = {"WWW-Authenticate": 'Bearer realm="rsud-fhir"'}
    return JSONResponse({"error": "invalid_token"}, 401, headers={**dict(NO_STORE), **challenge})


async def _register(request: Request) -> Response:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return _unknown()
    try:
        asked = json.loads(await _body(request, "application/json"))
    except (ValueError, RecursionError, _Malformed):
        asked = None
    if not isinstance(asked, dict):
        return _malformed(_Malformed("Send a JSON object of client metadata."))
    return await _answered(request, lambda: _registered(request.state.server, token.strip(), asked))


def _registered(server: Server, token: str, asked: Mapping[str, Any]) -> Answer:
    try:
        client, secret = registration.register_with(server.issuer, token, asked)
    except ClientRefused as refusal:
        status = 401 if refusal.error == "invalid_token" else 400
        return Answer(status, {"error": refusal.error, "error_description": str(refusal)})
    issued = {"client_id_issued_at": int(server.issuer.clock().timestamp())}
    made = {} if secret is None else {"client_secret": secret, "client_secret_expires_at": 0}
    return Answer(201, {**described(client), **issued, **made})


async def _answered(request: Request, run: Callable[[], Answer]) -> Response:
    """The answer as JSON; a fault of the database or of ours is told without details."""
    try:
        answer = await to_thread.run_sync(run, limiter=request.state.threads)
    except OAuth2Error as error:
        answer = Answer(*error())
    except DatabaseFailed:
        answer = Answer(503, {"error": "temporarily_unavailable"}, (*NO_STORE, ("Retry-After", "5")))
    except Exception:
        number = secrets.token_hex(4)
        logger.exception("unexpected error %s", number)
        answer = Answer(500, {"error": "server_error", "error_description": f"Tell the operator the number {number}."})
    return JSONResponse(answer.body, answer.status, headers=dict(answer.headers))


async def database_failed(_: Request, __: Exception) -> Response:
    """What a person is told at a page while the database does not answer."""
    text = "Server sedang tidak dapat dipakai; coba lagi nanti. The server cannot be used now; try again later."
    return Response(text, 503, {"Retry-After": "5", "Cache-Control": "no-store"}, media_type="text/plain")


async def _body(request: Request, content_type: str) -> bytes:
    """Raises _Malformed."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != content_type:
        raise _Malformed(f"Send the body as {content_type}.")
    body = await bounded_body(request)
    if body is None:
        raise _Malformed(f"The body may have {MOST_BYTES} bytes.")
    return body


def _fields(text: bytes) -> dict[str, list[str]]:
    """The values of each field; one without a value counts as left out (RFC 6749 §3.1). Raises _Malformed."""
    try:
        return parse_qs(text.decode("ascii"), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise _Malformed("The parameters are not URL-encoded UTF-8.") from None


def _once(fields: Mapping[str, list[str]]) -> dict[str, str]:
    if any(len(values) > 1 for values in fields.values()):
        raise _Malformed("A parameter may be there only once.")
    return {name: values[0] for name, values in fields.items()}


def _malformed(problem: _Malformed) -> Response:
    body = {"error": "invalid_request", "error_description": str(problem)}
    return JSONResponse(body, 400, headers=dict(NO_STORE))
