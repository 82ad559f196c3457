"""What the hospital's letters have in common: who they are about, what a visit found, who signs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from exports import composition, options, saying, wording
from exports.chart import Chart, name_of
from exports.gathering import Further, of_patient
from exports.making import Kind, Making, birth, letter
from exports.sheet import Block, Sheet
from fhir_server.errors import NotFound
from fhir_server.messages import Parameters, Resource
from resources.issues import Text
from resources.systems import BPJS_PREFIX, ICD_10, LOINC

BIRTH_PLACES = (
    "https://fhir.kemkes.go.id/r4/StructureDefinition/birthPlace",
    "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
)
NOT_HELD = ("planned", "cancelled", "entered-in-error")
OCCUPATIONS = ("11341-5", "21843-8")
BLOOD_GROUPS = ("883-9", "882-1", "10331-7")
"""LOINC: what stays with a person from visit to visit."""

MOST_DOCTORS = 20
BOX = "\N{BALLOT BOX}"
PLACE_AND_DATE = "…………………………, …………………………"
"""Written by hand."""

TEXT_SIZE = 10.5
"""Points: a letter is read by people, some of them old."""


def of_doctors(chart: Chart) -> Parameters:
    """The roles of the doctors who are known so far: there the number of the permit stands."""
    names = [f"Practitioner/{one['id']}" for one in chart.of("Practitioner")[:MOST_DOCTORS]]
    return (("practitioner", ",".join(names)),) if names else ()


DOCTORS = Further("PractitionerRole", of_doctors)
"""Where a document is signed."""

LASTING = Further(
    "Observation",
    of_patient("patient", ("code", ",".join(f"{LOINC}|{code}" for code in (*OCCUPATIONS, *BLOOD_GROUPS)))),
)


def about_visit(visit: Callable[[Chart], str], *types: str) -> tuple[Further, ...]:
    """Reads what refers to a visit, given as Encounter/id."""

    def asked(chart: Chart) -> Parameters:
        name = visit(chart)
        return (("encounter", name),) if name else ()

    return tuple(Further(type, asked) for type in types)


def drawn_up(kind: Kind, making: Making, blocks: Iterable[Block], paper: str = "a4") -> Sheet:
    """The letter; where there is room, in letters that are easy to read."""
    found = letter(kind, making, tuple(blocks), paper=paper)
    return replace(found, points=TEXT_SIZE) if paper != "a5" else found


def identity(making: Making, *others: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Who the letter is about; `others` stand before the address."""
    chart, patient = making.chart, making.chart.patient
    born = birth(patient, chart, making.today)
    place = birth_place(patient)
    return (
        ("Nama", saying.name(patient)),
        ("No. RM", wording.record_number(saying.record_number(patient)) or wording.DASH),
        ("Tempat, tanggal lahir", f"{place}, {born}" if place else born),
        ("Jenis kelamin", wording.gender(patient.get("gender", ""))),
        *others,
        ("Alamat", saying.address(patient)),
    )


def occupation(making: Making) -> tuple[tuple[str, str], ...]:
    """A row of the identity where the occupation is known: as it was asked for, else as it was last told."""
    told = newest(observations(making.chart), *OCCUPATIONS)
    words = options.words(making.options, "occupation") or (saying.observed(told) if told is not None else "")
    return (("Pekerjaan", words),) if words else ()


def birth_place(patient: Resource) -> str:
    for row in patient.get("extension", ()):
        if row.get("url") in BIRTH_PLACES:
            place = row.get("valueAddress", {})
            return str(place.get("text") or place.get("city") or "")
    return ""


def card_number(chart: Chart) -> str:
    """Of the national health insurance: of the Coverage that is active, else as the Patient has it."""
    own = [one for one in chart.of("Coverage") if name_of(one.get("beneficiary"), chart.base) == chart.patient_name]
    active = (saying.identifier(one, BPJS_PREFIX) for one in own if one.get("status") == "active")
    return next(filter(None, active), "") or saying.identifier(chart.patient, BPJS_PREFIX)


def held(encounter: Resource) -> None:
    """Raises NotFound for a visit that has not taken place."""
    if encounter.get("status") in NOT_HELD:
        raise NotFound(Text("This visit has not taken place.", "Kunjungan ini tidak terlaksana."))


def visit_day(making: Making, encounter: Resource) -> date:
    return making.chart.day(encounter.get("period", {}).get("start")) or making.today


def of_visit(chart: Chart, encounter: str) -> Chart:
    """The chart of a visit of this patient: without what belongs to another visit or to somebody else."""
    patient = chart.patient_name

    def belongs(one: Resource) -> bool:
        visit = name_of(one.get("encounter"), chart.base) if isinstance(one.get("encounter"), dict) else ""
        whose = name_of(one.get("subject") or one.get("patient"), chart.base)
        return visit in ("", encounter) and whose in ("", patient)

    return Chart(
        encounter,
        {name: one for name, one in chart.resources.items() if name == encounter or belongs(one)},
        chart.zone,
        chart.base,
    )


def diagnoses(visit: Chart) -> list[Resource]:
    """Those with which the visit that the chart is about ended, the main one first; else those that it began with."""
    if visit.focus not in visit.resources:
        return []
    known = composition.of_category("Condition", "encounter-diagnosis")(visit)
    held = [one for one in known if "refuted" not in composition.categories(one, "verificationStatus")]
    ranked = composition.diagnoses(visit, held)
    return [one.condition for one in ranked if one.use != "AD"] or [one.condition for one in ranked]


def diagnosis(condition: Resource) -> str:
    """Infeksi saluran napas atas akut (J06.9)"""
    return saying.with_code(condition.get("code"), ICD_10)


def observations(chart: Chart) -> list[Resource]:
    """Of this patient, of all visits that were read, the oldest first."""
    known = composition.current(chart, "Observation")
    return [one for one in known if name_of(one.get("subject"), chart.base) == chart.patient_name]


def newest(measured: Iterable[Resource], *codes: str) -> Mapping[str, Any] | None:
    """The last Observation or component of one of these LOINC codes; `measured`: the oldest first."""
    found = None
    for one in measured:
        for part in (one, *one.get("component", ())):
            if saying.code(part.get("code"), LOINC) in codes and any(key.startswith("value") for key in part):
                found = part
    return found


def attending(chart: Chart) -> tuple[Resource | None]:
    """Who is in charge of the visit that a document is about."""
    return (person(chart, composition.attending(chart.about)),)


def person(chart: Chart, *references: Mapping[str, Any] | None) -> Resource | None:
    """The first of these who is known: of somebody who was not read, the name that the reference has."""
    for reference in references:
        found = chart.get(reference)
        if found is not None and found["resourceType"] == "PractitionerRole":
            found = person(chart, found.get("practitioner"))
        if found is not None and found.get("resourceType") != "Organization":
            return found
        if (
            found is None
            and name_of(reference, chart.base).startswith("Practitioner")
            and (reference or {}).get("display")
        ):
            return {"name": (reference or {})["display"]}
    return None


def to_fill(making: Making) -> str:
    """What stands where nothing is known: room for a pen, which an electronic signature must not leave open."""
    return wording.DASH if making.issued is not None and making.issued.signed else ""
