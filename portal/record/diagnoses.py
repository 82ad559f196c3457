"""The diagnoses of a visit in plain words, beside what the doctor calls them and their ICD-10 code. Pure.

https://hl7.org/fhir/R4/condition.html
"""

from __future__ import annotations

from dataclasses import dataclass

from exports import composition, saying
from exports.chart import Chart, name_of
from exports.units import Language
from fhir_server.messages import Resource
from portal.record import plain_words
from portal.record.reading import about
from resources.systems import ICD_10

DIAGNOSIS = "encounter-diagnosis"
COMPLAINT = "chief-complaint"
REFUTED = frozenset(("refuted", "entered-in-error"))


@dataclass(frozen=True, slots=True)
class Told:
    """`words`: plain; `term`: the doctor's, where it says it otherwise; `code`: ICD-10; `is_certain`: confirmed."""

    words: str
    term: str
    code: str
    is_certain: bool = True


def told(condition: Resource, language: Language) -> Told:
    concept = condition.get("code")
    code, term = saying.code(concept, ICD_10), saying.concept(concept, language)
    words = plain_words.of(code, language) or term
    is_same = words.casefold() == term.casefold()
    is_certain = not composition.categories(condition, "verificationStatus") & {"provisional", "differential"}
    return Told(words, "" if is_same else term, code, is_certain)


def of_visit(encounter: Resource, chart: Chart, language: Language) -> list[Told]:
    """The main one first."""
    name = f"Encounter/{encounter['id']}"
    here = about(chart, name)
    found = [one for one in _conditions(chart, name) if DIAGNOSIS in composition.categories(one)]
    ranked = composition.diagnoses(here, found)
    return list(dict.fromkeys(told(one.condition, language) for one in ranked if one.use != "CC"))


def complaints(encounter: Resource, chart: Chart) -> list[str]:
    """In the patient's words."""
    found = _conditions(chart, f"Encounter/{encounter['id']}")
    return [saying.concept(one.get("code")) for one in found if COMPLAINT in composition.categories(one)]


def _conditions(chart: Chart, encounter: str) -> list[Resource]:
    return [
        one
        for one in chart.of("Condition")
        if name_of(one.get("encounter"), chart.base) == encounter
        and not composition.categories(one, "verificationStatus") & REFUTED
    ]
