"""The medicines of a patient: what is to be taken now and how, and what was prescribed before.

https://hl7.org/fhir/R4/medicationrequest.html
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from exports import describing, saying
from exports.chart import Chart, name_of
from exports.units import Language
from exports.wording import DASH
from fhir_server.messages import Parameters, Resource
from portal.paging import Page
from portal.record.reading import listed
from portal.record.showing import shown
from portal.record.timeline import person
from portal.visit import Visit

_WITH = (("_include", "MedicationRequest:medication"), ("_include", "MedicationRequest:requester"))
CURRENT: Parameters = (("status", "active,on-hold"), ("_sort", "-authoredon"), ("_count", "50"), *_WITH)
PAST: Parameters = (
    ("status", "completed,stopped,cancelled,active"),
    ("_sort", "-authoredon"),
    ("_count", "20"),
    *_WITH,
)
STATEMENTS: Parameters = (
    ("status", "active,intended,on-hold"),
    ("_sort", "-effective"),
    ("_count", "20"),
    ("_include", "MedicationStatement:medication"),
)


@dataclass(frozen=True, slots=True)
class Medicine:
    """`how`: to take it; `by`: who prescribed it, nothing where the patient told of it; `until`: the last day of what
    was handed out; `visit`: the id of its Encounter; `state`: its status in FHIR."""

    name: str
    how: str
    amount: str
    by: str
    day: date | None
    until: date | None
    visit: str
    state: str

    def is_due(self, today: date) -> bool:
        """To be taken now: in force, and not used up."""
        return self.state in ("active", "on-hold", "intended") and (self.until is None or self.until >= today)


async def show(visit: Visit) -> Response:
    cursor, today = visit.query("page"), visit.now.date()
    async with visit.reading("$medicines") as record:
        current, past, statements = await asyncio.gather(
            listed(record, visit.patient, "MedicationRequest", CURRENT),
            listed(record, visit.patient, "MedicationRequest", PAST, cursor=cursor),
            listed(record, visit.patient, "MedicationStatement", STATEMENTS),
        )
    told = visit.language
    now = [medicine(one, found.chart, told) for found in (current, statements) for one in found.resources]
    before = [medicine(one, past.chart, told) for one in past.resources]
    return shown(
        visit,
        "medicines.html",
        now=[one for one in now if one.is_due(today)],
        past=[one for one in before if not one.is_due(today)],
        older=past.older,
        is_first=not cursor,
    )


def medicine(resource: Resource, chart: Chart, language: Language) -> Medicine:
    """Of a MedicationRequest or a MedicationStatement."""
    dispense = resource.get("dispenseRequest", {})
    how, amount = saying.dosage(resource, language), saying.quantity(dispense.get("quantity"), language)
    taken = resource.get("effectivePeriod") or {}
    return Medicine(
        describing.medicine(resource, chart),
        how if how != DASH else "",
        amount if amount != DASH else "",
        person(resource.get("requester"), chart),
        chart.day(resource.get("authoredOn") or resource.get("effectiveDateTime") or taken.get("start")),
        chart.day(dispense.get("validityPeriod", {}).get("end") or taken.get("end")),
        name_of(resource.get("encounter") or resource.get("context"), chart.base).removeprefix("Encounter/"),
        str(resource.get("status", "")),
    )


PAGES = (Page("record/medicines", "patient", show),)
