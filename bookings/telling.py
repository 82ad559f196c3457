"""What the hospital tells patients whose session changes: a Communication each, which later channels send.

https://hl7.org/fhir/R4/communication.html
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bookings.booking import Booking
from bookings.replanning import Notice
from bookings.session import Session
from fhir_server.messages import Resource

CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
ADVICE = "Bila waktu ini tidak sesuai, silakan jadwalkan ulang atau batalkan lewat aplikasi atau loket pendaftaran."


def communication(notice: Notice, zone: ZoneInfo) -> Resource:
    """In preparation until a channel has sent it; about the booking, and the one in whose place it is."""
    about = dict.fromkeys((notice.booking.url, notice.before.url))
    found: Resource = {
        "resourceType": "Communication",
        "status": "preparation",
        "category": [{"coding": [{"system": CATEGORY, "code": "notification", "display": "Notification"}]}],
        "subject": {"reference": notice.booking.patient},
        "recipient": [{"reference": notice.booking.patient}],
        "about": [{"reference": url} for url in about],
        "payload": [{"contentString": message(notice, zone)}],
    }
    if notice.reason:
        found["reasonCode"] = [{"text": notice.reason}]
    return found


def message(notice: Notice, zone: ZoneInfo) -> str:
    """In Bahasa: what changed, and what to do."""
    return _TEXTS[notice.what](notice, zone)


def _cancelled(notice: Notice, zone: ZoneInfo) -> str:
    referral = " Rujukan Anda tetap dapat dipakai." if notice.before.referral else ""
    return (
        f"Praktik {_practice(notice.session_before, zone)} ditiadakan ({notice.reason}). {_booking(notice.before)} "
        "dibatalkan oleh rumah sakit. Silakan pilih jadwal lain lewat aplikasi atau loket pendaftaran; "
        f"pembatalan ini tidak mengurangi hak Anda.{referral}"
    )


def _moved(notice: Notice, zone: ZoneInfo) -> str:
    return (
        f"Praktik {_practice(notice.session_before, zone)} ditiadakan ({notice.reason}). {_booking(notice.before)} "
        f"dipindahkan ke {_doctor(notice.session)}, pukul {_hours(notice.session, zone)}: "
        f"{_named(notice.booking)}{_due(notice.booking, zone)}. {ADVICE}"
    )


def _changed(notice: Notice, zone: ZoneInfo) -> str:
    return (
        f"Jadwal praktik {_practice(notice.session_before, zone)} berubah: {_doctor(notice.session)}, "
        f"pukul {_hours(notice.session, zone)}. {_booking(notice.before)} tetap berlaku"
        f"{_due(notice.booking, zone)}. {ADVICE}"
    )


_TEXTS = {"cancelled": _cancelled, "moved": _moved, "changed": _changed}


def _practice(session: Session, zone: ZoneInfo) -> str:
    day = session.day(zone)
    date = f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{_doctor(session)} di Poli {session.poli_name} pada {date} pukul {_hours(session, zone)}"


def _doctor(session: Session) -> str:
    return session.doctor_name or "dokter"


def _hours(session: Session, zone: ZoneInfo) -> str:
    return f"{_clock(session.start, zone)}-{_clock(session.end, zone)} {session.start.astimezone(zone):%Z}"


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H.%M}"


def _booking(booking: Booking) -> str:
    what = {"waitlist": "Daftar tunggu Anda", "pending": "Tempat yang Anda pesan"}.get(booking.status, "Booking Anda")
    return f"{what} ({_named(booking)})"


def _named(booking: Booking) -> str:
    number = f"nomor antrean {booking.ticket}, " if booking.ticket else ""
    return f"{number}kode booking {booking.code}"


def _due(booking: Booking, zone: ZoneInfo) -> str:
    if booking.expected is None or booking.number is None:
        return ""
    return f", perkiraan dilayani pukul {_clock(booking.expected, zone)}"
