"""What a visit has prescribed: which of it, how much, by which way, and what a racikan is mixed of."""

from __future__ import annotations

from typing import Any

import pytest

from exports.documents import medicines
from exports.documents.medicines import Prescribed
from fhir_server.messages import Resource
from resources.systems import KFA
from tests.exports import prescriptions
from tests.exports.prescriptions import CREAM, POWDERS, SYRUP, mixture, request


@pytest.mark.parametrize(
    ("quantity", "amount"),
    [
        ({"value": 10, "code": "TAB"}, "No. X (sepuluh)"),
        ({"value": 90, "code": "CAP"}, "No. XC (sembilan puluh)"),
        ({"value": 1, "code": "SYRUP"}, "No. I (satu)"),
        ({"value": 15, "unit": "tablet"}, "No. XV (lima belas)"),
        ({"value": 60, "code": "mL", "unit": "mL"}, "60 mL"),
        ({"value": 2.5, "code": "TAB"}, "2,5 tablet"),
        ({"value": 4000, "code": "TAB"}, "4.000 tablet"),
        ({}, ""),
        (None, ""),
    ],
)
def test_amounts_are_told_in_roman_and_in_words(quantity: Resource | None, amount: str) -> None:
    assert medicines.amount({"dispenseRequest": {"quantity": quantity}}) == amount


@pytest.mark.parametrize(
    "content",
    [
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"status": "draft"},
        {"status": "stopped"},
        {"doNotPerform": True},
        {"encounter": {"reference": "Encounter/kunjungan-000007-002"}},
        {"encounter": None},
    ],
    ids=str,
)
def test_what_does_not_hold_or_belongs_to_another_visit_is_left_out(content: dict[str, Any]) -> None:
    chart = prescriptions.chart(SYRUP, {**CREAM, **content})
    assert [one.request["id"] for one in medicines.prescribed(chart)] == ["sirup"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"medicationCodeableConcept": {"text": "Salep  kulit"}}, "Salep kulit"),
        ({"medicationReference": {"reference": "Medication/obat-ctm"}}, "Chlorphenamine Maleate 4 mg Tablet"),
        ({"medicationReference": {"reference": "Medication/tidak-terbaca", "display": "Obat"}}, "Obat"),
        ({"medicationReference": {"reference": "Medication/tidak-terbaca"}}, "–"),
    ],
)
def test_a_medicine_has_the_name_that_is_known(content: dict[str, Any], name: str) -> None:
    (found,) = medicines.prescribed(prescriptions.chart(request("x", **content)))
    assert found.name == name


def _item(route: str = "", form: str = "") -> Prescribed:
    dosage = {"route": {"coding": [{"code": route}]}} if route else {}
    quantity = {"quantity": {"value": 1, "code": form}} if form else {}
    return Prescribed({"dosageInstruction": [dosage], "dispenseRequest": quantity}, None, "x")


@pytest.mark.parametrize(
    ("item", "external"),
    [
        (_item("O"), False),
        (_item("SL"), False),
        (_item("26643006"), False),
        (_item("ocular"), True),
        (_item("R"), True),
        (_item("P"), True),
        (_item("O", "CRM"), False),
        (_item(form="CRM"), True),
        (_item(form="OTDROP"), True),
        (_item(form="TAB"), False),
        (_item(), False),
    ],
)
def test_what_is_not_swallowed_is_external(item: Prescribed, external: bool) -> None:
    assert medicines.is_external(item) is external


PARTS = ["Paracetamol 150 mg", "Chlorphenamine Maleate 1 mg", "Ambroxol HCl 7,5 mg"]


@pytest.mark.parametrize(
    ("medication", "lines"),
    [
        (mixture("SD"), [*PARTS, "m.f. pulv. d.t.d. No. XV (lima belas)"]),
        (mixture("EP"), [*PARTS, "m.f. pulv. No. XV (lima belas)"]),
        (mixture("SD", "Kapsul"), [*PARTS, "m.f. caps. d.t.d. No. XV (lima belas)"]),
        (mixture("EP", "Krim"), [*PARTS, "m.f. crem. No. XV (lima belas)"]),
        (mixture("EP", "Lainnya"), [*PARTS, "m.f. No. XV (lima belas)"]),
        (mixture("NC"), []),
        ({**mixture(), "extension": []}, [*PARTS, "m.f. pulv. No. XV (lima belas)"]),
        ({**mixture(), "extension": [], "code": {"coding": [{"system": KFA, "code": "93001019"}]}}, []),
        ({**mixture(), "ingredient": []}, []),
    ],
)
def test_a_racikan_tells_what_it_is_mixed_of(medication: Resource, lines: list[str]) -> None:
    chart = prescriptions.chart({**POWDERS, "contained": [medication]})
    (found,) = medicines.prescribed(chart)
    assert medicines.compound(found, chart) == lines
