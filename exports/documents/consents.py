"""What the forms of consent have in common: who decides for a patient, boxes to tick, who signs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exports import saying, wording
from exports.chart import name_of
from exports.making import Making, birth
from exports.sheet import Signature
from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from resources.issues import Text

OF_AGE = 18
NOTHING = "\N{NO-BREAK SPACE}"
"""An empty line above a signature, so that those beside it stand at one height."""

SELF = "self"
BOX, TICKED = "\N{BALLOT BOX}", "\N{BALLOT BOX WITH CHECK}"
PATIENT = "Diri sendiri"
RELATIONS = {
    "MTH": "Ibu",
    "FTH": "Ayah",
    "PRN": "Orang tua",
    "SPS": "Suami/istri",
    "HUSB": "Suami",
    "WIFE": "Istri",
    "CHILD": "Anak",
    "SON": "Anak",
    "DAU": "Anak",
    "SIB": "Saudara kandung",
    "BRO": "Saudara kandung",
    "SIS": "Saudara kandung",
    "GRPRN": "Kakek/nenek",
    "GUARD": "Wali",
}
"""Codes of v3-RoleCode."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides for the patient: `resource`: that Patient or RelatedPerson, None where a pen is to write who it is;
    `relation`: in words."""

    resource: Resource | None
    relation: str = ""

    @property
    def name(self) -> str:
        return saying.name(self.resource) if self.resource is not None else ""


def decider(making: Making) -> Decider:
    """As it was asked for (option by: self, or the id of a RelatedPerson); else a grown patient decides alone, and for
    a child the first relative who is known. Raises InvalidParameter."""
    patient = making.chart.patient
    relatives = [one for one in making.chart.of("RelatedPerson") if _is_current(one, making)]
    asked = making.options.get("by")
    if asked == SELF or (asked is None and _is_grown(making)):
        return Decider(patient, PATIENT)
    if asked is None:
        return Decider(relatives[0], relation(relatives[0])) if relatives else Decider(None)
    found = next((one for one in relatives if one["id"] == asked.removeprefix("RelatedPerson/")), None)
    if found is None:
        raise InvalidParameter(
            Text(
                f"by is {SELF}, or the id of a RelatedPerson of this patient.",
                f"by adalah {SELF}, atau id RelatedPerson pasien ini.",
            ),
            expression="by",
        )
    return Decider(found, relation(found))


def relation(relative: Resource) -> str:
    """Ibu; what no code says, in its own words; nothing where it is not told."""
    for one in relative.get("relationship", ()):
        codes = (str(row.get("code")) for row in one.get("coding", ()))
        known = next((RELATIONS[code] for code in codes if code in RELATIONS), None)
        return known or saying.concept(one)
    return ""


def who_decides(making: Making, one: Decider) -> tuple[tuple[str, str], ...]:
    """The rows of whoever declares; what is not known is written by hand."""
    person = one.resource or {}
    born = birth(person, making.chart, making.today) if "birthDate" in person else ""
    gender = wording.gender(person["gender"]) if "gender" in person else ""
    address = saying.address(person)
    return (
        ("Nama", one.name),
        ("Tanggal lahir (umur)", born),
        ("Jenis kelamin", gender),
        ("Alamat", address if address != wording.DASH else ""),
        ("No. telepon", saying.telecom(person, "phone")),
        ("Hubungan dengan pasien", one.relation),
    )


def choice(chosen: bool | None, yes: str, no: str) -> str:
    """☑ Setuju   ☐ Tidak setuju; of what is not known neither is ticked."""
    marks = [TICKED if chosen is wanted else BOX for wanted in (True, False)]
    gap = "\N{NO-BREAK SPACE}" * 3
    return f"{marks[0]}\N{NO-BREAK SPACE}{yes}{gap} {marks[1]}\N{NO-BREAK SPACE}{no}"


def signed_by_hand(role: str, name: str = "", above: Sequence[str] = ()) -> Signature:
    return Signature((*above, role), name, ("Nama jelas dan tanda tangan",))


def _is_grown(making: Making) -> bool:
    """On the day of the document; nobody knows of a patient without a date of birth."""
    born = making.chart.day(making.chart.patient.get("birthDate"))
    if born is None:
        return False
    today = making.today
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= OF_AGE


def _is_current(relative: Resource, making: Making) -> bool:
    chart = making.chart
    is_his = name_of(relative.get("patient"), chart.base) == chart.patient_name
    return is_his and relative.get("active") is not False
