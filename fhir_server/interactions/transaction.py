"""FHIR batch and transaction. https://hl7.org/fhir/R4/http.html#transaction"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote

import msgspec

from fhir_server.bundles import response_entry
from fhir_server.changes import Change
from fhir_server.errors import BadRequest, FhirError, TooLarge, located, outcome
from fhir_server.interactions import create, delete, patch, update
from fhir_server.interactions.written import response
from fhir_server.messages import FhirRequest, FhirResponse, Parameters, Resource
from fhir_server.record import Record
from fhir_server.validation import expect_type
from resources.issues import Text

MOST_ENTRIES = 5000
AT_ONCE = 16
ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
HEADERS = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifNoneExist": "if-none-exist",
    "ifModifiedSince": "if-modified-since",
}
KEPT_HEADERS = ("accept-language", "prefer", "x-provenance", "x-request-id")
NOT_SEARCHED = ("_format", "_pretty")

Answer = Callable[[FhirRequest, Record], Awaitable[FhirResponse]]
Check = Callable[[FhirRequest], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, read: where it stands in the Bundle, the request that it asks for, its fullUrl."""

    place: str
    request: FhirRequest
    full_url: str | None

    @property
    def is_write(self) -> bool:
        path = self.request.path
        if self.request.method == "POST":
            return len(path) == 1 and not path[0].startswith(("$", "_"))
        return self.request.method in ("PUT", "PATCH", "DELETE")


async def process(request: FhirRequest, record: Record, answer: Answer, check: Check) -> FhirResponse:
    """The Bundle decides by its type; `answer` carries out one request, `check` refuses one that has no answer."""
    bundle = expect_type(request.body, "Bundle")
    match bundle.get("type"):
        case "transaction":
            entries = read_entries(bundle, request)
            for entry in entries:
                with located(entry.place):
                    check(entry.request)
            parts = await _transaction(entries, record, answer)
        case "batch":
            parts = await _batch(_tolerant(bundle, request), record, answer)
        case other:
            raise BadRequest(
                Text(
                    f"POST a Bundle of type batch or transaction here, not {other}; to store one, POST it to /Bundle.",
                    f"Kirim Bundle berjenis batch atau transaction, bukan {other}; untuk menyimpan: POST ke /Bundle.",
                ),
                expression="Bundle.type",
            )
    result: Resource = {"resourceType": "Bundle", "type": f"{bundle['type']}-response"}
    if parts:
        result["entry"] = [response_entry(part, request.base) for part in parts]
    return FhirResponse(200, result)


def read_entries(bundle: Resource, request: FhirRequest) -> list[Entry]:
    """Raises BadRequest that names the entry."""
    return [_read_entry(entry, index, request) for index, entry in enumerate(_entries(bundle))]


def _tolerant(bundle: Resource, request: FhirRequest) -> list[Entry | FhirError]:
    """For a batch: an entry that cannot be read fails alone."""
    found: list[Entry | FhirError] = []
    for index, entry in enumerate(_entries(bundle)):
        try:
            found.append(_read_entry(entry, index, request))
        except FhirError as error:
            found.append(error)
    return found


def _entries(bundle: Resource) -> list[object]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise BadRequest(Text("entry must be a list.", "entry harus berupa daftar."), expression="Bundle.entry")
    if len(entries) > MOST_ENTRIES:
        raise TooLarge(
            Text(f"A Bundle may have {MOST_ENTRIES} entries here.", f"Bundle paling banyak {MOST_ENTRIES} entri."),
            expression="Bundle.entry",
        )
    return entries


def _read_entry(entry: object, index: int, outer: FhirRequest) -> Entry:
    place = f"Bundle.entry[{index}]"
    asked = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(asked, dict):
        raise BadRequest(
            Text("Each entry needs a request.", "Setiap entri harus memuat request."), expression=f"{place}.request"
        )
    method, url = asked.get("method"), asked.get("url")
    if not isinstance(method, str) or method not in ORDER or not isinstance(url, str):
        raise BadRequest(
            Text(
                f"A request needs a method ({', '.join(ORDER)}) and a url.",
                f"request harus memuat method ({', '.join(ORDER)}) dan url.",
            ),
            expression=f"{place}.request",
        )
    path, query = split_url(url, outer.base, place)
    if not path and method not in ("GET", "HEAD"):
        raise BadRequest(
            Text("An entry cannot be a batch or transaction.", "Entri tidak boleh berupa batch atau transaction."),
            expression=f"{place}.request.url",
        )
    request = replace(outer, method=method, path=path, query=query, headers=_headers(asked, outer), body=None)
    full_url = entry.get("fullUrl")
    return Entry(
        place,
        replace(request, body=_body(entry.get("resource"), method, place)),
        full_url if isinstance(full_url, str) else None,
    )


