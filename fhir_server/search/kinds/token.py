"""Token search. https://hl7.org/fhir/R4/search.html#token

An entry is code, NUL, system; and NUL, system for `system|`. Codes and systems count exactly as they are written: upper
and lower case differ (identifiers and UCUM need it).
"""

from __future__ import annotations

from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import split, unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.locality import Locality

MODIFIERS = frozenset({"not"})
LIMIT = 1024


def entries(code: Any, system: Any) -> list[Entry]:
    code, system = _text(code), _text(system)
    found = [f"{code}\0{system}"] if code else []
    return [*found, f"\0{system}"] if system else found


def _text(value: Any) -> str:
    return value[:LIMIT] if isinstance(value, str) else ""


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    match type:
        case "Identifier":
            return entries(value.get("value"), value.get("system"))
        case "Coding":
            return entries(value.get("code"), value.get("system"))
        case "CodeableConcept":
            return [found for coding in value.get("coding", ()) for found in index("Coding", coding, field, locality)]
        case "ContactPoint":
            return entries(value.get("value"), value.get("use"))
        case "boolean":
            return [f"{'true' if value else 'false'}\0"]
        case "code":
            return entries(value, field.systems.get(value, ""))
    return entries(value, "")


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    """`code`, `system|code`, `|code` (without system) or `system|`."""
    parts = [unescape(part)[:LIMIT] for part in split(raw, "|")]
    if field.layout == "scalar" and len(parts) == 1:
        return {field.path: parts[0]}
    if len(parts) > 2 or not any(parts) or field.layout == "scalar":
        raise refusals.wrong_value(
            field.code, raw, "code, system|code, |code or system|", "kode, sistem|kode, |kode atau sistem|"
        )
    if len(parts) == 1:
        return {field.path: {"$elemMatch": {"$gte": f"{parts[0]}\0", "$lt": f"{parts[0]}\x01"}}}
    system, code = parts
    return {field.path: f"{code}\0{system}"}
