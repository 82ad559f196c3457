"""What stands beside every version, by which it is judged who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.site import Site

BASE = "http://test/fhir"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def test_categories_and_security_labels_are_kept_as_system_and_code() -> None:
    coded = [{"system": CATEGORY, "code": "laboratory"}, {"code": "tanpa-sistem"}, {"system": "http://x"}]
    found = Site(BASE).describe(
        {
            "resourceType": "Observation",
            "meta": {"security": [{"system": "http://y", "code": "R"}]},
            "category": [{"coding": coded}, {"text": "x"}],
        }
    )
    assert found.labels == {"category": [f"{CATEGORY}|laboratory"], "_security": ["http://y|R"]}


def test_what_has_none_has_no_labels() -> None:
    assert Site(BASE).describe({"resourceType": "Observation", "code": {"text": "x"}}).labels == {}


@pytest.mark.parametrize(("kind", "labels"), [("deny", {"consent": ["restricts"]}), ("permit", {})])
def test_a_consent_that_restricts_is_labelled(kind: str, labels: dict[str, list[str]]) -> None:
    rule = {"type": "permit", "provision": [{"type": kind}]}
    assert Site(BASE).describe({"resourceType": "Consent", "status": "active", "provision": rule}).labels == labels


@pytest.mark.parametrize(
    ("resource", "patients"),
    [
        ({"resourceType": "Task", "for": {"reference": "Patient/a"}}, ["a"]),
        ({"resourceType": "Task", "for": {"reference": f"{BASE}/Patient/a/_history/2"}}, ["a"]),
        ({"resourceType": "Task", "for": {"reference": "Organization/a"}}, None),
        ({"resourceType": "Device", "patient": {"reference": "Patient/a"}}, ["a"]),
        ({"resourceType": "Binary", "securityContext": {"reference": f"{BASE}/Patient/a"}}, ["a"]),
        ({"resourceType": "Binary", "securityContext": {"reference": "http://lain.example/fhir/Patient/a"}}, None),
        ({"resourceType": "Binary"}, None),
    ],
)
def test_whose_types_outside_of_the_compartment_are(resource: dict[str, Any], patients: list[str] | None) -> None:
    assert Site(BASE).describe(resource).compartments.get("Patient") == patients
