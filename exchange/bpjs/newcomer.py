"""Info pasien baru: who registers from Mobile JKN, as it is sent and as it lies in a Patient. Pure.

https://hl7.org/fhir/R4/patient.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.bpjs.dialect import Rejected, card_of, code_of, day_of, nik_of, text_of
from fhir_server.messages import Resource
from resources.systems import ADMINISTRATIVE_CODE, BPJS_CARD, KK, MRN_PREFIX, NIK

GENDERS = {"L": "male", "P": "female", "l": "male", "p": "female"}
GENDER = re.compile(r"[LlPp]")
BIRTH = "Lahir "

PLACE = {
    "alamat": "Alamat",
    "kodeprop": "Kode Propinsi",
    "namaprop": "Nama Propinsi",
    "kodedati2": "Kode Dati 2",
    "namadati2": "Nama Dati 2",
    "kodekec": "Kode Kecamatan",
    "namakec": "Nama Kecamatan",
    "kodekel": "Kode Kelurahan",
    "namakel": "Nama Kelurahan",
    "rw": "RW",
    "rt": "RT",
}
"""Field -> what the messages name it, in the order of the checks."""

LEVELS = (("province", "kodeprop", 2), ("city", "kodedati2", 4), ("district", "kodekec", 6), ("village", "kodekel", 10))
"""The codes of areas of the Ministry of Home Affairs: each begins with the one above."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """`family`: the number of the family card (KK); `gender`: of FHIR; `place`: the fields of PLACE."""

    card: str
    nik: str
    family: str
    name: str
    gender: str
    born: date
    phone: str
    place: Mapping[str, str]


def read(sent: Mapping[str, Any], today: date) -> Newcomer:
    """In the order of the official table. Raises Rejected for the first that is wrong."""
    _check_filled(sent, "nomorkartu", "Nomor Kartu")
    card = card_of(sent)
    _check_filled(sent, "nik", "NIK")
    nik = nik_of(sent)
    family = _filled(sent, "nomorkk", "Nomor KK")
    name = _filled(sent, "nama", "Nama")
    gender = GENDERS.get(code_of(sent, "jeniskelamin", GENDER) or "")
    if gender is None:
        raise Rejected("Jenis Kelamin Belum Dipilih")
    _check_filled(sent, "tanggallahir", "Tanggal Lahir")
    born = day_of(sent, "tanggallahir", BIRTH)
    if born > today:
        raise Rejected("Tanggal Lahir Tidak Boleh Melebihi Hari Ini")
    phone = text_of(sent, "nohp")
    place = {field: _filled(sent, field, label) for field, label in PLACE.items()}
    return Newcomer(card, nik, family, name, gender, born, phone, place)


def _filled(sent: Mapping[str, Any], name: str, label: str) -> str:
    _check_filled(sent, name, label)
    return text_of(sent, name)


def _check_filled(sent: Mapping[str, Any], name: str, label: str) -> None:
    value = sent.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        raise Rejected(f"{label} Belum Diisi")


def patient(newcomer: Newcomer, number: str, organization: str, id: str) -> Resource:
    """`number`: of the medical record (norm)."""
    rows = (
        (NIK, newcomer.nik),
        (MRN_PREFIX + organization, number),
        (BPJS_CARD, newcomer.card),
        (KK, newcomer.family),
    )
    found: Resource = {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"use": "official", "system": system, "value": value} for system, value in rows],
        "active": True,
        "name": [{"use": "official", "text": newcomer.name}],
        "gender": newcomer.gender,
        "birthDate": newcomer.born.isoformat(),
        "address": [_address(newcomer.place)],
    }
    if newcomer.phone:
        found["telecom"] = [{"system": "phone", "value": newcomer.phone, "use": "mobile"}]
    return found


def _address(place: Mapping[str, str]) -> Resource:
    parts = {**dict(_areas(place)), "rt": place["rt"], "rw": place["rw"]}
    return {
        "use": "home",
        "type": "both",
        "line": [place["alamat"], f"RT {place['rt']} RW {place['rw']}, {place['namakel']}"],
        "city": place["namadati2"],
        "district": place["namakec"],
        "state": place["namaprop"],
        "country": "ID",
        "extension": [
            {
                "url": ADMINISTRATIVE_CODE,
                "extension": [{"url": name, "valueCode": code} for name, code in parts.items()],
            }
        ],
    }


def _areas(place: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """BPJS has codes of its own for areas as well: those are not the ministry's, and end the list."""
    above = ""
    for name, field, digits in LEVELS:
        code = place[field].replace(".", "")
        if not (code.isascii() and code.isdigit() and len(code) == digits and code.startswith(above)):
            return
        yield name, code
        above = code
