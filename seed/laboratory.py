"""From request to report: ServiceRequest, Specimen, Observation, DiagnosticReport, for tests and images."""

from __future__ import annotations

from decimal import Decimal

from fhir_server.messages import Resource
from resources.systems import SNOMED, UCUM
from seed.assays import ASSAYS, NEGATIVE, PANELS, POSITIVE, SECTIONS, SPECIMENS, STUDIES, Assay
from seed.chart import Chart, Visit, add, note
from seed.elements import Element, Number, concept, hl7, identifier, instant, local_id, reference

Result = Number | str | Element
"""A quantity, a sentence, or a coded answer."""


_LABORATORY = [hl7("observation-category", "laboratory", "Laboratory")]
_IMAGING = [hl7("observation-category", "imaging", "Imaging")]
_LAB_REQUEST = [concept(SNOMED, "108252007", "Laboratory procedure")]
_IMAGE_REQUEST = [concept(SNOMED, "363679005", "Imaging")]
_INTERPRETATIONS = {
    code: [hl7("v3-ObservationInterpretation", code, display)]
    for code, display in (("L", "Low"), ("N", "Normal"), ("H", "High"), ("POS", "Positive"), ("NEG", "Negative"))
}
_HOSPITAL: Element = {"reference": "Organization/org-rsud"}


def laboratory(chart: Chart, visit: Visit, panel: str, **results: Result) -> None:
    """One request with all that follows from it. Quantities that are not given come out normal."""
    wanted = PANELS[panel]
    analyst, pathologist = chart.hospital.staff["laboratory"]
    request = _request(chart, visit, (wanted.code, _LAB_REQUEST), [analyst.reference, _HOSPITAL])
    taken = instant(visit.later(8))
    number = f"SP-{chart.person.mrn}-{chart.counts.get('spesimen', 0) + 1:03d}"
    specimen = add(
        chart,
        "Specimen",
        "spesimen",
        identifier=[{**identifier(local_id("specimen"), number), "assigner": _HOSPITAL}],
        status="available",
        type=SPECIMENS[wanted.specimen],
        subject=chart.subject,
        receivedTime=instant(visit.later(6)),
        request=[reference(request)],
        collection={"collector": analyst.reference, "collectedDateTime": taken},
    )
    visit.later(35)
    context = {
        "encounter": reference(visit.encounter),
        "performer": [pathologist.reference, _HOSPITAL],
        "specimen": reference(specimen),
        "basedOn": [reference(request)],
    }
    observations = [_result(chart, visit, test, (taken, results.get(test)), context=context) for test in wanted.tests]
    report = _report(chart, visit, (wanted.code, wanted.section, taken), request, observations=observations)
    report["specimen"] = [context["specimen"]]


def image(chart: Chart, visit: Visit, study: str, finding: str, *, conclusion: str) -> None:
    """A radiological request, what was seen, and the report."""
    code, modality = STUDIES[study]
    radiologist = chart.hospital.staff["radiology"][0]
    request = _request(chart, visit, (code, _IMAGE_REQUEST), [radiologist.reference])
    request["identifier"].append(
        {
            "use": "usual",
            "type": hl7("v2-0203", "ACSN", "Accession ID"),
            "system": local_id("acsn"),
            "value": f"ACSN{chart.person.mrn}{chart.counts['permintaan']:04d}",
        }
    )
    request["orderDetail"] = [concept("http://dicom.nema.org/resources/ontology/DCM", modality)]
    taken = instant(visit.later(20))
    visit.later(25)
    observation = add(
        chart,
        "Observation",
        "amatan",
        basedOn=[reference(request)],
        status="final",
        category=_IMAGING,
        code=code,
        subject=chart.subject,
        encounter=reference(visit.encounter),
        effectiveDateTime=taken,
        issued=instant(visit.clock),
        performer=[radiologist.reference],
        valueString=finding,
    )
    _report(chart, visit, (code, "RAD", taken), request, observations=[observation])["conclusion"] = conclusion


def _request(chart: Chart, visit: Visit, what: tuple[Element, list[Element]], performer: list[Element]) -> Resource:
    code, category = what
    at = instant(visit.later(4))
    number = f"SR-{chart.person.mrn}-{chart.counts.get('permintaan', 0) + 1:03d}"
    return add(
        chart,
        "ServiceRequest",
        "permintaan",
        identifier=[identifier(local_id("servicerequest"), number)],
        status="completed",
        intent="original-order",
        category=category,
        priority="urgent" if visit.inpatient else "routine",
        code=code,
        subject=chart.subject,
        encounter=reference(visit.encounter),
        occurrenceDateTime=at,
        authoredOn=at,
        requester=visit.doctor.reference,
        performer=performer,
    )


def _result(chart: Chart, visit: Visit, key: str, found: tuple[str, Result | None], *, context: Resource) -> Resource:
    test = ASSAYS[key]
    taken, value = found
    content: Resource = {
        "basedOn": context["basedOn"],
        "status": "final",
        "category": _LABORATORY,
        "code": test.code,
        "subject": chart.subject,
        "encounter": context["encounter"],
        "effectiveDateTime": taken,
        "issued": instant(visit.clock),
        "performer": context["performer"],
        "specimen": context["specimen"],
    }
    if test.unit:
        content |= measured(test, value if isinstance(value, int | Decimal) else test.normal(chart.rng))
    elif isinstance(value, str):
        content["valueString"] = value
    else:
        content["valueCodeableConcept"] = answer = value if isinstance(value, dict) else NEGATIVE
        if answer is POSITIVE or answer is NEGATIVE:
            content["interpretation"] = _INTERPRETATIONS["POS" if answer is POSITIVE else "NEG"]
    return add(chart, "Observation", "amatan", **content)


def measured(test: Assay, value: Number) -> Resource:
    """The value as the analyser prints it, with L, N or H and what is normal."""
    exact = Decimal(f"{value:.{test.places}f}")
    mark = "L" if test.low and exact < Decimal(test.low) else "H" if test.high and exact > Decimal(test.high) else "N"
    bounds = {
        side: {"value": Decimal(bound), "unit": test.unit, "system": UCUM, "code": test.unit}
        for side, bound in (("low", test.low), ("high", test.high))
        if bound
    }
    return {
        "valueQuantity": {"value": exact, "unit": test.unit, "system": UCUM, "code": test.unit},
        "interpretation": _INTERPRETATIONS[mark],
        "referenceRange": [bounds],
    }


def _report(
    chart: Chart, visit: Visit, what: tuple[Element, str, str], request: Resource, *, observations: list[Resource]
) -> Resource:
    code, section, taken = what
    kind = "rad" if section == "RAD" else "lab"
    number = f"{kind.upper()}-{chart.person.mrn}-{chart.counts.get('laporan', 0) + 1:03d}"
    report = add(
        chart,
        "DiagnosticReport",
        "laporan",
        identifier=[identifier(f"{local_id('diagnostic')}/{kind}", number)],
        basedOn=[reference(request)],
        status="final",
        category=SECTIONS[section],
        code=code,
        subject=chart.subject,
        encounter=reference(visit.encounter),
        effectiveDateTime=taken,
        issued=instant(visit.clock),
        performer=[*observations[0]["performer"]],
        result=[reference(observation) for observation in observations],
    )
    note(visit, "imaging" if kind == "rad" else "laboratory", report)
    return report
