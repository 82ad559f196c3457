"""The contract with Mobile JKN: each web service × each message of the catalogue that can befall it, word for word; and
each answer field for field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from bookings.issuing import ServicePoint
from exchange.bpjs.dialect import Json
from tests.bookings.worlds import MORNING, session
from tests.exchange.bpjs.test_pharmacy import arrived, medication
from tests.exchange.bpjs.test_surgery import operation
from tests.exchange.bpjs.world import FARMASI, HELD, World, card, newcomer, one_place, wish

CODE = "<kodebooking>"
"""Stands for that of the scenario's booking."""

NO_SUCH = "20261126ABCDEF"
DATE = "format yang benar adalah yyyy-mm-dd"
MISSING = "Belum Diisi"
SCHEDULE = "Tersebut Belum Tersedia, Silahkan Reschedule Tanggal dan Jam Praktek Lainnya"

MESSAGES: dict[str, str] = {
    "poli unknown": "Poli Tidak Ditemukan",
    "bad date": f"Format Tanggal Tidak Sesuai, {DATE}",
    "past date": "Tanggal Periksa Tidak Berlaku",
    "duplicate": "Nomor Antrean Hanya Dapat Diambil 1 Kali Pada Tanggal Yang Sama",
    "clinic closed": "Pendaftaran ke Poli Ini Sedang Tutup",
    "no schedule": f"Jadwal Dokter dr. Contoh {SCHEDULE}",
    "no doctor": f"Jadwal Dokter {SCHEDULE}",
    "too late today": "Pendaftaran Ke Poli Penyakit Dalam Sudah Tutup Jam 11:00",
    "patient unknown": "Data pasien ini tidak ditemukan, silahkan Melakukan Registrasi Pasien Baru",
    "card format": "Format Nomor Kartu Tidak Sesuai",
    "NIK format": "Format NIK Tidak Sesuai",
    "booking unknown": "Antrean Tidak Ditemukan",
    "booking cancelled": "Antrean Tidak Ditemukan atau Sudah Dibatalkan",
    "cancel too late": "Pasien Sudah Dilayani, Antrean Tidak Dapat Dibatalkan",
    "gender": "Jenis Kelamin Belum Dipilih",
    "birth date": f"Format Tanggal Lahir Tidak Sesuai, {DATE}",
    "registered": "Data Peserta Sudah Pernah Dientrikan",
    "date range": "Tanggal Akhir Tidak Boleh Lebih Kecil dari Tanggal Awal",
    "quota full": "Jadwal tidak tersedia atau kuota penuh! Silahkan pilih tanggal lain!",
    "same referral": "Anda sudah terdaftar dalam antrian menggunakan nomor referensi yang sama",
    "check-in late": "Chekin Anda sudah expired. Silahkan konfirmasi ke loket pendaftaran",
}
LABELS = {
    **{"nomorkartu": "Nomor Kartu", "nik": "NIK", "nomorkk": "Nomor KK", "nama": "Nama"},
    **{"tanggallahir": "Tanggal Lahir", "alamat": "Alamat", "kodeprop": "Kode Propinsi", "namaprop": "Nama Propinsi"},
    **{"kodedati2": "Kode Dati 2", "namadati2": "Nama Dati 2", "kodekec": "Kode Kecamatan"},
    **{"namakec": "Nama Kecamatan", "kodekel": "Kode Kelurahan", "namakel": "Nama Kelurahan", "rw": "RW", "rt": "RT"},
}
MESSAGES |= {f"{field} missing": f"{label} {MISSING}" for field, label in LABELS.items()}

SESSION = ("statusantrean", "ambilantrean")
OF_BOOKING = ("sisaantrean", "batalantrean", "checkinantrean", "ambilantreanfarmasi", "statusantreanfarmasi")
RANGE = ("jadwaloperasirs",)
TAKE, NEW = ("ambilantrean",), ("pasienbaru",)
BEFALLS: dict[str, tuple[str, ...]] = {
    "poli unknown": SESSION,
    "bad date": (*SESSION, *RANGE),
    "past date": SESSION,
    "duplicate": TAKE,
    "clinic closed": TAKE,
    "no schedule": SESSION,
    "no doctor": SESSION,
    "too late today": TAKE,
    "patient unknown": TAKE,
    "card format": (*TAKE, *NEW, "jadwaloperasipasien"),
    "NIK format": (*TAKE, *NEW),
    "booking unknown": OF_BOOKING,
    "booking cancelled": ("sisaantrean", "batalantrean", "checkinantrean"),
    "cancel too late": ("batalantrean",),
    "gender": NEW,
    "birth date": NEW,
    "registered": NEW,
    "date range": RANGE,
    "quota full": TAKE,
    "same referral": TAKE,
    "check-in late": ("checkinantrean",),
    **{f"{field} missing": NEW for field in LABELS},
}
"""Which message can befall which service. Wrong passwords and old tokens befall all, over HTTP: see test_routes."""


