"""FHIR's data types as words on paper: names, addresses, codes, quantities, dosages. Pure; what is missing is a dash.

https://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exports import units
from exports.measurements import ANSWERS, TESTS, VITAL_SIGNS
from exports.units import Language
from exports.wording import DASH, decimal
from fhir_server.messages import Resource
from resources.extensions import values
from resources.systems import ADMINISTRATIVE_CODE, LOINC, MRN_PREFIX

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


def concept(value: Element | None, language: Language = "id") -> str:
    """The words of a CodeableConcept: its text, else the first display, else the first code. In English the display
    first, which is the code system's own."""
    if not value:
        return DASH
    codings = value.get("coding", ())
    shown = next(filter(None, (coding.get("display") for coding in codings)), None)
    codes = next(filter(None, (coding.get("code") for coding in codings)), None)
    text = value.get("text")
    return str((text or shown if language == "id" else shown or text) or codes or DASH)


def code(value: Element | None, system: str) -> str:
    """The code of a CodeableConcept in this system, or nothing."""
    codings = (value or {}).get("coding", ())
    return next((str(row["code"]) for row in codings if row.get("system") == system and "code" in row), "")


def with_code(value: Element | None, system: str, language: Language = "id") -> str:
    """Diabetes melitus tipe 2 (E11.9); the words alone where it has no code of this system."""
    found, words = code(value, system), concept(value, language)
    return words if not found or words == found else f"{words} ({found})"


def measurement(one: Element, language: Language = "id") -> str:
    """What was measured: a vital sign as the form calls it; else the laboratory's own words, else those that are usual
    for its LOINC code."""
    found, told = code(one.get("code"), LOINC), (one.get("code") or {}).get("text")
    if found in VITAL_SIGNS:
        return VITAL_SIGNS[found][language == "en"]
    if found in TESTS and (language == "en" or not told):
        return TESTS[found].name[language == "en"]
    return concept(one.get("code"), language)


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


def quantity(value: Element | None, language: Language = "id") -> str:
    """< 5,6 mmol/L"""
    if not value or "value" not in value:
        return DASH
    unit = units.printed(value, language)
    return f"{number(value, language)} {unit}".rstrip() if unit != "%" else f"{number(value, language)}%"


def number(value: Element, language: Language = "id") -> str:
    """< 5,6"""
    sign = f"{value['comparator']} " if "comparator" in value else ""
    return f"{sign}{decimal(value['value'], language)}"


def observed(observation: Element, language: Language = "id") -> str:
    """The value of an Observation or of one of its components."""
    for key, value in observation.items():
        if key == "valueQuantity":
            return quantity(value, language)
        if key == "valueCodeableConcept":
            return answer(value, language)
        if key == "valueBoolean":
            return {"id": ("Tidak", "Ya"), "en": ("No", "Yes")}[language][bool(value)]
        if key == "valueRange":
            return f"{quantity(value.get('low'), language)} – {quantity(value.get('high'), language)}"
        if key == "valueRatio":
            return f"{quantity(value.get('numerator'), language)} : {quantity(value.get('denominator'), language)}"
        if key in ("valueString", "valueInteger", "valueDateTime", "valueTime"):
            return str(value)
    reason = observation.get("dataAbsentReason")
    return concept(reason, language) if reason else DASH


def answer(value: Element, language: Language = "id") -> str:
    """A coded result: Positif."""
    known = ANSWERS.get(code(value, LOINC))
    return known[language == "en"] if known is not None else concept(value, language)


def address(resource: Resource | None) -> str:
    """In one line: street, of a home RT/RW, district to postal code."""
    rows = [row for row in (resource or {}).get("address", ()) if row.get("use") != "old"]
    if not rows:
        return DASH
    row = rows[0]
    if text := row.get("text"):
        return str(text)
    district = f"Kec. {row['district']}" if row.get("district") else ""
    last = " ".join(part for part in (row.get("state"), row.get("postalCode")) if part)
    parts = [*row.get("line", ()), _neighbourhood(row), district, row.get("city", ""), last]
    return ", ".join(part for part in parts if part) or DASH


def _neighbourhood(address: Element) -> str:
    """RT 019/RW 007, where SATUSEHAT's codes have them and the street has not."""
    codes = values(address, ADMINISTRATIVE_CODE)
    if address.get("use") == "work" or any("RT" in line for line in address.get("line", ())):
        return ""
    return "/".join(f"{name.upper()} {codes[name]}" for name in ("rt", "rw") if codes.get(name))


def telecom(resource: Resource | None, system: str) -> str:
    rows = (resource or {}).get("telecom", ())
    return next((str(row["value"]) for row in rows if row.get("system") == system and "value" in row), "")


def dosage(request: Resource, language: Language = "id") -> str:
    """How a medicine is to be taken, as it was prescribed; in English its numbers come before those words."""
    rows = [*request.get("dosageInstruction", ()), *request.get("dosage", ())]
    told = [" · ".join(part for part in _told(row, language) if part) for row in rows]
    return "; ".join(text for text in told if text) or DASH


def _told(row: Element, language: Language) -> tuple[str, str]:
    return _in_english(row) if language == "en" else "", _instruction(row)


def _instruction(row: Element) -> str:
    return str(row.get("patientInstruction") or row.get("text") or "")


def _in_english(row: Element) -> str:
    """2 tablets, 3 times a day; nothing for what is not counted in pieces or not taken every day."""
    repeat = row.get("timing", {}).get("repeat", {})
    doses: list[Element] = [one["doseQuantity"] for one in row.get("doseAndRate", ()) if "doseQuantity" in one]
    dose = doses[0] if doses else {}
    piece, times = units.PIECES.get(str(dose.get("code"))), repeat.get("frequency")
    if not piece or not times or (repeat.get("period"), repeat.get("periodUnit")) != (1, "d"):
        return ""
    pieces = f"{number(dose, 'en')} {piece}{'s' if dose.get('value') != 1 else ''}"
    return f"{pieces}, {'once' if times == 1 else f'{times} times'} a day"


def listed(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text and text != DASH)) or DASH
