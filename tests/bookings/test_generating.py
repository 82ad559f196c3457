"""Sessions follow their schedules, bookings follow their sessions, and patients are told."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from auth.caller import SYSTEM
from bookings import booking as bookings
from bookings import session as sessions
from bookings.asking import Clerk
from bookings.booking import Booking
from bookings.desk import Desk
from bookings.generating import Planning, generate, generating, keep
from bookings.practice import Leave, with_hours, with_leaves
from bookings.refusals import Refused
from bookings.session import Session
from fhir_server.changes import Change
from fhir_server.ids import new_ids
from resources.registry import validate
from tests.bookings.conftest import Counter as Reception
from tests.bookings.schedules import THURSDAY, schedule
from tests.bookings.worlds import MORNING, session
from tests.journeys.booking_world import violations

SLOT = "jadwal-001-20261126-0800"
THIS_DAY = date(2026, 11, 26)
AWAY = Leave(THIS_DAY, THIS_DAY, "Dokter sakit")
TO_OTHER = replace(AWAY, move_to="Schedule/jadwal-002")


async def looked(reception: Reception) -> Counter[str]:
    return await generate(reception.clerk)


async def found(reception: Reception, id: str = SLOT) -> Session:
    read = sessions.read((await reception.record().read("Slot", id))["resource"])
    assert read is not None
    return read


async def booking(reception: Reception, id: str) -> Booking:
    read = bookings.read((await reception.record().read("Appointment", id))["resource"])
    assert read is not None
    return read


async def book(reception: Reception, patient: str, what: str = "$book", slot: str = SLOT, **values: Any) -> str:
    answer = await reception.ask(f"Appointment/{what}", SYSTEM, slot=slot, patient=f"Patient/{patient}", **values)
    assert answer.resource is not None
    return str(answer.resource["id"])


async def messages(reception: Reception) -> dict[str, str]:
    """Patient -> what they are told."""
    rows = await reception.record().gather("Communication", {})
    for row in rows:
        assert [issue for issue in validate(row["resource"]) if issue.severity == "error"] == []
        assert (row["resource"]["status"], row["compartments"]["Patient"]) == (
            "preparation",
            [row["resource"]["subject"]["reference"].removeprefix("Patient/")],
        )
    return {row["resource"]["subject"]["reference"]: row["resource"]["payload"][0]["contentString"] for row in rows}


@pytest.fixture
async def planned(reception: Reception) -> Reception:
    """With two doctors of one clinic, their sessions made, and three patients."""
    await reception.open()
    other = schedule("jadwal-002", "002", [replace(THURSDAY, start=time(9), letter="B", jkn=1, umum=1)])
    await reception.put(schedule(), other)
    assert await looked(reception) == Counter(made=12)
    return reception


@pytest.fixture
def no_violation(mongodb_uri: str, database_name: str) -> Any:
    def check() -> None:
        with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True) as client:
            assert violations(client[database_name], {}) == []

    return check


async def test_sessions_of_the_days_that_can_be_booked_and_a_week_more(planned: Reception) -> None:
    rows = await planned.record().gather("Slot", {})
    days = [MORNING.date() + timedelta(days=7 * week) for week in range(6)]
    assert {row["_id"] for row in rows} == {
        f"jadwal-{number}-{day:%Y%m%d}-{hour}" for day in days for number, hour in (("001", "0800"), ("002", "0900"))
    }
    assert await looked(planned) == Counter()
    planned.clock.pass_by(days=7)
    assert await looked(planned) == Counter(made=2)


async def test_what_the_hospital_made_by_hand_is_left_alone(planned: Reception) -> None:
    await planned.put(sessions.write(session("pagi")), sessions.write(session("sore", schedule="Schedule/tak-ada")))
    assert await looked(planned) == Counter()


async def test_two_processes_make_each_session_once(reception: Reception) -> None:
    await reception.open()
    await reception.put(*(schedule(f"jadwal-{number:03}", f"{number:03}") for number in range(1, 6)))
    counts = await asyncio.gather(*(looked(reception) for _ in range(4)))
    assert sum(counts, Counter()) == Counter(made=30)
    assert len(await reception.record().gather("Slot", {})) == 30


async def test_changed_hours_move_the_times_of_bookings(planned: Reception, no_violation: Any) -> None:
    first, second = await book(planned, "ani"), await book(planned, "budi", payer="jkn")
    await planned.put(schedule(hours=[replace(THURSDAY, start=time(10), end=time(13), minutes=15, letter="Z", jkn=5)]))
    assert await looked(planned) == Counter(changed=6, told=2)
    changed = await found(planned)
    assert (changed.start, changed.end) == (MORNING + timedelta(hours=2), MORNING + timedelta(hours=5))
    assert (changed.minutes, changed.letter, changed.jkn.capacity, changed.jkn.taken) == (15, "A", 5, 1)
    assert (await found(planned, "jadwal-001-20261203-0800")).letter == "Z"
    moved = await booking(planned, second)
    assert (moved.status, moved.ticket, moved.expected) == ("booked", "A-2", MORNING + timedelta(hours=2, minutes=15))
    appointment = (await planned.record().read("Appointment", second))["resource"]
    assert (appointment["minutesDuration"], appointment["end"]) == (15, "2026-11-26T02:30:00.000+00:00")
    told = await messages(planned)
    assert told["Patient/ani"] == (
        "Jadwal praktik dr. Contoh 001 di Poli Penyakit Dalam pada Kamis, 26 November 2026 pukul 08.00-12.00 WITA "
        "berubah: dr. Contoh 001, pukul 10.00-13.00 WITA. Booking Anda (nomor antrean A-1, kode booking "
        f"{(await booking(planned, first)).code}) tetap berlaku, perkiraan dilayani pukul 10.00. Bila waktu ini tidak "
        "sesuai, silakan jadwalkan ulang atau batalkan lewat aplikasi atau loket pendaftaran."
    )
    assert await looked(planned) == Counter()
    no_violation()


async def test_what_is_booked_while_sessions_change_is_counted(planned: Reception, no_violation: Any) -> None:
    """The sessions change one after the other, and are booked meanwhile."""
    await planned.put(schedule(hours=[replace(THURSDAY, start=time(9), umum=9)]))
    days = [THIS_DAY + timedelta(days=7 * week) for week in range(5)]

    async def books(patient: str) -> list[str]:
        return [await book(planned, patient, slot=f"jadwal-001-{day:%Y%m%d}-0800") for day in days[::-1]]

    looking = asyncio.ensure_future(looked(planned))
    rows = await asyncio.gather(*(books(patient) for patient in ("ani", "budi")))
    done = await looking
    assert done["changed"] == 6
    for place, day in enumerate(days[::-1]):
        tickets = {(await booking(planned, ids[place])).ticket for ids in rows}
        assert tickets == {"A-1", "A-2"}
        changed = await found(planned, f"jadwal-001-{day:%Y%m%d}-0800")
        assert (changed.start.hour, changed.issued, changed.umum.taken) == (1, 2, 2)
    no_violation()


async def test_a_few_minutes_are_no_news(planned: Reception) -> None:
    await book(planned, "ani")
    second = await book(planned, "budi")
    await planned.put(schedule(hours=[replace(THURSDAY, minutes=12)]))
    assert await looked(planned) == Counter(changed=6)
    assert (await booking(planned, second)).expected == MORNING + timedelta(minutes=12)


async def test_another_doctor_for_the_session(planned: Reception) -> None:
    id = await book(planned, "ani")
    await planned.put(schedule(doctor="009"))
    assert await looked(planned) == Counter(changed=6, told=1)
    appointment = (await planned.record().read("Appointment", id))["resource"]
    actors = [row["actor"]["reference"] for row in appointment["participant"]]
    assert actors == ["Patient/ani", "Practitioner/nakes-009", "Location/ruang-int"]
    assert "dr. Contoh 001" in (await messages(planned))["Patient/ani"]


async def test_more_places_go_to_who_waits(planned: Reception, no_violation: Any) -> None:
    slot = "jadwal-002-20261126-0900"
    await book(planned, "ani", slot=slot)
    waiting = await book(planned, "budi", "$waitlist", slot=slot)
    await planned.put(schedule("jadwal-002", "002", [replace(THURSDAY, start=time(9), letter="B", jkn=1, umum=2)]))
    assert await looked(planned) == Counter(changed=6)
    assert (await booking(planned, waiting)).status == "pending"
    assert (await found(planned, slot)).waiting == 0
    no_violation()


@pytest.mark.parametrize("how", ["hours", "leave", "active", "deleted"])
async def test_what_does_not_take_place_is_cancelled_and_told(planned: Reception, how: str, no_violation: Any) -> None:
    ids = {
        "ani": await book(planned, "ani", payer="jkn", referral="0123456789"),
        "budi": await book(planned, "budi", "$hold"),
    }
    if how == "deleted":
        await planned.record().commit([Change.delete("Schedule", "jadwal-001")])
    else:
        changed = {
            "hours": with_hours(schedule(), []),
            "leave": with_leaves(schedule(), [AWAY]),
            "active": schedule(active=False),
        }
        await planned.put(changed[how])
    assert await looked(planned) == Counter(closed=1 if how == "leave" else 6, cancelled=2, told=2)
    reason = "Dokter sakit" if how == "leave" else "Jadwal praktik dihapus"
    closed = await found(planned)
    assert (closed.closed, closed.reason, closed.issued) == (True, reason, 1)
    assert (closed.jkn.taken, closed.umum.taken) == (0, 0)
    for id in ids.values():
        assert (await booking(planned, id)).status == "cancelled"
    appointment = (await planned.record().read("Appointment", ids["ani"]))["resource"]
    assert (appointment["cancelationReason"]["coding"][0]["code"], appointment["cancelationReason"]["text"]) == (
        "prov",
        reason,
    )
    told = await messages(planned)
    assert f"ditiadakan ({reason})" in told["Patient/ani"]
    assert "Rujukan Anda tetap dapat dipakai" in told["Patient/ani"]
    assert "Tempat yang Anda pesan" in told["Patient/budi"]
    assert "Rujukan" not in told["Patient/budi"]
    with pytest.raises(Refused) as refused:
        await book(planned, "citra")
    assert refused.value.rule == "closed"
    other = "jadwal-002-20261126-0900"
    await book(planned, "ani", slot=other, payer="jkn", referral="0123456789")
    await book(planned, "budi", slot=other)
    assert await looked(planned) == Counter()
    no_violation()


async def test_leave_that_is_taken_back_opens_sessions_again(planned: Reception) -> None:
    cancelled = await book(planned, "ani")
    await planned.put(with_leaves(schedule(), [AWAY]))
    await looked(planned)
    await planned.put(schedule())
    assert await looked(planned) == Counter(reopened=1)
    assert (await booking(planned, cancelled)).status == "cancelled"
    again = await booking(planned, await book(planned, "ani"))
    assert again.ticket == "A-2"


async def test_a_holiday_that_is_decreed_later(planned: Reception) -> None:
    await book(planned, "ani")

    def decreed(first: date, last: date) -> dict[date, str]:
        return {THIS_DAY: "Libur pemilihan umum"}

    planned.clerk.desk.rules = replace(planned.clerk.desk.rules, holidays=decreed)
    assert await looked(planned) == Counter(closed=2, cancelled=1, told=1)
    assert (await found(planned)).reason == "Libur pemilihan umum"


async def test_who_has_arrived_is_not_sent_away(planned: Reception, no_violation: Any) -> None:
    arrived, booked = await book(planned, "ani"), await book(planned, "budi")
    document = await planned.record().read("Appointment", arrived)
    await planned.put({**document["resource"], "status": "arrived"})
    await planned.put(with_leaves(schedule(), [AWAY]))
    assert await looked(planned) == Counter(closed=1, cancelled=1, told=1)
    statuses = [(await booking(planned, id)).status for id in (arrived, booked)]
    assert statuses == ["arrived", "cancelled"]
    assert (await found(planned)).umum.taken == 1
    no_violation()


async def test_a_session_that_has_begun_keeps_its_start(planned: Reception) -> None:
    planned.clock.now = MORNING + timedelta(minutes=30)
    id = await book(planned, "ani")
    await planned.put(schedule(hours=[replace(THURSDAY, start=time(10))]))
    done = await looked(planned)
    assert (done["changed"], done["told"]) == (5, 0)
    assert (await found(planned)).start == MORNING
    assert (await booking(planned, id)).status == "booked"
    await planned.put(with_leaves(schedule(), [AWAY]))
    done = await looked(planned)
    assert (done["closed"], done["cancelled"]) == (1, 1)


async def test_bookings_go_to_a_colleague_while_places_last(planned: Reception, no_violation: Any) -> None:
    await planned.open(patients=["dewi"])
    old = [await book(planned, "ani"), await book(planned, "budi"), await book(planned, "citra", payer="jkn")]
    waiting = await book(planned, "dewi", "$waitlist", payer="umum")
    await planned.put(with_leaves(schedule(), [TO_OTHER]))
    assert await looked(planned) == Counter(closed=1, moved=2, cancelled=2, told=4)
    assert {(await booking(planned, id)).status for id in (*old, waiting)} == {"cancelled"}
    rows = await planned.record().gather("Appointment", {"resource.status": "booked"})
    made = [one for row in rows if (one := bookings.read(row["resource"]))]
    made.sort(key=lambda one: one.ticket)
    assert [(one.patient, one.ticket, one.payer) for one in made] == [
        ("Patient/ani", "B-1", "umum"),
        ("Patient/citra", "B-2", "jkn"),
    ]
    other = await found(planned, "jadwal-002-20261126-0900")
    assert (other.issued, other.jkn.taken, other.umum.taken) == (2, 1, 1)
    told = await messages(planned)
    first = made[0]
    assert first.expected == other.start
    assert (
        f"dipindahkan ke dr. Contoh 002, pukul 09.00-12.00 WITA: nomor antrean B-1, kode booking {first.code}"
        in (told["Patient/ani"])
    )
    assert "dibatalkan oleh rumah sakit" in told["Patient/budi"]
    assert "Daftar tunggu Anda" in told["Patient/dewi"]
    no_violation()


async def test_no_booking_is_left_in_a_session_that_closes_meanwhile(planned: Reception, no_violation: Any) -> None:
    """Two processes close, a third books and cancels."""
    people = [f"p{number}" for number in range(1, 31)]
    await planned.open(patients=people)
    await planned.put(schedule(hours=[replace(THURSDAY, umum=30)]))
    await looked(planned)
    clerks = [other_process(planned) for _ in range(3)]
    await planned.put(with_leaves(schedule(hours=[replace(THURSDAY, umum=30)]), [TO_OTHER]))

    async def try_to_book(patient: str) -> None:
        with suppress(Refused):
            await book(planned, patient)

    closing = [keep(Planning(clerk, clerk.hospital()), "jadwal-001") for clerk in clerks]
    await asyncio.gather(*(try_to_book(patient) for patient in people[:15]))
    done = await asyncio.gather(*closing, *(try_to_book(patient) for patient in people[15:]))
    counts = sum((one for one in done if one is not None), Counter[str]())
    assert (counts["closed"], counts["moved"] + counts["cancelled"]) == (1, counts["told"])
    rows = await planned.record().gather("Appointment", {"resource.status": "booked"})
    assert {row["resource"]["slot"][0]["reference"] for row in rows} <= {"Slot/jadwal-002-20261126-0900"}
    assert len(await messages(planned)) == counts["told"] >= 15
    assert (await found(planned)).umum.taken == 0
    no_violation()


def other_process(reception: Reception) -> Clerk:
    hospital = reception.clerk.hospital
    return Clerk(Desk(hospital, reception.clerk.desk.rules), hospital, reception.clock, new_ids())


async def test_it_looks_again_and_again(reception: Reception) -> None:
    await reception.open()
    async with generating(reception.clerk, look=0.02):
        await reception.put(schedule())
        for _ in range(200):
            if len(await reception.record().gather("Slot", {})) == 6:
                break
            await asyncio.sleep(0.02)
    assert len(await reception.record().gather("Slot", {})) == 6
