"""What a visit has prescribed: how much of it, whether it is swallowed, what a racikan is mixed of. Pure.

https://hl7.org/fhir/R4/medicationrequest.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from exports import saying, units, wording
from exports.chart import Chart, name_of
from exports.composition import categories, current
from exports.documents.dosing import Element
from fhir_server.messages import Resource
from resources.systems import KFA, MEDICATION_TYPE

NOT_ORDERED = frozenset(("draft", "stopped", "unknown"))
INTERNAL_ROUTES = frozenset(("O", "SL", "oral", "26643006", "37839007", "54471007", "PO", "20053000", "20067000"))
EXTERNAL_FORMS = frozenset("CRM OINT OPDROP OTDROP INHL SUPP INJ INJSOL IVSOL".split())
"""Kept apart on paper: what is swallowed or melts in the mouth, and all else."""

MIXTURES = (
    (re.compile("serbuk|puyer|powder"), "pulv."),
    (re.compile("kapsul|capsule"), "caps."),
    (re.compile("krim|cream"), "crem."),
    (re.compile("salep|ointment"), "ungt."),
    (re.compile("sirup|larutan|suspensi|syrup|solution"), "sol."),
)


@dataclass(frozen=True, slots=True)
class Prescribed:
    """One item of a prescription. `medication`: what was read of it, none where only a name is known."""

    request: Resource
    medication: Resource | None
    name: str

    @property
    def dosages(self) -> list[Element]:
        return list(self.request.get("dosageInstruction", ()))


def prescribed(chart: Chart) -> list[Prescribed]:
    """What the visit has prescribed and not taken back, in the order in which it was written."""
    found = []
    for one in current(chart, "MedicationRequest"):
        is_here = name_of(one.get("encounter"), chart.base) == chart.focus
        if is_here and one.get("status") not in NOT_ORDERED and not one.get("doNotPerform"):
            medication = chart.get(one.get("medicationReference"), one)
            told = one.get("medicationCodeableConcept") or (medication or {}).get("code")
            shown = (one.get("medicationReference") or {}).get("display")
            name = saying.concept(told) if told else str(shown or wording.DASH)
            found.append(Prescribed(one, medication, " ".join(name.split())))
    return found


def amount(request: Resource) -> str:
    """No. XV (lima belas); of what is measured 60 mL."""
    quantity = request.get("dispenseRequest", {}).get("quantity")
    if not quantity or "value" not in quantity:
        return ""
    value, unit = Decimal(str(quantity["value"])), str(quantity.get("code") or quantity.get("unit") or "")
    is_counted = not unit or unit in units.WORDS or unit.startswith("{") or not quantity.get("code")
    if is_counted and value == value.to_integral_value() and 1 <= value <= 3999:
        return f"No. {wording.roman(int(value))} ({wording.in_words(int(value))})"
    return saying.quantity(quantity)


def is_external(one: Prescribed) -> bool:
    """Not to be swallowed: by its route, else by its form."""
    routes = {code for dosage in one.dosages for code in categories(dict(dosage), "route")}
    if routes:
        return not routes & INTERNAL_ROUTES
    quantities = [one.request.get("dispenseRequest", {}).get("quantity", {})]
    quantities += [row.get("doseQuantity", {}) for dosage in one.dosages for row in dosage.get("doseAndRate", ())]
    return any(quantity.get("code") in EXTERNAL_FORMS for quantity in quantities)


def compound(one: Prescribed, chart: Chart) -> list[str]:
    """The lines of a racikan: its ingredients, and how they are mixed; none of what is bought ready-made."""
    medication = one.medication or {}
    kind = _kind(medication)
    rows = medication.get("ingredient", ())
    is_mixed = kind in ("SD", "EP") if kind else len(rows) > 1 and not saying.code(medication.get("code"), KFA)
    if not is_mixed or not rows:
        return []
    form = saying.concept(medication.get("form")).casefold()
    into = next((latin for pattern, latin in MIXTURES if pattern.search(form)), "")
    each = "d.t.d." if kind == "SD" else ""
    mix = " ".join(part for part in ("m.f.", into, each, amount(one.request)) if part)
    return [*(_ingredient(row, chart, medication) for row in rows), mix]


def _kind(medication: Resource) -> str:
    """NC ready-made, SD each dose of this (d.t.d.), EP in equal parts."""
    for row in medication.get("extension", ()):
        if row.get("url") == MEDICATION_TYPE:
            return next((str(one.get("code")) for one in row.get("valueCodeableConcept", {}).get("coding", ())), "")
    return ""


def _ingredient(row: Element, chart: Chart, medication: Resource) -> str:
    found = chart.get(row.get("itemReference"), medication)
    name = saying.concept(row.get("itemCodeableConcept") or (found or {}).get("code"))
    strength = saying.quantity(row.get("strength", {}).get("numerator"))
    return " ".join(f"{name} {strength if strength != wording.DASH else ''}".split())
