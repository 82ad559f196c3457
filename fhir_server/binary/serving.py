"""A Binary as it is given out: as what it is, or as a resource, in pieces. https://hl7.org/fhir/R4/binary.html#rest"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from fhir_server.binary.base64_pieces import encoded, encoded_size
from fhir_server.binary.ranges import asked
from fhir_server.bundles import http_date
from fhir_server.messages import Content, FhirResponse, Resource
from fhir_server.negotiation import Format
from resources.binary import complete, file_name, served
from resources.formats import json_format, xml_format

GUARDED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""A browser neither keeps it nor runs what is in it."""


def is_binary(path: str) -> bool:
    """Whether it is given out at this address: not compressed, since a range is one of its own bytes."""
    return path.startswith("/fhir/Binary/")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of the answer besides the resource. `named`: the format as its `_format` names it."""

    method: str
    headers: Mapping[str, str]
    format: Format = "json"
    named: str | None = None
    pretty: bool = False


def native(request: Asked, response: FhirResponse, content: Content) -> Response:
    """The bytes alone, or the range of them that is asked for. Raises RangeNotSatisfiable."""
    assert response.resource is not None
    headers = _headers(response, response.resource)
    part = asked(request.headers, content.size, headers["ETag"]) if request.method == "GET" else None
    found = part or range(content.size)
    headers["Content-Length"] = str(len(found))
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{content.size}"
    if request.method == "HEAD":
        return Response(headers=headers)
    return StreamingResponse(content.read(found.start, found.stop), 206 if part is not None else 200, headers)


def whole(request: Asked, response: FhirResponse, content: Content, headers: Mapping[str, str]) -> Response:
    """The resource with the content that lies beside it, in base64."""
    assert response.resource is not None
    before, after = _around(complete(response.resource), request.format, pretty=request.pretty)
    size = len(before) + encoded_size(content.size) + len(after)
    told = {**headers, "Content-Length": str(size), "Cache-Control": "no-store"}
    if request.method == "HEAD":
        return Response(headers=told)
    return StreamingResponse(_enclosed(before, content, after), 200, told)


async def _enclosed(before: bytes, content: Content, after: bytes) -> AsyncIterator[bytes]:
    yield before
    async for piece in encoded(content.read(0, content.size)):
        yield piece
    yield after


def _around(resource: Resource, format: Format, *, pretty: bool) -> tuple[bytes, bytes]:
    """What is written before and after the text of `data`, the last element of a Binary."""
    if format == "json":
        text = json_format.write(resource, pretty=pretty).rstrip()
        return text[:-1].rstrip() + b',"data":"', b'"}'
    text, end, rest = xml_format.write(resource, pretty=pretty).rpartition(b"</Binary>")
    return text + b'<data value="', b'"/>' + end + rest


def _headers(response: FhirResponse, resource: Resource) -> dict[str, str]:
    """The entity tag is a strong one: the bytes of a version never change."""
    type = resource["contentType"]
    headers = {
        **GUARDED,
        "Content-Type": served(type),
        "Content-Disposition": f'attachment; filename="{file_name(resource["id"], type)}"',
        "ETag": f'"{response.version}"',
        "Accept-Ranges": "bytes",
    }
    if response.updated is not None:
        headers["Last-Modified"] = http_date(response.updated)
    context = resource.get("securityContext", {}).get("reference", "")
    if context.isascii() and context.isprintable() and context:
        headers["X-Security-Context"] = context
    return headers
