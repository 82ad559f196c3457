"""Bookings over FHIR: what is answered, who may ask, what the journal tells."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from bookings import booking as bookings
from bookings import session as sessions
from bookings.session import Quota
from bookings.sweeping import sweep
from fhir_server.errors import BadRequest, FhirError, Forbidden, NotFound
from fhir_server.messages import FhirRequest
from resources.extensions import values
from resources.systems import BOOKING_PREFIX, OFFER
from tests.bookings.conftest import Counter, person
from tests.bookings.worlds import MORNING, NOW, session
from tests.journeys.journal import events

ANI, DESK = person("pasien", "ani"), person("pendaftaran")


async def refused(reception: Counter, *asked: Any, **values: Any) -> tuple[int, str]:
    """The status and the rule."""
    with pytest.raises(FhirError) as error:
        await reception.ask(*asked, **values)
    return error.value.status, error.value.issues[0].rule or error.value.issues[0].code


async def test_from_the_offer_to_the_ticket(reception: Counter) -> None:
    await reception.open(session())
    found = (await reception.ask("Appointment/$find", ANI, "GET", poli="INT")).resource
    assert found is not None
    offer = values(found["entry"][0]["resource"], OFFER)
    assert (offer["jkn-left"], offer["umum-left"], offer["expected"]) == (
        3,
        3,
        MORNING.isoformat(timespec="milliseconds"),
    )
    held = await reception.ask("Appointment/$hold", ANI, slot="Slot/int-pagi", patient="Patient/ani", payer="jkn")
    assert (held.status, held.version) == (201, 1)
    assert held.resource is not None
    assert held.location == f"Appointment/{held.resource['id']}/_history/1"
    booked = (await reception.ask(f"Appointment/{held.resource['id']}/$book", ANI)).resource
    assert booked is not None
    one = bookings.read(booked)
    assert one is not None
    assert (one.status, one.ticket, one.payer, one.expected, one.day.isoformat()) == (
        "booked",
        "A-1",
        "jkn",
        MORNING,
        "2026-11-26",
    )
    assert len(one.code) == 14
    assert one.code.startswith("20261126")
    assert booked["identifier"][0] == {"system": f"{BOOKING_PREFIX}100099999", "value": one.code}
    cancelled = (await reception.ask("Appointment/$cancel", ANI, code=one.code, reason="Sudah sembuh")).resource
    assert cancelled is not None
    assert (cancelled["status"], cancelled["cancelationReason"]["text"]) == ("cancelled", "Sudah sembuh")


async def test_find_by_doctor_poli_and_days(reception: Counter) -> None:
    later = {"start": MORNING + timedelta(days=3), "end": MORNING + timedelta(days=3, hours=4)}
    await reception.open(
        session("satu"),
        session("dua", doctor="Practitioner/lain", **later),
        session("tiga", poli="ANA", **later),
    )

    async def ids(**wanted: str) -> list[str]:
        bundle = (await reception.ask("Appointment/$find", ANI, "GET", **wanted)).resource or {}
        return [entry["resource"]["id"] for entry in bundle.get("entry", ())]

    assert await ids() == ["satu", "dua", "tiga"]
    assert await ids(poli="INT") == ["satu", "dua"]
    assert await ids(doctor="Practitioner/lain") == ["dua"]
    assert await ids(from_="2026-11-27") == ["dua", "tiga"]
    assert await ids(to="2026-11-26") == ["satu"]
    assert await ids(poli="ANA", to="2026-11-26") == []


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"slot": ""}, "slot"),
        ({"patient": ""}, "patient"),
        ({"payer": "asuransi"}, "payer"),
        ({"kind": "7"}, "kind"),
        ({"referral_date": "kemarin"}, "referral-date"),
        ({"referral": "x" * 501}, "referral"),
    ],
)
async def test_bad_parameters_are_named(reception: Counter, wrong: Mapping[str, str], name: str) -> None:
    with pytest.raises(BadRequest) as error:
        await reception.ask("Appointment/$book", ANI, **{"slot": "int-pagi", "patient": "Patient/ani", **wrong})
    assert error.value.issues[0].expression == f"Parameters.parameter.where(name='{name}')"


@pytest.mark.parametrize(
    ("role", "patients", "outcome"),
    [
        ("pasien", ("ani",), 201),
        ("wali", ("citra", "ani"), 201),
        ("pendaftaran", (), 201),
        ("pmik", (), 201),
        ("pasien", ("budi",), "not-yours"),
        ("wali", ("citra",), "not-yours"),
        ("dokter", ("ani",), "not-yours"),
        ("perawat", ("ani",), "not-yours"),
        ("kasir", (), "forbidden"),
        ("it", (), "forbidden"),
        ("manajemen", (), "forbidden"),
    ],
)
async def test_who_books_for_ani(reception: Counter, role: str, patients: tuple[str, ...], outcome: int | str) -> None:
    await reception.open(session())
    asked = ("Appointment/$book", person(role, *patients))
    if isinstance(outcome, int):
        assert (await reception.ask(*asked, slot="int-pagi", patient="ani")).status == outcome
    else:
        assert await refused(reception, *asked, slot="int-pagi", patient="ani") == (403, outcome)
        assert await refused(reception, *asked, slot="int-pagi", patient="tidak-ada") == (403, outcome)


async def test_a_token_without_the_scope_books_nothing(reception: Counter) -> None:
    await reception.open(session())
    reader = person("pasien", "ani", scope="user/*.rs")
    assert await refused(reception, "Appointment/$book", reader, slot="int-pagi", patient="ani") == (403, "forbidden")


async def test_the_bookings_of_others_are_not_there(reception: Counter) -> None:
    await reception.open(session(), patients=("ani", "budi"))
    made = (await reception.ask("Appointment/$book", DESK, slot="int-pagi", patient="budi")).resource or {}
    code = made["identifier"][0]["value"]
    for what in ("$cancel", "$reschedule", "$book"):
        assert await refused(reception, f"Appointment/{made['id']}/{what}", ANI, slot="x") == (404, "unknown")
        assert await refused(reception, f"Appointment/tidak-ada/{what}", ANI, slot="x") == (404, "unknown")
    assert await refused(reception, "Appointment/$cancel", ANI, code=code) == (404, "unknown")


async def test_a_number_of_the_queue_is_no_code(reception: Counter) -> None:
    """It is an identifier too, and many have the same."""
    await reception.open(session())
    await reception.ask("Appointment/$book", ANI, slot="int-pagi", patient="ani")
    assert await refused(reception, "Appointment/$cancel", ANI, code="A-1") == (404, "unknown")


async def test_only_the_desk_overbooks(reception: Counter) -> None:
    await reception.open(session(umum=Quota(0)))
    wanted = {"slot": "int-pagi", "patient": "ani"}
    assert await refused(reception, "Appointment/$book", ANI, overbook="Saya sakit sekali", **wanted) == (
        403,
        "overbooking",
    )
    assert await refused(reception, "Appointment/$book", DESK, overbook="x", **wanted) == (403, "overbooking")
    made = (await reception.ask("Appointment/$book", DESK, overbook="Kontrol pascaoperasi", **wanted)).resource or {}
    assert made["comment"] == "Kontrol pascaoperasi"


async def test_bookings_change_by_their_operations_only(reception: Counter) -> None:
    """Neither a patient nor the desk gets around the rules by writing what bookings keep."""
    await reception.open(session())
    made = (await reception.ask("Appointment/$book", ANI, slot="int-pagi", patient="ani")).resource or {}
    slot = sessions.write(session(umum=Quota(99)))
    copy = {key: value for key, value in made.items() if key not in ("id", "meta", "identifier")}
    writes = [
        ("PUT", f"Appointment/{made['id']}", {**made, "status": "cancelled"}),
        ("DELETE", f"Appointment/{made['id']}", None),
        ("POST", "Appointment", copy),
        ("PUT", "Slot/int-pagi", slot),
        ("DELETE", "Slot/int-pagi", None),
    ]
    for caller in (ANI, DESK, person("pmik"), person("sistem")):
        for method, path, body in writes:
            request = FhirRequest(method, tuple(path.split("/")), body=body)
            with pytest.raises((Forbidden, NotFound)):
                await reception.dispatcher.answer(request, reception.record(caller))
    assert (await reception.record().read("Appointment", made["id"]))["version"] == 1
    assert (await reception.record().read("Slot", "int-pagi"))["version"] == 2


async def test_the_same_key_gives_the_same_answer(reception: Counter) -> None:
    await reception.open(session())
    wanted = {"slot": "int-pagi", "patient": "ani"}
    first = await reception.ask("Appointment/$book", ANI, key="k1", **wanted)
    again = await reception.ask("Appointment/$book", ANI, key="k1", **wanted)
    assert (again.status, again.resource, again.version) == (first.status, first.resource, first.version)
    assert await refused(reception, "Appointment/$book", ANI, key="k1", kind="3", **wanted) == (422, "idempotency-key")
    url = f"Appointment/{(first.resource or {})['id']}/$cancel"
    cancelled = await reception.ask(url, ANI, key="k2", reason="Batal")
    assert (await reception.ask(url, ANI, key="k2", reason="Batal")).resource == cancelled.resource
    assert await refused(reception, url, ANI, key="k2", reason="Lain") == (422, "idempotency-key")
    assert await refused(reception, url, ANI, key="k3", reason="Batal") == (409, "over")
    assert (await reception.ask("Appointment/$book", ANI, key="k1", **wanted)).resource == first.resource, "as it was"
    assert (await reception.ask("Appointment/$book", DESK, key="k1", slot="int-pagi", patient="budi")).status == 201


async def test_all_who_ask_under_one_key_at_one_moment_are_in_the_journal(
    reception: Counter, database_name: str, mongodb_uri: str
) -> None:
    await reception.open(session())
    before = reception.ask("Appointment/$book", DESK, slot="int-pagi", patient="budi")
    same = (reception.ask("Appointment/$book", DESK, key="k1", slot="int-pagi", patient="ani") for _ in range(3))
    _, *answers = await asyncio.gather(before, *same)
    assert [one.resource for one in answers] == [answers[0].resource] * 3
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        told = [one for one in events(client[database_name]) if one.what == "$book"]
    assert len([one for one in told if one.writes]) == 2
    named = [id for one in told for id in {*one.patients, *(id for write in one.writes for id in write.patients)}]
    assert sorted(named) == ["ani", "ani", "ani", "budi"]


async def test_a_key_that_is_too_long(reception: Counter) -> None:
    await reception.open(session())
    with pytest.raises(BadRequest):
        await reception.ask("Appointment/$book", ANI, key="x" * 256, slot="int-pagi", patient="ani")


async def test_what_ran_out_is_swept(reception: Counter) -> None:
    await reception.open(session(umum=Quota(1)), patients=("ani", "budi"))
    held = (await reception.ask("Appointment/$hold", ANI, slot="int-pagi", patient="ani")).resource or {}
    waits = (await reception.ask("Appointment/$waitlist", DESK, slot="int-pagi", patient="budi")).resource or {}
    assert await sweep(reception.clerk.desk, reception.clerk.hospital, reception.clock()) == 0
    reception.clock.pass_by(minutes=5)
    assert await sweep(reception.clerk.desk, reception.clerk.hospital, reception.clock()) == 1
    assert (await reception.record().read("Appointment", held["id"]))["resource"]["status"] == "cancelled"
    assert (await reception.record().read("Appointment", waits["id"]))["resource"]["status"] == "pending"
    booked = await reception.ask(f"Appointment/{waits['id']}/$book", DESK)
    assert (booked.resource or {})["status"] == "booked"
    reception.clock.now = MORNING + timedelta(hours=4)
    assert await sweep(reception.clerk.desk, reception.clerk.hospital, reception.clock()) == 1
    assert (await reception.record().read("Appointment", waits["id"]))["resource"]["status"] == "noshow"
    assert await sweep(reception.clerk.desk, reception.clerk.hospital, reception.clock()) == 0


async def test_rescheduling_over_fhir(reception: Counter) -> None:
    tomorrow = {"start": MORNING + timedelta(days=1), "end": MORNING + timedelta(days=1, hours=4)}
    await reception.open(
        session(), session("besok", letter="B", **tomorrow), session("penuh", umum=Quota(0), **tomorrow)
    )
    old = (await reception.ask("Appointment/$book", ANI, slot="int-pagi", patient="ani")).resource or {}
    assert await refused(reception, f"Appointment/{old['id']}/$reschedule", ANI, slot="penuh") == (409, "full")
    moved = await reception.ask(f"Appointment/{old['id']}/$reschedule", ANI, slot="besok")
    assert moved.status == 201
    assert bookings.read(moved.resource or {}).ticket == "B-1"  # type: ignore[union-attr]
    assert (await reception.record().read("Appointment", old["id"]))["resource"]["status"] == "cancelled"


async def test_nobody_books_for_the_dead(reception: Counter) -> None:
    await reception.open(session(), patients=())
    await reception.put({"resourceType": "Patient", "id": "ani", "deceasedBoolean": True})
    assert await refused(reception, "Appointment/$book", DESK, slot="int-pagi", patient="ani") == (404, "no-patient")


def test_a_slot_and_an_appointment_hold_all_that_a_session_and_a_booking_are() -> None:
    held = session(
        issued=4, waiting=2, closed=True, reason="Cuti", provider="Organization/poli-int", location_name="Ruang"
    )
    assert sessions.read(sessions.write(held)) == held
    booking = bookings.Booking(
        "janji-1",
        "pending",
        "Patient/ani",
        held.id,
        "INT",
        date(2026, 11, 26),
        "jkn",
        "20261126ABCDEF",
        "A",
        kind=3,
        referral="0001R1",
        expires=NOW,
        is_new=True,
        reason="Gawat",
        expected=MORNING,
        created=NOW,
    )
    assert bookings.read(bookings.write(booking, held)) == booking
    assert bookings.read({"resourceType": "Appointment", "id": "1", "status": "booked", "participant": []}) is None
    assert sessions.read({"resourceType": "Slot", "id": "1", "status": "free"}) is None


async def test_the_journal_names_who_asked(reception: Counter, database_name: str, mongodb_uri: str) -> None:
    await reception.open(session())
    made = (await reception.ask("Appointment/$book", ANI, slot="int-pagi", patient="ani")).resource or {}
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        (told,) = [event for event in events(client[database_name]) if event.what == "$book"]
    assert (told.who, told.role, told.path) == (ANI.subject, "pasien", "Appointment/$book")
    assert {(write.what, write.type, write.id) for write in told.writes} == {
        ("create", "Appointment", made["id"]),
        ("update", "Slot", "int-pagi"),
    }
    assert next(write.patients for write in told.writes if write.type == "Appointment") == ("ani",)