class Row(NamedTuple):
    """`scenario`: what has happened before."""

    service: str
    check: str
    sent: Json
    scenario: str = "open"


def of_session(check: str, *changes: Json, scenario: str = "open") -> list[Row]:
    """Of both services that name a session."""
    asked = {name: HELD[name] for name in HELD}
    return [
        Row(service, check, {**(asked if service == "statusantrean" else wish(1)), **change}, scenario)
        for service in SESSION
        for change in changes
    ]


def taking(check: str, *changes: Json, scenario: str = "open", number: int = 1) -> list[Row]:
    return [Row("ambilantrean", check, wish(number, **change), scenario) for change in changes or ({},)]


def registering(check: str, *changes: Json) -> list[Row]:
    return [Row("pasienbaru", check, newcomer(9, **change)) for change in changes]


def of_booking(check: str, services: tuple[str, ...], scenario: str, *codes: Any) -> list[Row]:
    rest = {"keterangan": "Terjadi perubahan jadwal", "waktu": 1616559330000}
    return [Row(one, check, {"kodebooking": code, **rest}, scenario) for one in services for code in codes or (CODE,)]


ROWS = [
    *of_session("poli unknown", *({"kodepoli": one} for one in ("XYZ", "", None, "INT,ANA", {"a": 1}, 5, "I" * 501))),
    *of_session("poli unknown", {"kodepoli": "XYZ", "tanggalperiksa": "26-11-2026"}),
    *of_session("bad date", *({"tanggalperiksa": one} for one in ("26-11-2026", "2026-02-30", "20261126", 5, None))),
    *of_session("past date", {"tanggalperiksa": "2026-11-23"}),
    *taking("past date", scenario="the session is over"),
    *of_session("no schedule", {"jampraktek": "13:00-15:00"}, {"jampraktek": 8}, {"tanggalperiksa": "2026-11-27"}),
    *of_session("no doctor", *({"kodedokter": one} for one in (999, "abc", True, [1], None, -1))),
    *taking("card format", *({"nomorkartu": one} for one in ("123", "", 1234567890123, None))),
    *taking("NIK format", *({"nik": one} for one in ("64029901018000", "abcdefghijklmnop", 5, None))),
    *taking("patient unknown", {}, number=7),
    *taking("duplicate", {}, {"nomorreferensi": "R2"}, {"jampraktek": "13:00-15:00"}, scenario="booked"),
    *taking("same referral", {"nomorreferensi": wish(1)["nomorreferensi"]}, scenario="booked", number=2),
    *taking("quota full", scenario="full", number=2),
    *taking("clinic closed", scenario="closed"),
    *taking("too late today", scenario="late"),
    *of_booking("booking unknown", OF_BOOKING, "open", NO_SUCH, "", "*", "a,b", "x" * 41, 1, None),
    *of_booking("booking cancelled", ("sisaantrean", "batalantrean", "checkinantrean"), "cancelled"),
    *of_booking("cancel too late", ("batalantrean",), "checked in"),
    *of_booking("cancel too late", ("batalantrean",), "served"),
    *of_booking("check-in late", ("checkinantrean",), "not come"),
    *registering("card format", {"nomorkartu": "12"}, {"nomorkartu": 12}),
    *registering("NIK format", {"nik": "12"}, {"nik": []}),
    *registering("gender", {"jeniskelamin": ""}, {"jeniskelamin": "X"}, {"jeniskelamin": 1}),
    *registering("birth date", {"tanggallahir": "01-01-1980"}, {"tanggallahir": "1980-13-01"}, {"tanggallahir": 5}),
    *registering("registered", newcomer(1), {"nik": newcomer(1)["nik"]}, {"nomorkartu": card(1)}),
    *(row for field in LABELS for row in registering(f"{field} missing", *({field: one} for one in ("", " ", None)))),
    Row("jadwaloperasipasien", "card format", {"nopeserta": "12"}),
    Row("jadwaloperasirs", "bad date", {"tanggalawal": "besok", "tanggalakhir": "2026-12-01"}),
    Row("jadwaloperasirs", "bad date", {"tanggalawal": "2026-12-01", "tanggalakhir": None}),
    Row("jadwaloperasirs", "date range", {"tanggalawal": "2026-12-02", "tanggalakhir": "2026-12-01"}),
]


async def _open(world: World) -> str:
    await world.open()
    return ""


async def _booked(world: World) -> str:
    await world.open()
    return str((await world.take(1))["kodebooking"])


async def _full(world: World) -> str:
    await world.open(one_place())
    return str((await world.take(1))["kodebooking"])


async def _closed(world: World) -> str:
    await world.open(session(closed=True, reason="Cuti"))
    return ""


async def _cancelled(world: World) -> str:
    code = await _booked(world)
    assert await world.told("batalantrean", kodebooking=code, keterangan="Batal") == (200, "Ok")
    return code


