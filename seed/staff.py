"""The clinics (poli) of the demo hospital and the people who work in it: Practitioner, PractitionerRole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from fhir_server.messages import Resource
from resources.systems import IHS_PRACTITIONER, NIK, SIP, STR
from seed.elements import (
    KEMKES,
    ORGANIZATION,
    Element,
    concept,
    hl7,
    identifier,
    local_id,
    reference,
)
from seed.names import WOMEN

ODD, EVEN, WEEK = ("mon", "wed", "fri"), ("tue", "thu", "sat"), ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

POLI_SYSTEM = local_id("poli")
"""Clinics by the codes that BPJS uses for them."""

BPJS_DOCTOR = local_id("bpjs-dokter")
"""Doctors by the codes that BPJS uses for them."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """`code` is the BPJS code of the clinic, `doctors` are names with their title after the comma."""

    code: str
    name: str
    title: str
    doctors: tuple[str, ...]

    @property
    def label(self) -> str:
        return "IGD" if self.code == "EMG" else f"Poli {self.name}"


CLINICS = (
    Clinic("INT", "Penyakit Dalam", "Sp.PD", ("dr. Rahmawati Tengkawang", "dr. Hairil Bengkirai", "dr. Lejau Meranti")),
    Clinic("ANA", "Anak", "Sp.A", ("dr. Norjanah Anggrek", "dr. Yohanes Pesut")),
    Clinic("OBG", "Kebidanan dan Kandungan", "Sp.OG", ("dr. Hasnawati Gaharu", "dr. Martina Kuau")),
    Clinic("BED", "Bedah", "Sp.B", ("dr. Zaini Ulin", "dr. Baso Keruing")),
    Clinic("SAR", "Saraf", "Sp.N", ("dr. Endang Ramin",)),
    Clinic("JAN", "Jantung", "Sp.JP", ("dr. Kamaruddin Enggang",)),
    Clinic("PAR", "Paru", "Sp.P", ("dr. Suparmi Damar",)),
    Clinic("MAT", "Mata", "Sp.M", ("dr. Kristina Bekantan",)),
    Clinic("THT", "THT-KL", "Sp.THT-KL", ("dr. Sabran Mahoni",)),
    Clinic("KLT", "Kulit dan Kelamin", "Sp.DVE", ("dr. Rosmiati Rambai",)),
    Clinic("ORT", "Orthopedi", "Sp.OT", ("dr. Utuh Kapur",)),
    Clinic("IRM", "Rehabilitasi Medik", "Sp.KFR", ("dr. Sumiati Pandan",)),
    Clinic("JIW", "Jiwa", "Sp.KJ", ("dr. Masrani Belida",)),
    Clinic("GIG", "Gigi", "", ("drg. Noorlaila Nipah", "drg. Petrus Rotan")),
    Clinic("EMG", "Gawat Darurat", "", ("dr. Wahyu Cempedak", "dr. Bungan Kuala", "dr. Arifin Riam")),
)

OTHER_STAFF = (
    ("nurse", "Perawat rawat jalan", "Ns. Mariani Purun, S.Kep"),
    ("nurse", "Perawat gawat darurat", "Ns. Markus Sempaka, S.Kep"),
    ("nurse", "Perawat rawat inap", "Ns. Tri Kecubung, S.Kep"),
    ("nurse", "Perawat rawat inap", "Ns. Halimatus Sampan, S.Kep"),
    ("midwife", "Bidan", "Bdn. Darmawati Lembayung"),
    ("midwife", "Bidan", "Bdn. Usun Kantan"),
    ("laboratory", "Analis laboratorium", "Asnah Kelapa, A.Md.AK"),
    ("laboratory", "Dokter patologi klinik", "dr. Rusdi Mandau, Sp.PK"),
    ("radiology", "Dokter radiologi", "dr. Tenri Kelubut, Sp.Rad"),
    ("anaesthesia", "Dokter anestesi", "dr. Jalung Tanjung, Sp.An"),
    ("pharmacist", "Apoteker", "apt. Mahrita Enggang, S.Farm"),
    ("pharmacist", "Apoteker", "apt. Eko Pesut, S.Farm"),
)

_WOMEN = {given.split()[0] for given in chain.from_iterable(WOMEN.values())}
_HL7_ROLES = {"doctor": "Doctor", "nurse": "Nurse", "pharmacist": "Pharmacist"}


@dataclass(frozen=True, slots=True)
class Staff:
    """One practitioner with the role they work in. `kind` is a clinic's code or a kind of OTHER_STAFF."""

    kind: str
    practitioner: Resource
    role: Resource
    days: tuple[str, ...]

    @property
    def reference(self) -> Element:
        return reference(self.practitioner, self.practitioner["name"][0]["text"])


