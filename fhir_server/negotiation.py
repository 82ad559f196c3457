"""Which representation a client sends and wants. https://hl7.org/fhir/R4/http.html#mime-type"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from fhir_server.errors import NotAcceptable, UnsupportedMediaType
from resources.issues import Text

Format = Literal["json", "xml"]
Sent = Literal["json", "xml", "json-patch", "form"]

FHIR_JSON = ("application/fhir+json", "application/json+fhir")
FHIR_XML = ("application/fhir+xml", "application/xml+fhir")
JSON = (*FHIR_JSON, "application/json", "text/json", "json")
XML = (*FHIR_XML, "application/xml", "text/xml", "xml")
ANYTHING = ("*/*", "application/*", "text/html", "text/*", "")
VERSIONS = ("4.0", "4.0.1")
REMEMBERED = 64
"""Clients send the same few headers again and again."""


@lru_cache(maxsize=REMEMBERED)
def wanted(accept: str, format: str | None) -> Format:
    """`_format` wins over Accept; a browser gets JSON. Raises NotAcceptable."""
    ranges = [format.replace(" ", "+")] if format is not None else _by_quality(accept)
    if any(media == "text/html" for media in ranges) and format is None:
        return "json"
    for media in ranges:
        if media in JSON or (media in ANYTHING and format is None):
            return "json"
        if media in XML:
            return "xml"
    raise NotAcceptable(
        Text(
            "This server answers application/fhir+json and application/fhir+xml, in FHIR version 4.0.",
            "Server ini menjawab application/fhir+json dan application/fhir+xml, FHIR versi 4.0.",
        )
    )


def is_native(accept: str, format: str | None, type: str) -> bool:
    """Whether a Binary of this media type is given as what it is: unless FHIR is asked for by name.

    https://hl7.org/fhir/R4/binary.html#rest"""
    if format is not None:
        return format.lower() == type
    for media in _by_quality(accept):
        if media in ("*/*", "text/html", type, f"{type.partition('/')[0]}/*"):
            return True
        if media in JSON or media in XML:
            return False
    return True


def _by_quality(accept: str) -> list[str]:
    """Media types, best first; those of another FHIR version or of quality 0 are left out."""
    found = []
    for place, part in enumerate(accept.split(",")):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        values = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        quality = _quality(values.get("q", "1"))
        if quality > 0 and values.get("fhirversion", "4.0") in VERSIONS:
            found.append((-quality, place, media))
    return [media for _, _, media in sorted(found)]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


@lru_cache(maxsize=REMEMBERED)
def sent(content_type: str) -> Sent:
    """What the body is. Raises UnsupportedMediaType."""
    media, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    values = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
    if values.get("charset", "utf-8").strip('"') not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(Text("The charset must be UTF-8.", "charset harus UTF-8."))
    if values.get("fhirversion", "4.0").strip('"') in VERSIONS:
        if media in JSON:
            return "json"
        if media in XML:
            return "xml"
        if media == "application/json-patch+json":
            return "json-patch"
        if media == "application/x-www-form-urlencoded":
            return "form"
    raise UnsupportedMediaType(
        Text(
            "Send application/fhir+json or application/fhir+xml (a patch: application/json-patch+json).",
            "Kirim application/fhir+json atau application/fhir+xml (patch: application/json-patch+json).",
        )
    )
