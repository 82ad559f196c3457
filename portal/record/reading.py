"""Pages of a patient's resources, newest first, with what they refer to: read with the person's own access.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from exports.chart import Chart
from fhir_server.errors import FhirError
from fhir_server.interactions import paging
from fhir_server.interactions.including import included
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Reading, Record
from fhir_server.search.cursor import Cursor, decode, encode
from fhir_server.search.query import parse

ABSENT = frozenset((400, 403, 404, 410))
NOTHING: Mapping[str, Resource] = {}


@dataclass(frozen=True, slots=True)
class Listed:
    """`resources`: of this page, in their order; `chart`: with what they refer to; `older`: the cursor of the page
    that follows, "" where none does."""

    resources: list[Resource]
    chart: Chart
    older: str = ""


async def listed(record: Record, patient: str, type: str, query: Parameters, *, cursor: str = "") -> Listed:
    """One page of what a search finds of this patient. `cursor`: where it begins. Raises FhirError."""
    asked = (("patient", f"Patient/{patient}"), *query)
    search = parse(type, asked, extra=record.site.extra)
    if not record.may_search(type):
        return Listed([], chart_of(record, f"Patient/{patient}"))
    seal = await record.seal((type,), asked)
    start = decode(cursor, seal) if cursor else Cursor()
    page = await paging.read((search,), record, Reading(place=start.place, at=start.moment))
    extra = await included(search.results, page.documents, record, at=page.at)
    found = {own_name(one["resource"]): one["resource"] for one in (*page.documents, *extra.documents)}
    older = encode(Cursor(page.next, page.at), seal) if page.next is not None else ""
    resources = [one["resource"] for one in page.documents]
    return Listed(resources, chart_of(record, f"Patient/{patient}", found), older)


def chart_of(record: Record, focus: str, resources: Mapping[str, Resource] = NOTHING) -> Chart:
    """`resources`: by Type/id."""
    return Chart(focus, resources, record.site.zone, record.site.base)


def about(chart: Chart, focus: str) -> Chart:
    """The same, about another of its resources."""
    return replace(chart, focus=focus)


def is_absent(error: FhirError) -> bool:
    """Whether it says that there is no such resource for this person: one page says so of whatever is not theirs."""
    return error.status in ABSENT


def own_name(resource: Resource) -> str:
    """Type/id"""
    return f"{resource['resourceType']}/{resource['id']}"
