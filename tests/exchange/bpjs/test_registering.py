"""Info pasien baru: what is missing, what becomes of it, and numbers that are given once."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from exchange.bpjs import newcomer as newcomers
from exchange.bpjs.dialect import COME_TO_ADMISSION, REGISTERED, Rejected
from fhir_server.messages import Resource
from resources.registry import validate
from resources.systems import MRN_PREFIX
from tests.bookings.worlds import ORGANIZATION
from tests.exchange.bpjs.world import World, card, newcomer, nik, patient

TODAY = date(2026, 11, 24)
ORDER = [
    *("nomorkartu", "nik", "nomorkk", "nama", "jeniskelamin", "tanggallahir", "alamat", "kodeprop", "namaprop"),
    *("kodedati2", "namadati2", "kodekec", "namakec", "kodekel", "namakel", "rw", "rt"),
]
"""Of the checks; the words stand in test_contract."""

OWN_WORDS = [
    ({"tanggallahir": "2026-11-25"}, "Tanggal Lahir Tidak Boleh Melebihi Hari Ini"),
    ({"nama": 5}, "nama Harus Berupa Teks"),
    ({"nohp": 84}, "nohp Harus Berupa Teks"),
]


def test_the_first_that_is_missing_is_told() -> None:
    for place, field in enumerate(ORDER):
        with pytest.raises(Rejected) as alone:
            newcomers.read(newcomer(1, **{field: ""}), TODAY)
        with pytest.raises(Rejected) as refused:
            newcomers.read(newcomer(1, **dict.fromkeys(ORDER[place:], "")), TODAY)
        assert refused.value.issues[0].text.id == alone.value.issues[0].text.id


@pytest.mark.parametrize(("changes", "message"), OWN_WORDS)
def test_what_is_wrong(changes: Any, message: str) -> None:
    with pytest.raises(Rejected) as refused:
        newcomers.read(newcomer(1, **changes), TODAY)
    assert refused.value.issues[0].text.id == message


def made(**changes: Any) -> Resource:
    return newcomers.patient(newcomers.read(newcomer(1, **changes), TODAY), "000123", ORGANIZATION, "p")


def areas(resource: Resource) -> dict[str, str]:
    return {row["url"]: row["valueCode"] for row in resource["address"][0]["extension"][0]["extension"]}


def test_the_patient_is_valid_and_tells_who_they_are() -> None:
    found = made()
    assert [issue for issue in validate(found) if issue.severity == "error"] == []
    assert (found["gender"], found["birthDate"], found["name"][0]["text"]) == (
        "female",
        "1980-01-01",
        "Contoh Pasien Baru",
    )
    assert {row["system"]: row["value"] for row in found["identifier"]} == {
        "https://fhir.kemkes.go.id/id/nik": nik(1),
        f"{MRN_PREFIX}{ORGANIZATION}": "000123",
        "http://sys-ids.kemkes.go.id/insurance-subscriber/bpjs": card(1),
        "https://fhir.kemkes.go.id/id/kk": "6402990101800000",
    }
    assert areas(found) == {
        **{"province": "64", "city": "6402", "district": "640205", "village": "6402052001"},
        **{"rt": "013", "rw": "001"},
    }
    assert "telecom" not in made(nohp="")


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"kodekel": "D2105"}, {"province", "city", "district"}),
        ({"kodedati2": "0120"}, {"province"}),
        ({"kodeprop": "Kaltim"}, set()),
        ({"kodekel": "64.02.05.2001"}, {"province", "city", "district", "village"}),
    ],
)
def test_codes_of_areas_that_are_not_the_ministrys_are_left_out(changes: Any, kept: set[str]) -> None:
    assert set(areas(made(**changes))) - {"rt", "rw"} == kept


async def test_who_is_known_is_not_entered_again(world: World) -> None:
    await world.open()
    for sent in (newcomer(1), newcomer(9, nik=nik(1)), newcomer(9, nomorkartu=card(1))):
        assert await world.told("pasienbaru", **sent) == (201, REGISTERED)


async def test_numbers_go_on_without_gaps_and_pass_over_those_taken(world: World) -> None:
    await world.open()
    await world.put(patient(6))
    given = [(await world.ask("pasienbaru", **newcomer(number)))["response"]["norm"] for number in (20, 21)]
    assert given == ["000007", "000008"], "after the highest there was"
    await world.put(patient(9))
    assert (await world.ask("pasienbaru", **newcomer(22)))["response"]["norm"] == "000010"


async def test_of_many_at_once_each_is_entered_once(world: World) -> None:
    await world.open()
    sent = [newcomer(number) for number in range(30, 36) for _ in range(3)]
    found = await asyncio.gather(*(world.ask("pasienbaru", **one) for one in sent))
    told = [(one["metadata"]["code"], one["metadata"]["message"]) for one in found]
    assert sorted(told) == [(200, COME_TO_ADMISSION)] * 6 + [(201, REGISTERED)] * 12
    numbers = sorted(one["response"]["norm"] for one in found if "response" in one)
    assert numbers == [f"{number:06d}" for number in range(4, 10)]
