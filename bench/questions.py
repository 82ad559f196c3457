"""What a hospital asks all day, over the archive of bench.archive; values come from the patient of a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from urllib.parse import quote

from bench.archive import ASSAYS, MRN
from bench.population import (
    FIRST_DAY,
    Person,
    Visit,
    clinic_id,
    clinic_name,
    diagnoses,
    dice,
    last_day,
    person,
    pick,
    visits,
)
from resources.systems import ICD_10, LOINC, NIK

KEY_MS, CHART_MS, CHAIN_MS = 5.0, 15.0, 50.0
"""The most that half of the answers may take."""

GROWTH = 1.3
"""So many times longer half of the answers may take in the largest archive than in the smallest."""

STRIDE = 7919
"""A prime, so that successive questions are about patients who lie far apart."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of what a question is made: the `number` of a patient in an archive of `patients`, and chance."""

    number: int
    patients: int
    chance: Random

    @property
    def person(self) -> Person:
        return person(self.number)

    @property
    def visit(self) -> Visit:
        return visits(self.person)[0]

    @property
    def day(self) -> date:
        return self.visit.begin.date()

    @property
    def clinic(self) -> str:
        return f"Location/{clinic_id(self.visit.clinic)}"

    @property
    def assay(self) -> str:
        return _identified(LOINC, self.chance.choice(ASSAYS)[0])


@dataclass(frozen=True, slots=True)
class Question:
    """`address` below the FHIR base; `page` is counted from 1, and reached by `next`."""

    name: str
    address: Callable[[Asked], str]
    target: float | None = None
    page: int = 1

    def ask(self, turn: int, patients: int) -> str:
        """The address of the question of this turn."""
        return self.address(Asked(turn * STRIDE % patients, patients, dice(self.name, turn)))


def _identified(system: str, value: str) -> str:
    return f"{system}%7C{value}"


def _nik(asked: Asked) -> str:
    return f"Patient?identifier={_identified(NIK, asked.person.nik)}"


def _mrn(asked: Asked) -> str:
    return f"Patient?identifier={_identified(MRN, asked.person.mrn)}"


def _name(asked: Asked) -> str:
    return f"Patient?name={asked.person.given[:4]}"


def _whole_name(asked: Asked) -> str:
    return f"Patient?name={quote(f'{asked.person.given} {asked.person.family[:4]}')}"


def _family_and_birth(asked: Asked) -> str:
    return f"Patient?family={asked.person.family}&birthdate={asked.person.born}"


def _month_of_birth(asked: Asked) -> str:
    born = asked.person.born
    return f"Patient?birthdate=ge{born}&birthdate=le{born + timedelta(days=30)}"


def _name_and_city(asked: Asked) -> str:
    return f"{_name(asked)}&address-city={quote(asked.person.city)}"


def _chart(asked: Asked) -> str:
    return f"Observation?patient={asked.person.id}&code={asked.assay}&_sort=-date"


def _visits_of_patient(asked: Asked) -> str:
    return f"Encounter?patient={asked.person.id}&_sort=-date"


def _day_of_clinic(asked: Asked) -> str:
    return f"Encounter?location={asked.clinic}&date={asked.day}&_sort=date"


def _open_visits(asked: Asked) -> str:
    """Those that begin on the day: what has no end yet is not within it."""
    begun = f"date=sa{asked.day - timedelta(days=1)}&date=lt{asked.day + timedelta(days=1)}"
    return f"Encounter?location={asked.clinic}&{begun}&status=arrived,in-progress&_sort=date"


def _visits_by_nik(asked: Asked) -> str:
    return f"Encounter?subject:Patient.identifier={_identified(NIK, asked.person.nik)}&_sort=-date"


def _days_visits_by_name(asked: Asked) -> str:
    return f"Encounter?subject:Patient.name={asked.person.given[:4]}&date={asked.day}"


def _results_by_family(asked: Asked) -> str:
    return f"Observation?patient.family={asked.person.family}&code={asked.assay}"


def _day_by_clinics_name(asked: Asked) -> str:
    return f"Encounter?location.name={quote(clinic_name(asked.visit.clinic))}&date={asked.day}"


def _diagnosed(asked: Asked) -> str:
    return f"Patient?_has:Condition:subject:code={_identified(ICD_10, pick(asked.chance, diagnoses(), 5))}"


def _diagnosed_of_an_age(asked: Asked) -> str:
    return f"{_diagnosed(asked)}&{_month_of_birth(asked).removeprefix('Patient?')}"


def _seen(asked: Asked) -> str:
    return f"Patient?_has:Encounter:subject:date={asked.day}"


def _seen_in_clinic(asked: Asked) -> str:
    return f"{_seen(asked)}&_has:Encounter:subject:location={asked.clinic}"


def _from(day: date, asked: Asked) -> str:
    """A moment of the first hour of that day's work, so that each question has another."""
    return f"{day}T08:{asked.number % 60:02d}:{asked.number % 7:02d}%2B08:00"


def _since_the_last_days(asked: Asked) -> str:
    return f"Encounter?date=ge{_from(last_day(asked.patients) - timedelta(days=asked.number % 3), asked)}"


def _since_the_first_day(asked: Asked) -> str:
    return f"Encounter?date=ge{_from(FIRST_DAY, asked)}"


def _until_the_first_day(asked: Asked) -> str:
    return f"Encounter?date=le{_from(FIRST_DAY, asked)}"


def _until_the_last_day(asked: Asked) -> str:
    return f"Encounter?date=le{_from(last_day(asked.patients), asked)}"


def _by_date(asked: Asked) -> str:
    return "Observation?_sort=-date&_count=20"


def _by_id(asked: Asked) -> str:
    return "Observation?status=final&_count=20"


QUESTIONS = (
    Question("NIK", _nik, KEY_MS),
    Question("no. RM", _mrn, KEY_MS),
    Question("name, 4 letters", _name, KEY_MS),
    Question("name and 4 letters more", _whole_name, KEY_MS),
    Question("family + birthdate", _family_and_birth, KEY_MS),
    Question("birthdate, a month", _month_of_birth, KEY_MS),
    Question("city + name", _name_and_city, KEY_MS),
    Question("chart: results of a code", _chart, CHART_MS),
    Question("chart: visits", _visits_of_patient, CHART_MS),
    Question("worklist: a clinic's day", _day_of_clinic, CHART_MS),
    Question("worklist: open visits", _open_visits, CHART_MS),
    Question("chain: visits by NIK", _visits_by_nik, CHAIN_MS),
    Question("chain: a day's visits by name", _days_visits_by_name, CHAIN_MS),
    Question("chain: results by family", _results_by_family, CHAIN_MS),
    Question("chain: a day by clinic's name", _day_by_clinics_name, CHAIN_MS),
    Question("_has: seen on a day", _seen, CHAIN_MS),
    Question("_has: seen in a clinic", _seen_in_clinic, CHAIN_MS),
    Question("_has: diagnosis", _diagnosed, CHAIN_MS),
    Question("_has: diagnosis + birthdate", _diagnosed_of_an_age, CHAIN_MS),
    Question("date ge, sparse", _since_the_last_days),
    Question("date ge, dense", _since_the_first_day),
    Question("date le, sparse", _until_the_first_day),
    Question("date le, dense", _until_the_last_day),
    Question("by date, page 1", _by_date),
    Question("by date, page 1,000", _by_date, page=1_000),
    Question("by id, page 1", _by_id),
    Question("by id, page 1,000", _by_id, page=1_000),
)
