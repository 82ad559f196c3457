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
from exports.units import Language
from fhir_server.messages import Resource
from resources.issues import Text

EMERGENCY = "BTG"
LINK, ANYBODY = "tautan", "umum"
"""The roles of who was given a link to a summary, and of who came without an account, by the code of a booking."""

TYPE = re.compile(r"[A-Z][A-Za-z]+")
DOCUMENT = re.compile(r"[?&]document=([a-z-]{1,40})")
SELF = Text("You yourself", "Anda sendiri")
WITHOUT_ACCOUNT = {
    LINK: Text("Who has the link that you gave", "Pemegang tautan yang Anda bagikan"),
    ANYBODY: Text("Somebody with your booking code", "Orang yang punya kode booking Anda"),
}
RECORD = Text("the record", "rekam medis")
ROLES = {
    "dokter": Text("Doctor", "Dokter"),
    "perawat": Text("Nurse", "Perawat"),
    "bidan": Text("Midwife", "Bidan"),
    "farmasi": Text("Pharmacy", "Farmasi"),
    "laboratorium": Text("Laboratory", "Laboratorium"),
    "radiologi": Text("Radiology", "Radiologi"),
    "pmik": Text("Medical records", "Perekam medis"),
    "pendaftaran": Text("Registration", "Pendaftaran"),
    "kasir": Text("Cashier", "Kasir"),
    "manajemen": Text("Management", "Manajemen"),
    "it": Text("Information technology", "Teknologi informasi"),
    "pasien": Text("Patient", "Pasien"),
    "wali": Text("Guardian", "Wali"),
    "sistem": Text("System", "Sistem"),
}
PURPOSES = {
    "TREAT": Text("Care of the patient", "Perawatan pasien"),
    "HOPERAT": Text("Hospital administration", "Administrasi rumah sakit"),
    "HPAYMT": Text("Payment", "Pembayaran"),
    "HSYSADMIN": Text("Maintenance of the system", "Pemeliharaan sistem"),
    "PATRQT": Text("Request of the patient", "Permintaan pasien"),
    "PWATRNY": Text("Request of the guardian", "Permintaan wali"),
    EMERGENCY: Text("EMERGENCY", "KEADAAN DARURAT"),
}
VERBS = {
    "read": Text("looked at", "melihat"),
    "vread": Text("looked at earlier versions of", "melihat riwayat perubahan"),
    "history-instance": Text("looked at earlier versions of", "melihat riwayat perubahan"),
    "history-type": Text("looked at earlier versions of", "melihat riwayat perubahan"),
    "history-system": Text("looked at earlier versions of", "melihat riwayat perubahan"),
    "search-type": Text("looked at", "melihat"),
    "search-system": Text("looked at", "melihat"),
    "create": Text("added", "menambahkan"),
    "update": Text("changed", "mengubah"),
    "patch": Text("changed", "mengubah"),
    "delete": Text("deleted", "menghapus"),
    "operation": Text("opened", "membuka"),
    "transaction": Text("saved several", "menyimpan beberapa"),
}
WHOLE = {
    "110127": Text("opened the record in an emergency", "membuka rekam medis dalam keadaan darurat"),
    "110138": Text(
        "closed the record that was opened in an emergency", "menutup rekam medis yang dibuka dalam keadaan darurat"
    ),
    "110106": Text("exported the record", "mengekspor rekam medis"),
    "110107": Text("brought in data of another system", "memasukkan data dari sistem lain"),
    "AuthZ-Consent": Text("decided about an app", "memutuskan izin bagi aplikasi"),
    "110136": Text(
        "ended the right of somebody to act for the patient", "mengakhiri hak seseorang untuk mewakili pasien"
    ),
    "110122": Text("signed in", "masuk ke sistem"),
    "110123": Text("signed out", "keluar dari sistem"),
}
"""Codes that say it all by themselves."""

