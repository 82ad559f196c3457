"""Gelang pasien: the wristband of who stays in the hospital. Two identities and a code; allergies in words and red.

Where none are known to who prints it, there is room for the nurse to write: a band never says that there are none.
"""

from __future__ import annotations

from datetime import date

from exports import options, saying, wording
from exports.documents import slips
from exports.gathering import Further, of_patient
from exports.making import Kind, Making
from exports.sheet import Beside, Block, Line, Sheet, Space
from resources.issues import Text

SIZES = {"dewasa": "wristband", "bayi": "infant-wristband"}
SCALES = {"dewasa": 1.0, "bayi": 0.72}
INFANT = 1
"""Years below which the arm is that of an infant."""

UNKNOWN = "Alergi: ………………………………"
NAMED = 4
"""Allergies that there is room for."""


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a patient without a medical record number, InvalidParameter."""
    usual = "bayi" if _is_infant(making) else "dewasa"
    size = options.one_of({"size": usual, **making.options}, "size", *SIZES)
    return slips.small(KIND, making, [_band(making, size)], SIZES[size])


def _band(making: Making, size: str) -> Block:
    """The code, the words, the allergies. The last part of a band is under its clasp and stays empty. The small one has
    no room for the hospital beside a name of two lines."""
    scale, is_small = SCALES[size], size == "bayi"
    chart, patient = making.chart, making.chart.patient
    number = slips.number(patient)
    sex = wording.gender(patient.get("gender", ""))
    words = (
        Line(saying.name(patient), 13 * scale, strong=True, lines=2 if is_small else 1),
        Line(f"No. RM {wording.record_number(number)}", 12.5 * scale, strong=True),
        Line(f"Lahir {slips.born(patient, chart)} · {sex}", 10 * scale),
        *(() if is_small else (Line(making.letterhead.name, 6.5 * scale, tone="quiet"),)),
    )
    named = Beside(slips.square(number, 19 * scale), words, 0.2)
    return Beside((named,), _flag(slips.allergies(chart), scale), 0.5)


def _flag(found: list[str], scale: float) -> tuple[Block, ...]:
    if not found:
        return (Beside((Space(1), Line(UNKNOWN, 10 * scale, tone="quiet")), (), 0.7),)
    more = f" dan {len(found) - NAMED} lainnya, lihat rekam medis" if len(found) > NAMED else ""
    told = ", ".join(slips.shortened(one, 40) for one in found[:NAMED]) + more
    return (
        Beside(
            (
                Space(1),
                Line("ALERGI", 13 * scale, align="center", tone="alarm", filled=True),
                Line(told, 10 * scale, strong=True, align="center", lines=2, tone="alarm"),
            ),
            (),
            0.7,
        ),
    )


def _is_infant(making: Making) -> bool:
    day = making.chart.day(making.chart.patient.get("birthDate"))
    return day is not None and making.today < date(day.year + INFANT, day.month, min(day.day, 28))


KIND = Kind(
    "gelang-pasien",
    Text("Wristband", "Gelang Pasien"),
    "Patient",
    (Further("AllergyIntolerance", of_patient("patient")),),
    sheet,
    coding=("", "Gelang pasien"),
    archived=False,
    signed=False,
    options=("size",),
)
