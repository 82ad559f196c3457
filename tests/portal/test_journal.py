"""Each page that shows a record is in the journal, with who looked at whose."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from fhir_server.record import Record
from tests.journeys.journal import events
from tests.portal.addresses import addresses
from tests.portal.conftest import DATABASE
from tests.portal.world import World

SHOWS_NOBODY = ("/booking/hold", "/account", "/people", "/rights", "/documents/issued/none.pdf")
"""Pages for patients that show nothing of the record: they lead on, tell of the account or of names, which are told of
once in ten seconds, or there is nothing there."""


@pytest.fixture
def database(world: World) -> Database[dict[str, Any]]:
    return world.smart.issuer.database.client[DATABASE]


async def test_whoever_looks_is_written_down(
    world: World, hospital: Record, database: Database[dict[str, Any]]
) -> None:
    for path, is_own in (await addresses(hospital, world.child)).items():
        if not is_own or path in SHOWS_NOBODY:
            continue
        before = len(events(database))
        answer = await world.page(path, world.mother, patient=world.child)
        assert answer.status_code == 200, path
        told = [one for one in events(database)[before:] if one.who == world.mother.username]
        assert world.child in {patient for one in told for patient in one.patients}, path
        assert {patient for one in told for patient in one.patients} <= {world.child, world.patient}, path
        assert "portal" in {one.client for one in told}, path


async def test_a_try_at_somebody_else_is_told_and_gives_nothing_of_theirs_out(
    world: World, hospital: Record, database: Database[dict[str, Any]]
) -> None:
    theirs = next(path for path in await addresses(hospital, world.other) if path.startswith("/record/visits/"))
    before = len(events(database))
    await world.page(theirs, world.mother)
    told = events(database)[before:]
    assert [one.status for one in told if one.what == "$visit"] == [404]
    assert world.other not in {patient for one in told for patient in one.patients}
