"""Results of tests: the newest of each, in groups; and one test over time. https://hl7.org/fhir/R4/observation.html"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from auth.pages.forms import PageRefused
from exports import composition, saying
from exports.chart import Chart, name_of, when
from exports.units import Language
from fhir_server.messages import Parameters, Resource
from portal.paging import Page
from portal.record import measured, trends
from portal.record.reading import listed
from portal.record.showing import shown
from portal.visit import Visit
from resources.issues import Text

HOLDS = ("status:not", "entered-in-error,cancelled")
LABORATORY: Parameters = (
    ("category", "laboratory"),
    HOLDS,
    ("_sort", "-date"),
    ("_count", "100"),
    ("_include", "Observation:patient"),
)
IMAGES: Parameters = (
    ("category", "RAD,IMG"),
    HOLDS,
    ("_sort", "-date"),
    ("_count", "20"),
    ("_include", "DiagnosticReport:result"),
)
ONE_TEST = "40"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,63}")
NO_TEST = Text("There are no values of this test in the record.", "Tidak ada nilai pemeriksaan ini di rekam medis.")


@dataclass(frozen=True, slots=True)
class Image:
    """What a radiologist has reported: what was seen, and what that means. `visit`: the id of its Encounter."""

    name: str
    day: date | None
    findings: str
    conclusion: str
    visit: str


async def show(visit: Visit) -> Response:
    cursor, told = visit.query("page"), visit.language
    async with visit.reading("$results") as record:
        tests, reports = await asyncio.gather(
            listed(record, visit.patient, "Observation", LABORATORY, cursor=cursor),
            listed(record, visit.patient, "DiagnosticReport", IMAGES),
        )
    newest = measured.newest(measured.values(tests.resources, tests.chart, told))
    images = [image(one, reports.chart, told) for one in reports.resources] if not cursor else []
    return shown(
        visit,
        "results.html",
        groups=measured.grouped(newest, told),
        images=images,
        older=tests.older,
        is_first=not cursor,
    )


def image(report: Resource, chart: Chart, language: Language) -> Image:
    return Image(
        saying.concept(report.get("code"), language),
        chart.day(when(report)),
        " ".join(str(one["valueString"]) for one in chart.all(report.get("result", ())) if "valueString" in one),
        str(report.get("conclusion", "")),
        name_of(report.get("encounter"), chart.base).removeprefix("Encounter/"),
    )


def is_image(report: Resource) -> bool:
    return bool(composition.categories(report) & {"RAD", "IMG"})


async def show_one(visit: Visit) -> Response:
    code, cursor, told = visit.path("code"), visit.query("page"), visit.language
    if CODE.fullmatch(code) is None:
        raise PageRefused(404, NO_TEST)
    codes = measured.same_as(code)
    query = (
        ("combo-code", ",".join(codes)),
        HOLDS,
        ("_sort", "-date"),
        ("_count", ONE_TEST),
        ("_include", "Observation:patient"),
    )
    async with visit.reading("$results") as record:
        found = await listed(record, visit.patient, "Observation", query, cursor=cursor)
    values = [one for one in measured.values(found.resources, found.chart, told) if one.code in codes]
    if not values:
        raise PageRefused(404, NO_TEST)
    rows = measured.pressures(values, told)
    name = rows[0].name
    return shown(
        visit,
        "result.html",
        name=name,
        rows=rows,
        sentences=trends.sentences(values, told),
        plot=trends.picture(values, "plot", name, told),
        is_vital=measured.is_vital(code),
        older=found.older,
        is_first=not cursor,
    )


PAGES = (
    Page("record/results", "patient", show),
    Page("record/results/{code}", "patient", show_one),
)
