"""Whose records a caller reaches: whom it treats, who is here, an emergency; and when a consent takes effect."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.caller import SYSTEM, Caller
from auth.policy import load
from auth.scopes import parse
from fhir_server.access import CONFIDENTIALITY
from fhir_server.changes import Change
from fhir_server.emergencies import LENGTH
from fhir_server.errors import Conflict, NotFound
from fhir_server.reach import FRESH, Reach, Remembered
from fhir_server.record import Record
from fhir_server.site import Site
from fhir_server.store.store import Store

Json = dict[str, Any]
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
P = {"reference": "Practitioner/p"}


@dataclass
class Clock:
    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Ward:
    store: Store
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.reach = Reach(lambda: self.record(SYSTEM), self.clock)

    def record(self, caller: Caller) -> Record:
        return Record(self.store, caller, Site(), clock=self.clock)

    async def write(self, *resources: Json) -> None:
        await self.record(SYSTEM).commit([Change.update(row, row["id"]) for row in resources])

    async def of(self, caller: Caller) -> Record:
        return self.record(await self.reach.settled(caller))


def who(role: str, person: str | None = "Practitioner/p", **more: Any) -> Caller:
    found = load().roles[role]
    everyone = None if found.patients == "all" else frozenset[str]()
    return Caller(role, parse("user/*.cruds"), found, person, patients=everyone, purpose=found.purpose, **more)


def visit(id: str, patient: str, status: str, *period: str, by: Json = P) -> Json:
    """`period`: its first day, and its last."""
    return {
        "resourceType": "Encounter",
        "id": id,
        "status": status,
        "class": {"code": "IMP"},
        "subject": {"reference": f"Patient/{patient}"},
        "participant": [{"individual": by}],
        **({"period": dict(zip(("start", "end"), period, strict=False))} if period else {}),
    }


def appointment(id: str, patient: str, status: str, start: str) -> Json:
    actors = ({"reference": f"Patient/{patient}"}, P)
    return {
        "resourceType": "Appointment",
        "id": id,
        "status": status,
        "start": start,
        "end": start.replace("T02", "T03"),
        "participant": [{"actor": one, "status": "accepted"} for one in actors],
    }


@pytest.fixture
async def ward(store: Store) -> Ward:
    found = Ward(store)
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": P,
        "organization": {"reference": "Organization/rs"},
    }
    other = {"reference": "Practitioner/q"}
    await found.write(
        role,
        *({"resourceType": "Patient", "id": f"p{number}"} for number in range(1, 12)),
        visit("1", "p1", "in-progress", "2020-01-01"),
        visit("2", "p2", "finished", "2026-11-20", "2026-11-23"),
        visit("3", "p3", "finished", "2026-11-20", "2026-11-21"),
        visit("4", "p4", "finished", "2026-01-01", "2026-01-02"),
        visit("5", "p5", "cancelled", "2026-11-24"),
        visit("6", "p6", "in-progress", "2026-11-24", by=other),
        visit("7", "p7", "in-progress", by={"reference": "PractitionerRole/r"}),
        visit("8", "p8", "planned", "2026-12-24"),
        appointment("9", "p9", "booked", "2026-12-01T02:00:00Z"),
        appointment("10", "p10", "cancelled", "2026-12-01T02:00:00Z"),
        appointment("11", "p11", "fulfilled", "2026-01-01T02:00:00Z"),
    )
    return found


@pytest.mark.parametrize(
    ("caller", "patients"),
    [
        (who("dokter"), {"p1", "p2", "p3", "p7", "p8", "p9"}),
        (who("dokter", "Practitioner/q"), {"p6"}),
        (who("dokter", None), set()),
        (who("perawat"), {"p1", "p2", "p6", "p7"}),
        (who("pasien", "Patient/p3"), set()),
    ],
    ids=["treats", "treats another", "is nobody", "who is here", "own"],
)
async def test_whom_a_role_reaches(ward: Ward, caller: Caller, patients: set[str]) -> None:
    assert set((await ward.reach.settled(caller)).patients or ()) == patients


@pytest.mark.parametrize("role", ["pmik", "pendaftaran", "kasir", "sistem"])
async def test_who_reaches_everybody(ward: Ward, role: str) -> None:
    assert (await ward.reach.settled(who(role))).patients is None
    assert await ward.reach.settled(SYSTEM) is SYSTEM


async def test_a_new_visit_is_seen_after_a_moment(ward: Ward) -> None:
    caller = who("dokter")
    await ward.reach.settled(caller)
    await ward.write(visit("12", "p11", "in-progress"))
    assert "p11" not in ((await ward.reach.settled(caller)).patients or ())
    ward.clock.later(seconds=FRESH.total_seconds())
    assert "p11" in ((await ward.reach.settled(caller)).patients or ())


async def test_reading_follows(ward: Ward) -> None:
    record = await ward.of(who("dokter"))
    assert (await record.read("Patient", "p1"))["_id"] == "p1"
    with pytest.raises(NotFound):
        await record.read("Patient", "p6")


def consent(patient: str, **more: Any) -> Json:
    return {
        "resourceType": "Consent",
        "id": f"consent-{patient}",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"text": "umum"}],
        "patient": {"reference": f"Patient/{patient}"},
        "policy": [{"uri": "http://contoh.example/kebijakan"}],
        "provision": {"type": "deny"},
        **more,
    }


@pytest.mark.parametrize("role", ["dokter", "pmik", "sistem"])
async def test_a_consent_and_its_withdrawal_take_effect_on_who_is_calling(ward: Ward, role: str) -> None:
    """Within 30 seconds; the same token, the same caller."""
    caller = who(role, "Practitioner/p" if role == "dokter" else None)
    seen = []
    for rows in ([], [consent("p1")], [consent("p1", status="inactive")], [consent("p1")], [consent("p2")]):
        if rows:
            await ward.write(*rows)
        ward.clock.later(seconds=30)
        record = await ward.of(caller)
        try:
            seen.append((await record.read("Patient", "p1"))["_id"])
        except NotFound:
            seen.append("-")
        assert (await record.read("Patient", "p3"))["_id"] == "p3"
    assert seen == ["p1", "-", "p1", "-", "-"]


async def test_nobody_keeps_a_patient_from_the_own_record(ward: Ward) -> None:
    await ward.write(consent("p1"))
    own = replace(who("pasien", "Patient/p1"), patients=frozenset({"p1", "p2"}))
    assert (await (await ward.of(own)).read("Patient", "p1"))["_id"] == "p1"
    proxy = replace(who("wali", "RelatedPerson/x"), patients=frozenset({"p1", "p2"}))
    record = await ward.of(proxy)
    assert (await record.read("Patient", "p2"))["_id"] == "p2"
    with pytest.raises(NotFound):
        await record.read("Patient", "p1")


async def test_an_organization_is_known_by_the_roles_in_it(ward: Ward) -> None:
    actor = [{"role": {"text": "x"}, "reference": {"reference": "Organization/rs"}}]
    await ward.write(consent("p1", provision={"type": "deny", "actor": actor}))
    with pytest.raises(NotFound):
        await (await ward.of(who("dokter"))).read("Patient", "p1")
    assert (await (await ward.of(who("pmik", "Practitioner/q"))).read("Patient", "p1"))["_id"] == "p1"


async def test_an_emergency_opens_one_record_for_an_hour(ward: Ward) -> None:
    caller = who("perawat")
    record = await ward.of(caller)
    until = await record.start_emergency("p3", "tidak sadar, alergi tidak diketahui")
    assert until == NOON + LENGTH
    record = await ward.of(caller)
    assert (await record.read("Patient", "p3"))["_id"] == "p3"
    assert record.caller.opened == {"p3"}
    with pytest.raises(Conflict):
        await record.start_emergency("p4", "satu lagi pada saat yang sama")
    ward.clock.later(minutes=59, seconds=59)
    assert (await ward.of(caller)).caller.opened == {"p3"}
    ward.clock.later(seconds=6)
    assert (await ward.of(caller)).caller.opened == frozenset()
    with pytest.raises(NotFound):
        await (await ward.of(caller)).stop_emergency("p3")


async def test_an_emergency_ends_at_once_when_it_is_stopped(ward: Ward) -> None:
    caller = who("perawat")
    await (await ward.of(caller)).start_emergency("p3", "tidak sadar, alergi tidak diketahui")
    await (await ward.of(caller)).stop_emergency("p3")
    with pytest.raises(NotFound):
        await (await ward.of(caller)).read("Patient", "p3")
    await (await ward.of(caller)).start_emergency("p4", "pasien berikutnya, tidak sadar")


async def test_another_process_knows_of_an_emergency_soon(ward: Ward, store: Store) -> None:
    caller = who("perawat")
    elsewhere = Store(store._client, store._database.name)
    other = Reach(lambda: Record(elsewhere, SYSTEM, Site(), clock=ward.clock), ward.clock)
    assert (await other.settled(caller)).opened == frozenset()
    await (await ward.of(caller)).start_emergency("p3", "tidak sadar, alergi tidak diketahui")
    ward.clock.later(seconds=5)
    assert (await other.settled(caller)).opened == {"p3"}


async def test_what_cannot_be_opened(ward: Ward) -> None:
    record = await ward.of(who("perawat"))
    with pytest.raises(NotFound):
        await record.start_emergency("tidak-ada", "tidak sadar, alergi tidak diketahui")
    with pytest.raises(Conflict):
        await record.start_emergency("p1", "sudah terlihat, tidak perlu dibuka")


async def test_an_emergency_does_not_open_what_is_very_restricted_nor_what_the_patient_denied(ward: Ward) -> None:
    def finding(id: str, patient: str, *codes: str) -> Json:
        row = {"resourceType": "Observation", "id": id, "status": "final", "code": {"text": "x"}}
        security = (
            {"meta": {"security": [{"system": CONFIDENTIALITY, "code": code} for code in codes]}} if codes else {}
        )
        return {**row, "subject": {"reference": f"Patient/{patient}"}, **security}

    await ward.write(finding("n", "p6"), finding("r", "p6", "R"), finding("v", "p6", "V"), finding("w", "p1", "V"))
    doctor = who("dokter")
    await (await ward.of(doctor)).start_emergency("p6", "tidak sadar, alergi tidak diketahui")
    record = await ward.of(doctor)
    for id in ("n", "r", "w"):
        assert (await record.read("Observation", id))["_id"] == id
    with pytest.raises(NotFound):
        await record.read("Observation", "v")
    await ward.write(consent("p6"))
    ward.clock.later(seconds=30)
    with pytest.raises(NotFound):
        await (await ward.of(doctor)).read("Observation", "n")
    emergency = {"type": "permit", "purpose": [{"code": "BTG"}]}
    await ward.write(consent("p6", provision={"type": "deny", "provision": [emergency]}))
    ward.clock.later(seconds=30)
    assert (await (await ward.of(doctor)).read("Observation", "n"))["_id"] == "n"


async def test_what_fails_is_asked_again_and_what_is_asked_by_many_once() -> None:
    clock, calls = Clock(), []
    remembered: Remembered[int] = Remembered(clock, most=2)

    async def find() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("once")
        return len(calls)

    with pytest.raises(ValueError, match="once"):
        await remembered.get("a", find)
    assert [await remembered.get("a", find) for _ in range(3)] == [2, 2, 2]
    for key in "bcd":
        await remembered.get(key, find)
    assert len(remembered._kept) <= 2
