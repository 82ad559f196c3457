"""A Binary as it is sent: as what it is, or as a resource. https://hl7.org/fhir/R4/binary.html#rest"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from fhir_server.binary.base64_pieces import decoded, encoded_size
from fhir_server.binary.body import Body, limited
from fhir_server.binary.carving import MOST_BESIDE, Carved, data_at, tells_binary
from fhir_server.binary.contents import LARGE
from fhir_server.errors import BadRequest, UnsupportedMediaType
from fhir_server.messages import Resource, Upload
from fhir_server.negotiation import FHIR_JSON, FHIR_XML, JSON, XML
from resources.binary import KINDS, begins_rightly, media
from resources.issues import Text

HEAD = encoded_size(LARGE) + MOST_BESIDE
"""What is read before it is decided what to do with the rest."""

XML_BINARY = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,9999}?-->\s*)?<(?:\w+:)?Binary[\s/>]", re.DOTALL
)
FHIR = b"http://hl7.org/fhir"


def is_sent(method: str, path: tuple[str, ...]) -> bool:
    """Whether the body of such a request is a Binary."""
    return path[:1] == ("Binary",) and (method, len(path)) in (("POST", 1), ("PUT", 1), ("PUT", 2))


async def received(
    body: Body, headers: Mapping[str, str], path: tuple[str, ...], most_whole: int
) -> bytes | Resource | Upload:
    """What has arrived: a resource as it is written, if that is read at once; else the resource, or an Upload where it
    is large. `most_whole`: bytes of what is read at once. Raises TooLarge, UnsupportedMediaType, BadRequest."""
    content_type = headers.get("content-type", "")
    kind = media(content_type)
    body.expect(max(_most_text(body.most), most_whole) if kind in JSON or kind in XML else body.most)
    head = await body.first(HEAD)
    match _written_as(kind, head[:HEAD]):
        case "json" if not body.has_ended and (place := data_at(head)) is not None:
            carved = Carved(head, place, body.rest())
            text = limited(b"", carved.text(), _most_text(body.most), body.most)
            return Upload(limited(b"", decoded(text), body.most, body.most), carved.resource)
        case "json" | "xml":
            return b"".join([piece async for piece in limited(head, body.rest(), most_whole, most_whole)])
    resource = _described(content_type, headers, path, head)
    body.expect(body.most)
    if body.has_ended and len(head) <= LARGE:
        return {**resource, "data": base64.b64encode(head).decode()}
    return Upload(limited(head, body.rest(), body.most, body.most), lambda: resource)


def _most_text(most: int) -> int:
    """Of base64 with the line ends that some write into it, and of what stands beside it."""
    return encoded_size(most) * 17 // 16 + 2 * MOST_BESIDE


def _written_as(kind: str, head: bytes) -> str:
    """json or xml, where it is a resource; FHIR's own media types say so, others only where it is a Binary."""
    if kind in FHIR_JSON or (kind in JSON and tells_binary(head)):
        return "json"
    if kind in FHIR_XML or (kind in XML and XML_BINARY.match(head) and FHIR in head[:4096]):
        return "xml"
    return ""


def _described(content_type: str, headers: Mapping[str, str], path: tuple[str, ...], head: bytes) -> Resource:
    kind = media(content_type)
    if kind not in KINDS:
        raise UnsupportedMediaType(
            Text(
                f"A Binary may be application/fhir+json, application/fhir+xml, or one of {', '.join(KINDS)}.",
                f"Binary harus application/fhir+json, application/fhir+xml, atau salah satu dari {', '.join(KINDS)}.",
            )
        )
    if not head:
        raise BadRequest(Text("The body is empty.", "Isi permintaan kosong."))
    if not begins_rightly(content_type, head):
        raise UnsupportedMediaType(
            Text(f"The content is no {kind}, as Content-Type says.", f"Isi bukan {kind} seperti kata Content-Type.")
        )
    resource: Resource = {"resourceType": "Binary"}
    if len(path) > 1:
        resource["id"] = path[1]
    resource["contentType"] = content_type.strip()
    if context := headers.get("x-security-context"):
        resource["securityContext"] = {"reference": context}
    return resource
