"""The rules in Python say what fhirpathpy says of the official expressions, on examples, damaged and broken ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from resources.definitions.structure import UnknownType, definition, invariant
from resources.validation.invariants import CHECKED_ELSEWHERE, fhirpath_rule
from resources.validation.rules import RULES
from resources.validation.scope import Scope

Json = dict[str, Any]
PER_KEY = 50
CODE = "http://terminology.hl7.org/CodeSystem/"
UCUM = "http://unitsofmeasure.org"

DIFFERENT = {
    "per-1": "fhirpathpy has no hasValue()",
    "age-1": "fhirpathpy has no hasValue()",
    "cnt-3": "fhirpathpy has no hasValue()",
    "bdl-10": "fhirpathpy has no hasValue()",
    "ctm-1": "fhirpathpy has no resolve()",
    "dom-6": "the expression warns of contained resources too, which have no narrative of their own",
    "dom-3": "fhirpathpy's `as` refuses several values",
    "rng-2": "fhirpathpy cannot compare Quantities that are JSON objects",
    "que-7": "fhirpathpy: a FHIR boolean `is Boolean` is false",
    "con-3": "the expression warns of every category, its text speaks of problem lists",
    "tim-9": "fhirpathpy's `in` refuses several values, and when repeats",
    "que-13": "without repeats the expression is empty; the rule means that repeats is then false",
    "ppc-2": "the expression asks for the code system 'something': never true of a real Consent",
    "eld-11": "the expression counts truth values instead of asking whether one is true, so it always holds",
} | dict.fromkeys(
    [key for key in RULES if key.endswith("-0")],
    "fhirpathpy's matches() finds a part; the rule is about the whole name",
)


def occurrences(kind: str, value: Any, scope: Scope) -> Iterator[tuple[str, str, Any, Scope]]:
    """(key, type, value, scope) of every invariant that applies somewhere in the value."""
    try:
        table = definition(kind)
    except UnknownType:
        return
    for key in table.invariants:
        yield key, kind, value, scope
    for name, (element, type) in table.properties.items():
        items = value.get(name) if isinstance(value, dict) else None
        for item in items if isinstance(items, list) else [items]:
            if item is not None:
                inner = item["resourceType"] if type == "Resource" else type
                container = scope.root if name == "contained" else None
                inner_scope = Scope([], item, container) if type == "Resource" else scope
                yield from ((key, inner, item, inner_scope) for key in element.invariants)
                yield from occurrences(inner, item, inner_scope)


def damaged(kind: str, value: Any) -> Iterator[Any]:
    """The value; without one of its optional elements; with the last row of a list twice."""
    yield value
    if isinstance(value, dict):
        mandatory = {element.name for element in definition(kind).elements if element.min} | {"resourceType"}
        for name in [name for name in value if name not in mandatory][:10]:
            yield {key: item for key, item in value.items() if key != name}
            if isinstance(value[name], list):
                yield {**value, name: [*value[name], value[name][-1]]}


def collected(examples: Mapping[str, Json]) -> Mapping[str, list[tuple[str, Any, Scope]]]:
    by_key: dict[str, list[tuple[str, Any, Scope]]] = defaultdict(list)
    for resource in examples.values():
        if len(str(resource)) < 30_000:
            for key, kind, value, scope in occurrences(resource["resourceType"], resource, Scope([], resource)):
                if key in RULES and key not in DIFFERENT and len(by_key[key]) < PER_KEY:
                    by_key[key].append((kind, value, scope))
    return by_key


def test_python_and_fhirpath_agree_on_the_examples(official_examples: Mapping[str, Json]) -> None:
    differences: Counter[str] = Counter()
    compared = 0
    for key, found in collected(official_examples).items():
        for kind, value, scope in found:
            for variant in damaged(kind, value):
                at = Scope([], variant) if value is scope.resource else scope
                compared += 1
                differences[key] += RULES[key](variant, at) != fhirpath_rule(key, kind)(variant, at)
    assert +differences == Counter()
    assert compared > 15_000


def quantity(value: float, code: str = "kg", system: str = UCUM) -> Json:
    return {"value": value, "code": code, "system": system}


def status(system: str, code: str) -> Json:
    return {"coding": [{"system": CODE + system, "code": code}]}


def element(**more: Any) -> Json:
    return {"path": "A.b", **more}


def bundle(type: str, *entries: Json, **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": type, "entry": list(entries), **more}


PATIENT = {"resourceType": "Patient", "id": "a"}
MISTAKE = {"clinicalStatus": status("condition-clinical", "active")}
PARAMETER = {"name": "a", "valueString": "b", "part": [{"name": "c"}]}
EXTENSION = {"url": "http://example.org", "valueCode": "a", "extension": [{"url": "b", "valueCode": "c"}]}

BROKEN: list[tuple[str, str, Any]] = [
    ("ext-1", "Extension", EXTENSION),
    ("ext-1", "Extension", {"url": "http://example.org"}),
    ("per-1", "Period", {"start": "2026-02", "end": "2026-01-31"}),
    ("per-1", "Period", {"start": "2026-01-01T10:00:00+08:00", "end": "2026-01-01T01:59:59Z"}),
    ("att-1", "Attachment", {"data": "YQ=="}),
    ("cpt-2", "ContactPoint", {"value": "0541"}),
    ("qty-3", "Quantity", {"code": "kg"}),
    ("rng-2", "Range", {"low": quantity(3), "high": quantity(2)}),
    ("rat-1", "Ratio", {"numerator": quantity(1)}),
    ("rat-1", "Ratio", {"id": "a"}),
    ("age-1", "Age", quantity(0, "a")),
    ("age-1", "Age", {"value": 3}),
    ("cnt-3", "Count", quantity(2, "a")),
    ("dis-1", "Distance", quantity(2, "m", "http://example.org")),
    ("drt-1", "Duration", {"code": "min", "system": UCUM}),
    ("exp-1", "Expression", {"language": "text/cql"}),
    ("drq-1", "DataRequirement.codeFilter", {"path": "a", "searchParam": "b"}),
    ("drq-2", "DataRequirement.dateFilter", {"id": "a"}),
    ("tim-1", "Timing.repeat", {"duration": 1}),
    ("tim-2", "Timing.repeat", {"period": 1}),
    ("tim-4", "Timing.repeat", {"duration": -1}),
    ("tim-5", "Timing.repeat", {"period": -1}),
    ("tim-6", "Timing.repeat", {"periodMax": 1}),
    ("tim-7", "Timing.repeat", {"durationMax": 1}),
    ("tim-8", "Timing.repeat", {"countMax": 1}),
    ("tim-9", "Timing.repeat", {"offset": 1, "when": ["C"]}),
    ("tim-9", "Timing.repeat", {"offset": 1}),
    ("tim-10", "Timing.repeat", {"timeOfDay": ["10:00:00"], "when": ["ACM"]}),
    ("trd-1", "TriggerDefinition", {"type": "periodic", "data": [{"type": "A"}], "timingDate": "2026"}),
    ("trd-2", "TriggerDefinition", {"type": "named-event", "name": "a", "condition": {"expression": "true"}}),
    ("trd-3", "TriggerDefinition", {"type": "named-event"}),
    ("trd-3", "TriggerDefinition", {"type": "data-added"}),
    ("dom-2", "Patient", {**PATIENT, "contained": [{**PATIENT, "contained": [PATIENT]}]}),
    ("dom-3", "Patient", {**PATIENT, "contained": [{"resourceType": "Organization", "id": "b"}]}),
    ("dom-4", "Patient", {**PATIENT, "contained": [{**PATIENT, "meta": {"versionId": "1"}}]}),
    ("dom-5", "Patient", {**PATIENT, "contained": [{**PATIENT, "meta": {"security": [{"code": "R"}]}}]}),
    ("dom-6", "Patient", PATIENT),
    ("vsd-0", "ValueSet", {"resourceType": "ValueSet", "name": "two words"}),
    ("pat-1", "Patient.contact", {"gender": "male"}),
    ("org-1", "Organization", {"resourceType": "Organization", "active": True}),
    ("org-2", "Address", {"use": "home"}),
    ("org-3", "ContactPoint", {"use": "home"}),
    ("ipn-1", "InsurancePlan", {"resourceType": "InsurancePlan", "status": "active"}),
    ("app-1", "Appointment.participant", {"status": "accepted"}),
    ("app-2", "Appointment", {"resourceType": "Appointment", "status": "proposed", "start": "2026-01-01T00:00:00Z"}),
    ("app-3", "Appointment", {"resourceType": "Appointment", "status": "booked"}),
    ("app-4", "Appointment", {"resourceType": "Appointment", "status": "booked", "cancelationReason": {"text": "a"}}),
    ("apr-1", "AppointmentResponse", {"resourceType": "AppointmentResponse", "participantStatus": "accepted"}),
    ("grp-1", "Group", {"resourceType": "Group", "actual": False, "member": [{"entity": {"display": "a"}}]}),
    ("lnk-1", "Linkage", {"resourceType": "Linkage", "item": [{"type": "source"}]}),
    (
        "inv-1@Task",
        "Task",
        {"resourceType": "Task", "authoredOn": "2026-01-02T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z"},
    ),
    ("inv-1@TestReport", "TestReport.setup.action", {"id": "a"}),
    ("inv-2", "TestReport.test.action", {"id": "a"}),
    ("inv-1@Parameters", "Parameters.parameter", PARAMETER),
    ("inv-1@Parameters", "Parameters.parameter", {"name": "a"}),
    ("ppc-1", "Consent", {"resourceType": "Consent"}),
    ("sev-1", "AuditEvent.entity", {"name": "a", "query": "YQ=="}),
    ("ces-1", "CoverageEligibilityResponse.insurance.item", {"name": "a"}),
    ("ait-1", "AllergyIntolerance", {"resourceType": "AllergyIntolerance"}),
    (
        "ait-2",
        "AllergyIntolerance",
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": status("allergyintolerance-clinical", "active"),
            "verificationStatus": status("allergyintolerance-verification", "entered-in-error"),
        },
    ),
    ("con-1", "Condition.stage", {"type": {"text": "a"}}),
    ("con-2", "Condition.evidence", {"id": "a"}),
    (
        "con-3",
        "Condition",
        {"resourceType": "Condition", "category": [status("condition-category", "problem-list-item")]},
    ),
    ("con-4", "Condition", {"resourceType": "Condition", "abatementString": "gone", **MISTAKE}),
    (
        "con-5",
        "Condition",
        {
            "resourceType": "Condition",
            "verificationStatus": status("condition-ver-status", "entered-in-error"),
            **MISTAKE,
        },
    ),
    ("obs-3", "Observation.referenceRange", {"age": {"low": quantity(1)}}),
    (
        "obs-6",
        "Observation",
        {"resourceType": "Observation", "valueString": "a", "dataAbsentReason": {"text": "b"}},
    ),
    (
        "obs-7",
        "Observation",
        {
            "resourceType": "Observation",
            "code": {"coding": [{"system": "http://loinc.org", "code": "1"}]},
            "valueString": "a",
            "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "1"}]}}],
        },
    ),
    ("cmp-1", "Composition.section", {"title": "a"}),
    ("cmp-2", "Composition.section", {"emptyReason": {"text": "a"}, "entry": [{"display": "b"}]}),
    ("cpl-3", "CarePlan.activity", {"detail": {"status": "scheduled"}, "reference": {"display": "b"}}),
    (
        "fhs-1",
        "FamilyMemberHistory",
        {"resourceType": "FamilyMemberHistory", "ageString": "1", "bornString": "2"},
    ),
    ("fhs-2", "FamilyMemberHistory", {"resourceType": "FamilyMemberHistory", "estimatedAge": True}),
    ("gol-1", "Goal.target", {"detailString": "a"}),
    ("imm-1", "Immunization.education", {"publicationDate": "2026"}),
    ("imr-1", "ImmunizationRecommendation.recommendation", {"series": "a"}),
    (
        "lst-1",
        "List",
        {"resourceType": "List", "mode": "working", "emptyReason": {"text": "a"}, "entry": [{"id": "b"}]},
    ),
    ("lst-2", "List", {"resourceType": "List", "mode": "working", "entry": [{"deleted": True}]}),
    ("lst-3", "List", {"resourceType": "List", "mode": "changes", "entry": [{"date": "2026"}]}),
    ("mad-1", "MedicationAdministration.dosage", {"text": "a"}),
    (
        "mdd-1",
        "MedicationDispense",
        {
            "resourceType": "MedicationDispense",
            "whenPrepared": "2026-01-02T00:00:00Z",
            "whenHandedOver": "2026-01-01T00:00:00Z",
        },
    ),
    ("nor-1", "NutritionOrder", {"resourceType": "NutritionOrder"}),
    ("prr-1", "ServiceRequest", {"resourceType": "ServiceRequest", "orderDetail": [{"text": "a"}]}),
    ("ras-1", "Range", {"low": quantity(1)}),
    ("ras-2", "RiskAssessment.prediction", {"probabilityDecimal": 101}),
    ("rqg-1", "RequestGroup.action", {"title": "a"}),
    ("msq-3", "MolecularSequence", {"resourceType": "MolecularSequence", "coordinateSystem": 2}),
    ("msq-5", "MolecularSequence.referenceSeq", {"genomeBuild": "a"}),
    ("msq-6", "MolecularSequence.referenceSeq", {"genomeBuild": "a", "referenceSeqString": "b"}),
    ("bdl-1", "Bundle", bundle("batch", total=1)),
    ("bdl-2", "Bundle", bundle("collection", {"resource": PATIENT, "search": {"mode": "match"}})),
    ("bdl-3", "Bundle", bundle("transaction", {"resource": PATIENT})),
    ("bdl-4", "Bundle", bundle("batch-response", {"resource": PATIENT})),
    ("bdl-5", "Bundle.entry", {"fullUrl": "http://example.org/Patient/1"}),
    ("bdl-7", "Bundle", bundle("collection", *[{"fullUrl": "urn:uuid:1", "resource": PATIENT}] * 2)),
    ("bdl-8", "Bundle.entry", {"fullUrl": "http://example.org/Patient/1/_history/1", "resource": PATIENT}),
    ("bdl-9", "Bundle", bundle("document", identifier={"value": "a"})),
    ("bdl-10", "Bundle", bundle("document")),
    ("bdl-11", "Bundle", bundle("document", {"resource": PATIENT})),
    ("bdl-12", "Bundle", bundle("message", {"resource": PATIENT})),
    ("que-1", "Questionnaire.item", {"linkId": "1", "type": "group"}),
    ("que-1", "Questionnaire.item", {"linkId": "1", "type": "display", "item": [{"linkId": "2", "type": "string"}]}),
    ("que-2", "Questionnaire", {"resourceType": "Questionnaire", "item": [{"linkId": "1", "item": [{"linkId": "1"}]}]}),
    ("que-3", "Questionnaire.item", {"type": "display", "code": [{"code": "a"}]}),
    ("que-4", "Questionnaire.item", {"answerOption": [{"valueString": "a"}], "answerValueSet": "http://example.org"}),
    ("que-5", "Questionnaire.item", {"type": "boolean", "answerValueSet": "http://example.org"}),
    ("que-6", "Questionnaire.item", {"type": "display", "required": True}),
    ("que-7", "Questionnaire.item.enableWhen", {"operator": "exists", "answerString": "a"}),
    ("que-8", "Questionnaire.item", {"type": "group", "initial": [{"valueString": "a"}]}),
    ("que-9", "Questionnaire.item", {"type": "display", "readOnly": True}),
    ("que-10", "Questionnaire.item", {"type": "date", "maxLength": 1}),
    ("que-11", "Questionnaire.item", {"answerOption": [{"valueString": "a"}], "initial": [{"valueString": "a"}]}),
    ("que-12", "Questionnaire.item", {"enableWhen": [{"question": "a"}] * 3}),
    ("que-13", "Questionnaire.item", {"initial": [{"valueString": "a"}, {"valueString": "b"}]}),
    ("qrs-1", "QuestionnaireResponse.item", {"answer": [{"valueString": "a"}], "item": [{"linkId": "a"}]}),
    ("csd-1", "CodeSystem", {"resourceType": "CodeSystem", "concept": [{"code": "1", "concept": [{"code": "1"}]}]}),
    ("cmd-1", "ConceptMap.group.element.target", {"equivalence": "narrower"}),
    ("vsd-1", "ValueSet.compose.include", {"version": "1"}),
    ("vsd-2", "ValueSet.compose.include", {"concept": [{"code": "1"}], "valueSet": ["http://example.org"]}),
    ("vsd-3", "ValueSet.compose.include", {"concept": [{"code": "1"}], "filter": [{"value": "1"}]}),
    ("vsd-6", "ValueSet.expansion.contains", {"system": "http://example.org"}),
    ("vsd-9", "ValueSet.expansion.contains", {"display": "a", "abstract": False}),
    ("vsd-10", "ValueSet.expansion.contains", {"code": "a"}),
    ("eld-1", "ElementDefinition.slicing", {"rules": "open"}),
    ("eld-2", "ElementDefinition", element(min=2, max="1")),
    ("eld-3", "string", "-1"),
    ("eld-4", "ElementDefinition.type", {"code": "string", "aggregation": ["contained"]}),
    ("eld-5", "ElementDefinition", element(contentReference="#A", maxLength=1)),
    ("eld-6", "ElementDefinition", element(fixedString="a", type=[{"code": "string"}, {"code": "code"}])),
    ("eld-7", "ElementDefinition", element(patternString="a", type=[{"code": "string"}, {"code": "code"}])),
    ("eld-8", "ElementDefinition", element(patternString="a", fixedString="a")),
    ("eld-12", "ElementDefinition.binding", {"valueSet": "example"}),
    ("eld-13", "ElementDefinition", element(type=[{"code": "string"}, {"code": "string"}])),
    ("eld-14", "ElementDefinition", element(constraint=[{"key": "a"}, {"key": "a"}])),
    ("eld-15", "ElementDefinition", element(defaultValueString="a", meaningWhenMissing="b")),
    ("eld-16", "ElementDefinition", element(sliceName="a b")),
    ("eld-17", "ElementDefinition.type", {"code": "string", "targetProfile": ["http://example.org"]}),
    ("eld-18", "ElementDefinition", element(isModifier=True)),
    ("eld-19", "ElementDefinition", {"path": "..."}),
    ("eld-20", "ElementDefinition", {"path": "..."}),
    ("eld-21", "ElementDefinition.constraint", {"key": "a"}),
    ("eld-22", "ElementDefinition", element(sliceIsConstraining=True)),
]
PROFILE = {
    "resourceType": "StructureDefinition",
    "kind": "resource",
    "type": "A",
    "url": "http://hl7.org/fhir/StructureDefinition/A",
}
ROOT = {"id": "A", "path": "A"}


def profile(view: str, *elements: Json, **more: Any) -> Json:
    return {**PROFILE, view: {"element": list(elements)}, **more}


STRUCTURES: list[tuple[str, Json]] = [
    ("sdf-1", profile("snapshot", ROOT, ROOT, derivation="specialization")),
    ("sdf-4", profile("snapshot", ROOT, abstract=False)),
    ("sdf-5", {**profile("snapshot", ROOT, derivation="constraint"), "type": "Extension"}),
    ("sdf-6", PROFILE),
    ("sdf-9", profile("snapshot", {**ROOT, "label": "a"})),
    ("sdf-11", profile("snapshot", {"id": "B", "path": "B"})),
    ("sdf-14", profile("snapshot", {"path": "A"})),
    ("sdf-15", profile("snapshot", {**ROOT, "type": [{"code": "A"}]})),
    ("sdf-15a", profile("differential", {**ROOT, "type": [{"code": "A"}]})),
    ("sdf-16", profile("snapshot", ROOT, ROOT)),
    ("sdf-17", profile("differential", ROOT, ROOT)),
    ("sdf-18", profile("snapshot", ROOT, contextInvariant=["true"])),
    ("sdf-19", profile("differential", {"id": "A.b", "path": "A.b", "type": [{"code": "a b"}]})),
    ("sdf-21", profile("differential", {**ROOT, "defaultValueString": "a"}, derivation="constraint")),
    ("sdf-22", profile("snapshot", {**ROOT, "defaultValueString": "a"})),
    ("sdf-23", profile("snapshot", {**ROOT, "sliceName": "a"})),
]
PARTS: list[tuple[str, str, Json]] = [
    ("sdf-2", "StructureDefinition.mapping", {"identity": "a"}),
    ("sdf-3", "StructureDefinition.snapshot", {"element": [ROOT]}),
    ("sdf-8", "StructureDefinition.snapshot", {"element": [ROOT, {"path": "B.c"}]}),
    ("sdf-8a", "StructureDefinition.differential", {"element": [ROOT, {"path": "B.c"}]}),
    ("sdf-8b", "StructureDefinition.snapshot", {"element": [ROOT]}),
    ("sdf-10", "ElementDefinition", {"path": "A.b", "binding": {"strength": "required"}}),
    ("sdf-20", "StructureDefinition.differential", {"element": [{**ROOT, "slicing": {"rules": "open"}}]}),
]
ALL_BROKEN = [*BROKEN, *((key, "StructureDefinition", value) for key, value in STRUCTURES), *PARTS]


@pytest.mark.parametrize(
    ("key", "kind", "value"), ALL_BROKEN, ids=[f"{row[0]}-{n}" for n, row in enumerate(ALL_BROKEN)]
)
def test_broken_values_are_found_by_both(key: str, kind: str, value: Any) -> None:
    resource = (
        value if isinstance(value, dict) and "resourceType" in value else profile("snapshot", **{"differential": {}})
    )
    if key.startswith("sdf-8"):
        resource = {**PROFILE, "snapshot": value, "differential": value}
    assert RULES[key](value, Scope([], resource)) is False
    if key not in DIFFERENT:
        assert fhirpath_rule(key, kind)(value, Scope([], resource)) is False


def test_every_rule_is_broken_once() -> None:
    always_true = {"eld-11", "ppc-2", "ppc-3", "ppc-4", "ppc-5", "ctm-1"}
    named = {key for key in RULES if key.endswith("-0")}
    assert set(RULES) - {key for key, _, _ in ALL_BROKEN} - always_true - named == set()


def test_a_rule_belongs_to_an_invariant() -> None:
    for key in [*RULES, *CHECKED_ELSEWHERE]:
        assert invariant(key).key == key
