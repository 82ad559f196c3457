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
from tests.bookings.conftest import person
from tests.bookings.worlds import MORNING, session
from tests.exchange.bpjs.world import DOCTOR, HELD, World, card, newcomer, one_place, wish

OK = (200, "Ok")
STATUS = {
    **{"namapoli": str, "namadokter": str, "totalantrean": int, "sisaantrean": int, "antreanpanggil": str},
    **{"sisakuotajkn": int, "kuotajkn": int, "sisakuotanonjkn": int, "kuotanonjkn": int, "keterangan": str},
}
TAKEN = {
    **{"nomorantrean": str, "angkaantrean": int, "kodebooking": str, "norm": str, "namapoli": str, "namadokter": str},
    **{"estimasidilayani": int, "sisakuotajkn": int, "kuotajkn": int, "sisakuotanonjkn": int, "kuotanonjkn": int},
    **{"keterangan": str},
}
LEFT = {
    **{"nomorantrean": str, "namapoli": str, "namadokter": str, "sisaantrean": int, "antreanpanggil": str},
    **{"waktutunggu": int, "keterangan": str},
}


def shape(response: Json) -> dict[str, type]:
    return {name: type(value) for name, value in response.items()}


async def test_a_booking_is_answered_in_full(world: World) -> None:
    await world.open()
    found = await world.take(1)
    assert shape(found) == TAKEN
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
    assert shape(status["response"]) == STATUS
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
        assert shape(found) == LEFT
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


SESSION_REFUSALS: list[tuple[Json, tuple[int, str]]] = [
    ({"kodepoli": "XYZ"}, (201, "Poli Tidak Ditemukan")),
    ({"kodepoli": ""}, (201, "Poli Tidak Ditemukan")),
    ({"kodepoli": "INT,ANA"}, (201, "Poli Tidak Ditemukan")),
    ({"kodepoli": "XYZ", "tanggalperiksa": "26-11-2026"}, (201, "Poli Tidak Ditemukan")),
    (
        {"tanggalperiksa": "26-11-2026"},
        (201, "Format Tanggal Tidak Sesuai, format yang benar adalah yyyy-mm-dd"),
    ),
    ({"tanggalperiksa": "2026-02-30"}, (201, "Format Tanggal Tidak Sesuai, format yang benar adalah yyyy-mm-dd")),
    ({"tanggalperiksa": "20261126"}, (201, "Format Tanggal Tidak Sesuai, format yang benar adalah yyyy-mm-dd")),
    ({"tanggalperiksa": 20261126}, (201, "Format Tanggal Tidak Sesuai, format yang benar adalah yyyy-mm-dd")),
    ({"tanggalperiksa": None}, (201, "Format Tanggal Tidak Sesuai, format yang benar adalah yyyy-mm-dd")),
    ({"tanggalperiksa": "2026-11-23"}, (201, "Tanggal Periksa Tidak Berlaku")),
    (
        {"jampraktek": "13:00-15:00"},
        (
            201,
            "Jadwal Dokter dr. Contoh Tersebut Belum Tersedia, Silahkan Reschedule Tanggal dan Jam Praktek Lainnya",
        ),
    ),
    (
        {"tanggalperiksa": "2026-11-27"},
        (
            201,
            "Jadwal Dokter dr. Contoh Tersebut Belum Tersedia, Silahkan Reschedule Tanggal dan Jam Praktek Lainnya",
        ),
    ),
    (
        {"kodedokter": 999},
        (201, "Jadwal Dokter Tersebut Belum Tersedia, Silahkan Reschedule Tanggal dan Jam Praktek Lainnya"),
    ),
    ({"kodedokter": "abc"}, (201, "kodedokter Harus Berupa Angka")),
    ({"kodedokter": True}, (201, "kodedokter Harus Berupa Angka")),
    ({"kodedokter": [1]}, (201, "kodedokter Harus Berupa Angka")),
    ({"kodepoli": {"a": 1}}, (201, "kodepoli Harus Berupa Teks")),
    ({"kodepoli": "I" * 501}, (201, "kodepoli Terlalu Panjang")),
    ({"jampraktek": 8}, (201, "jampraktek Harus Berupa Teks")),
]

BOOKING_REFUSALS: list[tuple[Json, tuple[int, str]]] = [
    ({"nomorkartu": "123"}, (201, "Format Nomor Kartu Tidak Sesuai")),
    ({"nomorkartu": ""}, (201, "Format Nomor Kartu Tidak Sesuai")),
    ({"nomorkartu": 1234567890123}, (201, "nomorkartu Harus Berupa Teks")),
    ({"nik": "64029901018000"}, (201, "Format NIK Tidak Sesuai")),
    ({"nik": None}, (201, "Format NIK Tidak Sesuai")),
    ({"nik": "abcdefghijklmnop"}, (201, "Format NIK Tidak Sesuai")),
    (
        {"nomorkartu": "9999999999999", "nik": "6402990101809999"},
        (202, "Data pasien ini tidak ditemukan, silahkan Melakukan Registrasi Pasien Baru"),
    ),
    ({"nik": "6402990101809999"}, (201, dialect.OTHER_PERSON)),
    ({"nik": "6402990101800002"}, (201, dialect.OTHER_PERSON)),
    ({"nomorkartu": "9999999999999"}, (201, dialect.OTHER_PERSON)),
    ({"jeniskunjungan": 5}, (201, "Jenis Kunjungan Tidak Sesuai")),
    ({"jeniskunjungan": None}, (201, "jeniskunjungan Harus Berupa Angka")),
    ({"nomorreferensi": ""}, (201, "Nomor Referensi Belum Diisi")),
    ({"nohp": 84}, (201, "nohp Harus Berupa Teks")),
    ({"norm": []}, (201, "norm Harus Berupa Teks")),
    ({"tanggalperiksa": "2027-02-01"}, (201, dialect.no_schedule("dr. Contoh").issues[0].text.id)),
]


