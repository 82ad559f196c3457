"""Stays in a ward, most of them through the emergency department: dengue, typhoid, appendicitis, stroke, the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from seed.assays import POSITIVE
from seed.chart import Chart, Visit, some_day
from seed.documents import episode, summary
from seed.elements import Number, wita
from seed.findings import complain, diagnose, problem, tenths, vitals
from seed.laboratory import image, laboratory
from seed.treatment import operate, prescribe
from seed.visits import admission, close, emergency, outpatient, stays

OUTCOMES = {
    "dengue": (
        "Membaik",
        "Dirawat dengan cairan infus dan pemantauan trombosit serta hematokrit tiap hari. "
        "Demam turun pada hari keempat, trombosit naik, tidak ada perdarahan lanjut.",
    ),
    "typhoid": (
        "Membaik",
        "Diberi antibiotik intravena dan cairan. "
        "Demam turun bertahap, makan dan minum baik, dilanjutkan antibiotik oral di rumah.",
    ),
    "appendicitis": (
        "Membaik",
        "Dilakukan apendektomi pada hari masuk, berjalan tanpa penyulit. "
        "Nyeri berkurang, luka operasi kering, mobilisasi baik.",
    ),
    "stroke": (
        "Membaik",
        "Kelemahan separuh badan kanan berkurang, tekanan darah terkendali, bicara lebih jelas. "
        "Latihan dilanjutkan di rehabilitasi medik.",
    ),
    "death": (
        "Meninggal",
        "Sesak memberat dan tekanan darah turun walaupun sudah diberi obat. Keluarga didampingi dan diberi penjelasan.",
    ),
}
"""How the patient leaves, and what the doctor tells of the stay."""


def _through_emergency(chart: Chart, day: date, complaint: str, code: str, **signs: Number) -> datetime | None:
    """The emergency part; gives the moment at which the ward takes over."""
    visit = emergency(chart, day)
    if not visit:
        return None
    complain(chart, visit, complaint)
    vitals(chart, visit, **{"saturation": chart.rng.randint(94, 99), "coma": 15, **signs})
    diagnose(chart, visit, code, use="AD")
    operate(chart, visit, "99.18", 10)
    close(visit, disposition="inpatient")
    return visit.clock + timedelta(minutes=20)


def _settled(chart: Chart, day: date, nights: int) -> bool:
    """Whether these days are free for a whole stay."""
    days = {day + timedelta(days=offset) for offset in range(-1, nights + 3)}
    return day >= chart.since and stays(chart, day, nights + 1) and not days & chart.taken


def _small(chart: Chart, day: date) -> bool:
    return chart.person.age(day) < 15


def dengue(chart: Chart) -> None:
    """Five days of platelets that fall and rise again while the blood thickens and thins."""
    rng, nights = chart.rng, 4
    day = some_day(chart)
    if not _settled(chart, day, nights):
        return
    start = _through_emergency(
        chart, day, "Demam tinggi mendadak, nyeri sendi, mimisan", "A91", temperature=tenths(rng, 38.6, 39.8)
    )
    if not start:
        return
    small = _small(chart, day)
    visit = admission(
        chart, start, nights, clinic="ANA" if small else "INT", ward="bangsal-anggrek" if small else "bangsal-meranti"
    )
    complain(chart, visit, "Demam tinggi mendadak empat hari")
    diagnosis = diagnose(chart, visit, "A91", heals_in=10)
    laboratory(chart, visit, "ns1", ns1=POSITIVE)
    platelets = rng.randint(84, 120)
    for offset, (step, hematocrit, fever) in enumerate(
        ((-22, 3, 38.9), (-18, 4, 38.2), (6, 2, 37.4), (34, 0, 36.8), (46, -1, 36.5))
    ):
        if offset:
            visit.clock = wita(day + timedelta(days=offset), 6, rng.randint(0, 40))
        vitals(chart, visit, temperature=tenths(rng, fever, fever + 0.4))
        laboratory(
            chart,
            visit,
            "blood",
            platelets=platelets,
            hematocrit=tenths(rng, 40 + hematocrit, 41 + hematocrit),
            leukocytes=Decimal(f"{rng.uniform(2.4, 3.9):.2f}"),
        )
        platelets = max(platelets + step + rng.randint(-5, 5), 14)
        if offset == 0:
            prescribe(chart, visit, nights, "ringer", "paracetamol-sirup" if small else "paracetamol", reason=diagnosis)
    close(visit, at=wita(day + timedelta(days=nights), 11, rng.randint(0, 59)), advice="Kontrol 3 hari, minum banyak")
    summary(chart, visit, *OUTCOMES["dengue"])


def typhoid(chart: Chart) -> None:
    """A week's fever, an antibiotic in the vein, home on tablets."""
    rng, nights = chart.rng, 3
    day = some_day(chart)
    if not _settled(chart, day, nights):
        return
    start = _through_emergency(
        chart, day, "Demam naik turun satu minggu, perut tidak enak", "A01.0", temperature=tenths(rng, 38.2, 39.2)
    )
    if not start:
        return
    small = _small(chart, day)
    visit = admission(
        chart, start, nights, clinic="ANA" if small else "INT", ward="bangsal-anggrek" if small else "bangsal-meranti"
    )
    complain(chart, visit, "Demam satu minggu")
    diagnosis = diagnose(chart, visit, "A01.0", heals_in=12)
    laboratory(chart, visit, "blood", leukocytes=Decimal(f"{rng.uniform(3.1, 4.4):.2f}"))
    prescribe(chart, visit, nights, "ceftriaxone", "ringer", reason=diagnosis)
    for offset, fever in ((1, 38.3), (2, 37.5), (3, 36.7)):
        visit.clock = wita(day + timedelta(days=offset), 6, rng.randint(0, 40))
        vitals(chart, visit, temperature=tenths(rng, fever, fever + 0.3))
    prescribe(chart, visit, 5, "cefixime", reason=diagnosis, home=True)
    close(visit, at=wita(day + timedelta(days=nights), 12), advice="Makanan lunak, kontrol 1 minggu")
    summary(chart, visit, *OUTCOMES["typhoid"])


