"""FHIR's data types as words on paper: names, addresses, codes, quantities, dosages. Pure; what is missing is a dash.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exports.wording import DASH, decimal
from fhir_server.messages import Resource
from resources.systems import MRN_PREFIX

Element = Mapping[str, Any]


def name(resource: Resource | None) -> str:
    """Of a person, an organization, a place."""
    if resource is None:
        return DASH
    names = resource.get("name")
    if isinstance(names, str):
        return names
    rows: list[Element] = [row for row in names or () if row.get("use") != "old"]
    chosen = next((row for row in rows if row.get("use") == "official"), rows[0] if rows else {})
    if text := chosen.get("text"):
        return str(text)
    parts = [*chosen.get("prefix", ()), *chosen.get("given", ()), chosen.get("family", ""), *chosen.get("suffix", ())]
    return " ".join(part for part in parts if part) or DASH


def concept(value: Element | None) -> str:
    """The words of a CodeableConcept: its text, else the first display, else the first code."""
    if not value:
        return DASH
    codings = value.get("coding", ())
    shown = (coding.get("display") for coding in codings)
    codes = (coding.get("code") for coding in codings)
    return str(value.get("text") or next(filter(None, shown), None) or next(filter(None, codes), None) or DASH)


def code(value: Element | None, system: str) -> str:
    """The code of a CodeableConcept in this system, or nothing."""
    codings = (value or {}).get("coding", ())
    return next((str(row["code"]) for row in codings if row.get("system") == system and "code" in row), "")


def with_code(value: Element | None, system: str) -> str:
    """E11.9 Diabetes melitus tipe 2; the words alone where it has no code of this system."""
    found, words = code(value, system), concept(value)
    return words if not found or words == found else f"{found} {words}"


def identifier(resource: Resource | None, *prefixes: str) -> str:
    """The value of the first identifier of one of these systems; a prefix ends with /."""
    rows = [row for row in (resource or {}).get("identifier", ()) if isinstance(row, dict) and row.get("use") != "old"]
    for prefix in prefixes:
        for row in rows:
            system = str(row.get("system", ""))
            if "value" in row and (system.startswith(prefix) if prefix.endswith("/") else system == prefix):
                return str(row["value"])
    return ""


def record_number(patient: Resource) -> str:
    """Nomor rekam medis, as it is kept."""
    return identifier(patient, MRN_PREFIX)


def quantity(value: Element | None, language: str = "id") -> str:
    """< 5,6 mmol/L"""
    if not value or "value" not in value:
        return DASH
    sign = f"{value['comparator']} " if "comparator" in value else ""
    unit = value.get("unit") or value.get("code") or ""
    return f"{sign}{decimal(value['value'], language)} {unit}".strip()


def observed(observation: Element, language: str = "id") -> str:
    """The value of an Observation or of one of its components."""
    for key, value in observation.items():
        if key == "valueQuantity":
            return quantity(value, language)
        if key == "valueCodeableConcept":
            return concept(value)
        if key in ("valueString", "valueInteger", "valueDateTime", "valueTime"):
            return str(value)
        if key == "valueBoolean":
            return {"id": ("Tidak", "Ya"), "en": ("No", "Yes")}[language][bool(value)]
    reason = observation.get("dataAbsentReason")
    return concept(reason) if reason else DASH


def address(resource: Resource | None) -> str:
    """In one line: street, RT/RW as they are written, village to postal code."""
    rows = [row for row in (resource or {}).get("address", ()) if row.get("use") != "old"]
    if not rows:
        return DASH
    row = rows[0]
    if text := row.get("text"):
        return str(text)
    parts = [*row.get("line", ()), row.get("city", ""), row.get("state", ""), row.get("postalCode", "")]
    return ", ".join(part for part in parts if part) or DASH


def telecom(resource: Resource | None, system: str) -> str:
    rows = (resource or {}).get("telecom", ())
    return next((str(row["value"]) for row in rows if row.get("system") == system and "value" in row), "")


def dosage(request: Resource) -> str:
    """How a medicine is to be taken, as it was prescribed."""
    texts = [row.get("patientInstruction") or row.get("text") for row in request.get("dosageInstruction", ())]
    return "; ".join(text for text in texts if text) or DASH


def listed(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text and text != DASH)) or DASH
