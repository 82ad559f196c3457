"""Searches through other types: with the caller's access in every stage, and inside the transactions of writes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from auth.caller import SYSTEM
from fhir_server.changes import Change
from fhir_server.errors import Forbidden
from fhir_server.record import Record
from fhir_server.search.query import parse
from fhir_server.store.store import Store
from tests.callers import bound, staff
from tests.fhir_server.graphs import SITE, TYPES, WAYS, Graph, filter, found, graph, loaded, question

BOUND = bound("siti", "p1", "p2", "p3")


@pytest.mark.parametrize("seed", range(7, 10))
async def test_a_caller_finds_by_what_it_may_see_only(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    made = graph(dice)
    await loaded(store, made)
    seen = Graph(made.resources, BOUND.patients)
    records = [Record(store, BOUND, SITE, most_ids=most) for most in WAYS.values()]
    for _ in range(30):
        type = dice.choice(TYPES)
        asked = question(dice, seen, type, 3)
        text, holds = filter(dice, seen, type, 1)
        query = parse(type, ((asked.name, asked.value), ("_filter", text), ("_count", "1000")))
        right = sorted(one["id"] for one in seen.find(type) if asked.holds(one) and holds(one))
        for record in records:
            assert await found(record, query) == right, (asked.filter, text)


STAFF = staff()
"""May read what is shared, and nothing of patients."""


@pytest.mark.parametrize(
    ("type", "name", "value"),
    [
        ("Organization", "_has:Patient:organization:gender", "male"),
        ("Organization", "_has:Encounter:service-provider:status", "finished"),
        ("Location", "organization:Organization._has:Patient:organization:name", "siti"),
        ("Slot", "schedule.actor:Patient.name", "siti"),
        ("Organization", "_filter", "name eq x or _has:Patient:organization:gender eq male"),
        ("Organization", "_filter", "not (_has:Patient:organization:gender eq male)"),
    ],
)
async def test_to_search_through_what_is_not_the_callers_is_refused(
    store: Store, type: str, name: str, value: str
) -> None:
    """Empty or not, nothing is told: the store is not even asked."""
    record = Record(store, STAFF, SITE)
    query = parse(type, ((name, value),))
    with pytest.raises(Forbidden):
        await record.search(query)
    with pytest.raises(Forbidden):
        await record.count(query)


async def test_of_types_that_are_not_named_those_of_the_caller_are_searched(store: Store) -> None:
    """Schedule.actor: patients are among its targets, and do not count for this caller."""
    await Record(store, SYSTEM, SITE).commit(
        [
            Change.update({"resourceType": "Patient", "id": "a", "name": [{"text": "Rahasia"}]}, "a"),
            Change.update({"resourceType": "Location", "id": "b", "name": "Rahasia"}, "b"),
            Change.update({"resourceType": "Schedule", "id": "1", "actor": [{"reference": "Patient/a"}]}, "1"),
            Change.update({"resourceType": "Schedule", "id": "2", "actor": [{"reference": "Location/b"}]}, "2"),
        ]
    )
    query = parse("Schedule", (("actor.name", "rahasia"),))
    for most in WAYS.values():
        assert await found(Record(store, SYSTEM, SITE, most_ids=most), query) == ["1", "2"]
        assert await found(Record(store, STAFF, SITE, most_ids=most), query) == ["2"]
    with pytest.raises(Forbidden):
        await found(Record(store, STAFF, SITE), parse("Schedule", (("actor:Patient.name", "rahasia"),)))


def subject(id: str) -> dict[str, Any]:
    return {"subject": {"reference": f"Patient/{id}"}}


async def test_the_access_of_a_caller_is_in_every_stage(store: Store) -> None:
    query = parse("Patient", (("_has:Encounter:subject:_has:Observation:encounter:status", "final"),))
    made = Graph(
        {
            "Organization": [],
            "Patient": [{"resourceType": "Patient", "id": "p1"}],
            "Encounter": [
                {"resourceType": "Encounter", "id": "e", "status": "planned", "class": {"code": "AMB"}, **subject("p1")}
            ],
            "Observation": [
                {
                    "resourceType": "Observation",
                    "id": "o",
                    "status": "final",
                    "code": {"text": "x"},
                    "encounter": {"reference": "Encounter/e"},
                    **subject("p1"),
                }
            ],
        }
    )
    await loaded(store, made)
    planned = await Record(store, BOUND, SITE, most_ids=0).plan(query)
    assert planned.joins[0].ids is None
    assert str(planned.stages).count("'compartments.Patient': {'$in': ['p1', 'p2', 'p3']}") == 2
    assert str(planned.stages).count("'deleted': False") == 2


@pytest.mark.parametrize("most", WAYS.values(), ids=WAYS)
async def test_conditions_of_writes_are_found_inside_the_transaction(store: Store, most: int) -> None:
    record = Record(store, SYSTEM, SITE, most_ids=most)
    await loaded(store, Graph({type: [] for type in TYPES}))
    patient = {"resourceType": "Patient", "identifier": [{"system": "http://x", "value": "1"}]}
    encounter = {"resourceType": "Encounter", "status": "planned", "class": {"code": "AMB"}}
    criteria = (("subject:Patient.identifier", "http://x|1"), ("status", "planned"))
    (made,) = await record.commit([Change.create(patient, id="siti")])
    pointing = {**encounter, "subject": {"reference": f"Patient/{made.id}"}}
    (first,) = await record.commit([Change.create(pointing, if_none_exist=criteria)])
    (again,) = await record.commit([Change.create(pointing, if_none_exist=criteria)])
    assert (first.outcome, again.outcome, again.id) == ("created", "unchanged", first.id)
    backward = (("_has:Encounter:subject:status", "planned"),)
    (updated,) = await record.commit(
        [Change("update", "Patient", resource={**patient, "gender": "female"}, criteria=backward)]
    )
    assert (updated.id, updated.version) == ("siti", 2)
    (deleted,) = await record.commit([Change("delete", "Encounter", criteria=criteria)])
    assert deleted.id == first.id
    (gone,) = await record.commit([Change.create(pointing, if_none_exist=criteria)])
    assert gone.outcome == "created"


async def test_a_condition_through_what_is_not_the_callers_is_refused(store: Store) -> None:
    record = Record(store, bound("siti", "a"), SITE)
    claim = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/a"},
    }
    criteria = (("performer:CareTeam.status", "active"), ("subject:Group.code", "x"))
    (made,) = await record.commit([Change.create(claim, if_none_exist=criteria)])
    assert made.outcome == "created"
    with pytest.raises(Forbidden):
        await record.commit([Change.create(claim, if_none_exist=(("_has:MessageHeader:focus:code", "x"),))])
