"""The life of every official example: created, read back, changed, found by its parameters, deleted; as XML too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import pytest
from pymongo import MongoClient

from fhir_server.changes import SERVER_MADE
from fhir_server.search.fields import Field, fields
from tests.fhir_server.conftest import client_of, settings
from tests.fhir_server.search.test_official_examples import by_fhirpathpy, searches_for
from tests.journeys.bundles import Json, bundle, entry, statuses
from tests.journeys.official import by_size, by_type, content, parse, text, with_canonical_narratives
from tests.resources.validation.test_official_examples import MISTAKES

DATABASE = "test_official_examples"
MOST, BYTES_AT_ONCE = 50, 2_000_000
AT_ONCE = 16
JSON = {"Content-Type": "application/fhir+json"}
AS_RESOURCE = {"Accept": "application/fhir+json"}
"""Otherwise a Binary is what it holds."""

XML = {"Content-Type": "application/fhir+xml"}
TAG = {"system": "http://example.org/journeys", "code": "diubah"}

TOO_LARGE = {
    "Bundle-resources": "more than 10 MB, the limit of a body",
}
TOO_LARGE_AS_XML: dict[str, str] = {}

Result = TypeVar("Result")
Example = tuple[str, Json]


@pytest.fixture(scope="module")
async def client(mongodb_uri: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings(mongodb_uri, DATABASE)) as found:
        yield found
    with MongoClient[Json](mongodb_uri) as mongodb:
        mongodb.drop_database(DATABASE)


async def together(work: Iterable[Awaitable[Result]]) -> list[Result]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(single: Awaitable[Result]) -> Result:
        async with slots:
            return await single

    return await asyncio.gather(*(one(single) for single in work))


def url(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


@pytest.mark.parametrize("type", sorted(by_type().keys() - set(SERVER_MADE)))
async def test_the_life_of_every_example(client: httpx.AsyncClient, type: str) -> None:
    valid = [(name, resource) for name, resource in by_type()[type].items() if name not in {*MISTAKES, *TOO_LARGE}]
    wanted = searches_of(valid)
    for examples in by_size(valid, MOST, BYTES_AT_ONCE):
        await create(client, examples)
        await change(client, examples)
        await find(client, examples, wanted)
        await delete(client, examples)
        await through_xml(client, examples)


async def write(client: httpx.AsyncClient, entries: list[Json]) -> list[int]:
    headers = {**JSON, "Prefer": "return=minimal"}
    answer = await client.post("", content=text(bundle(*entries)), headers=headers)
    assert answer.status_code == 200, answer.text[:1000]
    return statuses(answer)


async def create(client: httpx.AsyncClient, examples: list[Example]) -> None:
    assert set(await write(client, [entry("PUT", url(resource), resource) for _, resource in examples])) == {201}
    for (name, resource), answer in zip(examples, await read(client, examples), strict=True):
        assert content(parse(answer.content)) == content(resource), name
        assert answer.headers["etag"] == 'W/"1"'


async def read(client: httpx.AsyncClient, examples: list[Example]) -> list[httpx.Response]:
    return await together(client.get(url(resource), headers=AS_RESOURCE) for _, resource in examples)


def changed(resource: Json) -> Json:
    meta = resource.get("meta", {})
    return {**resource, "meta": {**meta, "tag": [*meta.get("tag", ()), TAG]}}


async def change(client: httpx.AsyncClient, examples: list[Example]) -> None:
    entries = [entry("PUT", url(resource), changed(resource)) for _, resource in examples]
    assert set(await write(client, entries)) == {200}
    assert set(await write(client, entries)) == {200}, "the same again"
    for (name, resource), answer in zip(examples, await read(client, examples), strict=True):
        assert content(parse(answer.content)) == content(changed(resource)), name
        assert answer.headers["etag"] == 'W/"2"', name


def searches_of(examples: list[Example]) -> dict[str, list[tuple[str, str]]]:
    """File name -> searches (parameter, value) that must find it: every parameter that any example of the type has a
    value for at least once, every example by at least one."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name, _ in examples}
    covered: set[str] = set()
    for name, resource in sorted(examples, key=lambda example: len(str(example[1]))):
        for field in fields(resource["resourceType"]).values():
            needed = field.code not in covered or (not found[name] and field.code not in ("_id", "_lastUpdated"))
            if needed and field.layout != "scalar" and (search := search_for(field, resource)):
                covered.add(field.code)
                found[name].append(search)
        found[name].append(("_id", resource["id"]))
    return found


