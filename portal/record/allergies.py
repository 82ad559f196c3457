"""What a patient must not get: active allergies first, those with a high risk before others.

https://hl7.org/fhir/R4/allergyintolerance.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from exports import composition, saying
from exports.chart import Chart
from exports.units import Language
from exports.wording import DASH
from fhir_server.messages import Resource
from fhir_server.record import Record
from portal.paging import Page
from portal.record.reading import listed
from portal.record.showing import shown
from portal.visit import Visit
from resources.issues import Text

QUERY = (("_sort", "-date"), ("_count", "50"))
VOID = frozenset(("entered-in-error", "refuted"))
OVER = frozenset(("inactive", "resolved"))
CATEGORIES = {
    "food": Text("Food", "Makanan"),
    "medication": Text("Medicine", "Obat"),
    "environment": Text("Surroundings", "Lingkungan"),
    "biologic": Text("Vaccine or blood product", "Vaksin atau produk darah"),
}
SEVERITIES = {
    "mild": Text("mild", "ringan"),
    "moderate": Text("moderate", "sedang"),
    "severe": Text("severe", "berat"),
}


@dataclass(frozen=True, slots=True)
class Allergy:
    """`reaction`: what happened, or nothing; `is_high`: it can be dangerous."""

    name: str
    category: str
    reaction: str
    day: date | None
    is_high: bool
    is_over: bool


async def show(visit: Visit) -> Response:
    async with visit.reading("$allergies") as record:
        found = await known(record, visit)
    active = [one for one in found if not one.is_over]
    return shown(visit, "allergies.html", active=active, past=[one for one in found if one.is_over])


async def known(record: Record, visit: Visit) -> list[Allergy]:
    """Of the patient, the dangerous ones first. Raises FhirError."""
    found = await listed(record, visit.patient, "AllergyIntolerance", QUERY)
    told = [_told(one, found.chart, visit.language) for one in found.resources if not _is_void(one)]
    return sorted(told, key=lambda one: (one.is_over, not one.is_high))


def _is_void(resource: Resource) -> bool:
    return bool(composition.categories(resource, "verificationStatus") & VOID)


def _told(resource: Resource, chart: Chart, language: Language) -> Allergy:
    reactions = resource.get("reaction", ())
    worst = {row.get("severity") for row in reactions}
    category = next((CATEGORIES[code] for code in resource.get("category", ()) if code in CATEGORIES), None)
    told = [_reaction(row, language) for row in reactions]
    return Allergy(
        saying.concept(resource.get("code"), language),
        category.in_language(language) if category else "",
        "; ".join(text for text in told if text),
        chart.day(resource.get("recordedDate")),
        resource.get("criticality") == "high" or "severe" in worst,
        bool(composition.categories(resource, "clinicalStatus") & OVER),
    )


def _reaction(row: Resource, language: Language) -> str:
    """Gatal dan biduran (sedang)"""
    signs = saying.listed(saying.concept(sign, language) for sign in row.get("manifestation", ()))
    severity = SEVERITIES.get(str(row.get("severity")))
    if signs == DASH:
        return severity.in_language(language) if severity else ""
    return f"{signs} ({severity.in_language(language)})" if severity else signs


PAGES = (Page("record/allergies", "patient", show),)
