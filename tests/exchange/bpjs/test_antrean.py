"""Each web service on a real database: its answer field by field, its refusals word by word."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from bookings.session import Quota
from exchange.bpjs import dialect
from exchange.bpjs.dialect import Json
from resources.systems import MRN_PREFIX
from tests.bookings.conftest import person
from tests.bookings.worlds import MORNING, ORGANIZATION, session
from tests.exchange.bpjs.world import DOCTOR, HELD, World, card, newcomer, patient, wish

OK = (200, "Ok")


async def test_a_booking_is_answered_in_full(world: World) -> None:
    await world.open()
    found = await world.take(1)
    assert re.fullmatch(r"20261126[2-9A-Z]{6}", found.pop("kodebooking"))
    assert found == {
        "nomorantrean": "A-1",
        "angkaantrean": 1,
        "norm": "000001",
        "namapoli": "Penyakit Dalam",
        "namadokter": "dr. Contoh",
        "estimasidilayani": int(MORNING.timestamp() * 1000),
        "sisakuotajkn": 2,
        "kuotajkn": 3,
        "sisakuotanonjkn": 3,
        "kuotanonjkn": 3,
        "keterangan": "Peserta harap 60 menit lebih awal guna pencatatan administrasi.",
    }
    second = await world.take(2, norm="", kodedokter=str(DOCTOR))
    assert (second["nomorantrean"], second["norm"]) == ("A-2", "000002")
    assert second["estimasidilayani"] == int((MORNING + timedelta(minutes=10)).timestamp() * 1000)


async def test_the_appointment_says_who_pays_and_by_which_referral(world: World) -> None:
    await world.open()
    code = (await world.take(1, jeniskunjungan=3))["kodebooking"]
    booking = await world.opened.clerk.booking(world.hospital(), code=code)
    assert (booking.payer, booking.kind, booking.referral, booking.is_new) == ("jkn", 3, "0001R0041126A000001", False)


async def test_a_status_counts_who_is_left(world: World) -> None:
    await world.open()
    for number in (1, 2, 3):
        await world.take(number)
    status = await world.ask("statusantrean", **HELD)
    assert status["response"]["totalantrean"] == status["response"]["sisaantrean"] == 3
    assert (status["response"]["antreanpanggil"], status["response"]["sisakuotajkn"]) == ("", 0)


async def test_what_is_left_falls_when_a_service_ends(world: World) -> None:
    await world.open()
    codes = [(await world.take(number))["kodebooking"] for number in (1, 2, 3)]
    world.on_the_day()
    for code in codes:
        assert await world.told("checkinantrean", kodebooking=code, waktu=int(MORNING.timestamp() * 1000)) == OK
    queue, hospital = world.opened.queue, world.hospital()

    async def left(code: str) -> tuple[int, str, int]:
        found = (await world.ask("sisaantrean", kodebooking=code))["response"]
        return found["sisaantrean"], found["antreanpanggil"], found["waktutunggu"]

    assert await left(codes[2]) == (3, "", 1200)
    world.clock.pass_by(minutes=31)
    called = await queue.next(hospital, "Location/ruang-int", session="int-pagi")
    assert called is not None
    assert await left(codes[2]) == (3, "A-1", 1200)
    assert await left(codes[0]) == (1, "A-1", 0)
    await queue.serve(hospital, called.task.id)
    assert await left(codes[2]) == (3, "A-1", 1200), "task 4 changes nothing"
    await queue.finish(hospital, called.task.id)
    assert await left(codes[2]) == (2, "A-1", 600), "task 5"
    assert await left(codes[0]) == (0, "A-1", 0)
    status = (await world.ask("statusantrean", **HELD))["response"]
    assert (status["totalantrean"], status["sisaantrean"], status["antreanpanggil"]) == (3, 2, "A-1")


async def test_who_was_skipped_is_told_so(world: World) -> None:
    await world.open()
    code = (await world.take(1))["kodebooking"]
    world.on_the_day()
    await world.ask("checkinantrean", kodebooking=code, waktu=0)
    called = await world.opened.queue.next(world.hospital(), "Location/ruang-int")
    assert called is not None
    await world.opened.queue.skip(world.hospital(), called.task.id)
    found = (await world.ask("sisaantrean", kodebooking=code))["response"]
    assert (found["sisaantrean"], found["keterangan"]) == (1, dialect.SKIPPED)


OWN_WORDS: list[tuple[Json, str]] = [
    ({"nik": "6402990101809999"}, dialect.OTHER_PERSON),
    ({"nik": "6402990101800002"}, dialect.OTHER_PERSON),
    ({"nomorkartu": "9999999999999"}, dialect.OTHER_PERSON),
    ({"norm": "000002"}, dialect.OTHER_RECORD),
    ({"norm": "apa saja"}, dialect.OTHER_RECORD),
    ({"jeniskunjungan": 5}, "Jenis Kunjungan Tidak Sesuai"),
    ({"jeniskunjungan": None}, "Jenis Kunjungan Tidak Sesuai"),
    ({"nomorreferensi": ""}, "Nomor Referensi Belum Diisi"),
    ({"nomorreferensi": "R" * 501}, "nomorreferensi Terlalu Panjang"),
    ({"nohp": 84}, "nohp Harus Berupa Teks"),
    ({"norm": []}, "norm Harus Berupa Teks"),
]
"""Where the catalogue has none; its own are in test_contract."""


@pytest.fixture
async def open_world(world: World) -> World:
    await world.open()
    return world


async def test_what_the_catalogue_has_no_words_for(open_world: World) -> None:
    for changes, message in OWN_WORDS:
        assert await open_world.told("ambilantrean", **wish(1, **changes)) == (201, message), changes


@pytest.mark.parametrize("norm", ["000001", "1", "0001", "", None, "00-LAMA"])
async def test_the_record_number_is_one_that_the_patient_has_or_had(open_world: World, norm: str | None) -> None:
    known = patient(1)
    old = {"use": "old", "system": MRN_PREFIX + ORGANIZATION, "value": "00-LAMA"}
    await open_world.put({**known, "identifier": [*known["identifier"], old]})
    assert (await open_world.take(1, norm=norm))["norm"] == "000001"


async def test_who_has_no_record_number_yet_may_send_any(open_world: World) -> None:
    known = patient(1)
    await open_world.put({**known, "identifier": known["identifier"][:2]})
    assert (await open_world.take(1, norm="123345"))["norm"] == ""


async def test_a_closed_session(world: World) -> None:
    await world.open(session(closed=True, reason="Cuti"))
    assert (await world.ask("statusantrean", **HELD))["response"]["keterangan"] == "Cuti"


async def test_a_cancelled_booking(open_world: World) -> None:
    code = (await open_world.take(1))["kodebooking"]
    assert await open_world.ask("batalantrean", kodebooking=code, keterangan="Terjadi perubahan jadwal") == {
        "metadata": {"message": "Ok", "code": 200}
    }
    booking = await open_world.opened.clerk.booking(open_world.hospital(), code=code)
    assert (booking.status, booking.reason) == ("cancelled", "Terjadi perubahan jadwal")
    open_world.clock.now = MORNING - timedelta(days=1)
    assert (await open_world.take(1))["nomorantrean"] == "A-2"


async def test_too_late_to_cancel(open_world: World) -> None:
    code = (await open_world.take(1))["kodebooking"]
    open_world.on_the_day(-30)
    number, message = await open_world.told("batalantrean", kodebooking=code, keterangan="Batal")
    assert (number, "60 menit" in message) == (201, True)
    assert await open_world.told("checkinantrean", kodebooking=code, waktu=0) == OK
    told = (201, "Pasien Sudah Dilayani, Antrean Tidak Dapat Dibatalkan")
    assert await open_world.told("batalantrean", kodebooking=code, keterangan="Batal") == told


async def test_check_in(open_world: World) -> None:
    codes = [(await open_world.take(number))["kodebooking"] for number in (1, 2)]
    number, message = await open_world.told("checkinantrean", kodebooking=codes[0], waktu=0)
    assert (number, message.startswith("Check-in dibuka")) == (201, True)
    open_world.on_the_day()
    ahead = int((MORNING + timedelta(days=2)).timestamp() * 1000)
    wrong = (201, "Waktu Checkin Tidak Sesuai")
    assert await open_world.told("checkinantrean", kodebooking=codes[0], waktu=ahead) == wrong
    for waktu in (None, "kemarin", -1, 1.5, 10**20):
        assert await open_world.told("checkinantrean", kodebooking=codes[0], waktu=waktu) == wrong
    for _ in range(2):
        assert await open_world.told("checkinantrean", kodebooking=codes[0], waktu=ahead - 172_800_000) == OK


async def test_of_twenty_at_once_one_is_booked(open_world: World) -> None:
    told = await asyncio.gather(*(open_world.told("ambilantrean", **wish(1)) for _ in range(20)))
    once = (201, "Nomor Antrean Hanya Dapat Diambil 1 Kali Pada Tanggal Yang Sama")
    assert sorted(told) == [OK, *[once] * 19]


async def test_many_patients_at_once_share_the_places(world: World) -> None:
    await world.open(session(jkn=Quota(5)), patients=20)
    found = await asyncio.gather(*(world.ask("ambilantrean", **wish(number)) for number in range(1, 21)))
    given = [one["response"]["angkaantrean"] for one in found if one["metadata"]["code"] == 200]
    assert sorted(given) == [1, 2, 3, 4, 5]


async def test_a_new_patient_registers_books_and_goes_to_the_loket(open_world: World) -> None:
    unknown = await open_world.told("ambilantrean", **wish(7))
    assert unknown == (202, dialect.NO_PATIENT)
    registered = await open_world.ask("pasienbaru", **newcomer(7))
    assert registered == {
        "response": {"norm": "000004"},
        "metadata": {"message": "Harap datang ke admisi untuk melengkapi data rekam medis", "code": 200},
    }
    taken = await open_world.take(7, norm="")
    assert taken["norm"] == "000004"
    open_world.on_the_day()
    assert await open_world.told("checkinantrean", kodebooking=taken["kodebooking"], waktu=0) == OK
    called = await open_world.opened.queue.next(open_world.hospital(), "Location/loket-pendaftaran")
    assert called is not None
    found = (await open_world.ask("sisaantrean", kodebooking=taken["kodebooking"]))["response"]
    assert (found["nomorantrean"], found["sisaantrean"]) == ("A-1", 1), "of the clinic, not of the loket"


async def test_what_bpjs_does_is_within_its_rights(open_world: World) -> None:
    caller = open_world.record().caller
    assert (caller.subject, caller.client, caller.patients) == ("bpjs:contoh", "bpjs", None)
    assert caller.role is not None
    assert not caller.role.overbooks, "the limits of patients are its own"
    desk: Any = person("pendaftaran")
    assert caller.purpose == desk.purpose


async def test_a_card_of_nobody_has_no_operations(open_world: World) -> None:
    assert (await open_world.ask("jadwaloperasipasien", nopeserta=card(9)))["response"] == {"list": []}
