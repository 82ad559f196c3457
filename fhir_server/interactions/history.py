"""FHIR history of an instance, a type, the whole server. https://hl7.org/fhir/R4/http.html#history"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from fhir_server.bundles import history_bundle
from fhir_server.errors import BadRequest, NotFound
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from fhir_server.search.kinds.date import Interval, interval
from fhir_server.store.history import HistoryQuery, Position, position
from resources.issues import Text

DEFAULT_COUNT = 50
MOST = 1000
CUTTING = ("_summary", "_elements")
"""What is done to the resources of any answer."""
PARAMETERS = ("_since", "_at", "_count", "_cursor")


async def history_instance(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
    return await _history(request, record, (type,), id)


async def history_type(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    return await _history(request, record, (type,), None)


async def history_system(request: FhirRequest, record: Record) -> FhirResponse:
    return await _history(request, record, (), None)


async def _history(request: FhirRequest, record: Record, types: tuple[str, ...], id: str | None) -> FhirResponse:
    query = parse(request, record, types, id)
    rows = await record.history(query)
    if id is not None and not rows and query.after is None:
        await _refuse_unknown(record, types, id)
    more, page = len(rows) > query.count, rows[: query.count]
    cursor = encode(position(page[-1])) if more and page else None
    total = await record.count_history(query) if id is not None else None
    return FhirResponse(200, history_bundle(request, page, cursor, total))


async def _refuse_unknown(record: Record, types: tuple[str, ...], id: str) -> None:
    if not await record.history(HistoryQuery(types, 1, id)):
        raise NotFound(Text(f"There is no {types[0]}/{id}.", f"Tidak ada {types[0]}/{id}."))


def parse(request: FhirRequest, record: Record, types: tuple[str, ...], id: str | None) -> HistoryQuery:
    """Raises BadRequest."""
    values: dict[str, str] = {}
    for name, value in request.query:
        if name in CUTTING:
            continue
        if name not in PARAMETERS or name in values:
            raise BadRequest(
                Text(
                    f"History takes each of {', '.join(PARAMETERS)} once, not {name}.",
                    f"Riwayat menerima {', '.join(PARAMETERS)} masing-masing sekali, bukan {name}.",
                ),
                expression=f"http.{name}",
            )
        values[name] = value
    return HistoryQuery(
        types,
        _count(values.get("_count", str(DEFAULT_COUNT))),
        id,
        since=_moment("_since", values["_since"], record)[0] if "_since" in values else None,
        at=_moment("_at", values["_at"], record) if "_at" in values else None,
        after=decode(values["_cursor"]) if "_cursor" in values else None,
    )


def _moment(name: str, text: str, record: Record) -> Interval:
    found = interval(text, record.site.zone)
    if found is None:
        raise BadRequest(
            Text(
                f"{name} must be a date or an instant (in a URL, + is written %2B).",
                f"{name} harus tanggal atau waktu (dalam URL, + ditulis %2B).",
            ),
            expression=f"http.{name}",
        )
    return found


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(
            Text("_count must be a whole number.", "_count harus bilangan bulat."), expression="http._count"
        )
    return min(int(text), MOST)


def encode(place: Position) -> str:
    """A position as an opaque text for a link."""
    text = json.dumps([place.updated.isoformat(), place.type, place.id, place.version])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str) -> Position:
    """Raises BadRequest where the text is none of ours."""
    try:
        updated, type, id, version = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromisoformat(updated)
        if moment.tzinfo is None or not (isinstance(type, str) and isinstance(id, str) and isinstance(version, int)):
            raise ValueError
        return Position(moment, type, id, version)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise BadRequest(
            Text(
                "_cursor is none that this server gave out; start again at the first page.",
                "_cursor tidak dikenal; mulai lagi dari halaman pertama.",
            ),
            expression="http._cursor",
        ) from error
