"""One visit: its steps and waiting times, what was found and done, the medicines, what follows, and its documents."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from auth.pages.forms import PageRefused
from bookings import ticket as tickets
from exports import composition, describing, saying
from exports.chart import Chart, name_of, references
from exports.gathering import REFERRED
from exports.units import Language
from fhir_server.errors import FhirError
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Reading, Record
from fhir_server.search.cursor import Moment
from fhir_server.search.query import parse
from portal.paging import Page
from portal.record import diagnoses, documents, measured, results, steps, timeline
from portal.record.measured import Measured
from portal.record.medicines import medicine
from portal.record.reading import chart_of, is_absent, own_name
from portal.record.showing import shown
from portal.visit import Visit
from resources.issues import Text

NO_VISIT = Text("There is no such visit in this record.", "Kunjungan ini tidak ada di rekam medis ini.")
READS: Mapping[str, tuple[str, str]] = {
    "Condition": ("encounter", "50"),
    "Observation": ("encounter", "150"),
    "DiagnosticReport": ("encounter", "50"),
    "Procedure": ("encounter", "50"),
    "MedicationRequest": ("encounter", "50"),
    "MedicationDispense": ("context", "50"),
    "ServiceRequest": ("encounter", "50"),
    "CarePlan": ("encounter", "20"),
    "Task": ("encounter", "20"),
    "DocumentReference": ("encounter", "20"),
}
"""Type -> the parameter that leads to its visit, and how many are read at most."""

OF_A_STAY: Mapping[str, Parameters] = {
    "Observation": (("_sort", "-date"),),
    "DiagnosticReport": (("_sort", "-date"),),
    "MedicationRequest": (("_sort", "-authoredon"),),
}
"""Of what there may be more than is read, the newest."""

CONTROLS = "20"
SETS = 3
"""So many sets of vital signs of one visit are shown, the newest."""


async def show(visit: Visit) -> Response:
    async with visit.reading("$visit") as record:
        encounter = await _encounter(record, visit.path("id"))
        chart = await _chart(record, encounter)
    return shown(visit, "visit.html", **_told(encounter, chart, visit.language))


async def _encounter(record: Record, id: str) -> Resource:
    """Raises PageRefused."""
    try:
        found: Resource = (await record.read("Encounter", id))["resource"]
    except FhirError as error:
        if not is_absent(error):
            raise
        raise PageRefused(404, NO_VISIT) from error
    if found.get("status") == "entered-in-error":
        raise PageRefused(404, NO_VISIT)
    return found


async def _chart(record: Record, encounter: Resource) -> Chart:
    """What belongs to the visit, at one moment, with what that refers to. Raises FhirError."""
    focus, moment = f"Encounter/{encounter['id']}", await record.moment()
    reads = [
        _some(record, type, ((parameter, focus), *OF_A_STAY.get(type, ()), ("_count", most)), moment)
        for type, (parameter, most) in READS.items()
    ]
    rows = await asyncio.gather(*reads, _some(record, "Appointment", _after(encounter), moment))
    resources = {own_name(one): one for found in ([encounter], *rows) for one in found}
    by_type: dict[str, list[str]] = {}
    for name in {name_of(one, record.site.base) for one in references(list(resources.values()))} - set(resources):
        type, _, id = name.partition("/")
        if type in REFERRED:
            by_type.setdefault(type, []).append(id)
    resources |= {own_name(one["resource"]): one["resource"] for one in await record.read_many(by_type, at=moment)}
    return chart_of(record, focus, resources)


async def _some(record: Record, type: str, query: Parameters, moment: Moment | None) -> list[Resource]:
    if not query or not record.may_search(type):
        return []
    asked = parse(type, query, extra=record.site.extra)
    found = await record.search(asked, Reading(at=moment))
    return [one["resource"] for one in found.documents[: asked.results.count]]


def _after(encounter: Resource) -> Parameters:
    """The bookings of days after it, among them those that were made in this visit."""
    period, patient = encounter.get("period", {}), name_of(encounter.get("subject"))
    since = str(period.get("end") or period.get("start") or "")[:10]
    return (("patient", patient), ("date", f"gt{since}"), ("_sort", "date"), ("_count", CONTROLS)) if since else ()


def _told(encounter: Resource, chart: Chart, language: Language) -> dict[str, Any]:
    """What the template shows."""
    reports = composition.current(chart, "DiagnosticReport")
    return {
        "line": timeline.line(encounter, chart, language),
        "complaints": diagnoses.complaints(encounter, chart),
        "diagnoses": diagnoses.of_visit(encounter, chart, language),
        "course": steps.course(encounter, _tickets(chart), composition.current(chart, "MedicationDispense")),
        "is_stay": composition.is_stay(encounter),
        "done": [saying.concept(one.get("code"), language) for one in composition.current(chart, "Procedure")],
        "vital": _vital_signs(chart, language),
        "tests": measured.grouped(measured.newest(_values(chart, "laboratory", language)), language),
        "images": [results.image(one, chart, language) for one in reports if results.is_image(one)],
        "medicines": [medicine(one, chart, language) for one in composition.current(chart, "MedicationRequest")],
        "follow_up": [describing.line(one, chart, language) for one in _follow_up(chart)],
        "papers": documents.of_visit(encounter, chart, language),
    }


def _tickets(chart: Chart) -> list[tickets.Ticket]:
    found = (tickets.read(one) for one in chart.of("Task"))
    return [one for one in found if one is not None]


def _vital_signs(chart: Chart, language: Language) -> list[list[Measured]]:
    found = measured.pressures(_values(chart, "vital-signs", language), language)
    return [measured.in_order(ones) for _, ones in measured.sets(found)][:SETS]


def _values(chart: Chart, category: str, language: Language) -> list[Measured]:
    """The newest first."""
    chosen = composition.of_category("Observation", category)(chart)
    return measured.values(reversed(chosen), chart, language)


def _follow_up(chart: Chart) -> Iterable[Resource]:
    """Referrals, next visits, plans of care."""
    asked = [one for one in composition.current(chart, "ServiceRequest") if _is_follow_up(one)]
    return [*asked, *composition.controls(chart), *composition.current(chart, "CarePlan")]


def _is_follow_up(request: Resource) -> bool:
    codes = composition.categories(request) | composition.categories(request, "code")
    return bool(codes & {*composition.REFERRALS, describing.FOLLOW_UP})


PAGES = (Page("record/visits/{id}", "patient", show),)
