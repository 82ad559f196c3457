"""Riwayat akses: who has opened a patient's record, when and for what; for the patient.

The same act of the same person on one day is one row, with how often it happened: one look at a screen asks for many
things at once. https://hl7.org/fhir/R4/auditevent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from exports import options, wording
from exports.chart import Chart, name_of, references
from exports.documents.accesses import Access, access
from exports.gathering import Further
from exports.making import Kind, Making, letter, told
from exports.options import Options
from exports.sheet import Block, Column, Fields, Paragraph, Row, Sheet, Space, Table
from fhir_server.messages import Parameters
from resources.issues import Text

YEAR = timedelta(days=365)
EARLIEST = date(2000, 1, 1)
ABOUT = (
    "Daftar ini memuat siapa saja yang membuka atau mengubah rekam medis Anda di rumah sakit ini, kapan, dan untuk "
    "apa. Yang terbaru berada di atas."
)
ASK = (
    "Bila ada yang tidak Anda kenali atau tidak Anda pahami, tanyakan kepada bagian rekam medis atau petugas "
    "pelindungan data pribadi rumah sakit."
)
NOBODY = "Tidak ada akses yang tercatat pada periode ini."
COLUMNS = (Column("Waktu", 1.5), Column("Siapa", 2.7), Column("Yang dilakukan", 3.5), Column("Tujuan", 1.9))


@dataclass(frozen=True, slots=True)
class Acts:
    """What one person did on one day, one or several times: the first, the last, how many."""

    first: Access
    last: Access
    count: int


def settled(asked: Options, today: date) -> Options:
    """The period: what was asked for, else the 12 months until today. Raises InvalidParameter."""
    within = (today - EARLIEST).days
    until = options.day({"to": today.isoformat(), **asked}, "to", EARLIEST, within)
    since = options.day({"from": (until - YEAR).isoformat(), **asked}, "from", EARLIEST, (until - EARLIEST).days)
    return {**asked, "from": since.isoformat(), "to": until.isoformat()}


def sheet(making: Making) -> Sheet:
    """Raises InvalidParameter."""
    period = settled(making.options, making.today)
    since, until = (date.fromisoformat(period[name]) for name in ("from", "to"))
    events = [one for one in _of_patient(making.chart) if since <= one.at.date() <= until]
    emergencies = sum(one.is_emergency for one in events)
    summary = (
        ("Periode", f"{wording.long_date(since)} sampai {wording.long_date(until)}"),
        ("Jumlah akses", f"{len(events)} kali, oleh {len({one.who for one in events})} orang atau sistem"),
        ("Dalam keadaan darurat", f"{emergencies} kali" if emergencies else "Tidak ada"),
    )
    table: list[Block] = [Table(COLUMNS, tuple(_rows(events)))] if events else []
    blocks = [Paragraph(ABOUT), Space(1), Fields(summary), *told(table, NOBODY), Space(2), Paragraph(ASK)]
    return letter(KIND, making, blocks)


def _of_patient(chart: Chart) -> list[Access]:
    """What was done with this record, or by this patient."""
    events = chart.of("AuditEvent")
    return [
        access(one, chart) for one in events if chart.focus in {name_of(row, chart.base) for row in references(one)}
    ]


def _rows(events: Iterable[Access]) -> Iterator[Row]:
    """Day by day, the newest first."""
    newest = sorted(events, key=lambda one: one.at, reverse=True)
    for day, of_day in groupby(newest, key=lambda one: one.at.date()):
        yield Row((f"{wording.day_name(day)}, {wording.long_date(day)}",), "group")
        for acts in _joined(of_day):
            one = acts.last
            what = f"{one.what} ({acts.count} kali)" if acts.count > 1 else one.what
            yield Row((_times(acts), one.who, what, one.purpose), "critical" if one.is_emergency else "")


def _joined(events: Iterable[Access]) -> Iterable[Acts]:
    """Of one day, the newest first."""
    found: dict[tuple[str, str, str, bool], Acts] = {}
    for one in events:
        key = one.who, one.what, one.purpose, one.is_emergency
        known = found.get(key)
        found[key] = Acts(one, known.last, known.count + 1) if known else Acts(one, one, 1)
    return found.values()


def _times(acts: Acts) -> str:
    """08.31–15.02"""
    first, last = f"{acts.first.at:%H.%M}", f"{acts.last.at:%H.%M}"
    return first if first == last else f"{first}–{last}"


def _asked(chart: Chart) -> Parameters:
    since, until = chart.options["from"], chart.options["to"]
    return (("patient", chart.focus), ("date", f"ge{since}"), ("date", f"le{until}"))


KIND = Kind(
    "riwayat-akses",
    Text("Who opened my record", "Riwayat Akses Rekam Medis"),
    "Patient",
    (Further("AuditEvent", _asked, needed=True),),
    sheet,
    coding=("", "Riwayat akses rekam medis"),
    also=("RelatedPerson", "Person"),
    signed=False,
    options=("from", "to"),
    settled=settled,
)
