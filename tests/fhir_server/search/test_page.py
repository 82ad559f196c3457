"""Pages: every document once, in the right order, whatever the sort. https://hl7.org/fhir/R4/search.html#sort"""

from __future__ import annotations

import base64
import json
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

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search.fields import RANGED, fields
from fhir_server.search.page import next_cursor, stages
from fhir_server.search.query import Query, parse
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


def walk(collection: Collection[Document], type: str, sort: str, count: int) -> Iterator[Document]:
    """All documents, page by page."""
    cursor: str | None = None
    while True:
        parameters = [("_sort", sort)] if sort else []
        parameters += [("_count", str(count))] + ([("_cursor", cursor)] if cursor else [])
        query = parse(type, tuple(parameters))
        rows = list(collection.aggregate([{"$match": {"deleted": False}}, *as_bson(stages(query))]))
        yield from rows[:count]
        if len(rows) <= count:
            return
        cursor = next_cursor(query, rows[count - 1])


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


def cursor_of(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


VALID: dict[str, Any] = {"by": "-birthdate", "after": [{"ms": 0}, "p1"]}
NO_BIRTHDATES: list[Any] = [{"$gt": ""}, {"ms": "1"}, {"ms": 10**30}, {"ms": 1e300}, [], 5]
NO_NUMBERS: list[Any] = ["NaN", "1e99999", "x", 5, None, "9" * 99]
OTHERS: list[Any] = [{"by": "name"}, {"after": []}, {"after": ["p1"]}, {"after": 5}, {"after": [{"ms": 0}, None]}]


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "!!!", "é", "e30", "bnVsbA", "W10", "MQ", "_w", cursor_of(VALID)[:-3], "A" * 100_000),
        *(cursor_of(VALID | other) for other in OTHERS),
        *(cursor_of(VALID | {"after": [value, "p1"]}) for value in NO_BIRTHDATES),
        *(cursor_of(VALID | {"after": [{"number": value}, "p1"]}) for value in NO_NUMBERS),
        base64.urlsafe_b64encode(b"[" * 30_000).decode(),
        base64.urlsafe_b64encode(b'{"by":"-birthdate","after":[' + b"9" * 5000 + b"]}").decode(),
    ],
)
def test_what_is_no_cursor_of_this_search_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidParameter, match="not a page of this search"):
        stages(parse("Patient", (("_sort", "-birthdate"), ("_cursor", cursor))))


def test_a_cursor_of_ours_is_read() -> None:
    assert stages(parse("Patient", (("_sort", "-birthdate"), ("_cursor", cursor_of(VALID)))))


@pytest.mark.parametrize("value", [None, "a\0b", "é😀", NOW, Decimal("-1.50"), Decimal("Infinity"), Decimal("1E+3")])
def test_a_value_survives_the_cursor(value: Any) -> None:
    query = Query("Observation", results=parse("Observation", (("_sort", "value-quantity"),)).results)
    cursor = next_cursor(query, {"_id": "o1", "sort": [value, "o1"]})
    match = stages(parse("Observation", (("_sort", "value-quantity"), ("_cursor", cursor))))[0]
    assert repr(value) in repr(match)


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
        wanted = (("_sort", sort), ("_count", "5"))
        cursor = next_cursor(parse("Patient", wanted), far)
        pipeline = as_bson(stages(parse("Patient", (*wanted, ("_cursor", cursor)))))
        command = {"aggregate": "Patient", "pipeline": pipeline, "cursor": {}}
        told = str(database.command("explain", command, verbosity="executionStats"))
        examined = re.search(r"'totalDocsExamined': (\d+)", told)
        assert examined
        assert int(examined[1]) <= 8
