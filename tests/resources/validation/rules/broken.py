"""Values that break one invariant each: (key, type, value)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
CODE = "http://terminology.hl7.org/CodeSystem/"
UCUM = "http://unitsofmeasure.org"


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
    ("sqty-1", "Quantity", {"value": 1, "comparator": "<"}),
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
    ("tst-1", "TestScript.setup.action", {"id": "a"}),
    ("tst-2", "TestScript.test.action", {"id": "a"}),
    ("tst-3", "TestScript.variable", {"expression": "a", "headerField": "b", "path": "c"}),
    ("tst-4", "TestScript.metadata", {"capability": [{"description": "a"}]}),
    ("tst-5", "TestScript.setup.action.assert", {"path": "a", "resource": "Patient"}),
    ("tst-6", "TestScript.setup.action.assert", {"path": "a", "resource": "Patient"}),
    ("tst-7", "TestScript.setup.action.operation", {"type": {"code": "read"}}),
    ("tst-8", "TestScript.setup.action.operation", {"type": {"code": "read"}, "url": "a", "params": "b"}),
    ("tst-9", "TestScript.setup.action.operation", {"type": {"code": "read"}}),
    ("tst-10", "TestScript.setup.action.assert", {"compareToSourceId": "a"}),
    ("tst-11", "TestScript.setup.action.assert", {"compareToSourcePath": "a"}),
    ("tst-12", "TestScript.setup.action.assert", {"direction": "request", "response": "okay"}),
    ("tst-13", "TestScript.setup.action.assert", {"direction": "request", "responseCode": "200"}),
    ("opd-1", "OperationDefinition.parameter", {"name": "a"}),
    ("opd-2", "OperationDefinition.parameter", {"type": "code", "searchType": "string"}),
    ("opd-3", "OperationDefinition.parameter", {"type": "code", "targetProfile": ["http://example.org"]}),
    ("smp-1", "StructureMap.group.rule.target", {"element": "a"}),
    ("smp-2", "StructureMap.group.rule.target", {"context": "a"}),
    (
        "cpb-7",
        "CapabilityStatement",
        {"resourceType": "CapabilityStatement", "document": [{"mode": "producer", "profile": "a"}] * 2},
    ),
    ("cpb-9", "CapabilityStatement.rest", {"resource": [{"type": "Patient"}] * 2}),
    ("cpb-12", "CapabilityStatement.rest.resource", {"searchParam": [{"name": "a"}] * 2}),
    ("nsd-1", "NamingSystem", {"resourceType": "NamingSystem", "kind": "root", "uniqueId": [{"type": "uuid"}]}),
    ("nsd-2", "NamingSystem", {"resourceType": "NamingSystem", "uniqueId": [{"type": "uri", "preferred": True}] * 2}),
    ("ig-1", "ImplementationGuide.definition", {"grouping": [{"id": "a"}], "resource": [{"groupingId": "b"}]}),
    (
        "ig-2",
        "ImplementationGuide",
        {
            "resourceType": "ImplementationGuide",
            "fhirVersion": ["4.0.1"],
            "definition": {"resource": [{"fhirVersion": ["3.0.0"]}]},
        },
    ),
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
