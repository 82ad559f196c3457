"""Why a booking was refused, in words for patients, where the hospital's own are for its staff."""

from __future__ import annotations

from collections.abc import Mapping

from fhir_server.errors import FhirError
from resources.issues import Text

PLAIN: Mapping[str, Text] = {
    "full": Text(
        "The last place has just been taken. Choose another session, or join the waiting list.",
        "Tempat terakhir baru saja terisi. Pilih jadwal lain, atau masuk daftar tunggu.",
    ),
    "not-full": Text("There is a place again. Choose it now.", "Sekarang ada tempat. Silakan pilih."),
    "closed": Text("This session does not take place. Choose another.", "Jadwal ini tidak jadi. Pilih jadwal lain."),
    "past": Text("This session is over. Choose another.", "Jadwal ini sudah lewat. Pilih jadwal lain."),
    "too-late": Text(
        "Booking from home is over for this session. Choose another, or come to the registration desk.",
        "Pendaftaran dari rumah untuk jadwal ini sudah tutup. Pilih jadwal lain, atau datang ke loket.",
    ),
    "once-a-day": Text(
        "There is a booking at this clinic on that day already. See My bookings.",
        "Sudah ada pendaftaran di poli ini pada hari itu. Lihat Pendaftaran saya.",
    ),
    "referral-used": Text(
        "This number is used in another booking. Cancel that one first, or use another number.",
        "Nomor ini sudah dipakai di pendaftaran lain. Batalkan yang itu dulu, atau pakai nomor lain.",
    ),
    "hold-over": Text(
        "The time to confirm is over. Choose a session again.",
        "Waktu untuk memastikan sudah habis. Pilih jadwal lagi.",
    ),
    "cancel-too-late": Text(
        "It is too late to change this here. Call the hospital, or come to the registration desk.",
        "Sudah terlalu dekat untuk diubah di sini. Telepon rumah sakit, atau datang ke loket.",
    ),
    "being-served": Text(
        "You have checked in. Ask at the registration desk.", "Anda sudah lapor masuk. Tanyakan kepada petugas loket."
    ),
    "over": Text("This booking is over already.", "Pendaftaran ini sudah selesai atau dibatalkan."),
    "no-session": Text("There is no such session. Choose another.", "Jadwal ini tidak ada. Pilih jadwal lain."),
    "idempotency-key": Text("Load this page again, please.", "Muat ulang halaman ini, lalu coba lagi."),
}
"""By the rule of the refusal."""


def plain(error: FhirError) -> Text:
    issue = error.issues[0]
    return PLAIN.get(issue.rule or "", issue.text)