def doctors(clinic: Clinic, organization: Resource, location: Resource, first: int) -> list[Staff]:
    """Two doctors of a clinic take turns by weekday; the emergency department has one for each shift."""
    days = (WEEK,) if len(clinic.doctors) == 1 else (ODD, EVEN, ODD)
    staff = []
    for place, name in enumerate(clinic.doctors):
        work = EVERY_DAY if clinic.code == "EMG" else days[place]
        full = f"{name}, {clinic.title}" if clinic.title else name
        person = practitioner(first + place, full, clinic.name)
        staff.append(
            Staff(clinic.code, person, role(person, ("doctor", clinic.name), (organization, location), work), work)
        )
    return staff


def others(organization: Resource, location: Resource, first: int) -> list[Staff]:
    staff = []
    for place, (kind, text, name) in enumerate(OTHER_STAFF):
        person = practitioner(first + place, name, text)
        code = kind if kind in _HL7_ROLES else ("doctor" if name.startswith("dr.") else "other")
        staff.append(Staff(kind, person, role(person, (code, text), (organization, location), EVERY_DAY), EVERY_DAY))
    return staff


def practitioner(number: int, name: str, profession: str) -> Resource:
    resource: Resource = {
        "resourceType": "Practitioner",
        "id": f"nakes-{number:03d}",
        "identifier": [
            identifier(IHS_PRACTITIONER, f"N99{number:06d}"),
            identifier(NIK, f"640299{number % 28 + 1:02d}0180{9000 + number:04d}"),
        ],
        "active": True,
        "name": [{"use": "official", "text": name}],
        "telecom": [{"system": "phone", "value": f"+62840990{number:05d}", "use": "work"}],
        "gender": "female" if name.split(" ")[1] in _WOMEN or name.split(" ")[0] in _WOMEN else "male",
        "communication": [concept("urn:ietf:bcp:47", "id-ID", "Indonesian")],
    }
    if name.startswith("dr"):
        resource["identifier"].append(identifier(BPJS_DOCTOR, str(900_000 + number)))
        resource["qualification"] = [
            {
                "identifier": [identifier(STR, f"99{number:014d}")],
                "code": concept(f"{KEMKES}/v1-0302", "STR-KKI", text=f"Surat Tanda Registrasi, {profession}"),
            }
        ]
    return resource


def role(person: Resource, work: tuple[str, str], place: tuple[Resource, Resource], days: tuple[str, ...]) -> Resource:
    """`work` is an HL7 role code and the profession in words, `place` the organization and the location."""
    code, text = work
    known = hl7("practitioner-role", code, _HL7_ROLES[code]) if code in _HL7_ROLES else {}
    number = person["id"].removeprefix("nakes-")
    organization, location = place
    return {
        "resourceType": "PractitionerRole",
        "id": f"peran-{number}",
        "identifier": [identifier(SIP, f"99/{number}/SIP/{ORGANIZATION}")],
        "active": True,
        "practitioner": reference(person, person["name"][0]["text"]),
        "organization": reference(organization, organization["name"]),
        "code": [{**known, "text": text}],
        "specialty": [{"text": text}],
        "location": [reference(location, location["name"])],
        "availableTime": [{"daysOfWeek": list(days), "availableStartTime": "08:00:00", "availableEndTime": "14:00:00"}],
    }