def appendicitis(chart: Chart) -> None:
    """Operated on the day of admission; the wound is looked at a week later."""
    rng, nights = chart.rng, 3
    day = some_day(chart)
    if not _settled(chart, day, nights):
        return
    start = _through_emergency(
        chart, day, "Nyeri perut kanan bawah sejak kemarin, mual", "K35.8", pain=rng.randint(6, 9)
    )
    if not start:
        return
    visit = admission(chart, start, nights, clinic="BED", ward="bangsal-ulin")
    complain(chart, visit, "Nyeri perut kanan bawah")
    diagnosis = diagnose(chart, visit, "K35.8", heals_in=21)
    vitals(chart, visit, temperature=tenths(rng, 37.6, 38.4), pain=rng.randint(6, 9))
    laboratory(chart, visit, "blood", leukocytes=Decimal(f"{rng.uniform(12, 18):.2f}"))
    image(
        chart,
        visit,
        "abdomen",
        "Struktur tubular noncompressible diameter 9 mm di iliaka kanan.",
        conclusion="Apendisitis akut",
    )
    operate(chart, visit, "47.09", 65, room="ruang-operasi")
    prescribe(chart, visit, 2, "ceftriaxone", "ketorolac", "ringer", reason=diagnosis)
    for offset in (1, 2, 3):
        visit.clock = wita(day + timedelta(days=offset), 6, rng.randint(0, 40))
        vitals(chart, visit, pain=max(5 - 2 * offset, 0))
    close(visit, at=wita(day + timedelta(days=nights), 13), advice="Kontrol luka 1 minggu")
    summary(chart, visit, *OUTCOMES["appendicitis"])
    control = outpatient(chart, "BED", day + timedelta(days=10), booked=True)
    if control:
        vitals(chart, control)
        diagnose(chart, control, "K35.8", heals_in=7)
        prescribe(chart, control, 3, "paracetamol-sirup" if _small(chart, day) else "paracetamol")
        close(control, advice="Luka kering, angkat jahitan")


