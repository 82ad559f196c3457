"""Jadwal operasi: which requests are told, and how."""

from __future__ import annotations

from typing import Any

from fhir_server.messages import Resource
from tests.exchange.bpjs.world import World, card

SNOMED = "http://snomed.info/sct"
LOCAL = "http://sys-ids.kemkes.go.id"


def operation(id: str, number: int = 1, **changes: Any) -> Resource:
    chosen: Resource = {
        "resourceType": "ServiceRequest",
        "id": id,
        "identifier": [{"system": f"{LOCAL}/servicerequest/100099999", "value": f"OP-{id}"}],
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": SNOMED, "code": "387713003"}]}],
        "code": {"text": "Operasi katarak"},
        "subject": {"reference": f"Patient/p{number}"},
        "occurrenceDateTime": "2026-12-01T23:30:00+00:00",
        "performerType": {"coding": [{"system": f"{LOCAL}/poli/100099999", "code": "MAT", "display": "Mata"}]},
        **changes,
    }
    return {name: value for name, value in chosen.items() if value is not None}


async def hospital_with_operations(world: World) -> None:
    await world.open()
    await world.put(
        operation("a"),
        operation("b", 2, status="completed", occurrenceDateTime="2026-12-01"),
        operation("c", identifier=None, performerType=None, occurrenceDateTime="2026-12-05T01:00:00+00:00"),
        operation("d", status="revoked"),
        operation("e", category=[{"coding": [{"system": SNOMED, "code": "108252007"}]}]),
        operation("f", occurrenceDateTime=None),
    )


ROW = {
    **{"kodebooking": "OP-a", "tanggaloperasi": "2026-12-02", "jenistindakan": "Operasi katarak"},
    **{"kodepoli": "MAT", "namapoli": "Mata", "terlaksana": 0},
}


async def test_of_all_on_some_days(world: World) -> None:
    await hospital_with_operations(world)
    found = await world.ask("jadwaloperasirs", tanggalawal="2026-12-01", tanggalakhir="2026-12-02")
    second, first = found["response"]["list"][::-1]
    assert isinstance(second.pop("lastupdate"), int)
    assert second == {**ROW, "nopeserta": card(1)}, "the day at the hospital, eight hours later"
    assert (first["kodebooking"], first["terlaksana"], first["tanggaloperasi"]) == ("OP-b", 1, "2026-12-01")
    later = await world.ask("jadwaloperasirs", tanggalawal="2026-12-05", tanggalakhir="2026-12-05")
    assert [(one["kodebooking"], one["kodepoli"]) for one in later["response"]["list"]] == [("c", "")]


async def test_of_one_patient(world: World) -> None:
    await hospital_with_operations(world)
    found = await world.ask("jadwaloperasipasien", nopeserta=card(1))
    assert found["response"]["list"][0] == ROW
    assert [one["kodebooking"] for one in found["response"]["list"]] == ["OP-a", "c"]


async def test_a_range_has_a_year_at_most(world: World) -> None:
    told = await world.told("jadwaloperasirs", tanggalawal="2026-01-01", tanggalakhir="2027-12-01")
    assert told == (201, "Rentang Tanggal Paling Lama 366 Hari")
