"""Kartu identitas berobat: the card that a patient brings to every visit, front and back."""

from __future__ import annotations

from exports import saying, wording
from exports.documents import slips
from exports.making import Kind, Making
from exports.sheet import Block, Line, Rule, Sheet, Space
from resources.issues import Text

BRING = "Kartu ini harap dibawa setiap kali berobat"
FOUND = "Bila menemukan kartu ini, mohon dikembalikan ke:"


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a patient without a medical record number."""
    return slips.small(KIND, making, slips.pages((_front(making), _back(making))), "card")


def _front(making: Making) -> list[Block]:
    chart, patient = making.chart, making.chart.patient
    number = slips.number(patient)
    return [
        Line(making.letterhead.name, 11, align="center", tone="accent", filled=True),
        Space(1),
        Line("KARTU IDENTITAS BEROBAT", 6.5, align="center", tone="quiet"),
        Line(wording.record_number(number), 25, strong=True, align="center"),
        *slips.bars(number, 9),
        Space(1),
        Line(saying.name(patient), 11, strong=True, align="center", lines=2),
        Line(
            f"Lahir {slips.born(patient, chart)} · {wording.gender(patient.get('gender', ''))}",
            8.5,
            align="center",
        ),
    ]


def _back(making: Making) -> list[Block]:
    head = making.letterhead
    return [
        Space(6),
        Line(BRING, 10, strong=True, align="center", tone="accent"),
        Space(2),
        Rule(),
        Space(2),
        Line(FOUND, 7, align="center", tone="quiet"),
        Space(1),
        Line(head.name, 11, strong=True, align="center", lines=2),
        *(Line(line, 7.5, align="center") for line in head.lines[:3]),
    ]


KIND = Kind(
    "kartu-berobat",
    Text("Patient card", "Kartu Identitas Berobat"),
    "Patient",
    (),
    sheet,
    coding=("", "Kartu identitas berobat"),
    archived=False,
    signed=False,
)
