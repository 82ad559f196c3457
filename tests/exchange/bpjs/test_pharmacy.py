"""Antrean farmasi: a ticket for who has a prescription, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bookings.issuing import ServicePoint
from exchange.bpjs.pharmacy import is_compounded
from fhir_server.messages import Resource
from tests.exchange.bpjs.world import FARMASI, World

TYPE = "https://fhir.kemkes.go.id/r4/StructureDefinition/MedicationType"
NON_COMPOUND: dict[str, Any] = {"jenisresep": "Non Racikan", "nomorantrean": 1, "keterangan": ""}


def medication(*ingredients: str, type: str = "") -> Resource:
    found: Resource = {"resourceType": "Medication", "id": "obat"}
    if ingredients:
        found["ingredient"] = [{"itemCodeableConcept": {"text": name}} for name in ingredients]
    if type:
        found["extension"] = [{"url": TYPE, "valueCodeableConcept": {"coding": [{"code": type}]}}]
    return found


@pytest.mark.parametrize(
    ("found", "contained", "compounded"),
    [
        (medication(type="NC"), False, False),
        (medication("a", "b", type="NC"), True, False),
        (medication(type="SD"), False, True),
        (medication("a", type="EP"), True, True),
        (medication("a", "b"), False, False),
        (medication("a", "b"), True, True),
        (medication("a"), True, False),
    ],
)
def test_what_is_compounded(found: Resource, contained: bool, compounded: bool) -> None:
    assert is_compounded(found, contained=contained) is compounded


async def arrived(world: World, number: int = 1, *, prescribed: Resource | None = None) -> tuple[str, str]:
    """The kodebooking of who has checked in, and the id of the ticket that was called and is being served."""
    code = (await world.take(number))["kodebooking"]
    world.on_the_day()
    await world.ask("checkinantrean", kodebooking=code, waktu=0)
    called = await world.opened.queue.next(world.hospital(), "Location/ruang-int")
    assert called is not None
    assert called.task.resource is not None
    await world.opened.queue.serve(world.hospital(), called.task.id)
    if prescribed is not None:
        request: Resource = {
            "resourceType": "MedicationRequest",
            "id": f"resep-{number}",
            "status": "active",
            "intent": "order",
            "contained": [prescribed],
            "medicationReference": {"reference": "#obat"},
            "subject": {"reference": f"Patient/p{number}"},
            "encounter": {"reference": called.task.resource["focus"]["reference"]},
        }
        await world.put(request)
    return code, called.task.id


async def test_who_has_a_prescription_takes_a_number_once(world: World) -> None:
    await world.open()
    code, ticket = await arrived(world, prescribed=medication("a"))
    assert await world.told("ambilantreanfarmasi", kodebooking=code) == (201, "Pelayanan Poli Belum Selesai")
    assert await world.told("statusantreanfarmasi", kodebooking=code) == (201, "Antrean Tidak Ditemukan")
    await world.opened.queue.finish(world.hospital(), ticket)
    found = await asyncio.gather(*(world.ask("ambilantreanfarmasi", kodebooking=code) for _ in range(5)))
    assert [one.get("response") for one in found] == [NON_COMPOUND] * 5
    status = (await world.ask("statusantreanfarmasi", kodebooking=code))["response"]
    assert status == {
        **{"jenisresep": "Non Racikan", "totalantrean": 1, "sisaantrean": 1, "antreanpanggil": 0, "keterangan": ""}
    }
    called = await world.opened.queue.next(world.hospital(), FARMASI)
    assert called is not None
    await world.opened.queue.serve(world.hospital(), called.task.id)
    await world.opened.queue.finish(world.hospital(), called.task.id)
    status = (await world.ask("statusantreanfarmasi", kodebooking=code))["response"]
    assert (status["totalantrean"], status["sisaantrean"], status["antreanpanggil"]) == (1, 0, 1)


async def test_the_number_that_the_poli_gave_is_told(world: World) -> None:
    await world.open()
    code, ticket = await arrived(world, prescribed=medication("a", "b"))
    await world.opened.queue.finish(world.hospital(), ticket, to=ServicePoint(FARMASI, "farmasi"))
    found = (await world.ask("ambilantreanfarmasi", kodebooking=code))["response"]
    assert found == {"jenisresep": "Racikan", "nomorantrean": 1, "keterangan": ""}


async def test_several_patients_get_numbers_in_turn(world: World) -> None:
    await world.open()
    codes = []
    for number in (1, 2, 3):
        world.clock.now = world.clock.now.replace(day=24)
        code, ticket = await arrived(world, number, prescribed=medication("a"))
        await world.opened.queue.finish(world.hospital(), ticket)
        codes.append(code)
    found = await asyncio.gather(*(world.ask("ambilantreanfarmasi", kodebooking=code) for code in codes))
    assert sorted(one["response"]["nomorantrean"] for one in found) == [1, 2, 3]


async def test_who_gets_no_number(world: World) -> None:
    await world.open()
    code = (await world.take(2))["kodebooking"]
    assert await world.told("ambilantreanfarmasi", kodebooking=code) == (201, "Pasien Belum Checkin")
    code, ticket = await arrived(world)
    await world.opened.queue.finish(world.hospital(), ticket)
    assert await world.told("ambilantreanfarmasi", kodebooking=code) == (201, "Pasien Tidak Memiliki Resep")
