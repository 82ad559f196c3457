"""A door that is not FHIR's, such as /bookings and /exports: a request becomes an operation of FHIR, what goes wrong
becomes JSON; the same table answers as at the door to FHIR, so that access and journal are the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message

from fhir_server.errors import FhirError
from fhir_server.json_refusals import issue, refused, told
from fhir_server.messages import FhirRequest, FhirResponse, Parameters, Resource
from fhir_server.record import Record
from fhir_server.routes import bug, dispatcher_of, read_body, record_of, sent_headers
from resources.issues import Issue, Text

MOST_BYTES = 64 * 1024
PASSED_ON = ("accept-language", "idempotency-key", "x-request-id")


@dataclass(frozen=True, slots=True)
class Door:
    """`base`: the public URL of the FHIR base; `is_open`: no authentication."""

    base: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """Asks the table of interactions as the caller of this request."""

    web: Request
    door: Door

    async def __call__(
        self, method: str, path: str, *, query: Parameters = (), sent: Mapping[str, Any] | None = None
    ) -> Resource:
        """The resource that is the answer. `sent`: parameters of an operation. Raises FhirError."""
        return (await self.response(method, path, query=query, sent=sent)).resource or {}

    async def response(
        self, method: str, path: str, *, query: Parameters = (), sent: Mapping[str, Any] | None = None
    ) -> FhirResponse:
        """The whole answer. Raises FhirError."""
        headers = {name: value for name, value in sent_headers(self.web.scope).items() if name in PASSED_ON}
        address = self.web.client.host if self.web.client is not None else ""
        body = None if sent is None else parameters_of(sent)
        request = FhirRequest(method, tuple(path.split("/")), query, headers, body, self.door.base, address)
        return await dispatcher_of(self.web).answer(request, await self.record(request))

    async def record(self, request: FhirRequest) -> Record:
        return await record_of(self.web, request, is_open=self.door.is_open)


async def _ask(web: Request) -> Ask:
    return Ask(web, web.app.state.door)


Asking = Annotated[Ask, Depends(_ask)]


class Answering(APIRoute):
    """An endpoint whose refusals are JSON of one shape, and whose body is bounded."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(web: Request) -> Response:
            try:
                return await handle(Request(web.scope, _again(await read_body(web, MOST_BYTES))))
            except FhirError as error:
                return refused(error, language_of(web))
            except RequestValidationError as error:
                return told(422, [_wrong(row) for row in error.errors()], language_of(web))
            except HTTPException as error:
                return http_refused(web, error)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception:
                return told(500, [bug()], language_of(web))

        return answer


def http_refused(web: Request, error: HTTPException) -> Response:
    """What the framework refuses: no such address, another method, a body that cannot be read."""
    code = {404: "not-found", 405: "not-supported"}.get(error.status_code, "invalid")
    phrase = HTTPStatus(error.status_code).phrase
    texts = {
        404: Text("There is nothing at this address.", "Tidak ada apa-apa di alamat ini."),
        405: Text("This method is not possible here.", "Metode ini tidak dapat dipakai di alamat ini."),
        400: Text("The body must be JSON.", "Isi permintaan harus JSON."),
    }
    return told(error.status_code, [issue(code, texts.get(error.status_code, Text(phrase, phrase)))], language_of(web))


def language_of(web: Request) -> str:
    return FhirRequest(web.method, (), headers=sent_headers(web.scope)).language


def _again(content: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


def _wrong(row: Mapping[str, Any]) -> Issue:
    """Names the place and never what was sent there: it may be a patient's."""
    where = ".".join(str(part) for part in row["loc"])[:200]
    if row["type"] == "missing":
        return issue("required", Text(f"{where} is missing.", f"{where} wajib diisi."), where)
    return issue("value", Text(f"{where}: {row['msg']}.", f"{where} tidak sesuai."), where)


def parameters_of(sent: Mapping[str, Any]) -> Resource:
    """What an operation is sent, without what is empty."""
    rows = [{"name": name, **_typed(value)} for name, value in sent.items() if value not in (None, "")]
    return {"resourceType": "Parameters", **({"parameter": rows} if rows else {})}


def _typed(value: bool | int | str | date) -> dict[str, Any]:
    match value:
        case bool():
            return {"valueBoolean": value}
        case int():
            return {"valueInteger": value}
        case date():
            return {"valueDate": value.isoformat()}
    return {"valueString": value}
