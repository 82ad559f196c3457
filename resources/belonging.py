"""Whose record a resource is part of. https://hl7.org/fhir/R4/compartmentdefinition-patient.html"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from resources.definitions.search import compartments, parameters

SHARED = frozenset(
    "ActivityDefinition CapabilityStatement ChargeItemDefinition CodeSystem CompartmentDefinition ConceptMap"
    " Endpoint HealthcareService ImplementationGuide InsurancePlan Library Location Measure Medication"
    " MedicationKnowledge MessageDefinition NamingSystem ObservationDefinition OperationDefinition Organization"
    " OrganizationAffiliation PlanDefinition Practitioner PractitionerRole Questionnaire Schedule SearchParameter Slot"
    " SpecimenDefinition StructureDefinition StructureMap Substance TerminologyCapabilities ValueSet".split()
)
"""Types that tell nothing about a patient, unless one is named in them: an actor of a Schedule."""

BESIDE = ("patient", "subject")
"""The parameters that name the patient in types that the specification leaves outside of the compartment: Task."""


@cache
def is_of_patients(type: str) -> bool:
    """Whether a resource of the type can be part of a patient's record."""
    return type in compartments()["Patient"] or type in ("Patient", "Binary", "Bundle") or bool(beside(type))


@cache
def beside(type: str) -> tuple[str, ...]:
    """The search parameters that tell whose a resource is, of a type outside of the patient compartment."""
    if type in compartments()["Patient"] or type in SHARED:
        return ()
    known = parameters(type)
    return tuple(code for code in BESIDE if code in known and "Patient" in known[code].target)


def in_document(resource: Mapping[str, Any]) -> list[str]:
    """The names (fullUrl) of the Patients in a Bundle that is a document: it is part of their records."""
    entries = resource.get("entry") if resource.get("type") == "document" else None
    rows = [row for row in entries if isinstance(row, dict)] if isinstance(entries, list) else []
    patients = [row for row in rows if isinstance(row.get("resource"), dict) and _is_patient(row["resource"])]
    return [row["fullUrl"] for row in patients if isinstance(row.get("fullUrl"), str)]


def _is_patient(resource: Mapping[str, Any]) -> bool:
    return resource.get("resourceType") == "Patient"


def security_context(resource: Mapping[str, Any]) -> str | None:
    """The reference of a Binary to what it is as confidential as. https://hl7.org/fhir/R4/binary.html#security"""
    context = resource.get("securityContext")
    reference = context.get("reference") if isinstance(context, dict) else None
    return reference if isinstance(reference, str) else None
