"""Reference search. https://hl7.org/fhir/R4/search.html#reference

An entry is Type/id for what is on this server, the URL for what is elsewhere; versions do not count. A reference into
the resource itself (#...) and one that only has an identifier are not found.
"""

from __future__ import annotations

import re
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds import uri
from fhir_server.search.locality import Locality

MODIFIERS = frozenset[str]()
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


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    """`id`, `Type/id` or a URL. `modifier` is None or the type that the id is of."""
    value = normal(unescape(raw), locality)
    if modifier is not None:
        return {field.path: _of_type(field, value, modifier)}
    if _ID.fullmatch(value) and field.parameter.target:
        return {field.path: {"$in": [*(f"{target}/{value}" for target in field.parameter.target), value]}}
    return {field.path: value}


def _of_type(field: Field, value: str, type: str) -> str:
    reference = value if "/" in value else f"{type}/{value}"
    if reference.split("/")[-2] != type:
        raise refusals.wrong_value(field.code, value, f"a reference to {type}", f"rujukan ke {type}")
    return reference