def search_for(field: Field, resource: Json) -> tuple[str, str] | None:
    """A search by a value that fhirpathpy finds, too."""
    kinds = {id(value): kind for kind, value in nodes(field, resource)}
    if not kinds:
        return None
    theirs = by_fhirpathpy(resource, field)
    assert theirs, (resource["id"], field.code)
    for kind, value in nodes(field, resource):
        if value in theirs:
            for modifier, wanted in searches_for(field, kind, value):
                if len(wanted) < 1000:
                    return field.code + modifier, wanted
    return None


def nodes(field: Field, resource: Json) -> Iterator[tuple[str, Any]]:
    for path in field.parameter.paths:
        yield from path.values(resource["resourceType"], resource)


async def find(client: httpx.AsyncClient, examples: list[Example], wanted: dict[str, list[tuple[str, str]]]) -> None:
    asked = [(resource, search) for name, resource in examples for search in wanted[name]]
    queries = [
        f"{r['resourceType']}?{urlencode([search, ('_id', r['id']), ('_elements', 'id')])}" for r, search in asked
    ]
    answers = await together(client.get(query) for query in queries)
    for query, (resource, _), answer in zip(queries, asked, answers, strict=True):
        assert answer.status_code == 200, (query, answer.text[:300])
        found = [row["resource"]["id"] for row in answer.json().get("entry", ())]
        assert found == [resource["id"]], query


async def delete(client: httpx.AsyncClient, examples: list[Example]) -> None:
    assert set(await write(client, [entry("DELETE", url(resource)) for _, resource in examples])) == {204}
    assert {answer.status_code for answer in await read(client, examples)} == {410}
    histories = await together(client.get(f"{url(resource)}/_history?_summary=true") for _, resource in examples)
    for answer in histories:
        assert [row["request"]["method"] for row in answer.json()["entry"]] == ["DELETE", "PUT", "PUT"]
    addresses = [f"{url(resource)}/_history/1" for _, resource in examples]
    answers = await together(client.get(address, headers=AS_RESOURCE) for address in addresses)
    for (name, resource), answer in zip(examples, answers, strict=True):
        assert content(parse(answer.content)) == content(resource), name


async def through_xml(client: httpx.AsyncClient, examples: list[Example]) -> None:
    """Read as XML, created from that XML, read as JSON: the same, but for the id."""
    versions = [f"{url(resource)}/_history/1" for name, resource in examples if name not in TOO_LARGE_AS_XML]
    documents = await together(client.get(version, headers={"Accept": "application/fhir+xml"}) for version in versions)
    assert {document.headers["content-type"] for document in documents} <= {"application/fhir+xml; charset=utf-8"}
    headers = {**XML, "Accept": "application/fhir+json"}
    kept = [example for example in examples if example[0] not in TOO_LARGE_AS_XML]
    type = examples[0][1]["resourceType"]
    created = await together(client.post(type, content=document.content, headers=headers) for document in documents)
    for (name, resource), answer in zip(kept, created, strict=True):
        assert answer.status_code == 201, (name, answer.text[:500])
        found, before = (with_canonical_narratives(one) for one in (parse(answer.content), resource))
        assert content(found, without_id=True) == content(before, without_id=True), name


@pytest.mark.parametrize("name", sorted(MISTAKES))
async def test_an_example_with_a_mistake_is_refused_for_it(client: httpx.AsyncClient, name: str) -> None:
    resource = next(found[name] for found in by_type().values() if name in found)
    answer = await client.put(url(resource), content=text(resource), headers=JSON)
    if name in TOO_LARGE or len(text(resource)) > 10 * 1024**2:
        assert answer.status_code == 413
        return
    assert answer.status_code in (400, 422), answer.text[:300]
    if answer.status_code == 422:
        places = [place for issue in answer.json()["issue"] for place in issue["expression"]]
        assert MISTAKES[name][0] in places


@pytest.mark.parametrize("name", sorted(TOO_LARGE))
async def test_an_example_beyond_the_limit_is_refused(client: httpx.AsyncClient, name: str) -> None:
    resource = by_type()["Bundle"][name]
    answer = await client.put(url(resource), content=text(resource), headers=JSON)
    assert answer.status_code == 413
