"""When the care was that a resource tells of, for `start` and `end`. https://hl7.org/fhir/R4/patient-operation-everything.html"""

from __future__ import annotations

from collections.abc import Mapping

from fhir_server.search.conditions import Condition, Matching
from fhir_server.search.fields import fields
from fhir_server.search.kinds.date import Interval
from fhir_server.search.kinds.range import compare, place

CLINICAL_DATES: Mapping[str, str] = {
    **dict.fromkeys(
        "AdverseEvent AllergyIntolerance Appointment CarePlan CareTeam ClinicalImpression Composition Consent"
        " DiagnosticReport DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Flag Immunization"
        " ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport Observation Procedure"
        " ResearchSubject RiskAssessment SupplyRequest".split(),
        "date",
    ),
    **dict.fromkeys(
        "Basic Claim ClaimResponse CoverageEligibilityRequest CoverageEligibilityResponse DocumentManifest"
        " ExplanationOfBenefit Media".split(),
        "created",
    ),
    **dict.fromkeys(("CommunicationRequest", "QuestionnaireResponse", "RequestGroup", "ServiceRequest"), "authored"),
    **dict.fromkeys(("DeviceRequest", "Task"), "authored-on"),
    "Account": "period",
    "Bundle": "timestamp",
    "ChargeItem": "occurrence",
    "Communication": "sent",
    "Condition": "recorded-date",
    "Contract": "issued",
    "DetectedIssue": "identified",
    "Goal": "start-date",
    "ImagingStudy": "started",
    "MedicationAdministration": "effective-time",
    "MedicationDispense": "whenhandedover",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "effective",
    "NutritionOrder": "datetime",
    "Provenance": "recorded",
    "Specimen": "collected",
    "VisionPrescription": "datewritten",
}
"""Type -> the search parameter of its date; other types are of no time."""


def in_period(type: str, period: Interval) -> Condition | None:
    """Care that overlaps the period, and what has no date, so that it cannot be told to lie outside. None where nothing
    is asked of the type."""
    code = CLINICAL_DATES.get(type)
    if code is None:
        return None
    field = fields(type)[code]
    overlaps = place(compare("ap", *period), field)
    return Matching(field, {"$or": [overlaps, {field.path: {"$exists": False}}]}, f"overlaps {period}")
