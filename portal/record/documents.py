"""The documents of a patient: those that the hospital has issued, and those that can be drawn of the record now.

https://hl7.org/fhir/R4/documentreference.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from exports import composition, saying
from exports.catalogue import KINDS
from exports.chart import Chart, name_of, when
from exports.issued_document import IssuedDocument
from exports.issued_document import read as read_document
from exports.units import Language
from fhir_server.messages import Parameters, Resource
from portal.paging import Page
from portal.record import timeline
from portal.record.reading import listed
from portal.record.results import is_image
from portal.record.showing import shown
from portal.visit import Visit
from resources.issues import Text
from resources.systems import VERIFICATION

ISSUED: Parameters = (
    ("identifier", f"{VERIFICATION}|"),
    ("status", "current"),
    ("_sort", "-date"),
    ("_count", "20"),
)
VISITS: Parameters = (
    ("status", "in-progress,onleave,finished"),
    ("_sort", "-date"),
    ("_count", "10"),
    ("_revinclude", "MedicationRequest:encounter"),
    ("_revinclude", "DiagnosticReport:encounter"),
)
ALWAYS = ("ringkasan-pasien", "kartu-berobat", "riwayat-akses")
"""Of every patient."""

WAITS = Text("Not signed yet", "Belum ditandatangani")
VISIT = Text("Visit", "Kunjungan")


@dataclass(frozen=True, slots=True)
class Paper:
    """`address`: of its PDF; `about`: what it tells of; `remark`: what is to be known of it, or nothing."""

    address: str
    name: str
    about: str = ""
    day: date | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class OfVisit:
    """The documents of one visit."""

    title: str
    day: date | None
    papers: list[Paper]


async def show(visit: Visit) -> Response:
    cursor, told = visit.query("page"), visit.language
    async with visit.reading("$documents") as record:
        given_out, visits = await asyncio.gather(
            listed(record, visit.patient, "DocumentReference", ISSUED),
            listed(record, visit.patient, "Encounter", VISITS, cursor=cursor),
        )
    return shown(
        visit,
        "documents.html",
        always=[drawn(code, visit.patient, told) for code in ALWAYS],
        issued=[paper for one in given_out.resources for paper in issued(one, given_out.chart, told)],
        visits=[_of_visit(one, visits.chart, told) for one in visits.resources],
        older=visits.older,
        is_first=not cursor,
    )


def _of_visit(encounter: Resource, chart: Chart, language: Language) -> OfVisit:
    title = timeline.place(encounter) or timeline.kind(encounter, language)
    day = chart.day(encounter.get("period", {}).get("start"))
    return OfVisit(title, day, of_visit(encounter, chart, language))


def of_visit(encounter: Resource, chart: Chart, language: Language) -> list[Paper]:
    """What was issued of it, then what can be drawn. `chart`: with its reports, prescriptions and issued documents."""
    here = f"Encounter/{encounter['id']}"
    given_out = [paper for one in chart.of("DocumentReference") for paper in issued(one, chart, language)]
    return [*given_out, *_drawn_of(encounter, here, chart, language)]


def _drawn_of(encounter: Resource, here: str, chart: Chart, language: Language) -> Iterator[Paper]:
    if encounter.get("status") == "finished":
        code = "ringkasan-pulang" if composition.is_stay(encounter) else "resume-medis"
        yield drawn(code, encounter["id"], language)
    if any(_is_of(one, here, chart) for one in composition.current(chart, "MedicationRequest")):
        yield drawn("resep", encounter["id"], language)
    for one in composition.current(chart, "DiagnosticReport"):
        if _is_of(one, here, chart) and not is_image(one):
            about, day = saying.concept(one.get("code"), language), chart.day(when(one))
            yield drawn("hasil-laboratorium", one["id"], language, about=about, day=day)


def _is_of(resource: Resource, encounter: str, chart: Chart) -> bool:
    return name_of(resource.get("encounter"), chart.base) == encounter


def drawn(code: str, id: str, language: Language, *, about: str = "", day: date | None = None) -> Paper:
    """A document of the catalogue; in the person's language where there is one."""
    kind = KINDS[code]
    query = f"?language={language}" if language in kind.languages and len(kind.languages) > 1 else ""
    return Paper(f"/portal/documents/{code}/{id}.pdf{query}", kind.title.in_language(language), about, day)


def issued(reference: Resource, chart: Chart, language: Language) -> Iterator[Paper]:
    """One that the hospital has issued and that holds; nothing of what was revoked, or is no document of ours."""
    document = read_document(reference)
    if document is None or document.standing != "current":
        return
    name = KINDS[document.kind].title.in_language(language) if document.kind in KINDS else document.kind
    yield Paper(
        f"/portal/documents/issued/{reference['id']}.pdf",
        name,
        document.number,
        document.at.astimezone(chart.zone).date(),
        _remark(document, language),
    )


def _remark(document: IssuedDocument, language: Language) -> str:
    return "" if document.state in ("issued", "signed") else WAITS.in_language(language)


PAGES = (Page("record/documents", "patient", show),)
