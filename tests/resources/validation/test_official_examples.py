"""Every official R4 example is valid, but for mistakes of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.registry import validate

MISTAKES = {
    "ActivityDefinition-blood-tubes-supply": ("ActivityDefinition.text.div", "the narrative is empty (txt-2)"),
    "ActivityDefinition-heart-valve-replacement": ("ActivityDefinition.text.div", "the narrative is empty (txt-2)"),
    "EventDefinition-example": ("EventDefinition.text.div", "the narrative is empty (txt-2)"),
    "Questionnaire-zika-virus-exposure-assessment": ("Questionnaire.text.div", "the narrative is empty (txt-2)"),
    "Bundle-dataelements": ("Bundle", "the same fullUrl stands in several entries (bdl-7)"),
    "DeviceMetric-example": ("DeviceMetric.parent", "a DeviceDefinition where a Device is asked for"),
    "DeviceUseStatement-example": (
        "DeviceUseStatement.reasonReference[0]",
        "a Procedure, which is not among the targets",
    ),
    "MedicationRequest-medrx0301": (
        "MedicationRequest.dispenseRequest.performer",
        "a Practitioner for an Organization",
    ),
    "Observation-clinical-gender": ("Observation.performer[0]", "an Encounter performs"),
    "Questionnaire-qs1": ("Questionnaire.item[0].item[0].linkId", "items without linkId"),
    "ImplementationGuide-fhir": ("ImplementationGuide.name", "no name, no status, an id of more than 64 characters"),
    "ig-r4": ("ImplementationGuide.name", "no name, no status, an id of more than 64 characters"),
    "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject": (
        "SearchParameter.id",
        "an id of more than 64 characters",
    ),
    **{
        f"SearchParameter-{type.lower()}-extensions-{type}-{name}": (
            "SearchParameter.base",
            "no base, which is required",
        )
        for type in ("CodeSystem", "ValueSet")
        for name in ("author", "effective", "end", "keyword", "workflow")
    },
    **{
        f"StructureDefinition-{pattern}": ("StructureDefinition", "not abstract and without baseDefinition (sdf-4)")
        for pattern in ("Definition", "Event", "FiveWs", "Request")
    },
}


def test_official_examples_are_valid(official_examples: Mapping[str, dict[str, Any]]) -> None:
    found = {}
    for name, resource in official_examples.items():
        errors = [issue.expression for issue in validate(resource) if issue.severity == "error"]
        if errors:
            found[name] = errors
    assert set(found) == set(MISTAKES)
    assert {name: MISTAKES[name][0] for name in found if MISTAKES[name][0] not in found[name]} == {}
    assert len(official_examples) > 2800
