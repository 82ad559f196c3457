"""Blood pressure, weight and the like over time: of each a plot and its latest values.

https://hl7.org/fhir/R4/observation-vitalsigns.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from exports.units import Language
from fhir_server.messages import Parameters
from portal.paging import Page
from portal.record import measured, trends
from portal.record.measured import Measured
from portal.record.reading import listed
from portal.record.results import HOLDS
from portal.record.showing import shown
from portal.visit import Visit

QUERY: Parameters = (
    ("category", "vital-signs"),
    HOLDS,
    ("_sort", "-date"),
    ("_count", "120"),
    ("_include", "Observation:patient"),
)
LATEST = 5
"""Values below a plot; all of them are on the page of the sign."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One vital sign: its newest value, and the latest ones."""

    newest: Measured
    sentences: Sequence[str]
    plot: Markup
    rows: Sequence[Measured]


async def show(visit: Visit) -> Response:
    async with visit.reading("$vital-signs") as record:
        found = await listed(record, visit.patient, "Observation", QUERY)
    values = measured.values(found.resources, found.chart, visit.language)
    return shown(visit, "vital_signs.html", signs=signs(values, visit.language))


def signs(values: Sequence[Measured], language: Language) -> list[Sign]:
    """In the order of the form."""
    newest = measured.in_order(measured.newest(measured.pressures(values, language)))
    return [_sign(one, values, place, language) for place, one in enumerate(newest)]


def _sign(newest: Measured, values: Sequence[Measured], place: int, language: Language) -> Sign:
    codes = measured.same_as(newest.code)
    own = [one for one in values if one.code in codes] if newest.code else [newest]
    rows = measured.pressures(own, language)
    sentences = trends.sentences(own, language)
    plot = trends.picture(own, f"plot-{place}", newest.name, language)
    return Sign(newest, sentences, plot, rows[:LATEST])


PAGES = (Page("record/vital-signs", "patient", show),)
