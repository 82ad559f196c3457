"""Surat keterangan sehat: what an examination found, and whether somebody is well, for a purpose."""

from __future__ import annotations

from exports import options, saying, wording
from exports.chart import name_of
from exports.documents import letters
from exports.gathering import Read
from exports.making import Kind, Making, signature
from exports.measurements import DIASTOLIC, SYSTOLIC
from exports.sheet import Big, Block, Fields, Paragraph, Sheet, Signatures
from fhir_server.messages import Resource
from resources.issues import Text

RESULTS = {"": "SEHAT / TIDAK SEHAT *)", "sehat": "SEHAT", "tidak-sehat": "TIDAK SEHAT"}
STRIKE_OUT = "*) Coret yang tidak perlu."
COLOUR_VISION = ("buta warna", "color vision", "colour vision", "color blindness", "ishihara")
"""Words by which a test of colour vision is known: its codes differ from hospital to hospital."""


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a visit that has not taken place, InvalidParameter."""
    chart, encounter = making.chart, making.chart.about
    letters.held(encounter)
    paper = options.one_of(making.options, "paper", "a4", "a5")
    result = _result(making)
    purpose = options.words(making.options, "purpose") or letters.to_fill(making)
    day = wording.long_date(letters.visit_day(making, encounter))
    hospital = making.letterhead.name
    (doctor,) = letters.attending(chart)
    blocks: list[Block] = [
        Paragraph(f"Yang bertanda tangan di bawah ini, dokter pada {hospital}, menerangkan bahwa:"),
        Fields(letters.identity(making, *letters.occupation(making))),
        Paragraph(f"telah menjalani pemeriksaan kesehatan pada tanggal {day}, dengan hasil:"),
        Fields(tuple((label, value or letters.to_fill(making)) for label, value in _measures(making))),
        Paragraph("dan dinyatakan dalam keadaan"),
        Big(RESULTS[result], 15),
        Fields((("untuk keperluan", purpose),)),
        Paragraph("Demikian surat keterangan ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya."),
        Signatures((signature(making, doctor, "Dokter yang memeriksa"),)),
    ]
    return letters.drawn_up(KIND, making, blocks if result else [*blocks, Paragraph(STRIKE_OUT, "small")], paper)


def _result(making: Making) -> str:
    """Left open only where a pen can strike out the one or the other."""
    result = options.one_of(making.options, "result", "", "sehat", "tidak-sehat")
    if not result and letters.to_fill(making):
        raise options.missing(
            "result", Text("Say whether the person is well.", "Sebutkan hasilnya: sehat atau tidak-sehat.")
        )
    return result


def _measures(making: Making) -> tuple[tuple[str, str], ...]:
    """What was measured at this visit; the blood group of whenever it was."""
    chart = making.chart
    known = letters.observations(chart)
    here = [one for one in known if name_of(one.get("encounter"), chart.base) == chart.focus]
    return (
        ("Berat badan", _value(here, "29463-7", "3141-9")),
        ("Tinggi badan", _value(here, "8302-2", "8308-9")),
        ("Tekanan darah", _pressure(here)),
        ("Nadi", _value(here, "8867-4")),
        ("Golongan darah", _blood_group(known)),
        ("Buta warna", _colour_vision(here)),
    )


def _value(observations: list[Resource], *codes: str) -> str:
    found = letters.newest(observations, *codes)
    return saying.observed(found) if found is not None else ""


def _pressure(observations: list[Resource]) -> str:
    found = [letters.newest(observations, code) for code in (SYSTOLIC, DIASTOLIC)]
    values = [
        wording.decimal(one["valueQuantity"]["value"])
        for one in found
        if one and "value" in one.get("valueQuantity", {})
    ]
    return f"{values[0]}/{values[1]} mmHg" if len(values) == 2 else ""


def _blood_group(observations: list[Resource]) -> str:
    group, rhesus = _value(observations, "883-9", "882-1"), _value(observations, "10331-7")
    return f"{group}, rhesus {rhesus}" if group and rhesus else group


def _colour_vision(observations: list[Resource]) -> str:
    for one in reversed(observations):
        names = [
            one.get("code", {}).get("text"),
            *(row.get("display") for row in one.get("code", {}).get("coding", ())),
        ]
        if any(word in str(name).casefold() for name in names if name for word in COLOUR_VISION):
            return saying.observed(one)
    return ""


KIND = Kind(
    "surat-sehat",
    Text("Medical certificate of health", "Surat Keterangan Sehat"),
    "Encounter",
    (letters.DOCTORS, Read("Observation", "encounter"), letters.LASTING),
    sheet,
    number=("SKSH", "YANMED"),
    coding=("", "Surat keterangan sehat"),
    signers=letters.attending,
    options=("purpose", "result", "occupation", "paper"),
)
