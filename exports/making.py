"""What a document is made from besides its chart, and what all documents have in common. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from exports import saying, wording
from exports.chart import Chart, when
from exports.gathering import Further, Read
from exports.sheet import Block, Letterhead, Paragraph, Sheet, Signature
from fhir_server.messages import Resource
from resources.issues import Text
from resources.systems import SIP

Language = Literal["id", "en"]
DRAFT = {"id": "DRAF", "en": "DRAFT"}


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that left the hospital: its number, the moment, the address at which anybody can check it; `signed`:
    for an electronic signature; `draft`: as it is shown until that signature is there; `anchored`: for a service that
    draws its picture where a character stands."""

    number: str
    at: datetime
    verify: str
    signed: bool = False
    draft: bool = False
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class Making:
    """`options`: what was asked for besides, by name; `printed_by`: who asked; `issued` None: a draft."""

    chart: Chart
    letterhead: Letterhead
    printed_by: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    language: Language = "id"
    issued: Issued | None = None

    @property
    def at(self) -> datetime:
        """The moment that the document speaks of: when it was issued, else the newest of its data."""
        if self.issued is not None:
            return self.issued.at.astimezone(self.chart.zone)
        stamps = (str(one.get("meta", {}).get("lastUpdated", "")) for one in self.chart.resources.values())
        moments = [datetime.fromisoformat(stamp) for stamp in stamps if stamp]
        return max(moments, default=datetime.fromtimestamp(0, self.chart.zone)).astimezone(self.chart.zone)

    @property
    def today(self) -> date:
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Kind:
    """A document of the hospital. `code`: its name in addresses; `type`: of the resource that it is about; `reads`,
    `also`: what is gathered for it; `sheet`: draws it up, raising errors.NotFound where there is nothing to print;
    `number`: the code and the unit in document numbers, none where it has no number; `coding`: LOINC code and display
    of its DocumentReference; `archived`: as PDF/A; `signed`: a signature makes it valid, until then it is a draft;
    `options`: names of what may be asked for besides; `settled`: these options on a day, with what was not asked for
    where reading depends on it, raising errors.InvalidParameter; `signers`: whose signatures are on it, as far as they
    are known: nobody else signs it electronically."""

    code: str
    title: Text
    type: str
    reads: Sequence[Read | Further]
    sheet: Callable[[Making], Sheet]
    number: tuple[str, str] | None = None
    coding: tuple[str, str] = ("", "")
    also: Sequence[str] = ()
    archived: bool = True
    signed: bool = True
    options: Sequence[str] = ()
    languages: Sequence[Language] = ("id",)
    settled: Callable[[Mapping[str, str], date], Mapping[str, str]] | None = None
    signers: Callable[[Chart], Sequence[Resource | None]] = lambda chart: ()


def letter(kind: Kind, making: Making, blocks: Sequence[Block], *, paper: str = "a4", title: str = "") -> Sheet:
    """A sheet with the letterhead, who it is about and its number; across it DRAF where a signature is needed and
    missing."""
    patient, issued, language = making.chart.patient, making.issued, making.language
    printed = {"id": "Dicetak oleh", "en": "Printed by"}[language]
    number = {"id": "Nomor", "en": "Number"}[language]
    state = {"id": "Keadaan data", "en": "Data as of"}[language]
    stamp = wording.date_and_time(making.at, making.chart.zone, language)
    remark = " · ".join([*([f"{printed} {making.printed_by}"] if making.printed_by else []), f"{state} {stamp}"])
    return Sheet(
        title or kind.title.in_language(language),
        tuple(blocks),
        paper=paper,
        number=f"{number} : {issued.number}" if issued is not None and issued.number else "",
        subject=subject(patient, making.chart, language),
        letterhead=making.letterhead,
        watermark=DRAFT[language] if kind.signed and (issued is None or issued.draft) else "",
        remark=remark,
        verify=issued.verify if issued is not None else "",
        made=making.at.isoformat(timespec="seconds"),
        author=making.letterhead.name,
        language=language,
        archived=kind.archived,
    )


def subject(patient: Resource, chart: Chart, language: Language = "id") -> str:
    """Siti Aminah · No. RM 00-12-34 · lahir 1 Januari 1980"""
    born, words = chart.day(patient.get("birthDate")), ("lahir", "No. RM") if language == "id" else ("born", "MRN")
    number = saying.record_number(patient)
    parts = [
        saying.name(patient),
        f"{words[1]} {wording.record_number(number)}" if number else "",
        f"{words[0]} {wording.long_date(born, language)}" if born else "",
    ]
    return " · ".join(part for part in parts if part)


def birth(patient: Resource, chart: Chart, at: date, language: Language = "id") -> str:
    """1 Januari 1980 (46 tahun)"""
    born = chart.day(patient.get("birthDate"))
    if born is None:
        return str(patient.get("birthDate", wording.DASH))
    return f"{wording.long_date(born, language)} ({wording.age(born, at, language)})"


def signature(making: Making, doctor: Resource | None, role: str, *, dated: bool = True) -> Signature:
    """Place and date, the role, the name and SIP; the QR code leads to where the signature is checked. Who signs for a
    doctor that is not known writes the name."""
    place = ", ".join(part for part in (making.letterhead.city, wording.long_date(making.today)) if part)
    permit = _permit(making.chart, doctor)
    return Signature(
        (*((place,) if dated else ()), role),
        saying.name(doctor) if doctor is not None else "",
        (f"SIP {permit}",) if permit else (),
        making.issued.verify if making.issued is not None and making.issued.signed else "",
    )


def _permit(chart: Chart, doctor: Resource | None) -> str:
    """The number of the permit to practise (SIP): it is given for a place of work, so that it may stand in the role."""
    works = [one for one in chart.of("PractitionerRole") if doctor and chart.get(one.get("practitioner")) is doctor]
    found = (saying.identifier(one, SIP, f"{SIP}/") for one in (doctor, *works))
    return next(filter(None, found), "")


def told(blocks: Sequence[Block], missing: str = "Tidak ada data.") -> Sequence[Block]:
    """The blocks, or a line that says that there is nothing: an empty section leaves open whether it was forgotten."""
    return blocks or (Paragraph(missing, "quiet"),)


def latest(resources: Sequence[Resource]) -> Resource | None:
    return max(resources, key=lambda resource: (when(resource), resource["id"]), default=None)
