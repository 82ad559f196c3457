"""A patient's choice that other facilities see nothing: whom it keeps away, when, and whom not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auth.caller import SYSTEM
from fhir_server.reach import Reach
from fhir_server.store.store import Store
from resources import privacy
from tests.fhir_server.test_reach import NOON, Ward, visit, who

Json = dict[str, Any]


def facilities() -> list[Json]:
    """The hospital with a poli; another one, with a doctor and a system of its own."""
    names = {"rs": None, "poli": "rs", "lain": None, "cabang": "lain"}
    organizations: list[Json] = [
        {
            "resourceType": "Organization",
            "id": id,
            "name": id,
            **({"partOf": {"reference": f"Organization/{above}"}} if above else {}),
        }
        for id, above in names.items()
    ]
    organizations[3]["identifier"] = [{"system": "urn:rsud-fhir:client", "value": "sistem|lain"}]
    people = {"p": "poli", "q": "cabang"}
    return [
        *organizations,
        *(
            {
                "resourceType": "PractitionerRole",
                "id": "r" if id == "p" else id,
                "practitioner": {"reference": f"Practitioner/{id}"},
                "organization": {"reference": f"Organization/{place}"},
            }
            for id, place in people.items()
        ),
    ]


OUTSIDE = (who("dokter", "Practitioner/q"), who("sistem", None, client="sistem|lain"))
INSIDE = (
    who("dokter"),
    who("pmik", None),
    who("kasir", "Practitioner/tanpa-peran"),
    who("sistem", None, client="kios"),
    replace(who("pasien", "Patient/p1"), patients=frozenset({"p1"})),
)


@pytest.fixture
async def ward(store: Store) -> Ward:
    found = Ward(store)
    found.reach = Reach(lambda: found.record(SYSTEM), found.clock, hospital="rs")
    await found.write(
        *facilities(),
        {"resourceType": "Patient", "id": "p1"},
        visit("1", "p1", "in-progress", by={"reference": "Practitioner/p"}),
    )
    return found


async def test_who_is_of_another_facility_is_kept_away_within_30_seconds_and_nobody_else(ward: Ward) -> None:
    await ward.write(visit("x", "p1", "in-progress", by={"reference": "Practitioner/q"}))
    seen = []
    for allowed in (None, False, True, False):
        if allowed is not None:
            person = {"reference": "Patient/p1"}
            row = privacy.consent("other-facilities", "p1", allowed=allowed, at=ward.clock(), performer=person)
            await ward.write({**row, "id": "choice"})
        ward.clock.later(seconds=30)
        for caller in INSIDE:
            assert (await (await ward.of(caller)).read("Patient", "p1"))["_id"] == "p1"
        for caller in OUTSIDE:
            seen.append(not (await ward.of(caller)).caller.hidden)
    assert seen == [True, True, False, False, True, True, False, False]


async def test_an_emergency_opens_what_was_kept_from_other_facilities(ward: Ward) -> None:
    row = privacy.consent("other-facilities", "p1", allowed=False, at=NOON, performer={"reference": "Patient/p1"})
    await ward.write({**row, "id": "choice"})
    doctor = who("dokter", "Practitioner/q")
    await (await ward.of(doctor)).start_emergency("p1", "tidak sadar, alergi tidak diketahui")
    assert (await (await ward.of(doctor)).read("Patient", "p1"))["_id"] == "p1"
