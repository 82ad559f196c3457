"""The words of the web services Antrean RS: what is sent, what is answered, and what is said of a mistake. Pure.

Source: catalogue of the web services "Antrean RS" of BPJS Kesehatan, with the messages of its acceptance test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bookings.refusals import Refused
from fhir_server.errors import FhirError
from resources.issues import Text

Json = dict[str, Any]
OK, FAILED, UNKNOWN_PATIENT = 200, 201, 202

MOST_TEXT = 500
MOST_DIGITS = 15
MOST_AHEAD = timedelta(days=1)
"""A check-in may be told so much before it happens by our clock: clocks differ."""

CARD, NIK = re.compile(r"[0-9]{13}"), re.compile(r"[0-9]{16}")
CODE = re.compile(r"[A-Za-z0-9-]{1,40}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOURS = re.compile(r"([0-9]{2}:[0-9]{2}) ?- ?([0-9]{2}:[0-9]{2})")
KINDS = range(1, 5)

WRONG_CREDENTIALS = "Username atau Password Tidak Sesuai"
EXPIRED = "Token Expired"
NO_POLI = "Poli Tidak Ditemukan"
NOT_FOUND = "Antrean Tidak Ditemukan"
PAST = "Tanggal Periksa Tidak Berlaku"
ONCE_A_DAY = "Nomor Antrean Hanya Dapat Diambil 1 Kali Pada Tanggal Yang Sama"
NO_PATIENT = "Data pasien ini tidak ditemukan, silahkan Melakukan Registrasi Pasien Baru"
REGISTERED = "Data Peserta Sudah Pernah Dientrikan"
COME_TO_ADMISSION = "Harap datang ke admisi untuk melengkapi data rekam medis"
WRONG_CARD = "Format Nomor Kartu Tidak Sesuai"
WRONG_NIK = "Format NIK Tidak Sesuai"
RANGE = "Tanggal Akhir Tidak Boleh Lebih Kecil dari Tanggal Awal"
OTHER_PERSON = "Nomor Kartu dan NIK Tidak Sesuai Dengan Data Rekam Medis, Silahkan Konfirmasi ke Loket Pendaftaran"
OTHER_RECORD = "Nomor Rekam Medis Tidak Sesuai Dengan Nomor Kartu dan NIK, Silahkan Konfirmasi ke Loket Pendaftaran"
SKIPPED = "Nomor antrean Anda telah terlewati. Silakan hubungi petugas poli."


class Rejected(FhirError):
    """In the words of BPJS. `number`: the code of the answer."""

    status = 422
    code = "business-rule"

    def __init__(self, message: str, number: int = FAILED, *, status: int = 422) -> None:
        super().__init__(Text(message, message))
        self.number = number
        self.status = status


def answer(response: Json | None = None, message: str = "Ok", number: int = OK) -> Json:
    """The envelope."""
    told: Json = {"metadata": {"message": message, "code": number}}
    return told if response is None else {"response": response, **told}


def refusal(error: FhirError) -> Json:
    """Our own rules in the words of BPJS where it has its own, else in Bahasa."""
    message = error.issues[0].text.id
    if isinstance(error, Refused):
        number = UNKNOWN_PATIENT if error.rule == "no-patient" else FAILED
        return answer(None, error.official or message, number)
    return answer(None, message, error.number if isinstance(error, Rejected) else FAILED)


def no_schedule(doctor: str = "") -> Rejected:
    name = f"{doctor} " if doctor else ""
    return Rejected(
        f"Jadwal Dokter {name}Tersebut Belum Tersedia, Silahkan Reschedule Tanggal dan Jam Praktek Lainnya", status=404
    )


def wrong_day(label: str = "") -> Rejected:
    """`label`: "Lahir " of the date of birth."""
    return Rejected(f"Format Tanggal {label}Tidak Sesuai, format yang benar adalah yyyy-mm-dd")


def text_of(sent: Mapping[str, Any], name: str) -> str:
    """ "" where it is missing or null. Raises Rejected."""
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Rejected(f"{name} Harus Berupa Teks")
    if len(value) > MOST_TEXT:
        raise Rejected(f"{name} Terlalu Panjang")
    return value.strip()


def number_of(sent: Mapping[str, Any], name: str) -> int | None:
    """A whole number, also one that is written as text; None for anything else."""
    value = sent.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS:
        return int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**MOST_DIGITS
    return value if is_number else None


def code_of(sent: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str | None:
    """A text of this form, with the spaces around it taken off; None for anything else."""
    value = sent.get(name)
    text = value.strip() if isinstance(value, str) else ""
    return text if form.fullmatch(text) else None


def day_of(sent: Mapping[str, Any], name: str, label: str = "") -> date:
    """`label`: as of `wrong_day`. Raises Rejected."""
    value = sent.get(name)
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise wrong_day(label)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong_day(label) from None


def booking_of(sent: Mapping[str, Any]) -> str:
    """The kodebooking. Raises Rejected."""
    code = code_of(sent, "kodebooking", CODE)
    if code is None:
        raise Rejected(NOT_FOUND, status=404)
    return code


def poli_of(sent: Mapping[str, Any]) -> str:
    """Raises Rejected."""
    code = code_of(sent, "kodepoli", CODE)
    if code is None:
        raise Rejected(NO_POLI, status=404)
    return code


def doctor_of(sent: Mapping[str, Any]) -> int:
    """Raises Rejected."""
    code = number_of(sent, "kodedokter")
    if code is None:
        raise no_schedule()
    return code


def visit_day(sent: Mapping[str, Any], today: date) -> date:
    """Raises Rejected."""
    day = day_of(sent, "tanggalperiksa")
    if day < today:
        raise Rejected(PAST)
    return day


def hours_of(sent: Mapping[str, Any]) -> str:
    """08:00-12:00; "" where it is something else, which is nobody's schedule."""
    found = HOURS.fullmatch(code_of(sent, "jampraktek", HOURS) or "")
    return f"{found[1]}-{found[2]}" if found else ""


def card_of(sent: Mapping[str, Any], name: str = "nomorkartu") -> str:
    """Raises Rejected."""
    card = code_of(sent, name, CARD)
    if card is None:
        raise Rejected(WRONG_CARD)
    return card


def nik_of(sent: Mapping[str, Any]) -> str:
    """Raises Rejected."""
    nik = code_of(sent, "nik", NIK)
    if nik is None:
        raise Rejected(WRONG_NIK)
    return nik


def kind_of(sent: Mapping[str, Any]) -> int:
    """Raises Rejected."""
    kind = number_of(sent, "jeniskunjungan")
    if kind is None or kind not in KINDS:
        raise Rejected("Jenis Kunjungan Tidak Sesuai")
    return kind


def referral_of(sent: Mapping[str, Any]) -> str:
    """Raises Rejected."""
    referral = text_of(sent, "nomorreferensi")
    if not referral:
        raise Rejected("Nomor Referensi Belum Diisi")
    return referral


def check_moment(sent: Mapping[str, Any], now: datetime) -> None:
    """The `waktu` of a check-in, in milliseconds: our own clock counts, but a time far ahead is a mistake. Raises
    Rejected."""
    moment = number_of(sent, "waktu")
    if moment is None or moment > milliseconds(now + MOST_AHEAD):
        raise Rejected("Waktu Checkin Tidak Sesuai")


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)
