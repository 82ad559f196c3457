"""Pages: every document once, in the right order, whatever the sort. https://hl7.org/fhir/R4/search.html#sort"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from fhir_server.messages import Resource
from fhir_server.search.fields import RANGED, fields
from fhir_server.search.page import Place, by_type_first, order_of, place_of, stages
from fhir_server.search.query import parse
from tests.fhir_server.search.stored import NOW, as_bson, stored

Document = dict[str, Any]


FAMILIES = [["Siti"], ["Ani", "Zul"], ["Budi 😀"], ["Ábdul"], []]
PROFILES = [["http://a"], ["http://b", "http://a|1"], []]
IDENTIFIERS = [
    [{"system": "zz", "value": "2"}],
    [{"system": "a", "value": "1"}, {"value": "3"}],
    [{"system": "only"}],
    [],
]
GENDERS: list[Resource] = [{"gender": "male"}, {"gender": "female"}, {}]
BIRTHS: list[Resource] = [{"birthDate": day} for day in ("1990", "1990-05-17", "1956-01-01")] + [{}]
HOMES: list[Resource] = [
    {"managingOrganization": {"reference": "Organization/1"}},
    {"managingOrganization": {"display": "x"}},
    {},
]
TIMES: list[Resource] = [
    {"effectiveDateTime": "2024-03-01"},
    {"effectivePeriod": {"start": "2024-01-01"}},
    {"effectivePeriod": {"end": "2023-01-01"}},
    {"effectivePeriod": {}},
    {},
]
VALUES: list[Resource] = [
    {"valueQuantity": {"value": Decimal("5.40")}},
    {"valueQuantity": {"value": 5, "comparator": "<"}},
    {"valueQuantity": {"value": Decimal("1234567890123456789012345678901.123")}},
    {"valueQuantity": {"value": -3}},
    {},
]
COMPONENTS = [[1, 9], [4], []]


def patients(chance: random.Random) -> Iterator[Resource]:
    for number in range(60):
        yield {
            "resourceType": "Patient",
            "id": f"p{number:02d}",
            "meta": {"profile": chance.choice(PROFILES)},
            "name": [{"family": name} for name in chance.choice(FAMILIES)],
            "identifier": chance.choice(IDENTIFIERS),
            **chance.choice(GENDERS),
            **chance.choice(BIRTHS),
            **chance.choice(HOMES),
        }


def observations(chance: random.Random) -> Iterator[Resource]:
    for number in range(60):
        yield {
            "resourceType": "Observation",
            "id": f"o{number:02d}",
            "component": [{"valueQuantity": {"value": value}} for value in chance.choice(COMPONENTS)],
            **chance.choice(TIMES),
            **chance.choice(VALUES),
        }


def compositions(chance: random.Random) -> Iterator[Resource]:
    periods = [{"start": "2024-01-01"}, {"start": "2023-01-01", "end": "2023-01-02"}, {"end": "2022-01-01"}, {}]
    for number in range(40):
        events = chance.choice([0, 1, 2])
        yield {
            "resourceType": "Composition",
            "id": f"c{number:02d}",
            "event": [{"period": period} for period in chance.sample(periods, events)],
        }


def risks(chance: random.Random) -> Iterator[Resource]:
    for number in range(40):
        values = chance.choice([[], [Decimal("0.5")], [Decimal("0.1"), Decimal("0.9")], [Decimal("0.50")]])
        yield {
            "resourceType": "RiskAssessment",
            "id": f"r{number:02d}",
            "prediction": [{"probabilityDecimal": value} for value in values],
        }


MAKERS = {"Patient": patients, "Observation": observations, "Composition": compositions, "RiskAssessment": risks}


@pytest.fixture(scope="module")
def collections(mongodb_uri: str) -> Iterator[dict[str, tuple[Collection[Document], list[Document]]]]:
    with MongoClient[Document](mongodb_uri, tz_aware=True) as client:
        database = client["test_pages"]
        made = {}
        for type, maker in MAKERS.items():
            chance = random.Random(7)
            resources = list(maker(chance))
            documents = [stored(one, updated=NOW + timedelta(milliseconds=chance.randrange(20))) for one in resources]
            chance.shuffle(documents)
            database[type].insert_many([as_bson(document) for document in documents])
            made[type] = (database[type], documents)
        yield made
        client.drop_database(database)


def sort_value(document: Document, type: str, code: str, *, descending: bool) -> Any:
    """The value that counts, from the stored entries; None for a missing one."""
    if code in ("_id", "_lastUpdated"):
        return document["_id" if code == "_id" else "updated"]
    entries = document["index"].get(code, [])
    entries = entries if isinstance(entries, list) else [entries]
    kind = fields(type)[code].parameter.type
    if kind in RANGED:
        entries = [entry["lo"] for entry in entries if entry]
    if kind == "token":
        entries = [entry for entry in entries if not entry.startswith("\0")]
    return (max if descending else min)(entries, default=None)


def expected_order(documents: list[Document], type: str, sort: str) -> list[str]:
    keys = [(key.removeprefix("-"), key.startswith("-")) for key in sort.split(",")]

    def compare(one: Document, other: Document) -> int:
        for code, descending in [*keys, ("_id", keys[-1][1])]:
            first, second = (sort_value(document, type, code, descending=descending) for document in (one, other))
            if first != second:
                if first is None or second is None:
                    return 1 if first is None else -1
                return (1 if first > second else -1) * (-1 if descending else 1)
        return 0

    return [document["_id"] for document in sorted(documents, key=cmp_to_key(compare))]


def walk(
    collection: Collection[Document], type: str, sort: str, count: int, *, start: Place | None = None
) -> Iterator[Document]:
    """All documents from a place on, page by page, in the direction of the place."""
    query = parse(type, ((("_sort", sort),) if sort else ()) + (("_count", str(count)),))
    place = start
    while True:
        rows = list(collection.aggregate([{"$match": {"deleted": False}}, *as_bson(stages(query, place))]))
        yield from rows[:count]
        if len(rows) <= count:
            return
        place = place_of({**rows[count - 1], "type": type}, backward=start is not None and start.backward)


SINGLE = [
    *(
        ("Patient", code)
        for code in ("_id", "_lastUpdated", "name", "gender", "birthdate", "identifier", "organization", "_profile")
    ),
    *(("Observation", code) for code in ("date", "value-quantity", "component-value-quantity", "combo-value-quantity")),
    ("Composition", "period"),
    ("RiskAssessment", "probability"),
]
SEVERAL = [
    ("Patient", "gender,-birthdate,name"),
    ("Patient", "-gender,birthdate,-_lastUpdated"),
    ("Patient", "-birthdate,-gender,-_id"),
    ("Patient", "_lastUpdated,name,-identifier"),
    ("Observation", "-date,value-quantity"),
    ("Observation", "component-value-quantity,-date,-value-quantity"),
]


@pytest.mark.parametrize("count", [1, 7, 1000])
@pytest.mark.parametrize(
    ("type", "sort"), [*((type, sign + code) for type, code in SINGLE for sign in ("", "-")), *SEVERAL]
)
def test_every_document_once_and_in_order(
    type: str, sort: str, count: int, collections: dict[str, tuple[Collection[Document], list[Document]]]
) -> None:
    collection, documents = collections[type]
    walked = list(walk(collection, type, sort, count))
    assert [row["_id"] for row in walked] == expected_order(documents, type, sort)
    assert set(walked[0]) == {*documents[0], "sort"}


@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize(
    ("type", "sort"), [*((type, sign + code) for type, code in SINGLE for sign in ("", "-")), *SEVERAL]
)
def test_backward_from_anywhere(
    type: str, sort: str, count: int, collections: dict[str, tuple[Collection[Document], list[Document]]]
) -> None:
    collection, documents = collections[type]
    forward = list(walk(collection, type, sort, 1000))
    expected = expected_order(documents, type, sort)
    for position in (0, 1, len(forward) // 2, len(forward) - 1):
        start = place_of({**forward[position], "type": type}, backward=True)
        back = [row["_id"] for row in walk(collection, type, sort, count, start=start)]
        assert back == expected[:position][::-1]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sort", ["", "_lastUpdated", "-_lastUpdated", "_id", "-_id", "_profile,_id", "-_id,_profile"])
def test_several_types_have_one_order(
    sort: str, backward: bool, collections: dict[str, tuple[Collection[Document], list[Document]]]
) -> None:
    """Whatever document a page ends at, each type has behind it what the order of all puts there."""
    parameters = ((("_sort", sort),) if sort else ()) + (("_count", "1000"),)
    queries = {type: parse(type, parameters) for type in MAKERS}
    everything: list[Document] = [
        {**row, "type": type} for type in MAKERS for row in walk(collections[type][0], type, sort, 1000)
    ]
    everything.sort(key=order_of(queries["Patient"], backward=backward))
    assert by_type_first(queries["Patient"]) is (sort == "")
    for position in (0, 70, 133, len(everything) - 1):
        place = place_of(everything[position], backward=backward)
        for type, query in queries.items():
            pipeline = [{"$match": {"deleted": False}}, *as_bson(stages(query, place))]
            found = [row["_id"] for row in collections[type][0].aggregate(pipeline)]
            assert found == [row["_id"] for row in everything[position + 1 :] if row["type"] == type]


def test_without_a_sort_the_order_is_by_id(
    collections: dict[str, tuple[Collection[Document], list[Document]]],
) -> None:
    collection, documents = collections["Patient"]
    assert [row["_id"] for row in walk(collection, "Patient", "", 7)] == sorted(row["_id"] for row in documents)


def test_a_sort_by_single_values_sorts_the_documents_as_they_are() -> None:
    """So that an index can give the order: no stage before `$sort` computes anything."""
    for sort in ("-birthdate", "_lastUpdated", "-_id"):
        first, *_ = stages(parse("Patient", (("_sort", sort),)))
        assert set(first) == {"$sort"}, sort


def test_joins_narrow_down_before_the_limit() -> None:
    names = [next(iter(stage)) for stage in stages(parse("Patient", ()), None, [{"$lookup": {}}])]
    assert names[:3] == ["$sort", "$lookup", "$limit"]


@pytest.mark.parametrize(
    ("sort", "index"), [("-birthdate", "index.birthdate.lo"), ("_lastUpdated", "updated"), ("-_id", "_id")]
)
def test_a_later_page_examines_no_more_than_the_first(
    sort: str, index: str, mongodb_uri: str, database_name: str
) -> None:
    with MongoClient[Document](mongodb_uri, tz_aware=True) as client:
        database = client[database_name]
        resources = [
            {"resourceType": "Patient", "id": f"p{day:03d}", "birthDate": f"1990-{day % 12 + 1:02d}"}
            for day in range(400)
        ]
        rows = [stored(one, updated=NOW + timedelta(seconds=row)) for row, one in enumerate(resources)]
        database["Patient"].insert_many([as_bson(row) for row in rows])
        if index != "_id":
            database["Patient"].create_index({index: 1, "_id": 1})
        far = list(walk(database["Patient"], "Patient", sort, 300))[299]
        query = parse("Patient", (("_sort", sort), ("_count", "5")))
        pipeline = as_bson(stages(query, place_of({**far, "type": "Patient"})))
        command = {"aggregate": "Patient", "pipeline": pipeline, "cursor": {}}
        told = str(database.command("explain", command, verbosity="executionStats"))
        examined = re.search(r"'totalDocsExamined': (\d+)", told)
        assert examined
        assert int(examined[1]) <= 8
