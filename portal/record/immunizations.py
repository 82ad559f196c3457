"""The vaccinations of a patient, newest first. https://hl7.org/fhir/R4/immunization.html"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from exports import saying
from exports.chart import Chart
from exports.units import Language
from fhir_server.messages import Resource
from portal.paging import Page
from portal.record.reading import listed
from portal.record.showing import shown
from portal.visit import Visit

QUERY = (("status", "completed"), ("_sort", "-date"), ("_count", "20"))


@dataclass(frozen=True, slots=True)
class Vaccination:
    """`dose`: its number in the series, or nothing; `lot`: of the vaccine."""

    name: str
    dose: str
    day: date | None
    place: str
    lot: str


async def show(visit: Visit) -> Response:
    cursor = visit.query("page")
    async with visit.reading("$immunizations") as record:
        found = await listed(record, visit.patient, "Immunization", QUERY, cursor=cursor)
    rows = [_told(one, found.chart, visit.language) for one in found.resources]
    return shown(visit, "immunizations.html", rows=rows, older=found.older, is_first=not cursor)


def _told(resource: Resource, chart: Chart, language: Language) -> Vaccination:
    doses = (
        row.get("doseNumberPositiveInt") or row.get("doseNumberString") for row in resource.get("protocolApplied", ())
    )
    return Vaccination(
        saying.concept(resource.get("vaccineCode"), language),
        str(next(filter(None, doses), "")),
        chart.day(resource.get("occurrenceDateTime")),
        str(resource.get("location", {}).get("display", "")),
        str(resource.get("lotNumber", "")),
    )


PAGES = (Page("record/immunizations", "patient", show),)
