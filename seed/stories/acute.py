"""Short illnesses seen in a clinic, one row each, and injuries in the emergency department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from seed.chart import Chart, Visit, some_day
from seed.elements import Number
from seed.findings import complain, diagnose, tenths, vitals
from seed.laboratory import image, laboratory
from seed.treatment import operate, prescribe
from seed.visits import close, emergency, outpatient


@dataclass(frozen=True, slots=True)
class Illness:
    """`ages`: from, below. `fever`: degrees. `panel`: what the laboratory is asked. `small`: drugs below ten years."""

    code: str
    clinic: str
    complaint: str
    ages: tuple[int, int]
    weight: int
    drugs: tuple[str, ...]
    small: tuple[str, ...] = ()
    fever: tuple[float, float] = (36.2, 37.1)
    panel: str = ""
    procedure: str = ""


ILLNESSES = (
    Illness(
        "J06.9", "INT", "Batuk pilek tiga hari", (15, 120), 22, ("paracetamol", "ambroxol", "ctm"), fever=(36.8, 38.4)
    ),
    Illness(
        "J06.9",
        "ANA",
        "Batuk pilek dan demam",
        (0, 15),
        40,
        ("paracetamol", "ambroxol"),
        ("paracetamol-sirup", "ambroxol-sirup"),
        (37.2, 38.9),
    ),
    Illness(
        "A09.9",
        "ANA",
        "Mencret lima kali sejak kemarin",
        (0, 15),
        18,
        ("oralit", "zinc"),
        ("oralit", "zinc"),
        (36.6, 38.2),
    ),
    Illness("H66.9", "THT", "Telinga kanan nyeri", (2, 15), 8, ("amoxicillin",), ("amoxicillin-sirup",), (36.8, 38.5)),
    Illness("K30", "INT", "Nyeri ulu hati dan mual", (15, 120), 20, ("omeprazole", "antasida"), panel="blood"),
    Illness("N39.0", "INT", "Nyeri saat buang air kecil", (17, 120), 8, ("cefixime", "paracetamol"), panel="urine"),
    Illness("M54.5", "IRM", "Nyeri pinggang", (25, 120), 10, ("ibuprofen",), procedure="93.39"),
    Illness(
        "M10.9", "INT", "Nyeri dan bengkak ibu jari kaki", (38, 120), 7, ("allopurinol", "ibuprofen"), panel="urate"
    ),
    Illness(
        "L30.9", "KLT", "Gatal dan kemerahan di lengan", (1, 120), 9, ("hydrocortisone", "ctm"), ("hydrocortisone",)
    ),
    Illness("H04.1", "MAT", "Mata terasa kering dan mengganjal", (30, 120), 6, ("tears",)),
    Illness("K02.1", "GIG", "Gigi geraham berlubang dan ngilu", (12, 120), 10, ("paracetamol",), procedure="23.2"),
    Illness("F41.9", "JIW", "Sulit tidur dan gelisah", (18, 75), 3, ()),
)


def illness(chart: Chart) -> None:
    """One of the short illnesses that people of that age have, on some day."""
    day = some_day(chart)
    age = chart.person.age(day)
    possible = [row for row in ILLNESSES if row.ages[0] <= age < row.ages[1]]
    if not possible or (day - chart.person.born).days < 60:
        return
    row = chart.rng.choices(possible, [row.weight for row in possible])[0]
    visit = outpatient(chart, row.clinic, day)
    if visit:
        _seen(chart, visit, row, small=chart.person.age(visit.day) < 10)


def _seen(chart: Chart, visit: Visit, row: Illness, *, small: bool) -> None:
    complain(chart, visit, row.complaint)
    vitals(chart, visit, temperature=tenths(chart.rng, *row.fever))
    diagnosis = diagnose(chart, visit, row.code, heals_in=chart.rng.randint(5, 12))
    if row.panel:
        found: dict[str, Number] = {}
        if row.panel == "urine":
            found["urine-leukocytes"] = chart.rng.randint(12, 40)
        elif row.panel == "urate":
            found["urate"] = tenths(chart.rng, 7.4, 9.8)
        laboratory(chart, visit, row.panel, **found)
    if row.procedure:
        operate(chart, visit, row.procedure)
    drugs = row.small if small else row.drugs
    if drugs:
        prescribe(chart, visit, 5, *drugs, reason=diagnosis)
    close(visit, advice="Kontrol bila keluhan menetap")


INJURIES = (
    ("S01.0", "Luka di kepala akibat terjatuh dari motor", "86.59", ""),
    ("S61.9", "Luka robek di tangan terkena parang", "86.59", ""),
    ("S52.5", "Pergelangan tangan nyeri dan bengkak setelah jatuh", "79.02", "wrist"),
    ("S93.4", "Pergelangan kaki terkilir", "93.54", "ankle"),
)


def injury(chart: Chart, day: date | None = None) -> None:
    """Triage, examination, a procedure under local anaesthesia, home."""
    rng = chart.rng
    visit = emergency(chart, day or some_day(chart), "ruang-tindakan")
    if not visit:
        return
    code, complaint, procedure, study = rng.choice(INJURIES)
    complain(chart, visit, complaint)
    vitals(chart, visit, pain=rng.randint(3, 8), coma=15, saturation=rng.randint(97, 99))
    diagnosis = diagnose(chart, visit, code, heals_in=rng.randint(14, 42))
    if study:
        image(
            chart,
            visit,
            study,
            "Jaringan lunak membengkak." if code == "S93.4" else "Garis fraktur di radius distal.",
            conclusion="Lihat uraian",
        )
    operate(chart, visit, procedure, 25, room="ruang-tindakan")
    adult = chart.person.age(visit.day) >= 10
    if procedure == "86.59":
        prescribe(chart, visit, 1, "lidocaine", reason=diagnosis)
    prescribe(
        chart, visit, 5, "ibuprofen" if adult else "paracetamol-sirup", "amoxicillin" if adult else "amoxicillin-sirup"
    )
    close(visit, advice="Kontrol poli bedah 3 hari")
