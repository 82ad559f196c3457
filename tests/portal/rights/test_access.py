"""Who opened my record: others by day and person, emergencies marked, own look-ups folded away, older ones on pages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from exports.documents.accesses import Access
from portal.rights.access import days
from tests.auth.accounts import somebody
from tests.journeys.tokens import given
from tests.portal.world import World

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def seen(
    minutes: int, who: str = "dr. Sari (Dokter)", what: str = "melihat diagnosis", **more: bool
) -> tuple[Access, bool]:
    at = NOON - timedelta(minutes=minutes)
    return Access(at, who, what, "Perawatan pasien", more.get("emergency", False)), more.get("own", False)


def test_acts_of_one_person_on_one_day_stand_together() -> None:
    rows = [seen(0), seen(5), seen(9, what="melihat resep obat"), seen(10, "ns. Budi (Perawat)"), seen(60)]
    (day,) = days(rows, "id")
    assert day.name == "Selasa, 24 November 2026"
    assert [(one.who, one.count) for one in day.others] == [("dr. Sari (Dokter)", 4), ("ns. Budi (Perawat)", 1)]
    assert [(act.what, act.count, act.times) for act in day.others[0].acts] == [
        ("melihat diagnosis", 3, "11.00–12.00"),
        ("melihat resep obat", 1, "11.51"),
    ]


def test_emergencies_are_apart_and_first_and_own_ones_are_folded() -> None:
    rows = [seen(0), seen(1, emergency=True), seen(2, "Anda sendiri", own=True), seen(3, "ibu (Pasien)", own=True)]
    (day,) = days(rows, "id")
    assert [one.is_emergency for one in day.others] == [True, False]
    assert day.own is not None
    assert day.own.count == 2


def test_each_day_has_its_own_heading() -> None:
    assert [day.name for day in days([seen(0), seen(24 * 60)], "en")] == [
        "Tuesday 24 November 2026",
        "Monday 23 November 2026",
    ]


async def eventually(find: Callable[[], Awaitable[str]], wanted: str) -> str:
    """The journal becomes AuditEvents within a second or two."""
    for _ in range(50):
        text = await find()
        if wanted in text:
            return text
        await asyncio.sleep(0.2)
    raise AssertionError(wanted)


async def test_an_emergency_and_its_reason_are_seen_by_the_patient_alone(world: World) -> None:
    doctor = somebody(world.smart.issuer, "dokter", fhir_user="Practitioner/nakes-001")
    token = given(world.smart, "user/*.cruds", doctor)
    reason = "tidak sadar <script>alert(1)</script>"
    sent = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueString": reason}]}
    found = await world.smart.fhir(f"Patient/{world.other}/$break-glass", token, "POST", json=sent)
    assert found.status_code in (200, 201), found.text

    async def emergencies() -> str:
        return (await world.page("/rights/access?only=emergency", world.stranger)).text

    page = await eventually(emergencies, "Keadaan darurat</span>")
    assert "alasan: tidak sadar &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert (
        "opened the record in an emergency, reason"
        in (await world.page("/rights/access?only=emergency&lang=en", world.stranger)).text
    )
    assert "tidak sadar" not in (await world.page("/rights/access", world.mother)).text


async def test_own_look_ups_are_folded_away(world: World) -> None:
    async def all_of_them() -> str:
        return (await world.page("/rights/access", world.mother)).text

    page = await eventually(all_of_them, "<summary>Anda sendiri, ")
    assert f"/portal/documents/riwayat-akses/{world.patient}.pdf" in page


@pytest.mark.parametrize("before", ["kemarin", "2026-13-01", "2026-11-24T08:00:00", "2026", "'\"><script>"])
async def test_a_moment_that_is_none_is_no_page(world: World, before: str) -> None:
    page = await world.page(f"/rights/access?before={before}", world.mother)
    assert page.status_code == 404
    assert "<script>" not in page.text


@pytest.mark.parametrize("before", ["2026-01-01", "2026-11-24T08:00:00.123Z", "2026-11-24T08:00:00%2B08:00"])
async def test_older_ones_are_asked_for_by_a_day_or_a_moment(world: World, before: str) -> None:
    assert (await world.page(f"/rights/access?before={before}", world.mother)).status_code == 200


async def test_who_has_not_signed_in_is_asked_to(world: World) -> None:
    page = await world.page("/rights/access")
    assert page.headers["location"] == "/auth/login?then=/portal/rights/access"
