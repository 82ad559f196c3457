"""Pregnancy as the national programme wants it: visits, examinations, birth, and the newborn's first days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from fhir_server.messages import Resource
from seed.assays import BLOOD_GROUPS
from seed.chart import Chart, Visit
from seed.codes import NOT_WHEN_PREGNANT
from seed.documents import belongs, care_plan, episode, summary
from seed.elements import Number, wita_date
from seed.findings import complain, diagnose, problem, tenths, vitals, weight
from seed.laboratory import laboratory
from seed.people import Birth
from seed.treatment import immunize, operate, prescribe
from seed.visits import admission, close, outpatient

_WEEKS = (9, 14, 20, 25, 29, 32, 35, 37)


def pregnancy(chart: Chart, conceived: date, birth: Birth | None) -> None:
    """Visits from the ninth week to the birth; without one she is still expecting."""
    end = wita_date(birth.moment) if birth else None
    chart.avoided.update(NOT_WHEN_PREGNANT)
    care: Resource | None = None
    for number, week in enumerate(_WEEKS):
        day = conceived + timedelta(days=week * 7 + chart.rng.randint(-3, 3))
        if end and day >= end - timedelta(days=5):
            break
        visit = outpatient(chart, "OBG", day, booked=number > 0)
        if not visit:
            break
        if care:
            belongs(visit, care)
        else:
            care = episode(chart, visit, "ANC", end + timedelta(days=42) if end else None)
        _antenatal(chart, visit, number, (visit.day - conceived).days // 7)
    if birth and end and end <= chart.until:
        _delivery(chart, birth)
        _after(chart, end)
    elif not birth:
        chart.next_clinic = "OBG"


def _antenatal(chart: Chart, visit: Visit, number: int, week: int) -> None:
    rng = chart.rng
    signs: dict[str, Number] = {"systolic": rng.randint(104, 124), "diastolic": rng.randint(64, 80)}
    signs["weight"] = weight(chart, visit) + Decimal(week * week) / 120 // 1
    if week >= 18:
        signs |= {"fundus": week - rng.randint(0, 2), "fetal-heart": rng.randint(128, 154)}
    vitals(chart, visit, **signs)
    diagnosis = diagnose(chart, visit, "Z34.9", lasting=True)
    if number == 0:
        complain(chart, visit, f"Terlambat haid, hamil {week} minggu")
        plan = problem(chart, visit, "Z34.9")
        care_plan(
            chart, visit, "Rencana asuhan kehamilan", "Delapan kali pemeriksaan, tablet tambah darah, kelas ibu", plan
        )
        laboratory(
            chart,
            visit,
            "antenatal",
            hemoglobin=tenths(rng, 10.6, 13.2),
            abo=BLOOD_GROUPS[rng.choice(("A", "B", "O", "O", "AB"))],
        )
    if number in (0, 3, 5):
        laboratory(chart, visit, "urine", protein=rng.choice((0, 0, 10, 15)))
        operate(chart, visit, "88.78", 12)
    if number == 5:
        laboratory(chart, visit, "hemoglobin", hemoglobin=tenths(rng, 10.4, 12.6))
    if number in (1, 3):
        immunize(chart, visit, "Td", 1 if number == 1 else 2)
    prescribe(chart, visit, 30, "fe", "calcium", reason=diagnosis)
    close(visit, advice=f"Usia kehamilan {week} minggu, kontrol kembali sesuai jadwal")


def _delivery(chart: Chart, birth: Birth) -> None:
    rng = chart.rng
    arrived = birth.moment - timedelta(hours=rng.randint(3, 7))
    nights = 3 if birth.caesarean else 2
    visit = admission(chart, arrived, nights, clinic="OBG", ward="bangsal-kenanga", source="outp")
    complain(chart, visit, "Mules teratur dan keluar lendir darah")
    vitals(chart, visit, systolic=rng.randint(108, 128), diastolic=rng.randint(68, 84))
    diagnosis = diagnose(chart, visit, "O82.0" if birth.caesarean else "O80.0", heals_in=40)
    diagnose(chart, visit, "Z37.0", heals_in=1)
    laboratory(chart, visit, "blood", hemoglobin=tenths(rng, 10.4, 12.8), leukocytes=tenths(rng, 9, 13))
    visit.clock = birth.moment - timedelta(minutes=45)
    if birth.caesarean:
        operate(chart, visit, "74.1", 45, room="ruang-operasi")
        prescribe(chart, visit, 2, "oxytocin", "ceftriaxone", "ringer", reason=diagnosis)
    else:
        operate(chart, visit, "73.59", 40, room="ruang-bersalin")
        prescribe(chart, visit, 1, "oxytocin", reason=diagnosis)
    visit.clock = birth.moment + timedelta(days=1)
    vitals(chart, visit)
    prescribe(chart, visit, 5, "paracetamol", "fe", reason=diagnosis, home=True)
    close(visit, at=birth.moment + timedelta(days=nights, minutes=rng.randint(0, 90)), advice="Kontrol nifas 1 minggu")
    summary(
        chart, visit, "Sembuh", "Persalinan berjalan lancar, ibu dan bayi sehat. Perdarahan normal, ASI sudah keluar."
    )


def _after(chart: Chart, birth: date) -> None:
    for days in (7, 38):
        visit = outpatient(chart, "OBG", birth + timedelta(days=days), booked=True)
        if visit:
            vitals(chart, visit)
            diagnose(chart, visit, "Z39.2", heals_in=30)
            prescribe(chart, visit, 30, "fe")
            close(visit, advice="Ibu sehat, ASI lancar")


def newborn(chart: Chart, birth: Birth) -> None:
    """The child's own stay: vitamin K, hepatitis B within a day, home with the mother."""
    nights = 3 if birth.caesarean else 2
    if wita_date(birth.moment) + timedelta(days=nights) > chart.until:
        return
    rng = chart.rng
    visit = admission(chart, birth.moment, nights, clinic="ANA", ward="bangsal-kenanga", source="born")
    visit.later(10)
    grams = tenths(rng, birth.grams / 1000, birth.grams / 1000)
    vitals(
        chart, visit, weight=grams, height=rng.randint(47, 51), pulse=rng.randint(120, 152), breaths=rng.randint(38, 54)
    )
    diagnosis = diagnose(chart, visit, "Z38.0", heals_in=3)
    prescribe(chart, visit, 1, "vitamin-k", reason=diagnosis)
    immunize(chart, visit, "HB0", 1)
    laboratory(chart, visit, "blood-group", abo=BLOOD_GROUPS[rng.choice(("A", "B", "O", "O", "AB"))])
    close(
        visit, at=birth.moment + timedelta(days=nights, minutes=rng.randint(0, 90)), advice="Bayi sehat, ASI eksklusif"
    )
    summary(
        chart, visit, "Sehat", "Bayi menangis kuat, menyusu baik. Sudah mendapat vitamin K dan imunisasi hepatitis B."
    )
