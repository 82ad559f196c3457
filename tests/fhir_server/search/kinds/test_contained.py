"""What is kept of contained resources. https://hl7.org/fhir/R4/references.html#contained"""

from __future__ import annotations

from typing import Any

from fhir_server.search.fields import CONTAINED
from fhir_server.search.kinds.contained import matching
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import filter_of, stored

MEDICATION: dict[str, Any] = {"resourceType": "Medication", "id": "obat", "code": {"coding": [{"code": "77"}]}}
DOCTOR: dict[str, Any] = {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "Contoh"}]}
REQUEST: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "contained": [MEDICATION, DOCTOR, {"resourceType": "Patient", "id": "p"}, {"resourceType": "Medication"}],
    "medicationReference": {"reference": "#obat"},
    "requester": {"reference": "#dr"},
    "performer": {"reference": "#dr"},
    "subject": {"reference": "#p"},
}


def test_each_has_what_a_document_of_its_own_has_and_what_refers_to_it() -> None:
    document = stored(REQUEST)
    inside = document["search"]["contained"]
    assert [(one["type"], one["_id"], sorted(one["by"])) for one in inside] == [
        ("Medication", "obat", ["medication"]),
        ("Practitioner", "dr", ["intended-performer", "requester"]),
        ("Patient", "p", ["patient", "subject"]),
    ]
    for one, alone in zip(inside, (MEDICATION, DOCTOR), strict=False):
        assert (one["index"], one.get("search", {})) == (stored(alone)["index"], stored(alone)["search"])
    assert "medication" not in document["index"] or document["index"]["medication"] == []


def test_what_contains_nothing_has_nothing_of_it() -> None:
    for resource in (DOCTOR, {**REQUEST, "contained": []}, {**REQUEST, "contained": [{"id": "x"}, "x"]}):
        assert "contained" not in stored(resource)["search"]


def test_all_conditions_must_hold_for_one_of_them() -> None:
    document = stored({**REQUEST, "contained": [MEDICATION, {**MEDICATION, "id": "lain", "code": {"text": "sirup"}}]})

    def holds(*parameters: tuple[str, str], by: str | None = None) -> bool:
        return matches(matching("Medication", filter_of("Medication", *parameters), by=by), document)

    assert holds(("code", "77"))
    assert holds(("code", "77"), ("_id", "obat"))
    assert not holds(("code", "77"), ("_id", "lain"))
    assert holds(("code:text", "sirup"))
    assert not holds(("code:text", "sirup"), by="medication")
    assert matching("Medication", {}) == {CONTAINED: {"$elemMatch": {"type": "Medication"}}}
