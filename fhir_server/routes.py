"""HTTP to FHIR and back: the only module here that knows the web. https://hl7.org/fhir/R4/http.html"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from urllib.parse import parse_qsl, unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.caller import ANONYMOUS, OPEN, Caller
from auth.storage.database import DatabaseFailed
from fhir_server.binary.arriving import is_sent, received
from fhir_server.binary.body import Body
from fhir_server.binary.serving import Asked, native, whole
from fhir_server.bundles import etag, http_date
from fhir_server.errors import (
    BadRequest,
    FhirError,
    NotAcceptable,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
    outcome,
)
from fhir_server.interactions.dispatch import Dispatcher
from fhir_server.messages import Content, FhirRequest, FhirResponse, Parameters
from fhir_server.negotiation import Format, is_native, sent, wanted
from fhir_server.record import Record
from fhir_server.store.faults import unavailable
from resources.binary import media
from resources.formats import json_format, xml_format
from resources.formats.malformed import Malformed
from resources.issues import Issue, Text

MEDIA_TYPES: Mapping[Format, str] = {
    "json": "application/fhir+json; charset=utf-8",
    "xml": "application/fhir+xml; charset=utf-8",
}
HEADERS = frozenset(
    b"accept accept-language content-type if-match if-modified-since if-none-exist if-none-match prefer"
    b" x-provenance x-request-id idempotency-key range if-range x-security-context".split()
)
SECURITY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
REVALIDATED = "private, no-cache"
PUBLIC = (("metadata",),)
MOST_PARAMETERS = 1000
MOST_BINARY = 25 * 1024**2
DRAINED = 4
READ_AT_ONCE = 256 * 1024
"""Larger bodies are parsed in a thread, so that others do not wait for them."""

NO_TOKEN = Text(
    "Sign in first: this server asks for a bearer token (for development on this machine: --open).",
    "Masuk dahulu: server ini meminta token (untuk pengembangan di mesin ini, jalankan dengan --open).",
)
DEAD_TOKEN = Text(
    "The token is not good, or not good any more: sign in again.",
    "Token tidak berlaku, atau tidak berlaku lagi: masuk kembali.",
)

logger = logging.getLogger(__name__)


def fhir_first(app: ASGIApp, door: Door, others: Collection[str] = ()) -> ASGIApp:
    """`app`, and before it the door to all below its address but `others`: the router tries its routes one by one."""
    path = door.path

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope.get("path", "")
        is_fhir = scope["type"] == "http" and asked.startswith(path) and asked[len(path) : len(path) + 1] in ("", "/")
        await (door if is_fhir and asked not in others else app)(scope, receive, send)

    return choose


class Door:
    """FHIR below `path` as an ASGI application. The lifespan's state must have `record_for`, which gives a caller's
    record, `caller`, which gives a token's caller, and `dispatcher`.

    `base`: the public URL of the FHIR base; `is_open`: no authentication, every caller may do everything;
    `max_binary_bytes`: of the content of a Binary."""

    def __init__(
        self, base: str, *, is_open: bool, max_body_bytes: int, max_binary_bytes: int = MOST_BINARY, path: str = "/fhir"
    ) -> None:
        self.path = path
        self._base = base
        self._is_open = is_open
        self._max_body_bytes = max_body_bytes
        self._max_binary_bytes = max_binary_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._handle(Request(scope, receive))
        await response(scope, receive, send)

    async def _handle(self, web: Request) -> Response:
        query: Parameters = ()
        path = _segments(web.scope, self.path)
        parsed = FhirRequest(web.method, path, headers=sent_headers(web.scope))
        arriving = Body(web, self._max_binary_bytes) if is_sent(web.method, path) else None
        asked = Asked(web.method, parsed.headers)
        try:
            query = _query(web.scope["query_string"])
            asked = _asked(asked, query, path)
            parsed, form = await self._parse(web, parsed, query, arriving)
            if form:
                asked = _asked(asked, (*query, *form), path)
            record = await record_of(web, parsed, is_open=self._is_open)
            response = await dispatcher_of(web).answer(parsed, record)
            if response.content is not None:
                return _with_content(response, response.content, asked, self._base)
        except FhirError as error:
            response = FhirResponse(error.status, outcome(error.issues, parsed.language), headers=error.headers)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            response = FhirResponse(500, outcome([bug()], parsed.language))
        if arriving is not None and response.status >= 400:
            await arriving.drop()
        return _render(response, asked.format, pretty=asked.pretty, base=self._base)

    async def _parse(
        self, web: Request, begun: FhirRequest, query: Parameters, arriving: Body | None
    ) -> tuple[FhirRequest, Parameters]:
        """The request, and the parameters of a form, which are among its own."""
        path, headers = begun.path, begun.headers
        content: object = None
        form: Parameters = ()
        if arriving is not None:
            content = await received(arriving, headers, path, self._max_body_bytes)
        elif web.method not in ("GET", "HEAD"):
            content = await read_body(web, self._max_body_bytes)
        if isinstance(content, bytes):
            read = partial(_body, content, headers.get("content-type"), web.method, path)
            content, form = await asyncio.to_thread(read) if len(content) > READ_AT_ONCE else read()
        kept = tuple(pair for pair in (*query, *form) if pair[0] not in ("_format", "_pretty"))
        address = web.client.host if web.client is not None else ""
        return FhirRequest(web.method, path, kept, headers, content, self._base, address), form


def _asked(asked: Asked, query: Parameters, path: tuple[str, ...]) -> Asked:
    """Raises NotAcceptable, but for a Binary, which need not be given in a format of FHIR's."""
    accept, named = asked.headers.get("accept", ""), _single(query, "_format")
    pretty = _single(query, "_pretty") == "true" or "text/html" in accept
    try:
        format = wanted(accept, named)
    except NotAcceptable:
        if path[:1] != ("Binary",) or len(path) < 2 or asked.method not in ("GET", "HEAD"):
            raise
        format = "json"
    return Asked(asked.method, asked.headers, format, named, pretty)


