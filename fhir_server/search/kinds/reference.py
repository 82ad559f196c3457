"""Reference search. https://hl7.org/fhir/R4/search.html#reference

An entry is Type/id for what is on this server, the URL for what is elsewhere, both without version. References to a
version are also kept with it, and those with an identifier have its tokens, each in a field of its own. A reference
into the resource itself (#...) is not found.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds import token, uri
from fhir_server.search.locality import Locality
from fhir_server.search.terminology import PlaceNeed

MODIFIERS = frozenset({"identifier"})
PARTS = {"Location": "partof", "Organization": "partof"}
"""Types in a hierarchy -> the parameter that leads one step up; of these, references know above and below."""
IDENTIFIER, VERSION = ":identifier", ":version"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_VERSION = re.compile(r"(?<=.)/_history/[^/]*$")


def normal(url: str, locality: Locality) -> str:
    """The URL of a literal reference as it stands in the index."""
    return _VERSION.sub("", locality.relative(url))[: uri.LIMIT] if "/" in url else url[: uri.LIMIT]


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    match type:
        case "Reference":
            url = value.get("reference")
        case "Attachment":
            url = value.get("url")
        case "Resource":
            url = f"{value['resourceType']}/{value['id']}" if "id" in value and "resourceType" in value else None
        case _:
            return [normal(found, locality) for found in uri.index(type, value, field, locality)]
    return [normal(url, locality)] if isinstance(url, str) and url and url[0] != "#" else []


def identifiers(value: Any, field: Field, locality: Locality) -> list[Entry]:
    """The tokens of the identifier of a Reference."""
    found = value.get("identifier")
    return token.index("Identifier", found, field, locality) if isinstance(found, dict) else []


def versions(value: Any, locality: Locality) -> list[Entry]:
    """The version that a Reference is to, as Type/id/_history/version or as a URL."""
    url = value.get("reference")
    version = _VERSION.search(url) if isinstance(url, str) and "/" in url else None
    return [f"{normal(url, locality)}{version[0]}"[: uri.LIMIT]] if version else []


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    """`id`, `Type/id`, a URL, or one of these with a version. `modifier`: None, the type of the id, identifier,
    above or below."""
    if modifier == "identifier":
        return token.match(replace(field, path=f"{field.path}{IDENTIFIER}"), raw, None, locality)
    if modifier in ("above", "below"):
        need = PlaceNeed(modifier, field.parameter.target, unescape(raw))
        return {field.path: {"$in": sorted(locality.known.members[need])}}
    text = unescape(raw)
    value, path = normal(text, locality), field.path
    wanted = [value]
    if modifier is not None:
        wanted = [_of_type(field, value, modifier)]
    elif _ID.fullmatch(value) and field.parameter.target:
        wanted = [*(f"{target}/{value}" for target in field.parameter.target), value]
    version = _VERSION.search(text) if "/" in text else None
    if version is not None and "Reference" in field.types:
        path, wanted = f"{path}{VERSION}", [f"{one}{version[0]}"[: uri.LIMIT] for one in wanted]
    return {path: wanted[0] if len(wanted) == 1 else {"$in": wanted}}


def _of_type(field: Field, value: str, type: str) -> str:
    reference = value if "/" in value else f"{type}/{value}"
    if reference.split("/")[-2] != type:
        raise refusals.wrong_value(field.code, value, f"a reference to {type}", f"rujukan ke {type}")
    return reference
