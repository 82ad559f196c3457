"""What stands in the sections of a patient summary: plain lists of resources, whoever draws them.

International Patient Summary: https://hl7.org/fhir/uv/ips/STU1.1/StructureDefinition-Composition-uv-ips.html
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir_server.interactions.operations import gathering
from fhir_server.interactions.operations.gathering import PIECE, matching
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Record
from fhir_server.search.cursor import Moment
from fhir_server.search.kinds.date import EARLIEST, interval
from fhir_server.search.query import Query, parse
from fhir_server.search.results import Results
from fhir_server.store.documents import Document
from resources.issues import Text

MOST = 1_000
"""Resources of one section: the newest."""

FINAL = "final,amended,corrected"
CONFIRMED = ("verification-status:not", "refuted,entered-in-error")


@dataclass(frozen=True, slots=True)
class Section:
    """`code` and `display` of LOINC; `sources`: types, each with what narrows it down; `by_code`: of several resources
    of one code only the newest; `is_required`: it has an entry even where nothing is known."""

    code: str
    display: str
    title: Text
    sources: Mapping[str, Parameters]
    by_code: bool = False
    is_required: bool = False


MEDICATIONS = Section(
    "10160-0",
    "History of Medication use Narrative",
    Text("Medication summary", "Daftar obat"),
    {
        "MedicationRequest": (("status", "active,on-hold"),),
        "MedicationStatement": (("status", "active,intended,on-hold"),),
    },
    is_required=True,
)
ALLERGIES = Section(
    "48765-2",
    "Allergies and adverse reactions Document",
    Text("Allergies and intolerances", "Alergi dan intoleransi"),
    {"AllergyIntolerance": (("clinical-status:not", "inactive,resolved"), CONFIRMED)},
    is_required=True,
)
PROBLEMS = Section(
    "11450-4",
    "Problem list - Reported",
    Text("Problem list", "Daftar masalah"),
    {
        "Condition": (
            ("category", "problem-list-item,encounter-diagnosis"),
            ("clinical-status", "active,recurrence,relapse"),
            CONFIRMED,
        )
    },
    by_code=True,
    is_required=True,
)
IMMUNIZATIONS = Section(
    "11369-6",
    "History of Immunization Narrative",
    Text("Immunizations", "Imunisasi"),
    {"Immunization": (("status", "completed"),)},
)
PROCEDURES = Section(
    "47519-4",
    "History of Procedures Document",
    Text("History of procedures", "Riwayat tindakan"),
    {"Procedure": (("status", "completed,in-progress"),)},
)
RESULTS = Section(
    "30954-2",
    "Relevant diagnostic tests/laboratory data Narrative",
    Text("Last results", "Hasil pemeriksaan terakhir"),
    {
        "Observation": (("category", "laboratory,imaging"), ("status", FINAL)),
        "DiagnosticReport": (("result:missing", "true"), ("status", FINAL)),
    },
    by_code=True,
)
VITAL_SIGNS = Section(
    "8716-3",
    "Vital signs",
    Text("Last vital signs", "Tanda vital terakhir"),
    {"Observation": (("category", "vital-signs"), ("status", FINAL))},
    by_code=True,
)
SECTIONS = (MEDICATIONS, ALLERGIES, PROBLEMS, IMMUNIZATIONS, PROCEDURES, RESULTS, VITAL_SIGNS)

DATES = (
    *("effectiveDateTime", "effectivePeriod", "effectiveInstant", "occurrenceDateTime", "performedDateTime"),
    *("performedPeriod", "authoredOn", "onsetDateTime", "recordedDate", "dateAsserted", "issued"),
)
"""Elements that tell when, the better ones first."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the caller may see for a section, the newest first; `withheld`: there may be more of types that are not the
    caller's; `cut`: there is more than MOST."""

    section: Section
    documents: Sequence[Document]
    withheld: bool = False
    cut: bool = False

    @property
    def resources(self) -> list[Resource]:
        return [document["resource"] for document in self.documents]


async def gathered(record: Record, patient: str, at: Moment | None) -> list[Gathered]:
    """The sections of this patient (an id), as they were at a moment."""
    stored = await record.types()
    found = []
    for section in SECTIONS:
        queries = [_query(record, type, patient, more) for type, more in section.sources.items() if type in stored]
        rows = gathering.rows(record, queries, at, None)
        documents, cut = await _newest(gathering.documents(record, rows, at), record, by_code=section.by_code)
        withheld = any(not record.may_search(type) for type in section.sources)
        found.append(Gathered(section, documents, withheld, cut))
    return found


def _query(record: Record, type: str, patient: str, more: Parameters) -> Query:
    """Whose it is by its patient, not by another role in it."""
    criteria = parse(type, (("patient", f"Patient/{patient}"), *more), extra=record.site.extra).criteria
    belongs = matching(type, {"compartments.Patient": patient}, f"of Patient/{patient}")
    return Query(type, (belongs, *criteria), Results(count=PIECE))


async def _newest(documents: AsyncIterator[Document], record: Record, *, by_code: bool) -> tuple[list[Document], bool]:
    """The newest first, and whether some were left out because they are too many."""

    def age(document: Document) -> tuple[datetime, str]:
        return moment(document["resource"], record), document["_id"]

    kept: dict[str, Document] = {}
    cut = False
    async for document in documents:
        name = (code(document["resource"]) if by_code else "") or "/".join(gathering.key(document))
        if name not in kept or age(kept[name]) < age(document):
            kept[name] = document
        if len(kept) > 2 * MOST:
            cut = True
            kept = {name: kept[name] for name in sorted(kept, key=lambda name: age(kept[name]))[-MOST:]}
    newest = sorted(kept.values(), key=age, reverse=True)
    return newest[:MOST], cut or len(newest) > MOST


def moment(resource: Resource, record: Record) -> datetime:
    """When it was; long ago where it does not say."""
    text = when(resource)
    found = interval(text, record.site.zone) if text else None
    return found[1] if found else EARLIEST


def when(resource: Resource) -> str:
    """The date as it is written, of a period the beginning; empty where there is none."""
    for name in DATES:
        value = resource.get(name)
        text = value.get("start") if isinstance(value, dict) else value
        if isinstance(text, str):
            return text
    return ""


def code(resource: Resource) -> str:
    """What it is about, the same for what is the same; empty where it cannot be told."""
    concept = resource.get("code", {})
    for coding in codings(concept):
        if "code" in coding:
            return f"{coding.get('system', '')}|{coding['code']}"
    return str(concept.get("text", "")).strip().casefold()


def codings(concept: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from concept.get("coding", ())