def _with_content(response: FhirResponse, content: Content, asked: Asked, base: str) -> Response:
    """A Binary as what it is, or as a resource. Raises RangeNotSatisfiable, NotAcceptable."""
    assert response.resource is not None
    accept = asked.headers.get("accept", "")
    if is_native(accept, asked.named, media(response.resource["contentType"])):
        return native(asked, response, content)
    asked = replace(asked, format=wanted(accept, asked.named))
    if not content.is_beside:
        return _render(response, asked.format, pretty=asked.pretty, base=base)
    headers = {**_headers(response, base), "Content-Type": MEDIA_TYPES[asked.format]}
    return whole(asked, response, content, headers)


def dispatcher_of(web: Request) -> Dispatcher:
    found: Dispatcher = web.scope["state"]["dispatcher"]
    return found


async def record_of(web: Request, request: FhirRequest, *, is_open: bool) -> Record:
    """The record as the caller of this request may use it; where nobody is known, the journal tells of the refusal.
    Raises Unauthenticated, Unavailable."""
    record_for: Callable[[Caller], Record] = web.scope["state"]["record_for"]
    try:
        return record_for(await _caller(web, request, is_open=is_open))
    except Unauthenticated as error:
        await dispatcher_of(web).note_refusal(request, record_for(ANONYMOUS), error)
        raise


async def _caller(web: Request, request: FhirRequest, *, is_open: bool) -> Caller:
    """Raises Unauthenticated, Unavailable."""
    if is_open:
        return OPEN
    if request.path in PUBLIC:
        return ANONYMOUS
    scheme, _, token = _authorization(web.scope).partition(" ")
    find: Callable[[str], Awaitable[Caller | None]] = web.scope["state"]["caller"]
    try:
        caller = await find(token.strip()) if scheme.lower() == "bearer" else None
    except DatabaseFailed:
        raise unavailable() from None
    if caller is None:
        raise Unauthenticated(NO_TOKEN if not token else DEAD_TOKEN)
    return caller


def _authorization(scope: Scope) -> str:
    pairs: list[tuple[bytes, bytes]] = scope["headers"]
    return next((value.decode("latin-1") for name, value in pairs if name == b"authorization"), "")


def bug() -> Issue:
    """A fault of ours: the details go to the log only, under a number that the user can name."""
    number = secrets.token_hex(4)
    logger.exception("unexpected error %s", number)
    return Issue(
        "fatal",
        "exception",
        Text(
            f"The server made a mistake; tell its operator the number {number}.",
            f"Kesalahan server; sebutkan nomor {number} kepada pengelola.",
        ),
    )


