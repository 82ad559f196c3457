"""$summary: an International Patient Summary of what the caller may see, the same for the same data.

https://hl7.org/fhir/uv/ips/STU1.1/OperationDefinition-summary.html
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from fhir_server.audit.events import Trail
from fhir_server.errors import BadRequest, MultipleMatches, NotFound, NotSupported
from fhir_server.interactions.operations import gathering, signing
from fhir_server.interactions.operations.document import bundled
from fhir_server.interactions.operations.parameters import as_query, named
from fhir_server.interactions.operations.summary_sections import (
    ALLERGIES,
    MEDICATIONS,
    PROBLEMS,
    Gathered,
    Section,
    gathered,
)
from fhir_server.interactions.operations.summary_text import Names, both, called, narrative
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from fhir_server.store.documents import Document, instant
from resources.issues import Text
from resources.systems import LOINC

IPS = "http://hl7.org/fhir/uv/ips/StructureDefinition/"
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
CLINICAL = "http://terminology.hl7.org/CodeSystem/{}-clinical"
ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TITLE = Text("Patient summary", "Ringkasan pasien")
TYPE = {"coding": [{"system": LOINC, "code": "60591-5", "display": "Patient summary Document"}]}

Entry = tuple[str, Resource]
"""Its name in the Bundle (fullUrl), and the resource."""


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a summary is made of."""

    base: str
    patient: Document
    sections: Sequence[Gathered]
    others: Sequence[Document]

    @property
    def url(self) -> str:
        return f"{self.base}/Patient/{self.patient['_id']}"

    @property
    def documents(self) -> list[Document]:
        """Each once, in the order of the sections."""
        found = [self.patient, *(one for section in self.sections for one in section.documents), *self.others]
        return list({gathering.key(one): one for one in found}.values())

    def id_of(self, what: str) -> UUID:
        """The id of something that is made for this summary, always the same."""
        return uuid5(NAMESPACE_URL, f"{self.url}/$summary#{what}")

    def made(self, what: str, resource: Resource) -> Entry:
        id = self.id_of(what)
        head = {"resourceType": resource["resourceType"], "id": str(id)}
        return f"urn:uuid:{id}", {**head, **resource}


async def summary(request: FhirRequest, record: Record, *, type: str, id: str = "") -> FhirResponse:
    """Parameters: `identifier` (system|value), where the address has no id; `profile`. Raises NotFound, Gone,
    Forbidden, InvalidParameter, MultipleMatches, NotSupported."""
    names = ("profile",) if id else ("profile", "identifier")
    sent = named(as_query(request), names, lenient=request.preference("handling") == "lenient")
    if sent.get("profile", "").partition("|")[0] not in ("", f"{IPS}Bundle-uv-ips"):
        raise NotSupported(Text("Only the IPS is made.", "Hanya ringkasan IPS yang dibuat."), expression="profile")
    silent = record.watched(Trail())
    id = id or await _identified(silent, sent.get("identifier", ""))
    await silent.read(type, id)
    chart = await charted(silent, id)
    for document in chart.documents:
        record.gives(gathering.key(document)[0], (document,))
    return FhirResponse(200, drawn_up(chart))


async def charted(record: Record, id: str) -> Chart:
    """Reads at one moment what the summary of a patient holds. Raises NotFound."""
    at = await record.moment()
    patients = [one async for one in gathering.named(record, [("Patient", id)], at)]
    if not patients:
        raise NotFound(Text(f"There is no Patient/{id}.", f"Tidak ada Patient/{id}."))
    sections = await gathered(record, id, at)
    own = [*patients, *(one for section in sections for one in section.documents)]
    beside = await gathering.beside(record, _each(own), frozenset(), at)
    others = [one async for one in gathering.named(record, beside, at)]
    return Chart(record.site.base, patients[0], sections, others)


def drawn_up(chart: Chart) -> Resource:
    """The Bundle: Composition, Patient, author, what stands in the sections, what that refers to."""
    at: datetime = max(document["updated"] for document in chart.documents)
    device = {"resourceType": "Device", "deviceName": [{"name": "rsud-fhir", "type": "user-friendly-name"}]}
    author = chart.made("Device", device)
    absent = {one.section.code: _absent(chart, one.section) for one in chart.sections if _says_nothing(one)}
    stored = [(_url(chart, one), one["resource"]) for one in chart.documents]
    composition = chart.made("Composition", _composition(chart, author, absent, at))
    entries = [composition, stored[0], author, *absent.values(), *stored[1:]]
    bundle = bundled(entries, at=at, id=chart.id_of(""))
    meta = {"profile": [f"{IPS}Bundle-uv-ips"], **bundle.get("meta", {})}
    bundle = {"resourceType": "Bundle", "meta": meta, **{name: bundle[name] for name in bundle if name != "meta"}}
    content = hashlib.sha256(signing.canonical(bundle)).hexdigest()
    return {**bundle, "identifier": {**bundle["identifier"], "value": f"urn:uuid:{chart.id_of(content)}"}}


