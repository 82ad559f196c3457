"""Surat keterangan sakit: who was ill, and for how many days to rest. Of what is told only where that is asked for."""

from __future__ import annotations

from datetime import timedelta

from exports import options, wording
from exports.documents import letters
from exports.gathering import Read
from exports.making import Kind, Making, signature
from exports.sheet import Fields, Paragraph, Sheet, Signatures
from fhir_server.errors import NotFound
from resources.issues import Text

MOST_DAYS = 30
LATEST = 30
"""Days after the visit on which the rest may begin; it never begins before it."""

CLOSING = "Demikian surat keterangan ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya."


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a visit that has not taken place, InvalidParameter for days and dates that cannot be."""
    encounter = making.chart.about
    letters.held(encounter)
    paper = options.one_of(making.options, "paper", "a5", "a4")
    (doctor,) = letters.attending(making.chart)
    hospital = making.letterhead.name
    blocks = (
        Paragraph(f"Yang bertanda tangan di bawah ini, dokter pada {hospital}, menerangkan bahwa:"),
        Fields(letters.identity(making, *letters.occupation(making))),
        Paragraph(_finding(making)),
        Paragraph(CLOSING),
        Signatures((signature(making, doctor, "Dokter yang memeriksa"),)),
    )
    return letters.drawn_up(KIND, making, blocks, paper)


def _finding(making: Making) -> str:
    day = letters.visit_day(making, making.chart.about)
    days = options.number(making.options, "days", 1, MOST_DAYS)
    first = options.day(making.options, "from", day, LATEST)
    if days is None:
        raise options.missing("days", Text("Say for how many days.", "Sebutkan berapa hari istirahat."))
    last = first + timedelta(days=days - 1)
    span = f"mulai tanggal {wording.long_date(first)} sampai dengan tanggal {wording.long_date(last)}"
    return (
        f"Berdasarkan hasil pemeriksaan pada tanggal {wording.long_date(day)}, yang bersangkutan dalam keadaan sakit"
        f"{_diagnosis(making)} dan perlu istirahat selama {days} ({wording.in_words(days)}) hari, terhitung {span}."
    )


def _diagnosis(making: Making) -> str:
    """Nothing where it was not asked for: an employer is told no more than that somebody is ill."""
    if options.one_of(making.options, "diagnosis", "no", "yes") == "no":
        return ""
    found = letters.diagnoses(letters.of_visit(making.chart, making.chart.focus))
    if not found:
        raise NotFound(
            Text("No diagnosis of this visit can be read.", "Tidak ada diagnosis kunjungan ini yang dapat Anda baca."),
            expression="diagnosis",
        )
    return f" dengan diagnosis {', '.join(letters.diagnosis(one) for one in found)}"


KIND = Kind(
    "surat-sakit",
    Text("Medical certificate of illness", "Surat Keterangan Sakit"),
    "Encounter",
    (letters.DOCTORS, Read("Condition", "encounter"), letters.LASTING),
    sheet,
    number=("SKS", "YANMED"),
    coding=("", "Surat keterangan sakit"),
    signers=letters.attending,
    options=("days", "from", "diagnosis", "occupation", "paper"),
)
