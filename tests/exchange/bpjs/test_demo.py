"""The demo hospital has what BPJS asks for: codes of doctors and clinics, cards, planned operations."""

from __future__ import annotations

from datetime import timedelta

from bookings.asking import Wanted
from exchange.bpjs.looking_up import hours_of
from seed.load import load
from tests.bookings.worlds import NOW
from tests.exchange.bpjs.world import World

TODAY = NOW.date()


async def test_bpjs_finds_its_way_in_the_demo(world: World) -> None:
    await load(world.hospital(), patients=66, seed=1, today=TODAY)
    clerk = world.opened.clerk
    zone = clerk.desk.rules.zone
    held = [one for one, _ in await clerk.sessions(world.hospital(), Wanted(until=TODAY + timedelta(days=7)))]
    assert len({one.doctor for one in held}) >= 15
    for one in {one.doctor: one for one in held}.values():
        number = 900_000 + int(one.doctor.removeprefix("Practitioner/nakes-"))
        asked = {"tanggalperiksa": one.day(zone).isoformat(), "jampraktek": hours_of(one, zone)}
        found = await world.ask("statusantrean", kodepoli=one.poli, kodedokter=number, **asked)
        assert found["response"]["namadokter"] == one.doctor_name
        assert found["response"]["kuotajkn"] == one.jkn.capacity
    until = (TODAY + timedelta(days=14)).isoformat()
    planned = (await world.ask("jadwaloperasirs", tanggalawal=TODAY.isoformat(), tanggalakhir=until))["response"][
        "list"
    ]
    assert planned
    assert all(row["kodepoli"] and row["namapoli"] and row["terlaksana"] == 0 for row in planned)
