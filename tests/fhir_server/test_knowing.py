"""What is read before a search is compiled: value sets, code systems, Lists."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.errors import Forbidden, InvalidParameter
from fhir_server.knowing import MOST_READ, known
from fhir_server.messages import Resource
from fhir_server.search.fields import Filter
from fhir_server.search.locality import Locality
from fhir_server.search.query import parse
from fhir_server.search.terminology import Codes, Known, ListNeed, RelativesNeed, ValueSetNeed
from resources.issues import Text
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import BASE, stored

CODES = {"system": "urn:s", "concept": [{"code": "a"}, {"code": "b"}]}
STORED: list[Resource] = [
    {"resourceType": "ValueSet", "id": "v1", "url": "http://a/vs", "version": "1", "compose": {"include": [CODES]}},
    {
        "resourceType": "ValueSet",
        "id": "v2",
        "url": "http://a/two",
        "compose": {"include": [{"valueSet": ["http://a/vs|1"]}]},
    },
    {"resourceType": "ValueSet", "id": "v3", "url": "http://a,b/vs", "compose": {"include": [CODES]}},
    {"resourceType": "CodeSystem", "id": "c1", "url": "urn:s", "concept": [{"code": "a", "concept": [{"code": "b"}]}]},
    {
        "resourceType": "List",
        "id": "l1",
        "entry": [
            {"item": {"reference": "Patient/1"}},
            {"item": {"reference": f"{BASE}/Patient/2"}},
            {"item": {"reference": "Patient/3/_history/4"}},
            {"item": {"reference": "Patient/5"}, "deleted": True},
            {"item": {"display": "nobody"}},
            {},
        ],
    },
]
TREE = {"rs": None, "gedung": "Location/rs", "kamar": "Location/gedung", "ranjang": f"{BASE}/Location/kamar"}
CIRCLE = {"a": "Location/b", "b": "Location/a"}
STORED += [
    {"resourceType": "Location", "id": id, **({"partOf": {"reference": upper}} if upper else {})}
    for id, upper in {**TREE, **CIRCLE}.items()
]
DOCUMENTS = [stored(resource) for resource in STORED]


async def fetch(type: str, filter: Filter) -> Resource | None:
    found = [one for one in DOCUMENTS if one["resource"]["resourceType"] == type and matches(filter, one)]
    return found[0]["resource"] if found else None


async def values(type: str, filter: Filter, path: str) -> list[Any]:
    found = [one for one in DOCUMENTS if one["resource"]["resourceType"] == type and matches(filter, one)]
    return [one["index"].get("partof") if path == "index.partof" else one["_id"] for one in found]


async def known_for(*parameters: tuple[str, str]) -> Known:
    return await known(parse("Observation", parameters).criteria, Locality(base=BASE), fetch, values)


BOTH = Codes(frozenset({("urn:s", "a"), ("urn:s", "b")}))


@pytest.mark.parametrize(
    "name",
    [
        *("http://a/vs", "http://a/two", "ValueSet/v1", "ValueSet/v2", f"{BASE}/ValueSet/v1"),
        *(r"http://a/vs\|1", "http://a/vs|1", r"http://a\,b/vs"),
    ],
)
async def test_a_value_set_by_its_url_or_its_id(name: str) -> None:
    found = await known_for(("code:in", name))
    assert list(found.codes.values()) == [BOTH]


async def test_a_code_with_its_relatives_and_a_value_set_in_one_search() -> None:
    found = await known_for(("code:below", "urn:s|a"), ("code:above", "urn:s|a"), ("code:not-in", "http://a/vs"))
    assert found.codes[RelativesNeed("below", "urn:s", "a")] == BOTH
    assert found.codes[RelativesNeed("above", "urn:s", "a")] == Codes(frozenset({("urn:s", "a")}))
    assert found.codes[ValueSetNeed("http://a/vs")] == BOTH


@pytest.mark.parametrize(
    ("modifier", "value", "found"),
    [
        ("below", "gedung", {"Location/gedung", "Location/kamar", "Location/ranjang"}),
        ("below", "Location/ranjang", {"Location/ranjang"}),
        ("above", f"{BASE}/Location/kamar", {"Location/kamar", "Location/gedung", "Location/rs"}),
        ("above", "rs", {"Location/rs"}),
        ("below", "a", {"Location/a", "Location/b"}),
        ("above", "a", {"Location/a", "Location/b"}),
        ("below", "Patient/1", {"Patient/1"}),
        ("below", "tidak-ada", {"Location/tidak-ada"}),
    ],
)
async def test_a_place_with_those_above_or_below_it(modifier: str, value: str, found: set[str]) -> None:
    (members,) = (await known_for((f"subject:{modifier}", value))).members.values()
    assert members == found


async def test_the_members_of_a_list_without_those_that_were_taken_out() -> None:
    found = await known_for(("_list", "l1"))
    assert found.members == {ListNeed("l1"): frozenset({"Patient/1", "Patient/2", "Patient/3"})}


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("code:in", "http://a/none", "http://a/none"),
        ("code:in", "ValueSet/none", "ValueSet/none"),
        ("code:in", r"http://a/vs\|2", "2"),
        ("code:below", "urn:none|a", "urn:none"),
        ("_list", "none", "List/none"),
    ],
)
async def test_what_is_not_there_is_refused(name: str, value: str, named: str) -> None:
    with pytest.raises(InvalidParameter, match=named):
        await known_for((name, value))


async def test_a_search_that_needs_nothing_reads_nothing() -> None:
    async def nobody(type: str, filter: Filter) -> Resource | None:
        raise AssertionError(type)

    assert await known(parse("Observation", (("code", "a"),)).criteria, Locality(), nobody, values) == Known()


async def test_what_the_caller_may_not_see_is_not_read() -> None:
    async def forbidden(type: str, filter: Filter) -> Resource | None:
        raise Forbidden(Text("no", "tidak"))

    with pytest.raises(Forbidden):
        await known(parse("Observation", (("_list", "l1"),)).criteria, Locality(), forbidden, values)


async def test_value_sets_without_end_are_refused() -> None:
    read = 0

    async def endless(type: str, filter: Filter) -> Resource | None:
        nonlocal read
        read += 1
        include: list[Any] = [{"valueSet": [f"http://a/{read}"]}]
        return {"resourceType": "ValueSet", "compose": {"include": include}}

    with pytest.raises(InvalidParameter, match=str(MOST_READ)):
        await known(parse("Observation", (("code:in", "http://a/0"),)).criteria, Locality(), endless, values)
    assert read == MOST_READ + 1
