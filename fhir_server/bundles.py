"""Bundles that the server answers with. https://hl7.org/fhir/R4/bundle.html"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from fhir_server.messages import FhirRequest, FhirResponse, Parameters, Resource
from fhir_server.store.documents import Document, instant, now

STATUS_LINES = {
    200: "200 OK",
    201: "201 Created",
    204: "204 No Content",
    304: "304 Not Modified",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    409: "409 Conflict",
    410: "410 Gone",
    412: "412 Precondition Failed",
    422: "422 Unprocessable Entity",
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def etag(version: int) -> str:
    return f'W/"{version}"'


def http_date(moment: datetime) -> str:
    """https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 (every answer has one, and the library takes its time)."""
    utc = moment.astimezone(UTC)
    day = f"{DAYS[utc.weekday()]}, {utc.day:02} {MONTHS[utc.month - 1]} {utc.year:04}"
    return f"{day} {utc.hour:02}:{utc.minute:02}:{utc.second:02} GMT"


def link(request: FhirRequest, query: Parameters) -> str:
    """An absolute link to this request's path with another query."""
    path = "/".join((request.base, *request.path))
    return f"{path}?{urlencode(query)}" if query else path


def searchset(
    request: FhirRequest, matches: Iterable[Document], included: Iterable[Document], **rest: object
) -> Resource:
    """`rest`: `total`, `links` (relation -> query) and `outcome` where there are any."""
    links = rest.get("links", {})
    entries = [_entry(request, document, "match") for document in matches]
    entries += [_entry(request, document, "include") for document in included]
    if rest.get("outcome") is not None:
        entries.append({"resource": rest["outcome"], "search": {"mode": "outcome"}})
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if rest.get("total") is not None:
        bundle["total"] = rest["total"]
    assert isinstance(links, dict)
    bundle["link"] = [{"relation": name, "url": link(request, query)} for name, query in links.items()]
    if entries:
        bundle["entry"] = entries
    return bundle


def _entry(request: FhirRequest, document: Document, mode: str) -> Resource:
    """A document that was found by its text has a `score`; that of a contained resource the `address` it has there."""
    resource = document["resource"]
    address = document.get("address", f"{resource['resourceType']}/{resource['id']}")
    return {
        "fullUrl": f"{request.base}/{address}",
        "resource": resource,
        "search": {"mode": mode, **({"score": document["score"]} if "score" in document else {})},
    }


def history_bundle(request: FhirRequest, rows: Sequence[Document], cursor: str | None, total: int | None) -> Resource:
    """`cursor`: where the next page begins; `total`: of all pages, where it is known."""
    links = [{"relation": "self", "url": link(request, request.query)}]
    if cursor is not None:
        query = tuple(pair for pair in request.query if pair[0] != "_cursor")
        links.append({"relation": "next", "url": link(request, (*query, ("_cursor", cursor)))})
    bundle: Resource = {"resourceType": "Bundle", "type": "history", "timestamp": instant(now())}
    if total is not None:
        bundle["total"] = total
    bundle["link"] = links
    if rows:
        bundle["entry"] = [_history_entry(request, row) for row in rows]
    return bundle


def _history_entry(request: FhirRequest, row: Document) -> Resource:
    type, id, method = row["type"], row["_id"], row["method"]
    status = {"POST": "201 Created", "DELETE": "204 No Content"}.get(method)
    entry: Resource = {"fullUrl": f"{request.base}/{type}/{id}"}
    if not row["deleted"]:
        entry["resource"] = row["resource"]
    entry["request"] = {"method": method, "url": type if method == "POST" else f"{type}/{id}"}
    entry["response"] = {
        "status": status or ("201 Created" if row["version"] == 1 else "200 OK"),
        "etag": etag(row["version"]),
        "lastModified": instant(row["updated"]),
    }
    return entry


def response_entry(response: FhirResponse, base: str) -> Resource:
    """The answer to one entry of a batch or transaction."""
    part: Resource = {"status": STATUS_LINES.get(response.status, str(response.status))}
    if response.location:
        part["location"] = f"{base}/{response.location}"
    if response.version is not None:
        part["etag"] = etag(response.version)
    if response.updated is not None:
        part["lastModified"] = instant(response.updated)
    is_outcome = response.resource is not None and response.resource["resourceType"] == "OperationOutcome"
    if is_outcome:
        part["outcome"] = response.resource
    return (
        {"response": part}
        if is_outcome or response.resource is None
        else {
            "resource": response.resource,
            "response": part,
        }
    )