OPERATIONS = {
    "$booking": Text("looked at bookings", "melihat pendaftaran"),
    "$live": Text("followed the queue", "mengikuti antrean"),
    "$timeline": Text("looked at the visits", "melihat riwayat kunjungan"),
    "$visit": Text("looked at a visit", "melihat satu kunjungan"),
    "$results": Text("looked at test results", "melihat hasil pemeriksaan"),
    "$vital-signs": Text("looked at vital signs", "melihat tanda vital"),
    "$medicines": Text("looked at the medicines", "melihat obat"),
    "$allergies": Text("looked at the allergies", "melihat alergi"),
    "$immunizations": Text("looked at the vaccinations", "melihat imunisasi"),
    "$coming": Text("looked at the next visits", "melihat kontrol berikutnya"),
    "$documents": Text("looked at the documents", "melihat daftar dokumen"),
    "$access": Text("looked at who opened the record", "melihat siapa yang membuka rekam medis"),
    "$consents": Text("looked at the consents", "melihat persetujuan"),
    "$links": Text("looked at links to the summary", "melihat tautan ringkasan"),
    "$proxies": Text("looked at who acts for the patient", "melihat siapa yang mewakili pasien"),
    "$requests": Text("looked at requests about the record", "melihat permintaan tentang rekam medis"),
    "$everything": Text("looked at the whole record", "melihat seluruh rekam medis"),
    "$summary": Text("looked at the summary of the record", "melihat ringkasan rekam medis"),
    "$export": Text("exported the record", "mengekspor rekam medis"),
    "$pdf": Text("printed a document", "mencetak dokumen"),
    "$issue": Text("issued a document", "menerbitkan dokumen"),
    "$sign": Text("signed a document", "menandatangani dokumen"),
    "$document": Text("opened a document of the record", "membuka dokumen rekam medis"),
}
THINGS: Mapping[str, Text] = {
    "Patient": Text("personal data", "data diri"),
    "RelatedPerson": Text("family data", "data keluarga"),
    "Encounter": Text("visits", "data kunjungan"),
    "EpisodeOfCare": Text("continuing care", "data perawatan berkelanjutan"),
    "Appointment": Text("appointments", "janji temu"),
    "Task": Text("queue numbers or tasks", "nomor antrean atau tugas"),
    "Observation": Text("results", "hasil pemeriksaan"),
    "DiagnosticReport": Text("reports of results", "laporan hasil pemeriksaan"),
    "ImagingStudy": Text("radiology", "hasil radiologi"),
    "Specimen": Text("laboratory samples", "data sampel laboratorium"),
    "Condition": Text("diagnoses", "diagnosis"),
    "Procedure": Text("procedures", "tindakan medis"),
    "MedicationRequest": Text("prescriptions", "resep obat"),
    "MedicationDispense": Text("medicines handed out", "penyerahan obat"),
    "MedicationAdministration": Text("medicines given", "pemberian obat"),
    "MedicationStatement": Text("history of medicines", "riwayat obat"),
    "AllergyIntolerance": Text("allergies", "catatan alergi"),
    "Immunization": Text("immunizations", "catatan imunisasi"),
    "FamilyMemberHistory": Text("illnesses in the family", "riwayat penyakit keluarga"),
    "ServiceRequest": Text("orders or referrals", "permintaan pemeriksaan atau rujukan"),
    "CarePlan": Text("care plans", "rencana perawatan"),
    "ClinicalImpression": Text("clinical assessments", "penilaian klinis"),
    "NutritionOrder": Text("diet", "diet"),
    "Composition": Text("discharge summaries", "resume medis"),
    "DocumentReference": Text("documents", "dokumen"),
    "Binary": Text("files of documents", "berkas dokumen"),
    "Consent": Text("consents", "persetujuan"),
    "Coverage": Text("insurance", "data penjamin biaya"),
    "Account": Text("bills", "tagihan"),
    "ChargeItem": Text("bills", "tagihan"),
    "Invoice": Text("bills", "tagihan"),
    "Communication": Text("messages", "pesan"),
    "QuestionnaireResponse": Text("forms", "isian formulir"),
    "AuditEvent": Text("the list of accesses", "riwayat akses"),
    "Provenance": Text("where data come from", "asal-usul data"),
}
UNKNOWN = Text("Unknown", "Tidak dikenal")
REASON = Text("reason", "alasan")
TRIED = Text("tried, in vain: ", "mencoba ")
OUTCOMES = {"4": Text("refused", "ditolak"), "8": Text("failed", "gagal")}
MOST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Access:
    """`who`: with the role; `purpose`: for what; `is_emergency`: beyond what this person usually sees."""

    at: datetime
    who: str
    what: str
    purpose: str
    is_emergency: bool