def _composition(chart: Chart, author: Entry, absent: Mapping[str, Entry], at: datetime) -> Resource:
    names = {"/".join(gathering.key(one)): called(one["resource"], {}) for one in chart.others}
    keeper = chart.patient["resource"].get("managingOrganization", {}).get("reference", "")
    custodian = next((url for one in chart.others if (url := _url(chart, one)).endswith(f"/{keeper}")), None)
    return {
        "resourceType": "Composition",
        "meta": {"profile": [f"{IPS}Composition-uv-ips"]},
        "language": "id",
        "status": "final",
        "type": TYPE,
        "subject": {"reference": chart.url},
        "date": instant(at),
        "author": [{"reference": author[0], "display": "rsud-fhir"}],
        "title": both(TITLE),
        **({"custodian": {"reference": custodian}} if custodian else {}),
        "section": [_section(chart, one, absent.get(one.section.code), names) for one in chart.sections],
    }


def _section(chart: Chart, one: Gathered, absent: Entry | None, names: Names) -> Resource:
    entries = [_url(chart, document) for document in one.documents] or ([absent[0]] if absent else [])
    found: Resource = {
        "title": both(one.section.title),
        "code": {"coding": [{"system": LOINC, "code": one.section.code, "display": one.section.display}]},
        "text": narrative(one, names),
    }
    if entries:
        return {**found, "entry": [{"reference": url} for url in entries]}
    reason = ("withheld", "Information Withheld") if one.withheld else ("unavailable", "Unavailable")
    coding = {"system": EMPTY, "code": reason[0], "display": reason[1]}
    return {**found, "emptyReason": {"coding": [coding]}}


def _says_nothing(one: Gathered) -> bool:
    """Whether an entry must say that nothing is known: not where that would be said of what the caller may not see."""
    return one.section.is_required and not one.documents and not one.withheld


def _absent(chart: Chart, section: Section) -> Entry:
    """That nothing is known of this, which is not that there is nothing."""
    patient = {"reference": chart.url}
    unknown = {"extension": [{"url": ABSENT_REASON, "valueCode": "unknown"}]}
    statements: Mapping[str, Resource] = {
        MEDICATIONS.code: {
            "resourceType": "MedicationStatement",
            "status": "unknown",
            "medicationCodeableConcept": _none("no-medication-info", "No information about medications"),
            "subject": patient,
            "effectivePeriod": unknown,
        },
        ALLERGIES.code: {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": _active("allergyintolerance"),
            "code": _none("no-allergy-info", "No information about allergies"),
            "patient": patient,
        },
        PROBLEMS.code: {
            "resourceType": "Condition",
            "clinicalStatus": _active("condition"),
            "code": _none("no-problem-info", "No information about problems"),
            "subject": patient,
        },
    }
    return chart.made(section.code, statements[section.code])


def _none(code: str, display: str) -> Resource:
    return {"coding": [{"system": ABSENT, "code": code, "display": display}]}


def _active(kind: str) -> Resource:
    return {"coding": [{"system": CLINICAL.format(kind), "code": "active"}]}


def _url(chart: Chart, document: Document) -> str:
    return "/".join((chart.base, *gathering.key(document)))


async def _each(documents: Sequence[Document]) -> AsyncIterator[Document]:
    for document in documents:
        yield document


async def _identified(record: Record, identifier: str) -> str:
    """The id of the Patient with this identifier. Raises BadRequest, NotFound, MultipleMatches."""
    if not identifier:
        raise BadRequest(
            Text("Name the patient: Patient/id/$summary, or identifier=system|value.", "Sebutkan pasien: identifier=…"),
            expression="identifier",
        )
    found = (await record.search(parse("Patient", (("identifier", identifier), ("_count", "2"))))).documents
    if not found:
        raise NotFound(Text("There is no such patient.", "Tidak ada pasien dengan nomor itu."))
    if len(found) > 1:
        raise MultipleMatches(Text("Several patients have it.", "Beberapa pasien mempunyai nomor itu."))
    return str(found[0]["_id"])
