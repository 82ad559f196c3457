"""Etiket: the label on each medicine, 60 x 40 mm. White for what is swallowed; else a blue edge and OBAT LUAR."""

from __future__ import annotations

from exports import options, saying, wording
from exports.chart import when
from exports.documents import dosing, letters, medicines, slips
from exports.documents.medicines import Prescribed
from exports.gathering import Read
from exports.making import Kind, Making
from exports.sheet import Block, Framed, Line, Rule, Sheet, Space
from fhir_server.errors import NotFound
from resources.issues import Text

PAPER, HEIGHT = "label", 35.5
MOST = 150
"""Characters that can be read on so small a label."""

ASK = "… (tanyakan apoteker)"
EXTERNAL = "OBAT LUAR"
TICKED, OPEN = "\N{BALLOT BOX WITH X}", letters.BOX


def sheet(making: Making) -> Sheet:
    """A label for each way in which a medicine of the visit is taken. Raises NotFound for a visit without
    prescriptions, InvalidParameter."""
    copies = options.number(making.options, "copies", 1, 10) or 1
    found = medicines.prescribed(making.chart)
    if not found:
        raise NotFound(Text("Nothing was prescribed at this visit.", "Tidak ada resep pada kunjungan ini."))
    labels = [_label(one, dosage, making) for one in found for dosage in one.dosages or [{}]]
    return slips.small(KIND, making, slips.pages(label for label in labels for _ in range(copies)), PAPER)


def _label(one: Prescribed, dosage: dosing.Element, making: Making) -> list[Block]:
    is_external = medicines.is_external(one)
    blocks = (*_whose(one, making), Rule(), *_how(dosage, is_external=is_external))
    return [Framed(blocks, "external", HEIGHT)] if is_external else list(blocks)


def _whose(one: Prescribed, making: Making) -> tuple[Block, ...]:
    chart, patient = making.chart, making.chart.patient
    day = chart.day(when(one.request)) or letters.visit_day(making, chart.about)
    number = wording.record_number(saying.record_number(patient)) or wording.DASH
    return (
        Line(f"{making.letterhead.name} · {wording.short_date(day)}", 6.5, tone="quiet"),
        Line(f"{saying.name(patient)} – {number}", 8.5, strong=True),
        Line(f"lahir {slips.born(patient, chart)}", 6.5),
        Line(one.name, 7.5, strong=True, lines=2),
    )


def _how(dosage: dosing.Element, *, is_external: bool) -> tuple[Block, ...]:
    told = dosing.plain(dosage)
    words = told if len(told) <= MOST else f"{told[: MOST - len(ASK)].rstrip()}{ASK}"
    use = Line(words, 10.5 if len(words) < 60 else 8, strong=True, align="center", lines=2 if len(words) < 60 else 3)
    if is_external:
        return (use, Space(1.5), Line(EXTERNAL, 10, align="center", tone="external", filled=True))
    taken = dosing.daytimes(dosage)
    boxes = "   ".join(f"{TICKED if name in taken else OPEN} {name}" for name in dosing.DAYTIMES)
    advice = [dosing.MEAL_WORDS[dosing.meal(dosage)], "HABISKAN" if dosing.is_to_be_finished(dosage) else ""]
    return (
        use,
        Space(0.6),
        Line(boxes, 8, align="center"),
        Line(" · ".join(part for part in advice if part), 8.5, strong=True, align="center"),
    )


KIND = Kind(
    "etiket",
    Text("Medicine labels", "Etiket Obat"),
    "Encounter",
    (Read("MedicationRequest", "encounter"),),
    sheet,
    coding=("", "Etiket obat"),
    archived=False,
    signed=False,
    options=("copies",),
)
