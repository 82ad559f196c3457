"""An AuditEvent in words that a patient understands: who, what, and for what. Pure.

https://hl7.org/fhir/R4/auditevent.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exports import saying
from exports.chart import Chart, name_of
from exports.composition import categories
from fhir_server.messages import Resource

EMERGENCY = "BTG"
TYPE = re.compile(r"[A-Z][A-Za-z]+")
DOCUMENT = re.compile(r"[?&]document=([a-z-]{1,40})")
SELF = "Anda sendiri"
RECORD = "rekam medis"
ROLES = {
    "dokter": "Dokter",
    "perawat": "Perawat",
    "bidan": "Bidan",
    "farmasi": "Farmasi",
    "laboratorium": "Laboratorium",
    "radiologi": "Radiologi",
    "pmik": "Perekam medis",
    "pendaftaran": "Pendaftaran",
    "kasir": "Kasir",
    "manajemen": "Manajemen",
    "it": "Teknologi informasi",
    "pasien": "Pasien",
    "wali": "Wali",
    "sistem": "Sistem",
}
PURPOSES = {
    "TREAT": "Perawatan pasien",
    "HOPERAT": "Administrasi rumah sakit",
    "HPAYMT": "Pembayaran",
    "HSYSADMIN": "Pemeliharaan sistem",
    "PATRQT": "Permintaan pasien",
    "PWATRNY": "Permintaan wali",
    EMERGENCY: "KEADAAN DARURAT",
}
VERBS = {
    "read": "melihat",
    "vread": "melihat riwayat perubahan",
    "history-instance": "melihat riwayat perubahan",
    "history-type": "melihat riwayat perubahan",
    "history-system": "melihat riwayat perubahan",
    "search-type": "melihat",
    "search-system": "melihat",
    "create": "menambahkan",
    "update": "mengubah",
    "patch": "mengubah",
    "delete": "menghapus",
    "operation": "membuka",
    "transaction": "menyimpan beberapa",
}
WHOLE = {
    "110127": "membuka rekam medis dalam keadaan darurat",
    "110138": "menutup rekam medis yang dibuka dalam keadaan darurat",
    "110106": "mengekspor rekam medis",
    "110107": "memasukkan data dari sistem lain",
    "AuthZ-Consent": "memutuskan izin bagi aplikasi",
    "110122": "masuk ke sistem",
    "110123": "keluar dari sistem",
}
"""Codes that say it all by themselves."""

OPERATIONS = {
    "$everything": "melihat seluruh rekam medis",
    "$summary": "melihat ringkasan rekam medis",
    "$export": "mengekspor rekam medis",
    "$pdf": "mencetak dokumen",
    "$issue": "menerbitkan dokumen",
    "$sign": "menandatangani dokumen",
    "$document": "membuka dokumen rekam medis",
}
THINGS: Mapping[str, str] = {
    "Patient": "data diri",
    "RelatedPerson": "data keluarga",
    "Encounter": "data kunjungan",
    "EpisodeOfCare": "data perawatan berkelanjutan",
    "Appointment": "janji temu",
    "Task": "nomor antrean atau tugas",
    "Observation": "hasil pemeriksaan",
    "DiagnosticReport": "laporan hasil pemeriksaan",
    "ImagingStudy": "hasil radiologi",
    "Specimen": "data sampel laboratorium",
    "Condition": "diagnosis",
    "Procedure": "tindakan medis",
    "MedicationRequest": "resep obat",
    "MedicationDispense": "penyerahan obat",
    "MedicationAdministration": "pemberian obat",
    "MedicationStatement": "riwayat obat",
    "AllergyIntolerance": "catatan alergi",
    "Immunization": "catatan imunisasi",
    "FamilyMemberHistory": "riwayat penyakit keluarga",
    "ServiceRequest": "permintaan pemeriksaan atau rujukan",
    "CarePlan": "rencana perawatan",
    "ClinicalImpression": "penilaian klinis",
    "NutritionOrder": "diet",
    "Composition": "resume medis",
    "DocumentReference": "dokumen",
    "Binary": "berkas dokumen",
    "Consent": "persetujuan",
    "Coverage": "data penjamin biaya",
    "Account": "tagihan",
    "ChargeItem": "tagihan",
    "Invoice": "tagihan",
    "Communication": "pesan",
    "QuestionnaireResponse": "isian formulir",
    "AuditEvent": "riwayat akses",
    "Provenance": "asal-usul data",
}
MOST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Access:
    """`who`: with the role; `purpose`: for what; `is_emergency`: beyond what this person usually sees."""

    at: datetime
    who: str
    what: str
    purpose: str
    is_emergency: bool


def access(event: Resource, chart: Chart) -> Access:
    agents: list[Mapping[str, Any]] = event.get("agent", [])
    actor = next((one for one in agents if one.get("requestor")), agents[0] if agents else {})
    codes = categories(dict(actor), "purposeOfUse")
    purpose = next((PURPOSES[code] for code in codes if code in PURPOSES), "")
    is_emergency = EMERGENCY in codes or "110127" in categories_of(event)
    return Access(chart.moment(event["recorded"]), _who(actor, chart), _what(event), purpose, is_emergency)


def categories_of(event: Resource) -> set[str]:
    """The codes of its type and subtypes: these are Codings."""
    rows = [event.get("type", {}), *event.get("subtype", ())]
    return {str(row.get("code")) for row in rows}


def _who(actor: Mapping[str, Any], chart: Chart) -> str:
    """dr. Siti Aminah (Dokter); of whom nothing was read, the account."""
    who = actor.get("who", {})
    if name_of(who, chart.base) == chart.focus:
        return SELF
    found = chart.get(who)
    name = saying.name(found) if found is not None else str(who.get("display") or "Tidak dikenal")
    role = next((str(one["text"]) for one in actor.get("role", ()) if one.get("text")), "")
    return f"{name} ({ROLES.get(role, role)})" if role else name


def _what(event: Resource) -> str:
    codes, address = categories_of(event), _address(event)
    told = next((words for code, words in WHOLE.items() if code in codes), "")
    told = told or _operation(address) or f"{_verb(codes)} {_thing(address)}"
    outcome = {"4": " – ditolak", "8": " – gagal"}.get(str(event.get("outcome")), "")
    notes = [str(one["text"]) for one in event.get("purposeOfEvent", ()) if one.get("text")]
    note = f", alasan: {' '.join(notes[0].split())[:MOST_NOTE]}" if notes else ""
    return (f"mencoba {told}" if outcome else told) + note + outcome


def _address(event: Resource) -> str:
    """What was asked for: of a resource Type/id, of a search its address and query."""
    for entity in event.get("entity", ()):
        if categories_of({"type": entity.get("type", {})}) == {"1"}:
            continue
        if url := entity.get("what", {}).get("reference"):
            return str(url)
        if entity.get("description"):
            return str(entity["description"])
    patients = (str(one.get("what", {}).get("reference", "")) for one in event.get("entity", ()))
    return next((one for one in patients if one), "")


def _operation(address: str) -> str:
    path = address.partition("?")[0]
    found = next((words for code, words in OPERATIONS.items() if path.endswith(code)), "")
    document = DOCUMENT.search(address)
    return f"{found}: {document[1].replace('-', ' ')}" if found and document else found


def _verb(codes: set[str]) -> str:
    return next((words for code, words in VERBS.items() if code in codes), "membuka")


def _thing(address: str) -> str:
    """Of a compartment, such as Patient/1/Observation, what is inside."""
    path = address.partition("?")[0].partition("/_history")[0]
    types = [part for part in path.split("/")[::2] if TYPE.fullmatch(part)]
    return THINGS.get(types[-1], RECORD) if types else RECORD
