"""The whole record of one patient: who they are, and the stories that fit their age and sex."""

from __future__ import annotations

from datetime import date, timedelta

from fhir_server.messages import Resource
from seed import people
from seed.appointments import coming, missed
from seed.chart import Chart, chart_of, some_day
from seed.codes import ALLERGENS
from seed.dice import dice
from seed.findings import allergy, complain, diagnose, vitals
from seed.hospital import Hospital
from seed.patients import coverage, parents, patient
from seed.people import Person
from seed.referrals import referred
from seed.stories import acute, childhood, chronic, inpatient, maternity
from seed.surgery import planned
from seed.treatment import prescribe
from seed.visits import close, outpatient

CLINICS_OF_CHANCE = ("INT", "MAT", "THT", "KLT", "GIG", "ORT", "JAN", "IRM")


def patient_record(number: int, seed: int, today: date, hospital: Hospital) -> list[Resource]:
    """All resources of patient `number` (from 1). What is referred to comes first, but for an Encounter's diagnoses,
    which follow it; what is not the patient's own is in `hospital`. The same arguments give the same bytes."""
    person = people.person(number, seed, today)
    resource = patient(person, today)
    chart = chart_of(person, hospital, resource, today=today, rng=dice(seed, "record", number))
    if person.bpjs:
        chart.resources.append(coverage(person, chart.subject))
    chart.resources += parents(person, chart.subject)
    if person.died:
        inpatient.last_stay(chart, person.died)
    if chart.until > chart.since:
        _live(chart, person)
    if not person.died:
        _book(chart)
        planned(chart)
        referred(chart)
    return chart.resources


def _live(chart: Chart, person: Person) -> None:
    """Fixed days first, then what is repeated, then what falls on any day that is left."""
    if person.birth:
        maternity.newborn(chart, person.birth)
    _expect(chart, person)
    if chart.rng.random() < 0.15:
        _known_allergy(chart)
    age = person.age(chart.today)
    if age < 5:
        childhood.immunizations(chart)
    _stays(chart, age)
    _chronic(chart, age)
    _acute(chart, age)


def _expect(chart: Chart, person: Person) -> None:
    """Pregnancies: the one that gave the youngest child, or one that is still going on."""
    if person.delivery:
        birth = person.delivery
        maternity.pregnancy(chart, birth.moment.date() - timedelta(days=birth.weeks * 7), birth)
    elif _may_expect(person, chart.today) and chart.rng.random() < 0.25:
        conceived = chart.today - timedelta(days=chart.rng.randint(75, 255))
        maternity.pregnancy(chart, conceived, None)


def _may_expect(person: Person, today: date) -> bool:
    return person.gender == "female" and person.married == "M" and 19 <= person.age(today) <= 40


def _known_allergy(chart: Chart) -> None:
    visit = outpatient(chart, "KLT", chart.since + timedelta(days=chart.rng.randint(20, 90)))
    if not visit:
        return
    complain(chart, visit, "Gatal dan bentol kemerahan")
    vitals(chart, visit)
    allergy(chart, visit, chart.rng.choice(sorted(ALLERGENS)))
    diagnosis = diagnose(chart, visit, "L30.9")
    prescribe(chart, visit, 3, "hydrocortisone", reason=diagnosis)
    close(visit, advice="Hindari pencetus alergi")


def _stays(chart: Chart, age: int) -> None:
    rng = chart.rng
    if age >= 2 and rng.random() < 0.06:
        inpatient.dengue(chart)
    if 4 <= age < 60 and rng.random() < 0.03:
        inpatient.typhoid(chart)
    if 10 <= age < 50 and rng.random() < 0.03:
        inpatient.appendicitis(chart)
    if age >= 55 and rng.random() < 0.07:
        inpatient.stroke(chart)


def _chronic(chart: Chart, age: int) -> None:
    """Young mothers are spared: what they would need is not given in pregnancy."""
    rng = chart.rng
    if "simvastatin" in chart.avoided:
        return
    hypertension = age >= 35 and rng.random() < (0.45 if age >= 52 else 0.2)
    diabetes = age >= 32 and rng.random() < (0.22 if age >= 52 else 0.12)
    if age >= 52 and rng.random() < 0.05:
        chronic.kidney(chart)
    elif hypertension or diabetes:
        chronic.metabolic(chart, hypertension=hypertension, diabetes=diabetes)
    if age >= 16 and rng.random() < 0.03:
        chronic.tuberculosis(chart)
    if rng.random() < (0.08 if 4 <= age < 16 else 0.02 if age >= 16 else 0):
        chronic.asthma(chart, "ANA" if age < 16 else "PAR")


def _acute(chart: Chart, age: int) -> None:
    rng = chart.rng
    for _ in range(rng.randint(1, 6) if age < 12 else rng.randint(1, 4)):
        acute.illness(chart)
    if age >= 3 and rng.random() < 0.18:
        acute.injury(chart)
    if rng.random() < 0.15 and age >= 15:
        missed(chart, rng.choice(CLINICS_OF_CHANCE), some_day(chart))


def _book(chart: Chart) -> None:
    if chart.next_clinic:
        coming(chart, chart.next_clinic)
    elif chart.rng.random() < 0.12:
        children = chart.person.age(chart.today) < 15
        coming(chart, "ANA" if children else chart.rng.choice(CLINICS_OF_CHANCE))
