"""Label pasien: who something belongs to, to be stuck on folders, tubes and bags."""

from __future__ import annotations

from exports import options, saying, wording
from exports.documents import slips
from exports.making import Kind, Making
from exports.sheet import Beside, Block, Line, Sheet, Space
from resources.issues import Text

SIZES = {"60x40": "label", "50x20": "small-label"}
MOST_COPIES = 30


def sheet(making: Making) -> Sheet:
    """So many labels as were asked for, one on each page. Raises NotFound for a patient without a medical record
    number, InvalidParameter."""
    size = options.one_of(making.options, "size", *SIZES)
    copies = options.number(making.options, "copies", 1, MOST_COPIES) or 1
    label = (_large if size == "60x40" else _small)(making)
    return slips.small(KIND, making, slips.pages([label] * copies), SIZES[size])


def _large(making: Making) -> list[Block]:
    chart, patient = making.chart, making.chart.patient
    number = slips.number(patient)
    return [
        Line(making.letterhead.name, 7, tone="quiet"),
        Line(saying.name(patient), 11, strong=True, lines=2),
        Line(f"{slips.born(patient, chart)} · {wording.gender(patient.get('gender', ''))}", 8.5),
        Line(f"No. RM {wording.record_number(number)}", 15, strong=True),
        Space(1.2),
        *slips.bars(number, 11),
    ]


def _small(making: Making) -> list[Block]:
    """A QR code beside the words: bars would be too short for a round tube."""
    chart, patient = making.chart, making.chart.patient
    number = slips.number(patient)
    sex = {"male": "L", "female": "P"}.get(patient.get("gender", ""), wording.DASH)
    words = (
        Line(saying.name(patient), 9, strong=True, lines=2),
        Line(f"{slips.born(patient, chart)} · {sex}", 7.5),
        Line(f"RM {wording.record_number(number)}", 11, strong=True),
    )
    return [Beside(words, slips.square(number, 14), 0.68)]


KIND = Kind(
    "label-pasien",
    Text("Patient label", "Label Pasien"),
    "Patient",
    (),
    sheet,
    coding=("", "Label pasien"),
    archived=False,
    signed=False,
    options=("size", "copies"),
)
