"""The web services Antrean RS that Mobile JKN calls, without HTTP: each from what was sent to what is answered.

What is asked goes to the same clerk as bookings over FHIR. Source: the catalogue of BPJS Kesehatan.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from bookings import booking as bookings
from bookings import refusals
from bookings.arriving import Arrivals
from bookings.asking import Clerk, Wish
from bookings.booking import Booking
from bookings.session import Session
from bookings.standing import Line, Sitting
from bookings.ticket import queue
from bookings.watched import Watched
from exchange.bpjs import counting, dialect, looking_up, newcomer, record_numbers, surgery
from exchange.bpjs.dialect import Json, Rejected, answer
from exchange.bpjs.pharmacy import Pharmacy
from fhir_server.access import writable
from fhir_server.audit.events import Trail
from fhir_server.changes import Change
from fhir_server.errors import FhirError, Unavailable
from fhir_server.messages import FhirRequest, Resource
from fhir_server.persisting import persistently
from fhir_server.record import Record
from fhir_server.search.query import parse
from resources.booking import ONE_A_DAY, one_a_day
from resources.issues import Text
from resources.systems import BPJS_CARD, NIK

ATTEMPTS = 30
TOO_MANY = Text("Too many register at once: try again.", "Terlalu banyak pendaftaran: coba lagi.")
PATH = ("bpjs", "antrean")

Service = Callable[[Record, Json], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Antrean:
    """`organization`: the hospital's number in its identifier systems; `pharmacy`: where medicine is waited for;
    `early`: how many minutes before the session patients should come."""

    clerk: Clerk
    arrivals: Arrivals
    organization: str
    pharmacy: Pharmacy
    early: int = 60
    _registering: asyncio.Lock = field(default_factory=asyncio.Lock)

    def services(self) -> Mapping[str, Service]:
        """By the last part of their address."""
        return {
            "statusantrean": self.status,
            "ambilantrean": self.take,
            "sisaantrean": self.left,
            "batalantrean": self.cancel,
            "checkinantrean": self.check_in,
            "pasienbaru": self.register,
            "jadwaloperasirs": self.operations,
            "jadwaloperasipasien": self.own_operations,
            "ambilantreanfarmasi": self.take_at_pharmacy,
            "statusantreanfarmasi": self.status_at_pharmacy,
        }

    async def answer(self, name: str, sent: Json, record: Record, address: str = "") -> Json:
        """Returns once the journal tells of it. `name`: of a service. Raises FhirError."""
        watched = record.watched(trail(name, address))
        try:
            told = await self.services()[name](watched, sent)
        except FhirError as error:
            if error.status != Unavailable.status:
                await watched.note(error.status, reason=error.issues[0].code)
            raise
        await watched.note()
        return told

    async def status(self, record: Record, sent: Json) -> Json:
        """statusantrean: how a session stands."""
        session = await self._session(record, sent, *await self._poli_and_day(sent))
        sitting, line = await self._standing(session)
        last = counting.called(line.tickets, session.id)
        return answer(
            {
                "namapoli": session.poli_name,
                "namadokter": session.doctor_name,
                "totalantrean": counting.total(sitting.bookings),
                "sisaantrean": counting.left(sitting.bookings, line.tickets),
                "antreanpanggil": last.ticket if last else "",
                **_places(session),
                "keterangan": session.reason if session.closed else "",
            }
        )

    async def take(self, record: Record, sent: Json) -> Json:
        """ambilantrean: a booking."""
        poli, day = await self._poli_and_day(sent)
        card, nik = dialect.card_of(sent), dialect.nik_of(sent)
        kind, referral = dialect.kind_of(sent), dialect.referral_of(sent)
        number, _ = dialect.text_of(sent, "norm"), dialect.text_of(sent, "nohp")
        patient = await looking_up.patient(record, self.clerk.hospital(), card, nik)
        looking_up.check_record_number(patient, number)
        url = f"Patient/{patient['id']}"
        await self._check_first(url, poli, day)
        session = await self._session(record, sent, poli, day)
        is_new = not await self._has_been_here(url)
        wish = Wish(session.id, url, payer="jkn", kind=kind, referral=referral, is_new=is_new)
        made = await self.clerk.make(record, "book", wish)
        booking = bookings.read(made.resource or {})
        assert booking is not None
        after = (await self._standing(session))[0].session
        return answer(self._booked(booking, after, looking_up.record_number(patient)))

    async def left(self, record: Record, sent: Json) -> Json:
        """sisaantrean: how many are in front."""
        booking = await self._booking(record, sent)
        if booking.status in ("cancelled", "noshow"):
            raise Rejected("Antrean Tidak Ditemukan atau Sudah Dibatalkan", status=404)
        watched = Watched(self.clerk.hospital)
        sitting = await watched.sitting(booking.session)
        session, tickets = sitting.session, (await watched.queue(queue(sitting.session.location, booking.day))).tickets
        left = counting.left_until(booking, sitting.bookings, tickets)
        last = counting.called(tickets, session.id)
        return answer(
            {
                "nomorantrean": booking.ticket,
                "namapoli": session.poli_name,
                "namadokter": session.doctor_name,
                "sisaantrean": left,
                "antreanpanggil": last.ticket if last else "",
                "waktutunggu": counting.seconds(session, left),
                "keterangan": dialect.SKIPPED if counting.is_skipped(booking, tickets) else "",
            }
        )

    async def cancel(self, record: Record, sent: Json) -> Json:
        """batalantrean."""
        booking, reason = await self._booking(record, sent), dialect.text_of(sent, "keterangan")
        await self.clerk.change(record, "cancel", booking, reason=reason)
        return answer()

    async def check_in(self, record: Record, sent: Json) -> Json:
        """checkinantrean; who has checked in already has."""
        booking = await self._booking(record, sent)
        dialect.check_moment(sent, self.clerk.clock())
        await self.arrivals.check_in(record, booking)
        return answer()

    async def register(self, record: Record, sent: Json) -> Json:
        """pasienbaru: a Patient with a new record number."""
        person = newcomer.read(sent, self._today())
        writable(record.caller, "Patient", "c")
        async with self._registering:
            number = await persistently(partial(self._register, record, person), TOO_MANY, ATTEMPTS)
        return answer({"norm": number}, dialect.COME_TO_ADMISSION)

    async def operations(self, record: Record, sent: Json) -> Json:
        """jadwaloperasirs."""
        since, until = dialect.day_of(sent, "tanggalawal"), dialect.day_of(sent, "tanggalakhir")
        return answer({"list": await surgery.between(record, self.clerk.hospital(), since, until)})

    async def own_operations(self, record: Record, sent: Json) -> Json:
        """jadwaloperasipasien."""
        card = dialect.card_of(sent, "nopeserta")
        return answer({"list": await surgery.of_patient(record, self.clerk.hospital(), card)})

    async def take_at_pharmacy(self, record: Record, sent: Json) -> Json:
        """ambilantreanfarmasi."""
        return answer(await self.pharmacy.take(record, await self._booking(record, sent)))

    async def status_at_pharmacy(self, record: Record, sent: Json) -> Json:
        """statusantreanfarmasi."""
        return answer(await self.pharmacy.status(record, await self._booking(record, sent)))

    def _today(self) -> date:
        return self.clerk.clock().astimezone(self.clerk.desk.rules.zone).date()

    async def _poli_and_day(self, sent: Json) -> tuple[str, date]:
        poli = dialect.poli_of(sent)
        await looking_up.check_poli(self.clerk.hospital(), self.organization, poli)
        return poli, dialect.visit_day(sent, self._today())

    async def _session(self, record: Record, sent: Json, poli: str, day: date) -> Session:
        wanted = poli, dialect.doctor_of(sent), day, dialect.hours_of(sent)
        return await looking_up.session(record, self.clerk, self.organization, wanted)

    async def _booking(self, record: Record, sent: Json) -> Booking:
        code = ("identifier", dialect.booking_of(sent))
        documents = await looking_up.seen(record, self.clerk.hospital(), "Appointment", (code,))
        found = next((one for row in documents if (one := bookings.read(row["resource"])) is not None), None)
        if found is None:
            raise refusals.unknown()
        return found

    async def _standing(self, session: Session) -> tuple[Sitting, Line]:
        watched = Watched(self.clerk.hospital)
        day = session.day(self.clerk.desk.rules.zone)
        return await watched.sitting(session.id), await watched.queue(queue(session.location, day))

    async def _check_first(self, patient: str, poli: str, day: date) -> None:
        """The official order tells of this before it tells that the session is closed; it is judged again when the
        booking is written."""
        key = f"{ONE_A_DAY}|{one_a_day(patient, poli, day.isoformat())}"
        if await self.clerk.hospital().gather("Appointment", {"keys": key}, [{"$limit": 1}]):
            raise Rejected(dialect.ONCE_A_DAY, status=409)

    async def _has_been_here(self, patient: str) -> bool:
        """Whether the patient has had a visit; who has not goes to the loket first."""
        visits = parse("Encounter", (("subject", patient), ("status:not", "cancelled,entered-in-error")))
        return await self.clerk.hospital().count(visits, most=1) > 0

    def _booked(self, booking: Booking, session: Session, number: str) -> Json:
        assert booking.expected is not None
        return {
            "nomorantrean": booking.ticket,
            "angkaantrean": booking.number,
            "kodebooking": booking.code,
            "norm": number,
            "namapoli": session.poli_name,
            "namadokter": session.doctor_name,
            "estimasidilayani": dialect.milliseconds(booking.expected),
            **_places(session),
            "keterangan": f"Peserta harap {self.early} menit lebih awal guna pencatatan administrasi.",
        }

    async def _register(self, record: Record, person: newcomer.Newcomer) -> str:
        hospital = self.clerk.hospital()
        theirs = {"keys": {"$in": [f"{NIK}|{person.nik}", f"{BPJS_CARD}|{person.card}"]}}
        if await hospital.gather("Patient", theirs, [{"$limit": 1}]):
            raise Rejected(dialect.REGISTERED, status=409)
        number, counted = await record_numbers.following(hospital, self.organization)
        patient: Resource = newcomer.patient(person, number, self.organization, next(self.clerk.ids))
        await hospital.carry_out([record.errand([Change.create(patient), counted])])
        return number


def trail(name: str, address: str) -> Trail:
    """What the journal says of a request: which service, and from where; nothing of what was sent."""
    return Trail(f"${name}", FhirRequest("POST", (*PATH, name), address=address))


def _places(session: Session) -> Json:
    return {
        "sisakuotajkn": session.jkn.left,
        "kuotajkn": session.jkn.capacity,
        "sisakuotanonjkn": session.umum.left,
        "kuotanonjkn": session.umum.capacity,
    }