def split_url(url: str, base: str, place: str) -> tuple[tuple[str, ...], Parameters]:
    """Path segments and query of an entry's url; absolute ones must be below our base. Raises BadRequest."""
    path, _, query = url.removeprefix(base).partition("?")
    if "://" in path or path.startswith("urn:"):
        raise BadRequest(
            Text("The url is on another server.", "url menunjuk ke server lain."), expression=f"{place}.request.url"
        )
    segments = tuple(unquote(segment) for segment in path.strip("/").split("/") if segment)
    pairs = parse_qsl(query, keep_blank_values=True)
    return segments, tuple(pair for pair in pairs if pair[0] not in NOT_SEARCHED)


def _headers(asked: Mapping[str, object], outer: FhirRequest) -> dict[str, str]:
    kept = {name: outer.headers[name] for name in KEPT_HEADERS if name in outer.headers}
    return kept | {header: str(asked[name]) for name, header in HEADERS.items() if name in asked}


def _body(resource: object, method: str, place: str) -> object:
    """A PATCH may carry a JSON Patch inside a Binary."""
    if method != "PATCH" or not isinstance(resource, dict) or resource.get("resourceType") != "Binary":
        return resource
    try:
        return msgspec.json.decode(base64.b64decode(resource.get("data", ""), validate=True))
    except (msgspec.DecodeError, binascii.Error, TypeError, RecursionError) as error:
        raise BadRequest(
            Text("The Binary must hold a JSON Patch.", "Binary harus memuat JSON Patch."),
            expression=f"{place}.resource.data",
        ) from error


async def _transaction(entries: list[Entry], record: Record, answer: Answer) -> list[FhirResponse]:
    """All writes in one commit; reads see what it wrote, and fail for themselves: the writes are done by then."""
    ordered = sorted((entry for entry in entries if entry.is_write), key=lambda entry: ORDER[entry.request.method])
    changes = [_change(entry) for entry in ordered]
    committed = await record.commit(changes) if changes else []
    answers = {entry.place: response(entry.request, result) for entry, result in zip(ordered, committed, strict=True)}
    for entry in entries:
        if not entry.is_write:
            answers[entry.place] = await _alone(entry, record, answer)
    return [answers[entry.place] for entry in entries]


def _change(entry: Entry) -> Change:
    with located(entry.place):
        change = _intended(entry.request)
    return replace(change, full_url=entry.full_url, place=entry.place)


def _intended(request: FhirRequest) -> Change:
    match request.method, request.path:
        case "POST", (type,):
            return create.change(request, type)
        case "PUT", (type, *rest) if len(rest) <= 1:
            return update.change(request, type, rest[0] if rest else None)
        case "PATCH", (type, *rest) if len(rest) <= 1:
            return patch.change(request, type, rest[0] if rest else None)
        case "DELETE", (type, *rest) if len(rest) <= 1:
            return delete.change(request, type, rest[0] if rest else None)
    raise BadRequest(
        Text(
            f"{request.method} {'/'.join(request.path)} is no write that a transaction can do.",
            f"{request.method} {'/'.join(request.path)} bukan penulisan yang dapat dilakukan transaksi.",
        ),
        expression="http.url",
    )


async def _batch(entries: list[Entry | FhirError], record: Record, answer: Answer) -> list[FhirResponse]:
    """Each entry for itself, in the order of the specification, those of one kind at the same time."""
    answers: dict[int, FhirResponse] = {}
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(index: int, entry: Entry) -> None:
        async with slots:
            answers[index] = await _alone(entry, record, answer)

    for rank in sorted(set(ORDER.values())):
        group = [
            one(index, entry)
            for index, entry in enumerate(entries)
            if isinstance(entry, Entry) and ORDER[entry.request.method] == rank
        ]
        await asyncio.gather(*group)
    return [answers[index] if isinstance(entry, Entry) else failure(entry, "id") for index, entry in enumerate(entries)]


async def _alone(entry: Entry, record: Record, answer: Answer) -> FhirResponse:
    try:
        with located(entry.place):
            return await answer(entry.request, record)
    except FhirError as error:
        return failure(error, entry.request.language)


def failure(error: FhirError, language: str) -> FhirResponse:
    """A refusal as a response: the same for a web request and for an entry."""
    return FhirResponse(error.status, outcome(error.issues, language))
