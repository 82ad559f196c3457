"""Token search. https://hl7.org/fhir/R4/search.html#token

An entry is code, NUL, system; and NUL, system for `system|`, where the system does not follow from the code. Codes and
systems count exactly as they are written: upper and lower case differ (identifiers and UCUM need it).
"""

from __future__ import annotations

import re
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import split, unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds import string, words
from fhir_server.search.locality import Locality
from fhir_server.search.terminology import Codes, needed

MODIFIERS = frozenset({"not", "text", "in", "not-in", "above", "below", "of-type"})
LIMIT = 1024
OF_TYPE = ":of-type"


def modifiers(field: Field) -> frozenset[str]:
    """Those that mean something for the types of its values."""
    if field.layout == "scalar":
        return frozenset({"not"})
    return MODIFIERS if "Identifier" in field.types else MODIFIERS - {"of-type"}


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
            return [f"{_text(value)}\0{field.systems.get(value, '')}"]
    return entries(value, "")


def texts(type: str, value: Any) -> list[str]:
    """What `:text` searches, folded: display, text, and the text of an identifier's type."""
    match type:
        case "Identifier":
            found = [value.get("type", {}).get("text")]
        case "Coding":
            found = [value.get("display")]
        case "CodeableConcept":
            found = [value.get("text"), *(coding.get("display") for coding in value.get("coding", ()))]
        case _:
            found = []
    return [string.folded_text(text) for text in found if isinstance(text, str)]


def typed(value: Any) -> list[Entry]:
    """The entries of an identifier for `:of-type`: code and system of its type, and its value."""
    number = _text(value.get("value"))
    codings = value.get("type", {}).get("coding", ()) if number else ()
    return [_typed(_text(coding.get("system")), _text(coding.get("code")), number) for coding in codings]


def _typed(system: str, code: str, value: str) -> Entry:
    return f"{code}\0{system}\0{value}"


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    """The negative modifiers are matched as positive ones: who joins the alternatives negates."""
    match modifier:
        case "text":
            return _by_text(field, raw)
        case "of-type":
            return _of_type(field, raw)
        case "in" | "not-in" | "above" | "below":
            need = needed(field, modifier, raw)
            return _one_of(field, locality.known.codes[need])
    return _by_code(field, raw)


def _by_code(field: Field, raw: str) -> Filter:
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
    return {field.path: f"{code}\0{system}"} if code else _by_system(field, system)


def _by_system(field: Field, system: str) -> Filter:
    """A code that implies its system has no entry for the system alone."""
    implied = [f"{code}\0{one}" for code, one in field.systems.items() if one == system]
    return {field.path: {"$in": [f"\0{system}", *implied]}} if implied else {field.path: f"\0{system}"}


def _by_text(field: Field, raw: str) -> Filter:
    """A text that begins so. Texts are not indexed but for their words, which find the candidates."""
    key = string.folded(unescape(raw))
    beginning = words.beginning(key)
    if beginning is None:
        raise refusals.wrong_value(field.code, raw, "the beginning of a text", "awal sebuah teks")
    within = {"$elemMatch": {"$gte": key, "$lt": key + string.AFTER_ALL}}
    paths: list[Filter] = [{path: within} for path in field.texts]
    return {"$and": [beginning, paths[0] if len(paths) == 1 else {"$or": paths}]}


def _of_type(field: Field, raw: str) -> Filter:
    parts = [unescape(part)[:LIMIT] for part in split(raw, "|")]
    if len(parts) != 3 or not all(parts):
        form = "system|code|value"
        raise refusals.wrong_value(f"{field.code}:of-type", raw, form, "sistem|kode|nilai")
    return {f"{field.path}{OF_TYPE}": _typed(*parts)}


def _one_of(field: Field, codes: Codes) -> Filter:
    """One of these codes, of the codes of these systems, or of those that begin so within a system."""
    listed = [f"{code[:LIMIT]}\0{system[:LIMIT]}" for system, code in sorted(codes.pairs)]
    found: list[Filter] = [{field.path: {"$in": listed}}]
    found += [_by_system(field, system) for system in sorted(codes.systems)]
    for system, beginning in sorted(codes.beginnings):
        pattern = rf"^{re.escape(beginning)}[^\x00]*\x00{re.escape(system)}$"
        found.append({field.path: {"$regex": pattern}})
    return found[0] if len(found) == 1 else {"$or": found}
