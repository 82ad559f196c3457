"""Lasting diseases and their controls: hypertension, diabetes, kidney disease, tuberculosis, asthma."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from fhir_server.messages import Resource
from seed.appointments import missed
from seed.chart import Chart, Visit, some_day
from seed.codes import NOT_WITH_SICK_KIDNEYS
from seed.documents import belongs, care_plan, episode, every
from seed.elements import Number
from seed.findings import complain, diagnose, height, problem, tenths, vitals
from seed.laboratory import image, laboratory
from seed.treatment import operate, prescribe
from seed.visits import close, outpatient

_QUARTER = 91


def metabolic(chart: Chart, *, hypertension: bool, diabetes: bool) -> None:
    """Controls every three months, the next one booked. Pressure and glucose come down under treatment."""
    rng = chart.rng
    start = chart.since + timedelta(days=rng.randint(0, 150 if rng.random() < 0.6 else 700))
    pressure, a1c = rng.randint(152, 178), rng.uniform(8.2, 11.4)
    goal = rng.uniform(6.4, 7.9)
    for number, day in enumerate(every(start, _QUARTER, 13)):
        if number and rng.random() < 0.1:
            missed(chart, "INT", day)
            continue
        visit = outpatient(chart, "INT", day + timedelta(days=rng.randint(-4, 6)), booked=number > 0 or None)
        if not visit:
            break
        if number == 0:
            complain(
                chart,
                visit,
                "Sering lemas, haus dan buang air kecil malam hari" if diabetes else "Tengkuk terasa berat",
            )
        signs: dict[str, Number] = {"height": height(chart, visit)} if number == 0 else {}
        if hypertension:
            signs |= {"systolic": pressure + rng.randint(-7, 7), "diastolic": pressure // 2 + rng.randint(8, 14)}
        vitals(chart, visit, **signs)
        _control(chart, visit, number, (hypertension, diabetes), a1c=a1c)
        close(visit, advice="Kontrol kembali 3 bulan" if number else "Kontrol kembali, diet dan olahraga")
        pressure = max(pressure - rng.randint(2, 10), rng.randint(124, 142))
        a1c = goal + (a1c - goal) * 0.6 + rng.uniform(-0.3, 0.35)
    chart.next_clinic = "INT"


def _control(chart: Chart, visit: Visit, number: int, diseases: tuple[bool, bool], *, a1c: float) -> None:
    hypertension, diabetes = diseases
    rng = chart.rng
    drugs: list[str] = []
    if diabetes:
        diagnosis = diagnose(chart, visit, "E11.9", lasting=True)
        laboratory(chart, visit, "fasting", fasting=round((28.7 * a1c - 46.7) * 0.86 + rng.uniform(-14, 14)))
        if number % 2 == 0:
            laboratory(chart, visit, "hba1c", hba1c=Decimal(f"{a1c:.2f}"))
        drugs += ["metformin", "glimepiride"] if a1c > 7.6 else ["metformin"]
    if hypertension:
        second = diagnose(chart, visit, "I10", lasting=True)
        diagnosis = diagnosis if diabetes else second
        drugs.append("amlodipine10" if number < 2 else "amlodipine5")
        if number % 4 == 0:
            laboratory(chart, visit, "kidney")
    if number % 4 == 1:
        laboratory(chart, visit, "lipid", cholesterol=rng.randint(178, 262), ldl=rng.randint(96, 175))
        drugs.append("simvastatin")
    if number == 0:
        codes = [code for code, there in (("E11.9", diabetes), ("I10", hypertension)) if there]
        problems = [problem(chart, visit, code) for code in codes]
        care_plan(
            chart,
            visit,
            "Rencana perawatan penyakit kronik",
            "Kontrol 3 bulanan, diet rendah garam dan gula",
            *problems,
        )
    prescribe(chart, visit, 30, *drugs, reason=diagnosis)


def kidney(chart: Chart) -> None:
    """A creatinine that climbs, with the anaemia that comes of it."""
    rng = chart.rng
    chart.avoided.update(NOT_WITH_SICK_KIDNEYS)
    start = chart.since + timedelta(days=rng.randint(10, 200))
    creatinine = rng.uniform(1.7, 2.3)
    care: Resource | None = None
    for number, day in enumerate(every(start, 61, 16)):
        visit = outpatient(chart, "INT", day)
        if not visit:
            break
        if care:
            belongs(visit, care)
        else:
            care = episode(chart, visit, "CKD", None)
            complain(chart, visit, "Kaki bengkak dan cepat lelah")
            problem(chart, visit, "N18.3")
        vitals(chart, visit, systolic=rng.randint(134, 158), diastolic=rng.randint(80, 94))
        diagnosis = diagnose(chart, visit, "N18.3" if creatinine < 2.9 else "N18.4", lasting=True)
        laboratory(chart, visit, "kidney", creatinine=Decimal(f"{creatinine:.2f}"), urea=tenths(rng, 58, 96))
        if number % 3 == 0:
            laboratory(chart, visit, "electrolytes", potassium=tenths(rng, 4.4, 5.6))
            laboratory(chart, visit, "hemoglobin", hemoglobin=tenths(rng, 8.6, 10.8))
        prescribe(chart, visit, 30, "furosemide", "lisinopril", reason=diagnosis)
        close(visit, advice="Kontrol kembali 2 bulan, diet rendah protein")
        creatinine *= rng.uniform(1.0, 1.06)
    chart.next_clinic = "INT"


def tuberculosis(chart: Chart) -> None:
    """Six months: smear and film, two months of four drugs, four of two, smears at the second, fifth and sixth."""
    start = some_day(chart)
    visit = outpatient(chart, "PAR", start)
    if not visit:
        return
    first = visit.day
    care = episode(chart, visit, "TB", first + timedelta(days=183))
    for month in range(7):
        if month:
            visit = outpatient(chart, "PAR", first + timedelta(days=30 * month), booked=True)
        if not visit:
            chart.next_clinic = "PAR"
            return
        belongs(visit, care)
        _tuberculosis_visit(chart, visit, month)


def _tuberculosis_visit(chart: Chart, visit: Visit, month: int) -> None:
    rng = chart.rng
    if month == 0:
        complain(chart, visit, "Batuk lebih dari dua minggu, keringat malam, berat badan turun")
    vitals(chart, visit, saturation=rng.randint(95, 99), temperature=tenths(rng, 36.4, 37.8 if month == 0 else 36.9))
    diagnosis = diagnose(chart, visit, "A15.0", lasting=month < 6)
    if month == 0:
        image(
            chart,
            visit,
            "chest",
            "Infiltrat di lapangan atas paru kanan, kavitas (+).",
            conclusion="Sesuai gambaran TB paru aktif",
        )
        laboratory(chart, visit, "liver")
        problem(chart, visit, "A15.0")
    if month in (0, 2, 5, 6):
        smear = f"BTA positif {rng.choice(('1+', '2+', '3+'))}" if month == 0 else "BTA negatif"
        laboratory(chart, visit, "sputum", afb=smear)
    if month < 6:
        prescribe(chart, visit, 30, "fdc4" if month < 2 else "fdc2", reason=diagnosis)
    close(visit, advice="Minum obat teratur, kontrol 1 bulan" if month < 6 else "Pengobatan lengkap, sembuh")


def asthma(chart: Chart, clinic: str) -> None:
    """Attacks now and then, treated and followed up in the clinic."""
    for number in range(chart.rng.randint(3, 6)):
        visit = outpatient(chart, clinic, some_day(chart))
        if not visit:
            return
        complain(chart, visit, "Sesak napas disertai mengi")
        vitals(chart, visit, breaths=chart.rng.randint(24, 36), saturation=chart.rng.randint(92, 97))
        diagnosis = diagnose(chart, visit, "J45.9", lasting=True)
        if number == 0:
            problem(chart, visit, "J45.9")
        operate(chart, visit, "93.94", 15)
        prescribe(chart, visit, 10, "salbutamol", "methylprednisolone", reason=diagnosis)
        close(visit, advice="Hindari pencetus, kontrol 1 minggu")
    chart.next_clinic = clinic
