"""Chains, reverse chains and filters over a real MongoDB, both ways of joining, against following the references."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from auth.caller import SYSTEM
from fhir_server.changes import Change
from fhir_server.errors import InvalidParameter, TooCostly
from fhir_server.finding import FEW_IDS, Ground, Side, plan, reads_first, spliced
from fhir_server.messages import Parameters
from fhir_server.record import Reading, Record
from fhir_server.search.fields import Filter
from fhir_server.search.filter_syntax import MAX_NESTING
from fhir_server.search.locality import Locality
from fhir_server.search.page import place_of
from fhir_server.search.query import Query, parse
from fhir_server.store.store import Store
from resources.issues import Text
from tests.fhir_server.graphs import BASE, SITE, TYPES, WAYS, filter, found, graph, loaded, question


@pytest.mark.parametrize("seed", range(4))
async def test_both_ways_of_joining_find_what_the_references_lead_to(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    made = graph(dice)
    await loaded(store, made)
    records = [Record(store, SYSTEM, SITE, most_ids=most) for most in WAYS.values()]
    some = 0
    for _ in range(40):
        type = dice.choice(TYPES)
        asked = [question(dice, made, type, 4) for _ in range(dice.choice([1, 1, 2]))]
        query = parse(type, (*((one.name, one.value) for one in asked), ("_count", "1000")))
        right = sorted(one["id"] for one in made.find(type) if all(question.holds(one) for question in asked))
        some += bool(right)
        for record in records:
            assert await found(record, query) == right, [one.filter for one in asked]
    assert some >= 10


@pytest.mark.parametrize("seed", range(4, 7))
async def test_filters(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    made = graph(dice)
    await loaded(store, made)
    records = [Record(store, SYSTEM, SITE, most_ids=most) for most in WAYS.values()]
    for _ in range(30):
        type = dice.choice(TYPES)
        text, holds = filter(dice, made, type, 2)
        query = parse(type, (("_filter", text), ("_count", "1000")))
        right = sorted(one["id"] for one in made.find(type) if holds(one))
        for record in records:
            assert await found(record, query) == right, text


SORTS = {"Patient": "birthdate", "Organization": "name", "Encounter": "date", "Observation": "date"}


@pytest.mark.parametrize("seed", range(10, 14))
async def test_sorted_pages_are_the_same_whichever_way_they_are_joined(store: Store, seed: int) -> None:
    """Where candidates are looked up the sort is bounded; the whole list, longer than what is found, is not."""
    dice = random.Random(seed)
    made = graph(dice)
    await loaded(store, made)
    records = [Record(store, SYSTEM, SITE, most_ids=most) for most in WAYS.values()]
    for _ in range(20):
        type = dice.choice(TYPES)
        asked, sort = question(dice, made, type, 2), dice.choice(["", "-"]) + SORTS[type]
        parameters = ((asked.name, asked.value), ("_sort", sort))
        whole = await found(records[0], parse(type, (*parameters, ("_count", "1000"))))
        assert sorted(whole) == sorted(one["id"] for one in made.find(type) if asked.holds(one))
        for record in records:
            assert await paged(record, parse(type, (*parameters, ("_count", "2")))) == whole, (asked.filter, sort)


async def paged(record: Record, query: Query) -> list[str]:
    ids: list[str] = []
    reading = Reading()
    while True:
        documents = (await record.search(query, reading)).documents
        ids += [document["_id"] for document in documents[: query.results.count]]
        if len(documents) <= query.results.count:
            return ids
        reading = Reading(place=place_of(documents[query.results.count - 1]))


class Answers:
    """A reader that gives prepared answers, one for each time that it is asked; nothing is contained in anything."""

    def __init__(self, answers: Sequence[list[Any] | Exception | None]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.filters: list[Filter] = []

    async def __call__(self, side: Side, most: int, milliseconds: int) -> list[Any] | None:
        if side.plan.filter == {"search.contained.by": "subject"}:
            return []
        self.asked.append(side.type)
        self.filters.append(side.plan.filter)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


SLOW = TooCostly(Text("Too slow.", "Terlalu lama."))
CHAIN = ("subject:Patient.name", "siti")
CODE = ("status", "final")
LISTED: Filter = {"index.subject": {"$in": ["Patient/a"]}}


@pytest.mark.parametrize(
    ("parameters", "answers", "asked", "listed"),
    [
        ((CHAIN,), [[["Patient/a"]]], ["Patient"], True),
        ((CHAIN,), [None], ["Patient"], False),
        ((CHAIN,), [SLOW], ["Patient"], False),
        ((CHAIN, CODE), [[["Patient/a"]]], ["Patient"], True),
        ((CHAIN, CODE), [None, [["Patient/a"]], [["Patient/a"]]], ["Patient", "Observation", "Patient"], True),
        ((CHAIN, CODE), [SLOW, [["Patient/a"]], None], ["Patient", "Observation", "Patient"], False),
        ((CODE, CHAIN), [SLOW, None, [["Patient/a"]]], ["Patient", "Observation", "Patient"], True),
        ((CHAIN, CODE), [SLOW, SLOW, [["Patient/a"]]], ["Patient", "Observation", "Patient"], True),
        ((CHAIN, CODE), [None, None, None], ["Patient", "Observation", "Patient"], False),
    ],
)
async def test_a_list_is_made_where_it_is_short_and_soon_known(
    parameters: Parameters, answers: list[list[Any] | Exception | None], asked: list[str], listed: bool
) -> None:
    few = Answers(answers)
    planned = await plan(parse("Observation", parameters), Ground(SYSTEM, Locality(), few))
    assert few.asked == asked
    assert few.answers == []
    assert (str(LISTED)[1:-1] in str(planned.filter)) is listed
    assert (planned.stages == ()) is listed
    assert ("index.status" in str(planned.filter)) is (CODE in parameters)


async def test_only_what_is_behind_few_candidates_is_read() -> None:
    few = Answers([None, [["Patient/a", "Group/b"], ["Patient/c"]], [["Patient/c"]]])
    planned = await plan(parse("Observation", (CHAIN, CODE)), Ground(SYSTEM, Locality(), few))
    everything, candidates, behind = few.filters
    assert candidates.keys() == {"index.status"}
    assert behind == {"$and": [{"_id": {"$in": ["a", "c"]}}, everything]}
    assert "'index.subject': {'$in': ['Patient/c']}" in str(planned.filter)


async def test_what_one_chain_leaves_are_the_candidates_of_the_next() -> None:
    chains = ("_has:Encounter:subject:date", "2024-01-01"), ("_has:Encounter:subject:location", "Location/1")
    few = Answers([[["Patient/a"], ["Patient/b"]], None, [["Patient/b"]], [["Patient/b"]]])
    planned = await plan(parse("Patient", chains), Ground(SYSTEM, Locality(), few))
    assert few.asked == ["Encounter", "Encounter", "Patient", "Encounter"]
    assert few.filters[2] == {"_id": {"$in": ["a", "b"]}}
    assert few.filters[3]["$and"][0] == {"index.subject": {"$in": ["Patient/b"]}}
    assert planned.filter == {"$and": [{"_id": {"$in": ["a", "b"]}}, {"_id": {"$in": ["b"]}}]}


def test_a_probe_joins_before_it_stops() -> None:
    probe = ({"$sort": {"a": 1}}, {"$limit": 3}, {"$project": {"_id": False, "value": "$a"}})
    join: dict[str, Any] = {"$lookup": {}}
    stages = spliced(probe, [join])
    assert stages == [{"$sort": {"a": 1}}, join, {"$limit": 3}, {"$set": {"value": "$a"}}, {"$unset": "resource"}]


async def test_what_needs_no_other_type_asks_nothing() -> None:
    query = parse("Patient", (("gender", "male"), ("_filter", "not (name eq siti)")))
    assert not reads_first(query)
    planned = await plan(query, Ground(SYSTEM, Locality(), Answers([])), first={"_id": "a"})
    assert planned.filter["$and"][0] == {"_id": "a"}
    assert planned.stages == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject:Patient.name", "x"),
        ("_has:Provenance:target:recorded", "2020"),
        ("_filter", "not (subject.name eq x)"),
    ],
)
def test_joins_are_seen_wherever_they_stand(name: str, value: str) -> None:
    assert reads_first(parse("Observation", ((name, value),)))


@pytest.mark.parametrize("most", WAYS.values(), ids=WAYS)
async def test_the_longest_chains_and_the_deepest_filters_are_carried_out(store: Store, most: int) -> None:
    places = [
        {
            "resourceType": "Location",
            "name": f"Lantai {n}",
            **({"partOf": {"reference": f"Location/{n - 1}"}} if n else {}),
        }
        for n in range(12)
    ]
    await Record(store, SYSTEM, SITE).commit([Change.update(one, str(n)) for n, one in enumerate(places)])
    record = Record(store, SYSTEM, SITE, most_ids=most)
    assert await found(record, parse("Location", (("partof." * 10 + "name", "lantai 1"),))) == ["11"]
    assert await found(record, parse("Location", (("_has:Location:partof:" * 10 + "name", "lantai 10"),))) == ["0"]
    deep = "partof." * 10 + "name sw lantai"
    for level in range(MAX_NESTING):
        deep = f"not ({deep})" if level % 2 else f"({deep} or name eq nothing)"
    assert await found(record, parse("Location", (("_filter", deep),))) == ["10", "11"]


async def test_unasked_a_total_is_counted_only_where_little_is_behind_the_chain(store: Store) -> None:
    record, query = Record(store, SYSTEM, SITE), parse("Patient", (("_has:Observation:subject:status", "final"),))
    of_a: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Nadi"},
        "subject": {"reference": "Patient/a"},
    }
    await record.commit([Change.update({"resourceType": "Patient"}, "a"), *[Change.create(of_a)] * FEW_IDS])
    assert await record.count(query, most=3) == 1
    await record.commit([Change.create(of_a)])
    assert await record.count(query, most=3) == 3
    assert await record.count(query) == 1


async def test_a_value_set_behind_a_chain_is_read_first(store: Store) -> None:
    record = Record(store, SYSTEM, SITE)
    await loaded(store, graph(random.Random(3)))
    concepts = [{"system": "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "female"}]}]
    value_set = {"resourceType": "ValueSet", "url": "http://x/vs", "status": "active", "compose": {"include": concepts}}
    await record.commit([Change.update(value_set, "a")])
    by_set = await found(record, parse("Observation", (("subject:Patient.gender:in", "http://x/vs"),)))
    assert by_set == await found(record, parse("Observation", (("subject:Patient.gender", "female"),)))
    assert by_set
    assert await found(record, parse("Observation", (("_filter", "subject:Patient.gender in http://x/vs"),))) == by_set


@pytest.mark.parametrize("most", WAYS.values(), ids=WAYS)
async def test_canonical_references_are_followed_by_url_and_by_id(store: Store, most: int) -> None:
    form = {"resourceType": "Questionnaire", "status": "active"}
    answers = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    named = {
        "by-url": "http://x/a",
        "by-version": "http://x/a|2",
        "by-id": "Questionnaire/a",
        "here": f"{BASE}/Questionnaire/a",
        "other": "http://x/b",
    }
    forms = [{**form, "url": "http://x/a", "title": "Gizi"}, {**form, "title": "Nyeri"}, {**form, "url": "http://x/b"}]
    await Record(store, SYSTEM, SITE).commit(
        [
            *(Change.update(one, id) for one, id in zip(forms, "abc", strict=True)),
            *(Change.update({**answers, "questionnaire": url}, id) for id, url in named.items()),
            Change.update(answers, "none"),
        ]
    )
    record = Record(store, SYSTEM, SITE, most_ids=most)
    of_a = sorted(set(named) - {"other"})
    assert await found(record, parse("QuestionnaireResponse", (("questionnaire.title", "gizi"),))) == of_a
    assert await found(record, parse("QuestionnaireResponse", (("questionnaire.title", "nyeri"),))) == []
    backward = ("_has:QuestionnaireResponse:questionnaire:_id", "by-version")
    assert await found(record, parse("Questionnaire", (backward,))) == ["a"]
    backward = ("_has:QuestionnaireResponse:questionnaire:_id", "by-id,other")
    assert await found(record, parse("Questionnaire", (backward,))) == ["a", "c"]
    assert (
        await found(record, parse("Questionnaire", (("_has:QuestionnaireResponse:questionnaire:_id", "none"),))) == []
    )


async def test_a_wrong_value_behind_a_chain_is_refused(store: Store) -> None:
    record = Record(store, SYSTEM, SITE)
    with pytest.raises(InvalidParameter, match="not a value for 'birthdate'"):
        await record.search(parse("Observation", (("subject:Patient.birthdate", "kemarin"),)))
