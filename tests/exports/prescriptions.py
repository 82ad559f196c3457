"""Prescriptions of a kind that the demo has none of: a racikan, a syrup, what is not swallowed."""

from __future__ import annotations

from typing import Any

from exports.chart import Chart
from fhir_server.messages import Resource
from resources.systems import MEDICATION_TYPE
from tests.exports import charts
from tests.exports.reception import STAMP

VISIT = "Encounter/kunjungan-000007-001"
DAILY = {"period": 1, "periodUnit": "d"}


def request(id: str, **content: Any) -> Resource:
    """Of a patient who is allergic to ibuprofen."""
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/pasien-000007"},
        "encounter": {"reference": VISIT},
        "authoredOn": "2024-02-14T03:00:00+00:00",
        "requester": {"reference": "Practitioner/nakes-003"},
        **content,
    }


def mixture(kind: str = "SD", form: str = "Serbuk Oral") -> Resource:
    parts = (("Paracetamol", 150, "mg"), ("Chlorphenamine Maleate", 1, "mg"), ("Ambroxol HCl", 7.5, "mg"))
    return {
        "resourceType": "Medication",
        "id": "racikan",
        "extension": [{"url": MEDICATION_TYPE, "valueCodeableConcept": {"coding": [{"code": kind}]}}],
        "code": {"text": "Puyer batuk pilek"},
        "form": {"text": form},
        "ingredient": [
            {"itemCodeableConcept": {"text": name}, "strength": {"numerator": {"value": value, "code": unit}}}
            for name, value, unit in parts
        ],
    }


POWDERS = request(
    "racikan",
    contained=[mixture()],
    medicationReference={"reference": "#racikan"},
    dispenseRequest={"quantity": {"value": 15, "code": "POWD"}, "numberOfRepeatsAllowed": 2},
    dosageInstruction=[
        {
            "timing": {"repeat": {"frequency": 3, **DAILY, "when": ["PC"]}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "code": "POWD"}}],
        }
    ],
)
SYRUP = request(
    "sirup",
    authoredOn="2024-02-14T03:01:00+00:00",
    medicationCodeableConcept={"text": "Amoxicillin sirup kering 125 mg/5 mL"},
    dispenseRequest={"quantity": {"value": 1, "code": "SUSP"}},
    dosageInstruction=[
        {
            "patientInstruction": "1 sendok takar (5 mL) 3 kali sehari, sesudah makan, dihabiskan",
            "timing": {"repeat": {"frequency": 3, **DAILY}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "code": "SUSP"}}],
            "route": {"coding": [{"code": "O"}]},
        }
    ],
)
CREAM = request(
    "krim",
    authoredOn="2024-02-14T03:02:00+00:00",
    medicationCodeableConcept={"text": "Hydrocortisone 2,5% Krim"},
    dispenseRequest={"quantity": {"value": 1, "code": "CRM"}},
    dosageInstruction=[{"text": "2 x sehari, oleskan tipis", "route": {"coding": [{"code": "ointment"}]}}],
)


def chart(*requests: Resource) -> Chart:
    """The visit with these prescriptions in place of its own."""
    kept = charts.chart(7, VISIT).resources
    others = {name: one for name, one in kept.items() if one.get("encounter") != {"reference": VISIT}}
    own = {name: one for name, one in kept.items() if one["resourceType"] in ("Encounter", "AllergyIntolerance")}
    written = {f"MedicationRequest/{one['id']}": {**one, "meta": STAMP} for one in requests}
    return Chart(VISIT, {**others, **own, **written})