def access(event: Resource, chart: Chart, language: Language = "id") -> Access:
    actor = actor_of(event)
    codes = categories(dict(actor), "purposeOfUse")
    purpose = next((PURPOSES[code].in_language(language) for code in codes if code in PURPOSES), "")
    is_emergency = EMERGENCY in codes or "110127" in categories_of(event)
    who, what = _who(actor, chart, language), _what(event, language)
    return Access(chart.moment(event["recorded"]), who, what, purpose, is_emergency)


def actor_of(event: Resource) -> Mapping[str, Any]:
    """The agent who asked: a person, or a system that acts for itself."""
    agents: list[Mapping[str, Any]] = event.get("agent", [])
    return next((one for one in agents if one.get("requestor")), agents[0] if agents else {})


def account_of(event: Resource) -> str:
    """The account of who asked, or nothing."""
    return str(actor_of(event).get("who", {}).get("identifier", {}).get("value", ""))


def categories_of(event: Resource) -> set[str]:
    """The codes of its type and subtypes: these are Codings."""
    rows = [event.get("type", {}), *event.get("subtype", ())]
    return {str(row.get("code")) for row in rows}


def _who(actor: Mapping[str, Any], chart: Chart, language: Language) -> str:
    """dr. Siti Aminah (Dokter); of whom nothing was read, the account."""
    who = actor.get("who", {})
    if name_of(who, chart.base) == chart.focus:
        return SELF.in_language(language)
    found = chart.get(who)
    name = saying.name(found) if found is not None else str(who.get("display") or UNKNOWN.in_language(language))
    role = next((str(one["text"]) for one in actor.get("role", ()) if one.get("text")), "")
    if role in WITHOUT_ACCOUNT:
        return WITHOUT_ACCOUNT[role].in_language(language)
    told = ROLES[role].in_language(language) if role in ROLES else role
    return f"{name} ({told})" if role else name


def _what(event: Resource, language: Language) -> str:
    codes, address = categories_of(event), _address(event)
    whole = next((words.in_language(language) for code, words in WHOLE.items() if code in codes), "")
    told = whole or _operation(address, language) or f"{_verb(codes, language)} {_thing(address, language)}"
    outcome = OUTCOMES.get(str(event.get("outcome")))
    notes = [str(one["text"]) for one in event.get("purposeOfEvent", ()) if one.get("text")]
    reason = REASON.in_language(language)
    note = f", {reason}: {' '.join(notes[0].split())[:MOST_NOTE]}" if notes else ""
    if outcome is None:
        return told + note
    return f"{TRIED.in_language(language)}{told}{note} – {outcome.in_language(language)}"


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


def _operation(address: str, language: Language) -> str:
    path = address.partition("?")[0]
    found = next((words.in_language(language) for code, words in OPERATIONS.items() if path.endswith(code)), "")
    document = DOCUMENT.search(address)
    return f"{found}: {document[1].replace('-', ' ')}" if found and document else found


def _verb(codes: set[str], language: Language) -> str:
    return next((words for code, words in VERBS.items() if code in codes), VERBS["operation"]).in_language(language)


def _thing(address: str, language: Language) -> str:
    """Of a compartment, such as Patient/1/Observation, what is inside."""
    path = address.partition("?")[0].partition("/_history")[0]
    types = [part for part in path.split("/")[::2] if TYPE.fullmatch(part)]
    return (THINGS.get(types[-1], RECORD) if types else RECORD).in_language(language)
