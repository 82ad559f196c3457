"""What small papers have in common: cards, labels, wristbands, slips of the queue. Pure.

Each of their lines has a bounded height, so that a long name never makes two labels of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from exports import saying, wording
from exports.chart import Chart, name_of
from exports.composition import categories, current
from exports.making import Kind, Making
from exports.sheet import Block, Code, Fields, Line, NewPage, Rule, Sheet
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.issues import Text

MOST_BARS = 20
"""Characters that a barcode on a card can have."""

MOST_MODULES = 120
MOST_VALUE = 90
NO_NUMBER = Text("This patient has no medical record number.", "Pasien ini belum mempunyai nomor rekam medis.")
NONE_KNOWN = frozenset(("716186003", "409137002", "429625007", "428607008", "428197003"))
"""SNOMED CT: that no allergy is known. https://snomed.info/id/716186003"""


def small(kind: Kind, making: Making, blocks: Iterable[Block], paper: str) -> Sheet:
    """A sheet without letterhead, foot and watermark."""
    made, author = making.at.isoformat(timespec="seconds"), making.letterhead.name
    return Sheet(kind.title.in_language(making.language), tuple(blocks), paper=paper, made=made, author=author)


def head(making: Making) -> tuple[Block, ...]:
    """The hospital at the top of a slip: its name, where it is, how it is called."""
    lines = [line.partition(" · ")[0] for line in making.letterhead.lines[:2]]
    small = (Line(line, 7.5, align="center", tone="quiet") for line in lines)
    return (Line(making.letterhead.name, 12, strong=True, align="center", lines=2), *small, Rule())


def pages(groups: Iterable[Sequence[Block]]) -> list[Block]:
    """Each on a page of its own."""
    found: list[Block] = []
    for group in groups:
        found += [*([NewPage()] if found else []), *group]
    return found


def number(patient: Resource) -> str:
    """The medical record number as it is kept. Raises NotFound where there is none."""
    found = saying.record_number(patient)
    if not found:
        raise NotFound(NO_NUMBER)
    return found


def bars(value: str, height: float) -> tuple[Block, ...]:
    """A barcode `height` mm high; nothing where no scanner could read it."""
    if not (value.isascii() and value.isprintable() and 0 < len(value) <= MOST_BARS):
        return ()
    return (Code("code128", value, height),)


def square(value: str, size: float) -> tuple[Block, ...]:
    """A QR code; nothing where its modules would be too small to be printed."""
    return (Code("qr", value, size),) if 0 < len(value.encode(errors="replace")) <= MOST_MODULES else ()


def born(patient: Resource, chart: Chart) -> str:
    """10 Agustus 1992"""
    day = chart.day(patient.get("birthDate"))
    return wording.long_date(day) if day else str(patient.get("birthDate", wording.DASH))


def short_fields(rows: Iterable[tuple[str, str]]) -> Fields:
    """Rows that stay short, whatever their values are."""
    return Fields(tuple((label, shortened(value)) for label, value in rows))


def shortened(text: str, most: int = MOST_VALUE) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def allergies(chart: Chart) -> list[str]:
    """What the patient must not be given, the most dangerous first; without what was refuted or has passed, and without
    the note that nothing is known."""
    known = current(chart, "AllergyIntolerance")
    found = [one for one in known if _holds(one) and name_of(one.get("patient"), chart.base) == chart.patient_name]
    found.sort(key=lambda one: one.get("criticality") != "high")
    return list(dict.fromkeys(saying.concept(one.get("code")) for one in found))


def _holds(allergy: Resource) -> bool:
    past = {"inactive", "resolved"} & categories(allergy, "clinicalStatus")
    refuted = "refuted" in categories(allergy, "verificationStatus")
    return not (past or refuted or categories(allergy, "code") & NONE_KNOWN)