@pytest.fixture
async def open_world(world: World) -> World:
    await world.open()
    return world


async def test_sessions_are_refused_in_the_official_words(open_world: World) -> None:
    for changes, told in SESSION_REFUSALS:
        for service in ("statusantrean", "ambilantrean"):
            assert await open_world.told(service, **wish(1, **changes)) == told, (service, changes)


async def test_bookings_are_refused_in_the_official_words(open_world: World) -> None:
    for changes, told in BOOKING_REFUSALS:
        assert await open_world.told("ambilantrean", **wish(1, **changes)) == told, changes


async def test_one_number_a_day(open_world: World) -> None:
    await open_world.take(1)
    once = (201, "Nomor Antrean Hanya Dapat Diambil 1 Kali Pada Tanggal Yang Sama")
    assert await open_world.told("ambilantrean", **wish(1)) == once
    assert await open_world.told("ambilantrean", **wish(1, nomorreferensi="other")) == once
    assert await open_world.told("ambilantrean", **wish(1, jampraktek="13:00-15:00")) == once


async def test_one_booking_of_a_referral(open_world: World) -> None:
    await open_world.take(1, nomorreferensi="R1")
    told = (201, "Anda sudah terdaftar dalam antrian menggunakan nomor referensi yang sama")
    assert await open_world.told("ambilantrean", **wish(2, nomorreferensi="R1")) == told


async def test_a_full_session(world: World) -> None:
    await world.open(one_place())
    await world.take(1)
    told = (201, "Jadwal tidak tersedia atau kuota penuh! Silahkan pilih tanggal lain!")
    assert await world.told("ambilantrean", **wish(2)) == told


async def test_a_closed_session(world: World) -> None:
    await world.open(session(closed=True, reason="Cuti"))
    told = (201, "Pendaftaran ke Poli Ini Sedang Tutup")
    assert await world.told("ambilantrean", **wish(1)) == told
    assert (await world.ask("statusantrean", **HELD))["response"]["keterangan"] == "Cuti"


async def test_too_late_on_the_day(open_world: World) -> None:
    open_world.on_the_day(181)
    told = (201, "Pendaftaran Ke Poli Penyakit Dalam Sudah Tutup Jam 11:00")
    assert await open_world.told("ambilantrean", **wish(1)) == told
    open_world.on_the_day(241)
    assert await open_world.told("ambilantrean", **wish(1)) == (201, "Tanggal Periksa Tidak Berlaku")


@pytest.mark.parametrize(
    "service", ["sisaantrean", "batalantrean", "checkinantrean", "ambilantreanfarmasi", "statusantreanfarmasi"]
)
async def test_a_booking_that_is_not_there(open_world: World, service: str) -> None:
    for code in ("20261126ABCDEF", "", "*", "a,b", "x" * 41, None):
        told = await open_world.told(service, kodebooking=code, keterangan="Batal", waktu=0)
        assert told == (201, "Antrean Tidak Ditemukan"), code
    assert await open_world.told(service, kodebooking=1) == (201, "kodebooking Harus Berupa Teks")


async def test_a_cancelled_booking(open_world: World) -> None:
    code = (await open_world.take(1))["kodebooking"]
    assert await open_world.ask("batalantrean", kodebooking=code, keterangan="Terjadi perubahan jadwal") == {
        "metadata": {"message": "Ok", "code": 200}
    }
    booking = await open_world.opened.clerk.booking(open_world.hospital(), code=code)
    assert (booking.status, booking.reason) == ("cancelled", "Terjadi perubahan jadwal")
    over = (201, "Antrean Tidak Ditemukan atau Sudah Dibatalkan")
    open_world.on_the_day()
    for service in ("batalantrean", "sisaantrean", "checkinantrean"):
        assert await open_world.told(service, kodebooking=code, keterangan="", waktu=0) == over, service
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
        told = (201, "waktu Harus Berupa Angka")
        assert await open_world.told("checkinantrean", kodebooking=codes[0], waktu=waktu) == told
    for _ in range(2):
        assert await open_world.told("checkinantrean", kodebooking=codes[0], waktu=ahead - 172_800_000) == OK
    open_world.on_the_day(241)
    late = (201, "Chekin Anda sudah expired. Silahkan konfirmasi ke loket pendaftaran")
    assert await open_world.told("checkinantrean", kodebooking=codes[1], waktu=0) == late


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