def sent_headers(scope: Scope) -> dict[str, str]:
    """Those that mean something here; of a repeated one the first."""
    pairs: list[tuple[bytes, bytes]] = scope["headers"]
    return {name.decode(): value.decode("latin-1") for name, value in reversed(pairs) if name in HEADERS}


def _query(raw: bytes) -> Parameters:
    """Raises BadRequest where the query is not UTF-8 or too long."""
    if not raw:
        return ()
    try:
        return tuple(
            parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        )
    except ValueError as error:
        raise BadRequest(
            Text(
                f"The query must be URL-encoded UTF-8 with at most {MOST_PARAMETERS} parameters.",
                f"Parameter URL harus UTF-8 ter-encode, paling banyak {MOST_PARAMETERS} buah.",
            )
        ) from error


def _single(query: Parameters, name: str) -> str | None:
    return next((value for key, value in query if key == name), None)


def _segments(scope: Mapping[str, object], prefix: str) -> tuple[str, ...]:
    """The path below the base, split before it is decoded: an encoded slash does not make a segment."""
    raw = scope.get("raw_path")
    path = raw.decode("ascii", "replace") if isinstance(raw, bytes) else str(scope["path"])
    rest = path.partition("?")[0].removeprefix(prefix)
    return tuple(unquote(segment, errors="replace") for segment in rest.split("/") if segment)


async def read_body(web: Request, most: int) -> bytes:
    """Raises TooLarge, UnsupportedMediaType for a compressed body.

    What is beyond the limit is read and dropped up to DRAINED times the limit: a client that is cut off while it sends
    does not see the answer."""
    if web.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType(Text("Send the body uncompressed.", "Kirim isi tanpa kompresi."))
    declared = web.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > DRAINED * most:
        raise _too_large(most)
    content, size = bytearray(), 0
    async for chunk in web.stream():
        size += len(chunk)
        if size <= most:
            content += chunk
        elif size > DRAINED * most:
            break
    if size > most:
        raise _too_large(most)
    return bytes(content)


def _too_large(most: int) -> TooLarge:
    return TooLarge(Text(f"The body may have {most} bytes.", f"Isi permintaan paling besar {most} byte."))


def _body(content: bytes, content_type: str | None, method: str, path: tuple[str, ...]) -> tuple[object, Parameters]:
    """The parsed body, and the parameters of a form. Raises BadRequest, UnsupportedMediaType."""
    if not content:
        return None, ()
    kind = sent(content_type or "")
    if kind == "form":
        if path[-1:] != ("_search",):
            raise UnsupportedMediaType(Text("A form is for _search only.", "Formulir hanya untuk _search."))
        return None, _query(content)
    try:
        if kind == "xml":
            return xml_format.read(content), ()
        body = json_format.read(content)
    except Malformed as error:
        raise _malformed(error) from error
    if kind == "json-patch" and (method != "PATCH" or not isinstance(body, list)):
        raise UnsupportedMediaType(
            Text("A JSON Patch is a list of operations sent by PATCH.", "JSON Patch berupa daftar operasi lewat PATCH.")
        )
    return body, ()


def _malformed(error: Malformed) -> BadRequest:
    refusal = BadRequest(error.issue.text)
    refusal.issues = (error.issue,)
    return refusal


def _headers(response: FhirResponse, base: str) -> dict[str, str]:
    headers = {**SECURITY, **response.headers}
    if response.version is not None:
        headers["ETag"] = etag(response.version)
        headers["Cache-Control"] = REVALIDATED
    if response.updated is not None:
        headers["Last-Modified"] = http_date(response.updated)
    if response.location is not None:
        headers["Location"] = f"{base}/{response.location}"
        headers["Content-Location"] = headers["Location"]
    if response.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="rsud-fhir"'
    return headers


def _render(response: FhirResponse, format: Format, *, pretty: bool, base: str) -> Response:
    headers = _headers(response, base)
    if response.resource is None:
        rendered = Response(status_code=response.status)
    else:
        write = json_format.write if format == "json" else xml_format.write
        headers["Content-Type"] = MEDIA_TYPES[format]
        rendered = Response(write(response.resource, pretty=pretty), response.status)
    rendered.raw_headers += [_raw(name, value) for name, value in headers.items()]
    return rendered


@lru_cache(maxsize=256)
def _raw(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as ASGI wants it. The same few are sent with every answer."""
    return name.lower().encode("latin-1"), value.encode("latin-1")
