"""Why a booking is refused: which rule, what the person can do; and the words of BPJS, where it has its own.

The words: validation messages of the web services Antrean RS of BPJS Kesehatan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fhir_server.errors import FhirError
from resources.issues import Issue, Text


class Refused(FhirError):
    """`rule`: the name of the rule; `official`: what BPJS calls it, else "". Nothing was changed."""

    status = 422
    code = "business-rule"

    def __init__(self, rule: str, text: Text, *, official: str = "", status: int = 422) -> None:
        super().__init__(text)
        self.rule = rule
        self.official = official
        self.status = status
        self.issues = (Issue("error", self.code, text, rule=rule),)


def _refused(rule: str, official: str, advice: str, english: str, *, status: int = 422) -> Refused:
    """`official` in the words of BPJS, `advice` goes on in Bahasa."""
    end = "" if official.endswith("!") else "."
    return Refused(rule, Text(english, f"{official}{end} {advice}".strip()), official=official, status=status)


def no_session() -> Refused:
    return _refused(
        "no-session",
        "Jadwal Dokter Tersebut Belum Tersedia, Silahkan Reschedule Tanggal dan Jam Praktek Lainnya",
        "Lihat jadwal yang tersedia dan pilih sesi lain.",
        "There is no such session: look for the sessions there are, and choose another.",
        status=404,
    )


def closed(reason: str) -> Refused:
    why = f" ({reason})" if reason else ""
    return _refused(
        "closed",
        "Pendaftaran ke Poli Ini Sedang Tutup",
        f"Sesi ini ditutup{why}; pilih sesi atau tanggal lain.",
        f"This session is closed{why}: choose another session or date.",
    )


def past() -> Refused:
    return _refused(
        "past",
        "Tanggal Periksa Tidak Berlaku",
        "Sesi ini sudah lewat; pilih tanggal lain.",
        "This session is over: choose another date.",
    )


def too_early(days: int) -> Refused:
    return Refused(
        "too-early",
        Text(
            f"Sessions are booked at most {days} days ahead: choose an earlier date, or book later.",
            f"Booking paling awal {days} hari sebelumnya. Pilih tanggal yang lebih dekat, atau booking kemudian.",
        ),
    )


def too_late(poli: str, until: datetime) -> Refused:
    return _refused(
        "too-late",
        f"Pendaftaran Ke Poli {poli} Sudah Tutup Jam {until:%H:%M}",
        "Pilih sesi atau tanggal lain, atau datang ke loket pendaftaran.",
        f"Booking of this session ended at {until:%H:%M}: choose another session, or come to the registration desk.",
    )


def full(payer: str) -> Refused:
    return _refused(
        "full",
        "Jadwal tidak tersedia atau kuota penuh! Silahkan pilih tanggal lain!",
        f"Kuota {payer.upper()} sesi ini habis; pilih sesi lain atau masuk daftar tunggu.",
        f"The places for {payer} in this session are taken: choose another session, or join the waiting list.",
        status=409,
    )


def not_full() -> Refused:
    return Refused(
        "not-full",
        Text(
            "There are places left in this session: book one.",
            "Sesi ini masih memiliki tempat: silakan booking langsung.",
        ),
        status=409,
    )


def once_a_day() -> Refused:
    return _refused(
        "once-a-day",
        "Nomor Antrean Hanya Dapat Diambil 1 Kali Pada Tanggal Yang Sama",
        "Pasien sudah punya antrean di poli ini pada tanggal itu; pakai yang ada, atau jadwalkan ulang.",
        "The patient has a booking at this clinic on that day: use it, or reschedule it.",
        status=409,
    )


def referral_used() -> Refused:
    return _refused(
        "referral-used",
        "Anda sudah terdaftar dalam antrian menggunakan nomor referensi yang sama",
        "Batalkan antrean yang lama dahulu, atau pakai nomor rujukan lain.",
        "A live booking uses the same referral: cancel that first, or use another referral.",
        status=409,
    )


def referral_old(days: int) -> Refused:
    return Refused(
        "referral-old",
        Text(
            f"The referral will be older than {days} days on that date: ask for a new one, or choose an earlier date.",
            f"Rujukan lebih dari {days} hari pada tanggal itu. Minta rujukan baru, atau pilih tanggal lebih awal.",
        ),
    )


def not_yours() -> Refused:
    return Refused(
        "not-yours",
        Text(
            "Only the patient, their proxy or the registration desk may book for this patient.",
            "Hanya pasien, walinya, atau petugas pendaftaran yang boleh melakukan booking untuk pasien ini.",
        ),
        status=403,
    )


def may_not_overbook() -> Refused:
    return Refused(
        "overbooking",
        Text(
            "Only the registration desk books beyond the capacity, with a reason of 5 characters or more.",
            "Hanya petugas pendaftaran yang boleh melebihi kuota, dengan alasan paling sedikit 5 karakter.",
        ),
        status=403,
    )


def unknown() -> Refused:
    return _refused(
        "unknown",
        "Antrean Tidak Ditemukan",
        "Periksa kembali kode booking.",
        "There is no such booking: check the booking code.",
        status=404,
    )


def over() -> Refused:
    return _refused(
        "over",
        "Antrean Tidak Ditemukan atau Sudah Dibatalkan",
        "Antrean ini sudah dibatalkan atau selesai; buat booking baru bila perlu.",
        "This booking was cancelled or is over: make a new one if needed.",
        status=409,
    )


def being_served() -> Refused:
    return _refused(
        "being-served",
        "Pasien Sudah Dilayani, Antrean Tidak Dapat Dibatalkan",
        "Pasien sudah check-in; hubungi petugas loket.",
        "The patient has checked in: ask at the counter.",
        status=409,
    )


def visit_begun() -> Refused:
    return _refused(
        "being-served",
        "Pasien Sudah Dilayani, Antrean Tidak Dapat Dibatalkan",
        "Selesaikan nomor antreannya di titik layanan, atau tandai tidak hadir di sana.",
        "The patient has been served: finish the ticket at its service point, or mark it absent there.",
        status=409,
    )


def no_reason(characters: int) -> Refused:
    return Refused(
        "reason",
        Text(
            f"The patient has checked in: say why it is cancelled, in {characters} characters or more.",
            f"Pasien sudah check-in: tuliskan alasan pembatalan, paling sedikit {characters} karakter.",
        ),
    )


def cancel_too_late(minutes: int) -> Refused:
    return Refused(
        "cancel-too-late",
        Text(
            f"A booking can be changed until {minutes} minutes before the session: call the registration desk.",
            f"Booking dapat diubah sampai {minutes} menit sebelum sesi dimulai. Hubungi petugas pendaftaran.",
        ),
    )


def hold_over() -> Refused:
    return Refused(
        "hold-over",
        Text("The time to confirm is over: book again.", "Waktu konfirmasi sudah habis: silakan booking kembali."),
        status=409,
    )


def not_booked() -> Refused:
    return Refused(
        "not-booked",
        Text(
            "This booking is not confirmed yet: book it first.",
            "Booking ini belum dikonfirmasi: selesaikan booking dahulu.",
        ),
        status=409,
    )


def check_in_early(opens: datetime) -> Refused:
    return Refused(
        "check-in-early",
        Text(
            f"Check-in opens on {opens:%Y-%m-%d} at {opens:%H:%M}: come back then.",
            f"Check-in dibuka {opens:%d-%m-%Y} pukul {opens:%H.%M}: silakan kembali pada waktu itu.",
        ),
    )


def check_in_late() -> Refused:
    return _refused(
        "check-in-late",
        "Chekin Anda sudah expired. Silahkan konfirmasi ke loket pendaftaran",
        "",
        "The session is over: go to the registration desk.",
    )


def no_patient() -> Refused:
    return _refused(
        "no-patient",
        "Data pasien ini tidak ditemukan, silahkan Melakukan Registrasi Pasien Baru",
        "Daftarkan pasien dahulu di loket pendaftaran.",
        "There is no such patient who can book: register the patient first.",
        status=404,
    )


def no_such_priority(known: Iterable[str]) -> Refused:
    names = ", ".join(known)
    return Refused("priority", Text(f"The priority is one of {names}.", f"Prioritas adalah salah satu dari {names}."))
