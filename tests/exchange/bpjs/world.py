"""A small hospital that BPJS asks: a doctor with a session in two days, patients with cards, a pharmacy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from auth.policy import SYSTEM as SYSTEM_ROLE
from auth.policy import load as load_policy
from bookings import session as sessions
from bookings.reception import Reception
from bookings.session import Quota, Session
from exchange.bpjs.accounts import caller_of
from exchange.bpjs.antrean import Antrean
from exchange.bpjs.dialect import Json, refusal
from fhir_server.changes import Change
from fhir_server.errors import FhirError
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.store.store import Store
from resources.systems import BPJS_CARD, BPJS_DOCTOR_PREFIX, MRN_PREFIX, NIK, POLI_PREFIX
from tests.bookings.worlds import MORNING, ORGANIZATION, session
from tests.clock import Clock

ROLE = load_policy().roles[SYSTEM_ROLE]
DOCTOR = 12345
FARMASI = "Location/farmasi"
LOKET = "Location/loket-pendaftaran"
DAY = "2026-11-26"
HOURS = "08:00-12:00"

HELD: Json = {"kodepoli": "INT", "kodedokter": DOCTOR, "tanggalperiksa": DAY, "jampraktek": HOURS}


def card(number: int) -> str:
    return f"000123{number:07d}"


def nik(number: int) -> str:
    return f"640299010180{number:04d}"


def wish(number: int, **changes: Any) -> Json:
    """What patient `number` sends for a booking."""
    return {
        "nomorkartu": card(number),
        "nik": nik(number),
        "nohp": "084000000000",
        **HELD,
        "norm": f"{number:06d}",
        "jeniskunjungan": 1,
        "nomorreferensi": f"0001R0041126A{number:06d}",
        **changes,
    }


def newcomer(number: int, **changes: Any) -> Json:
    return {
        "nomorkartu": card(number),
        "nik": nik(number),
        "nomorkk": "6402990101800000",
        "nama": "Contoh Pasien Baru",
        "jeniskelamin": "P",
        "tanggallahir": "1980-01-01",
        "nohp": "084000000000",
        "alamat": "Jl. Contoh No. 1",
        "kodeprop": "64",
        "namaprop": "Kalimantan Timur",
        "kodedati2": "6402",
        "namadati2": "Kutai Kartanegara",
        "kodekec": "640205",
        "namakec": "Muara Badak",
        "kodekel": "6402052001",
        "namakel": "Badak Baru",
        "rw": "001",
        "rt": "013",
        **changes,
    }


def patient(number: int) -> Resource:
    rows = ((NIK, nik(number)), (BPJS_CARD, card(number)), (MRN_PREFIX + ORGANIZATION, f"{number:06d}"))
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [{"system": system, "value": value} for system, value in rows],
        "name": [{"text": f"Pasien Contoh {number}"}],
    }


def visited(number: int) -> Resource:
    """An earlier visit: this patient is not new."""
    return {
        "resourceType": "Encounter",
        "id": f"dulu-{number}",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/p{number}"},
        "period": {"start": "2026-01-05T01:00:00+00:00", "end": "2026-01-05T02:00:00+00:00"},
    }


def house() -> list[Resource]:
    """The doctor, the clinic's hours, the places."""
    poli = {"system": POLI_PREFIX + ORGANIZATION, "code": "INT", "display": "Penyakit Dalam"}
    places = ("ruang-int", "farmasi", "loket-pendaftaran")
    return [
        {
            "resourceType": "Practitioner",
            "id": "nakes-001",
            "identifier": [{"system": BPJS_DOCTOR_PREFIX + ORGANIZATION, "value": str(DOCTOR)}],
            "name": [{"text": "dr. Contoh"}],
        },
        {
            "resourceType": "Schedule",
            "id": "jadwal-001",
            "serviceType": [{"coding": [poli]}],
            "actor": [{"reference": "Practitioner/nakes-001"}],
        },
        *({"resourceType": "Location", "id": id, "name": id} for id in places),
    ]


@dataclass
class World:
    store: Store
    clock: Clock
    opened: Reception
    antrean: Antrean

    def record(self) -> Record:
        """Of BPJS."""
        return Record(self.store, caller_of("contoh", ROLE), self.hospital().site, clock=self.clock)

    def hospital(self) -> Record:
        return self.opened.clerk.hospital()

    async def ask(self, name: str, **sent: Any) -> Json:
        """The whole envelope."""
        try:
            return await self.antrean.answer(name, sent, self.record())
        except FhirError as error:
            return refusal(error)

    async def told(self, name: str, **sent: Any) -> tuple[int, str]:
        """Code and message."""
        metadata = (await self.ask(name, **sent))["metadata"]
        return metadata["code"], metadata["message"]

    async def take(self, number: int, **changes: Any) -> Json:
        """The response of a booking that is given."""
        found = await self.ask("ambilantrean", **wish(number, **changes))
        assert found["metadata"] == {"message": "Ok", "code": 200}
        response: Json = found["response"]
        return response

    async def put(self, *written: Resource) -> None:
        await self.hospital().commit([Change.update(one, one["id"]) for one in written])

    async def open(self, *held: Session, patients: int = 3) -> None:
        people = [make(number) for number in range(1, patients + 1) for make in (patient, visited)]
        await self.put(*house(), *people, *map(sessions.write, held or (session(),)))

    def on_the_day(self, minutes: float = -30) -> None:
        """So many minutes after the session begins."""
        self.clock.now = MORNING + timedelta(minutes=minutes)


def one_place() -> Session:
    return session(jkn=Quota(1))