async def _checked_in(world: World) -> str:
    code = await _booked(world)
    world.on_the_day()
    assert await world.told("checkinantrean", kodebooking=code, waktu=0) == (200, "Ok")
    return code


async def _served(world: World) -> str:
    await world.open()
    code, _ = await arrived(world)
    return code


def _at(minutes: float, before: Callable[[World], Awaitable[str]]) -> Callable[[World], Awaitable[str]]:
    async def prepared(world: World) -> str:
        code = await before(world)
        world.on_the_day(minutes)
        return code

    return prepared


SCENARIOS = {
    "open": _open,
    "booked": _booked,
    "full": _full,
    "closed": _closed,
    "late": _at(181, _open),
    "the session is over": _at(241, _open),
    "cancelled": _cancelled,
    "checked in": _checked_in,
    "served": _served,
    "not come": _at(241, _booked),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_each_message_word_for_word(world: World, scenario: str) -> None:
    code = await SCENARIOS[scenario](world)
    rows = [row for row in ROWS if row.scenario == scenario]
    assert rows
    for row in rows:
        sent = {name: code if value == CODE else value for name, value in row.sent.items()}
        number = 202 if row.check == "patient unknown" else 201
        assert await world.told(row.service, **sent) == (number, MESSAGES[row.check]), row


def test_every_message_is_tried_at_every_service_that_it_befalls() -> None:
    assert set(BEFALLS) == set(MESSAGES)
    tried = {(row.service, row.check) for row in ROWS}
    assert tried == {(service, check) for check, services in BEFALLS.items() for service in services}


PLACES = {"sisakuotajkn": int, "kuotajkn": int, "sisakuotanonjkn": int, "kuotanonjkn": int, "keterangan": str}
NAMES = {"namapoli": str, "namadokter": str}
OPERATION = {
    **{"kodebooking": str, "tanggaloperasi": str, "jenistindakan": str},
    **{"kodepoli": str, "namapoli": str, "terlaksana": int},
}
SHAPES: dict[str, dict[str, type] | None] = {
    "statusantrean": {**NAMES, "totalantrean": int, "sisaantrean": int, "antreanpanggil": str, **PLACES},
    "ambilantrean": {
        **{"nomorantrean": str, "angkaantrean": int, "kodebooking": str, "norm": str},
        **{**NAMES, "estimasidilayani": int, **PLACES},
    },
    "sisaantrean": {
        **{"nomorantrean": str, **NAMES, "sisaantrean": int},
        **{"antreanpanggil": str, "waktutunggu": int, "keterangan": str},
    },
    "batalantrean": None,
    "checkinantrean": None,
    "pasienbaru": {"norm": str},
    "jadwaloperasirs": {**OPERATION, "nopeserta": str, "lastupdate": int},
    "jadwaloperasipasien": OPERATION,
    "ambilantreanfarmasi": {"jenisresep": str, "nomorantrean": int, "keterangan": str},
    "statusantreanfarmasi": {
        **{"jenisresep": str, "totalantrean": int, "sisaantrean": int, "antreanpanggil": int, "keterangan": str},
    },
}
DONE = {
    "pasienbaru": "Harap datang ke admisi untuk melengkapi data rekam medis",
}
"""What is said of what went well, where that is not Ok."""


async def test_each_answer_field_for_field(world: World) -> None:
    await world.open()
    await world.put(operation("a"))
    assert set(SHAPES) == set(world.antrean.services())
    seen, ticket = await arrived(world, prescribed=medication("a"))
    await world.opened.queue.finish(world.hospital(), ticket, to=ServicePoint(FARMASI, "farmasi"))
    world.clock.now = MORNING - timedelta(days=1)
    gone = (await world.take(2))["kodebooking"]
    days = {"tanggalawal": "2026-12-01", "tanggalakhir": "2026-12-02"}
    asked: dict[str, Json] = {
        "statusantrean": HELD,
        "ambilantrean": wish(3),
        "pasienbaru": newcomer(9),
        "jadwaloperasirs": days,
        "jadwaloperasipasien": {"nopeserta": card(1)},
        "sisaantrean": {"kodebooking": gone},
        "batalantrean": {"kodebooking": gone, "keterangan": "Terjadi perubahan jadwal dokter, mohon maaf"},
        "checkinantrean": {"kodebooking": seen, "waktu": 1616559330000},
        "ambilantreanfarmasi": {"kodebooking": seen},
        "statusantreanfarmasi": {"kodebooking": seen},
    }
    assert set(asked) == set(SHAPES)
    for service, sent in asked.items():
        found = await world.ask(service, **sent)
        assert found["metadata"] == {"message": DONE.get(service, "Ok"), "code": 200}, service
        response = found.get("response")
        row = response["list"][0] if response and "list" in response else response
        shape = None if row is None else {name: type(value) for name, value in row.items()}
        assert shape == SHAPES[service], service
