"""How a booking stands now and what the patient does next, in words. Pure, but for the live view of the queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bookings.booking import Booking
from bookings.ledger import RESCHEDULED
from bookings.live import Live
from bookings.rules import Rules
from bookings.session import Session
from exports.wording import clock
from fhir_server.record import Record
from portal.visit import Visit
from resources.issues import Text

TRAVELS = (15, 30, 60, 120)
"""Minutes from home to the hospital, to choose from."""

USUAL_TRAVEL = 30
SPARE = timedelta(minutes=15)
ROUND = timedelta(minutes=5)
NEAR = 3
"""Who has so many in front stays near."""

BADGES = {
    "pending": (Text("Not confirmed yet", "Belum dipastikan"), "watch"),
    "waitlist": (Text("On the waiting list", "Dalam daftar tunggu"), "watch"),
    "booked": (Text("Booked", "Sudah terdaftar"), "good"),
    "waiting": (Text("Waiting", "Menunggu"), "info"),
    "skipped": (Text("Passed over", "Terlewat"), "bad"),
    "called": (Text("Called", "Dipanggil"), "watch"),
    "served": (Text("Being seen", "Sedang dilayani"), "good"),
    "completed": (Text("Done here", "Selesai di sini"), "good"),
    "arrived": (Text("Checked in", "Sudah lapor masuk"), "good"),
    "fulfilled": (Text("Visit over", "Kunjungan selesai"), ""),
    "cancelled": (Text("Cancelled", "Dibatalkan"), "bad"),
    "noshow": (Text("Did not come", "Tidak datang"), "bad"),
}
DONE = {
    "served": Text("You are being seen now.", "Anda sedang dilayani."),
    "completed": Text(
        "You are done here. The staff tell you where to go next.", "Sudah selesai di sini. Ikuti arahan petugas."
    ),
    "arrived": Text("You have checked in. Wait to be called.", "Anda sudah lapor masuk. Tunggu panggilan."),
    "fulfilled": Text("The visit is over. Get well soon.", "Kunjungan sudah selesai. Semoga lekas sehat."),
    "noshow": Text(
        "You did not come to this visit. Book again if you need it.",
        "Anda tidak datang pada kunjungan ini. Silakan daftar lagi bila perlu.",
    ),
    "pending": Text("This booking is not confirmed yet.", "Pendaftaran ini belum dipastikan."),
    "waitlist": Text(
        "You are on the waiting list. When there is a place, it is kept for you: look here again.",
        "Anda dalam daftar tunggu. Bila ada tempat, kami simpan untuk Anda: lihat lagi di sini.",
    ),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`state`: of the ticket, or of the booking; `ticket`: the number that is called; `place`, `counter`: where;
    `ahead`: how many are called before; `called`: the number called last there; `expected`: when it is likely to be
    one's turn; `is_live`: it changes by itself, and is followed."""

    state: str
    ticket: str
    place: str
    counter: str = ""
    ahead: int | None = None
    called: str = ""
    expected: datetime | None = None
    is_live: bool = False


def planned(booking: Booking, session: Session) -> Standing:
    """Of a booking of another day, or that is over."""
    due = booking.expected if booking.status == "booked" else None
    return Standing(booking.status, booking.ticket, session.location_name, expected=due)


async def standing(visit: Visit, booking: Booking, session: Session, record: Record) -> Standing:
    """As it is now. `record`: of whoever looks, for the journal. Raises FhirError."""
    if booking.day != visit.now.date() or booking.status not in ("booked", "arrived"):
        return planned(booking, session)
    live: Live = visit.request.state.live
    topic = await live.ticket(booking.code, record)
    view: dict[str, Any] = msgspec.json.decode(topic.view.shown)
    if view["status"] != booking.status:
        return planned(booking, session)
    expected = datetime.fromisoformat(view["expected"]) if view["expected"] else None
    return Standing(
        view["state"],
        view["ticket"] or booking.ticket,
        view["name"] or session.location_name,
        view["counter"],
        view["ahead"],
        view["called"],
        expected,
        is_live=True,
    )


def advice(found: Standing, booking: Booking, session: Session, rules: Rules, *, now: datetime) -> Text:
    """What to do now, in one or two sentences."""
    if found.state == "cancelled":
        return _ended(booking)
    if found.state in DONE:
        return DONE[found.state]
    return _ADVICE[found.state](found, session, rules, now)


def _ended(booking: Booking) -> Text:
    if booking.reason == RESCHEDULED:
        return Text("This booking was moved to another session.", "Pendaftaran ini dipindah ke jadwal lain.")
    return Text(
        "This booking was cancelled. Book again if you need it.",
        "Pendaftaran ini dibatalkan. Silakan daftar lagi bila perlu.",
    )


def _booked(found: Standing, session: Session, rules: Rules, now: datetime) -> Text:
    opens, zone = session.start - rules.check_in, rules.zone
    if session.closed:
        return Text("This session does not take place. Choose another.", "Jadwal ini tidak jadi. Pilih jadwal lain.")
    if now < opens:
        return Text(
            f"On the day, check in at the kiosk or the desk, from {clock(opens, zone)}.",
            f"Pada harinya, lapor masuk di anjungan atau loket, mulai {clock(opens, zone)}.",
        )
    return Text(
        "Check in at the kiosk or the desk when you arrive.", "Begitu tiba, lapor masuk dulu di anjungan atau loket."
    )


def _waiting(found: Standing, session: Session, rules: Rules, now: datetime) -> Text:
    place = found.place
    if found.ahead == 0:
        return Text(f"You are next. Stay at {place}.", f"Anda berikutnya. Tunggu di depan {place}.")
    if found.ahead is not None and found.ahead <= NEAR:
        return Text(f"Almost your turn. Stay near {place}.", f"Sebentar lagi giliran Anda. Tetap di dekat {place}.")
    return Text(f"Wait at {place} to be called.", f"Tunggu panggilan di {place}.")


def _called(found: Standing, session: Session, rules: Rules, now: datetime) -> Text:
    where = f"{found.place}, {found.counter}" if found.counter else found.place
    return Text(f"It is your turn. Come to {where} now.", f"Giliran Anda. Silakan masuk ke {where} sekarang.")


def _skipped(found: Standing, session: Session, rules: Rules, now: datetime) -> Text:
    return Text(
        f"You were called and not there. Tell the staff at {found.place} now.",
        f"Anda tadi dipanggil dan belum datang. Segera lapor ke petugas di {found.place}.",
    )


_ADVICE: dict[str, Callable[[Standing, Session, Rules, datetime], Text]] = {
    "booked": _booked,
    "waiting": _waiting,
    "called": _called,
    "skipped": _skipped,
}


def leave(expected: datetime, travel: int, now: datetime) -> datetime | None:
    """When to leave home to be there SPARE before one's turn, rounded down to ROUND; None where it is now. `travel`:
    minutes."""
    at = expected - timedelta(minutes=travel) - SPARE
    at -= timedelta(minutes=at.minute % (ROUND // timedelta(minutes=1)), seconds=at.second, microseconds=at.microsecond)
    return at if at > now else None