def stroke(chart: Chart) -> None:
    """A scan, a week in the ward, then rehabilitation."""
    rng, nights = chart.rng, 6
    day = some_day(chart)
    if not _settled(chart, day, nights):
        return
    start = _through_emergency(
        chart,
        day,
        "Lemah separuh badan kanan mendadak, bicara pelo",
        "I63.9",
        systolic=rng.randint(176, 204),
        diastolic=rng.randint(98, 112),
        coma=13,
    )
    if not start:
        return
    visit = admission(chart, start, nights, clinic="SAR", ward="bangsal-gaharu")
    episode(chart, visit, "CVD", None)
    complain(chart, visit, "Lemah separuh badan kanan mendadak")
    diagnosis = diagnose(chart, visit, "I63.9", heals_in=30)
    diagnose(chart, visit, "I10", lasting=True)
    vitals(chart, visit, systolic=rng.randint(172, 198), diastolic=rng.randint(96, 110), coma=13)
    image(chart, visit, "head", "Lesi hipodens di ganglia basalis kiri.", conclusion="Infark serebri")
    laboratory(chart, visit, "glucose", glucose=rng.randint(112, 168))
    laboratory(chart, visit, "lipid", cholesterol=rng.randint(210, 270), ldl=rng.randint(130, 180))
    operate(chart, visit, "89.52", 10)
    prescribe(chart, visit, nights, "clopidogrel", "simvastatin", "ringer", reason=diagnosis)
    for offset in (1, 3, 5):
        visit.clock = wita(day + timedelta(days=offset), 6, rng.randint(0, 40))
        vitals(chart, visit, systolic=rng.randint(144, 166), diastolic=rng.randint(84, 96), coma=15)
    prescribe(chart, visit, 30, "clopidogrel", "amlodipine5", reason=diagnosis, home=True)
    close(visit, at=wita(day + timedelta(days=nights), 11), advice="Kontrol poli saraf dan rehabilitasi medik")
    summary(chart, visit, *OUTCOMES["stroke"])
    _rehabilitation(chart, day + timedelta(days=nights + 7))


def _rehabilitation(chart: Chart, start: date) -> None:
    for number in range(6):
        visit = outpatient(chart, "IRM" if number % 2 else "SAR", start + timedelta(days=30 * number), booked=True)
        if not visit:
            break
        vitals(chart, visit, systolic=chart.rng.randint(130, 150), diastolic=chart.rng.randint(78, 92))
        diagnosis = diagnose(chart, visit, "I69.3", lasting=True)
        if number == 0:
            problem(chart, visit, "I69.3")
        if number % 2:
            operate(chart, visit, "93.39", 30)
        else:
            prescribe(chart, visit, 30, "clopidogrel", "amlodipine5", reason=diagnosis)
        close(visit, advice="Lanjutkan latihan di rumah")
    chart.next_clinic = "SAR"


def last_stay(chart: Chart, died: datetime) -> None:
    """The stay in which the patient dies; a chart keeps the days before it free."""
    rng, nights = chart.rng, 3
    start = died - timedelta(days=nights, minutes=rng.randint(10, 400))
    visit = admission(chart, start, nights, clinic="JAN", ward="icu")
    complain(chart, visit, "Sesak napas berat dan bengkak kedua tungkai")
    diagnosis = diagnose(chart, visit, "I50.0", lasting=True)
    laboratory(chart, visit, "kidney", creatinine=Decimal("2.40"), urea=Decimal("88.5"))
    operate(chart, visit, "89.52", 10)
    prescribe(chart, visit, nights, "furosemide", reason=diagnosis)
    _worse(chart, visit, start, nights)
    close(visit, at=died, disposition="exp")
    summary(chart, visit, *OUTCOMES["death"])


def _worse(chart: Chart, visit: Visit, start: datetime, nights: int) -> None:
    for offset in range(nights):
        visit.clock = start + timedelta(days=offset, hours=2)
        vitals(
            chart,
            visit,
            systolic=98 - 8 * offset,
            diastolic=58 - 4 * offset,
            pulse=104 + 8 * offset,
            breaths=28 + 2 * offset,
            saturation=91 - 3 * offset,
        )
