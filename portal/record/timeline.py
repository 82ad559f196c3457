"""The first page of a record: what there is, what to beware of, and the visits, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from exports import composition, saying
from exports.chart import Chart
from exports.documents.ringkasan_pasien import CLASSES
from exports.units import Language
from fhir_server.messages import Resource
from portal.paging import Page
from portal.record import allergies, diagnoses
from portal.record.diagnoses import Told
from portal.record.reading import listed
from portal.record.showing import shown
from portal.visit import Visit
from resources.issues import Text

A_PAGE = "20"
VISITS = (
    ("status:not", "entered-in-error"),
    ("_sort", "-date"),
    ("_count", A_PAGE),
    ("_revinclude", "Condition:encounter"),
)
ELSE = Text("Visit", "Kunjungan")
STATES: Mapping[str, tuple[Text, str]] = {
    "planned": (Text("Not begun", "Belum dimulai"), "info"),
    "arrived": (Text("Waiting", "Menunggu"), "info"),
    "triaged": (Text("Waiting", "Menunggu"), "info"),
    "in-progress": (Text("Going on", "Sedang berlangsung"), "good"),
    "onleave": (Text("On leave", "Cuti perawatan"), "info"),
    "cancelled": (Text("Cancelled", "Batal"), "watch"),
}
"""Of visits that are not simply over: words, and the class of the badge."""

WAYS = (
    ("/portal/record/results", Text("Test results", "Hasil pemeriksaan")),
    ("/portal/record/vital-signs", Text("Blood pressure, weight", "Tekanan darah, berat")),
    ("/portal/record/medicines", Text("Medicines", "Obat")),
    ("/portal/record/allergies", Text("Allergies", "Alergi")),
    ("/portal/record/immunizations", Text("Vaccinations", "Imunisasi")),
    ("/portal/record/coming", Text("Next visits", "Kontrol berikutnya")),
    ("/portal/record/documents", Text("Documents (PDF)", "Dokumen (PDF)")),
    ("/portal/share", Text("Show to another doctor", "Tunjukkan ke dokter lain")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A visit in the list. `state`: in words, with the class of its badge; none where it is over."""

    id: str
    day: date | None
    until: date | None
    kind: str
    place: str
    doctor: str
    diagnosis: Told | None
    state: tuple[str, str] | None


async def show(visit: Visit) -> Response:
    cursor = visit.query("page")
    async with visit.reading("$timeline") as record:
        visits, known = await asyncio.gather(
            listed(record, visit.patient, "Encounter", VISITS, cursor=cursor), allergies.known(record, visit)
        )
    lines = [line(one, visits.chart, visit.language) for one in visits.resources]
    return shown(
        visit, "timeline.html", lines=lines, older=visits.older, is_first=not cursor, allergies=known, ways=WAYS
    )


def line(encounter: Resource, chart: Chart, language: Language) -> Line:
    period = encounter.get("period", {})
    start, end = chart.day(period.get("start")), chart.day(period.get("end"))
    state = STATES.get(str(encounter.get("status")))
    found = diagnoses.of_visit(encounter, chart, language)
    return Line(
        encounter["id"],
        start,
        end if end != start else None,
        kind(encounter, language),
        place(encounter),
        doctor(encounter, chart),
        found[0] if found else None,
        (state[0].in_language(language), state[1]) if state else None,
    )


def kind(encounter: Resource, language: Language) -> str:
    """Rawat jalan"""
    return CLASSES.get(str(encounter.get("class", {}).get("code")), ELSE).in_language(language)


def place(encounter: Resource) -> str:
    """Poli Anak; else where the patient was last; or nothing."""
    if told := encounter.get("serviceType"):
        return saying.concept(told)
    rows = [str(row["location"].get("display", "")) for row in encounter.get("location", ())]
    return rows[-1] if rows else ""


def doctor(encounter: Resource, chart: Chart) -> str:
    reference = composition.attending(encounter)
    return person(reference, chart)


def person(reference: Mapping[str, object] | None, chart: Chart) -> str:
    """The name of whom a reference leads to, where it was read or told; or nothing."""
    found = chart.get(reference)
    return saying.name(found) if found is not None else str((reference or {}).get("display", ""))


PAGES = (Page("record", "patient", show),)
