"""Whatever the CapabilityStatement promises is there. https://hl7.org/fhir/R4/capabilitystatement.html"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from pymongo import MongoClient

from exports.catalogue import KINDS
from fhir_server.audit.projection import document
from fhir_server.changes import SERVER_MADE
from fhir_server.interactions.dispatch import ROUTES
from fhir_server.search.named import NAMED
from main import open_store, site
from resources.definitions.search import parameters
from resources.definitions.structure import resource_types
from resources.formats import json_format
from resources.registry import validate
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.bundles import Json, bundle, entry
from tests.journeys.official import batched, examples

DATABASE = "test_capability_walk"
FHIR_JSON = "application/fhir+json"
INSTANCE = ("read", "vread", "update", "patch", "delete", "history-instance")
TYPE = ("create", "search-type", "history-type")
VALUES = {"string": "a", "token": "a", "date": "2020", "number": "1", "quantity": "1", "uri": "http://example.org/a"}
AT_ONCE = 40
CHANGEABLE = tuple(type for type in resource_types() if type not in SERVER_MADE)
WITHOUT_EXAMPLE = (
    *("Parameters", "SubstanceNucleicAcid", "SubstancePolymer", "SubstanceProtein"),
    *("SubstanceReferenceInformation", "SubstanceSourceMaterial"),
)
WITHOUT_VALID_EXAMPLE: tuple[Json, ...] = (
    *({"resourceType": type} for type in WITHOUT_EXAMPLE),
    {"resourceType": "DeviceMetric", "type": {"text": "x"}, "category": "setting"},
    {
        "resourceType": "DeviceUseStatement",
        "status": "active",
        "subject": {"reference": "Patient/contoh"},
        "device": {"display": "x"},
    },
    {"resourceType": "EventDefinition", "status": "draft", "trigger": [{"type": "named-event", "name": "x"}]},
)


@pytest.fixture(scope="module")
async def client(mongodb_uri: str) -> AsyncIterator[httpx.AsyncClient]:
    configured = settings(mongodb_uri, DATABASE)
    async with client_of(configured) as found, open_store(configured) as store:
        for type in SERVER_MADE:
            await store.audit_trail().keep(type, [document(sample(type), site(configured))])
        yield found
    with MongoClient[Json](mongodb_uri) as mongodb:
        mongodb.drop_database(DATABASE)


@pytest.fixture(scope="module")
async def statement(client: httpx.AsyncClient) -> Json:
    found: Json = (await client.get("metadata")).json()
    return found


@pytest.fixture(scope="module")
async def row(statement: Json) -> Any:
    rows = {found["type"]: found for found in statement["rest"][0]["resource"]}
    return rows.__getitem__


@cache
def smallest() -> dict[str, Json]:
    """The smallest valid example of each type; one of ours where the official ones are all invalid."""
    found = {resource["resourceType"]: resource for resource in WITHOUT_VALID_EXAMPLE}
    for resource in sorted(examples().values(), key=lambda resource: len(str(resource))):
        type = resource["resourceType"]
        if type not in found and not any(issue.severity in ("error", "fatal") for issue in validate(resource)):
            found[type] = resource
    return found


def sample(type: str) -> Json:
    """A valid resource of the type with the id `contoh`."""
    return {**smallest()[type], "id": "contoh"}


async def answered(
    client: httpx.AsyncClient, method: str, url: str, body: object = None, **more: str
) -> httpx.Response:
    named = {name.replace("_", "-").title(): value for name, value in more.items()}
    content = None if body is None else json_format.write(body)
    headers = {"Accept-Language": "en", "Accept": FHIR_JSON, "Content-Type": FHIR_JSON, **named}
    answer = await client.request(method, url, content=content, headers=headers)
    assert answer.is_success, (method, url[:300], answer.status_code, answer.text[:600])
    return answer


def test_every_type_is_there(statement: Json) -> None:
    assert [row["type"] for row in statement["rest"][0]["resource"]] == list(resource_types())
    assert len(resource_types()) == 146


def test_every_route_is_promised(statement: Json, row: Any) -> None:
    """The walk below goes by the statement: what is implemented but left out would go untested."""
    system = {found["code"] for found in statement["rest"][0]["interaction"]}
    patient = row("Patient")
    promised = system | {found["code"] for found in patient["interaction"]}
    operations = [found for one in statement["rest"][0]["resource"] for found in one["operation"]]
    promised |= {f"${operation['name']}" for operation in operations} | {"capabilities"}
    conditional = {"conditional-update", "conditional-delete", "conditional-patch"}
    assert {route.code for route in ROUTES} - conditional <= promised
    assert (patient["conditionalUpdate"], patient["conditionalDelete"], patient["conditionalCreate"]) == (
        True,
        "single",
        True,
    )


@pytest.mark.parametrize("type", SERVER_MADE)
async def test_what_the_server_alone_makes(client: httpx.AsyncClient, row: Any, type: str) -> None:
    codes = {found["code"] for found in row(type)["interaction"]}
    assert codes == {"read", "vread", "history-instance", "search-type", "history-type"}
    assert not row(type)["updateCreate"]
    one = f"{type}/contoh"
    for path in (one, f"{one}/_history/1", f"{one}/_history", f"{type}/_history", f"{type}?_id=contoh"):
        await answered(client, "GET", path)
    for method, path in (("POST", type), ("PUT", one), ("DELETE", one), ("PUT", f"{type}?_id=contoh")):
        refused = await client.request(method, path, json=sample(type))
        assert (refused.status_code, refused.json()["issue"][0]["code"]) == (405, "not-supported")


@pytest.mark.parametrize("type", CHANGEABLE)
async def test_interactions(client: httpx.AsyncClient, row: Any, type: str) -> None:
    codes = [found["code"] for found in row(type)["interaction"]]
    assert sorted(codes) == sorted((*INSTANCE, *TYPE))
    one, resource = f"{type}/contoh", sample(type)
    await answered(client, "PUT", one, resource)
    read = await answered(client, "GET", one)
    await answered(client, "GET", f"{one}/_history/{read.json()['meta']['versionId']}")
    language = [{"op": "add", "path": "/language", "value": "id"}]
    assert (await answered(client, "PATCH", one, language, content_type="application/json-patch+json")).json()[
        "language"
    ] == "id"
    created = await answered(client, "POST", type, resource, if_none_exist="_id=tak-ada")
    other = f"{type}/{created.json()['id']}"
    assert (
        await answered(
            client,
            "PUT",
            f"{type}?_id={other.partition('/')[2]}",
            {**resource, "id": other.partition("/")[2], "language": "en"},
        )
    ).json()["meta"]["versionId"] == "2"
    await answered(client, "DELETE", other)
    await answered(client, "DELETE", f"{type}?_id=tak-ada")
    assert len((await answered(client, "GET", f"{other}/_history")).json()["entry"]) == 3
    assert len((await answered(client, "GET", f"{type}/_history")).json()["entry"]) >= 5
    assert (await answered(client, "GET", f"{type}?_id=contoh")).json()["total"] == 1


@pytest.mark.parametrize("type", resource_types())
async def test_search_parameters(client: httpx.AsyncClient, row: Any, type: str) -> None:
    """All of them at once: a refusal names the one at fault."""
    promised = {found["name"]: found["type"] for found in row(type)["searchParam"]}
    assert {"_id", "_lastUpdated", "_list", "_content"} <= set(promised)
    refused = await client.get(f"{type}?_list=tak-ada")  # a List would change what the other tests count
    assert (refused.status_code, "List/tak-ada" in refused.text) == (400, True)
    given = [(name, value_of(type, name, kind)) for name, kind in promised.items() if name != "_list"]
    await answered(client, "GET", f"{type}?{urlencode(given)}")
    missing = [name for name, kind in promised.items() if kind != "special" or name == "near"]
    for value in ("true", "false"):
        await answered(client, "GET", f"{type}?{urlencode([(f'{name}:missing', value) for name in missing])}")
    ordered = (name for name, kind in promised.items() if kind not in ("composite", "special"))
    for names in batched(ordered, 10):
        await answered(client, "GET", f"{type}?_sort={','.join(names)}")


def value_of(type: str, name: str, kind: str) -> str:
    if kind == "composite":
        by_url = {known.url: known.type for known in parameters(type).values()}
        kinds = [by_url[url] for url, _ in parameters(type)[name].component]
        if name == "relationship":  # the specification names its two parameters in the wrong order
            kinds.reverse()
        return "$".join(VALUES.get(one, "Patient/a") for one in kinds)
    return {"near": "-0.5|117|10|km", "_query": next(iter(NAMED.get(type, {""})))}.get(
        name, VALUES.get(kind, "Patient/a")
    )


@pytest.mark.parametrize("type", resource_types())
async def test_includes(client: httpx.AsyncClient, row: Any, type: str) -> None:
    if type in CHANGEABLE:
        await answered(client, "PUT", f"{type}/contoh", sample(type))
    for name, promised in (("_include", "searchInclude"), ("_revinclude", "searchRevInclude")):
        for values in batched(row(type).get(promised, ()), AT_ONCE):
            query = urlencode([("_id", "contoh"), *((name, value) for value in values)])
            found = (await answered(client, "GET", f"{type}?{query}")).json()
            assert found["entry"][0]["search"]["mode"] == "match"


OF_ONE_TYPE = {
    "Composition": "document",
    "DocumentReference": "docref revoke sign",
    "Encounter": "compose everything",
    "Patient": "break-glass everything summary",
    "Appointment": "find hold book waitlist cancel reschedule check-in",
    "Location": "next",
    "Schedule": "close reopen",
    "Task": "call recall skip absent serve finish transfer priority",
}


PRINTED = {kind.type: ("pdf", "issue") for kind in KINDS.values()}


@pytest.mark.parametrize("type", resource_types())
async def test_operations(client: httpx.AsyncClient, row: Any, type: str) -> None:
    names = [found["name"] for found in row(type)["operation"]]
    assert sorted(names) == sorted(["explain", "validate", *PRINTED.get(type, ()), *OF_ONE_TYPE.get(type, "").split()])
    explained = await answered(client, "GET", f"{type}/$explain?_id=contoh")
    assert explained.json()["parameter"][0]["valueString"] == f"{type} where\n  _id (token) is contoh"
    outcome = await answered(client, "POST", f"{type}/$validate", sample(type))
    assert not [issue for issue in outcome.json()["issue"] if issue["severity"] in ("error", "fatal")]
    if type == "Patient":
        emergency = await client.post("Patient/contoh/$break-glass", json={"resourceType": "Parameters"})
        assert emergency.status_code == 403, "who may see everything needs none"
    await answered(
        client, "PUT", "Organization/penulis", {"resourceType": "Organization", "id": "penulis", "name": "x"}
    )
    for operation in PRINTED.get(type, ()):
        refused = await client.post(f"{type}/contoh/${operation}", json={"resourceType": "Parameters"})
        assert (refused.status_code, "dokumen" in refused.text) == (400, True), refused.text
    for operation in {"everything", "summary", "document"} & set(names):
        await answered(client, "PUT", f"{type}/contoh", SIMPLE.get(type, sample(type)))
        for method, body in (("GET", None), ("POST", {"resourceType": "Parameters"})):
            assert (await answered(client, method, f"{type}/contoh/${operation}", body)).json()["entry"]


SIMPLE: dict[str, Json] = {
    "Composition": {
        **{"resourceType": "Composition", "id": "contoh", "status": "final", "type": {"text": "x"}, "title": "x"},
        **{"date": "2026", "author": [{"reference": "Organization/penulis"}]},
    }
}
"""Where the example refers to what is not there."""


async def test_docref(client: httpx.AsyncClient) -> None:
    await answered(client, "PUT", "Patient/contoh", sample("Patient"))
    found = await answered(client, "GET", "DocumentReference/$docref?patient=contoh")
    assert found.json()["type"] == "searchset"


async def test_system_interactions(client: httpx.AsyncClient, statement: Json) -> None:
    codes = {found["code"] for found in statement["rest"][0]["interaction"]}
    assert codes == {"transaction", "batch", "history-system", "search-system"}
    for kind in ("transaction", "batch"):
        answer = await answered(
            client,
            "POST",
            "",
            bundle(entry("PUT", "Patient/sistem", {"resourceType": "Patient", "id": "sistem"}), type=kind),
        )
        assert answer.json()["type"] == f"{kind}-response"
    await answered(client, "GET", "_history")
    await answered(client, "GET", "")
    await answered(client, "POST", "_search")


async def test_compartments(client: httpx.AsyncClient, statement: Json) -> None:
    names = [url.rpartition("/")[2] for url in statement["rest"][0]["compartment"]]
    assert names == ["device", "encounter", "patient", "practitioner", "relatedPerson"]
    for name in names:
        type = name[0].upper() + name[1:]
        await answered(client, "PUT", f"{type}/contoh", sample(type))
        found = (await answered(client, "GET", f"{type}/contoh/*")).json()
        assert f"{type}/contoh" in [row["fullUrl"].partition("/fhir/")[2] for row in found["entry"]]
        assert (await answered(client, "GET", f"{type}/contoh/{type}")).json()["total"] == 1


@pytest.mark.parametrize("format", ["application/fhir+json", "application/fhir+xml", "json", "xml"])
async def test_formats(client: httpx.AsyncClient, statement: Json, format: str) -> None:
    assert format in statement["format"]
    answer = await answered(client, "GET", f"metadata?{urlencode({'_format': format})}")
    assert format.rpartition("+")[2].rpartition("/")[2] in answer.headers["content-type"]
