"""A caller bound to one patient: nothing of another patient comes out of any interaction or goes in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from auth.caller import ANONYMOUS, SYSTEM
from fhir_server.errors import FhirError
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import open_store, site
from tests.callers import with_context
from tests.fhir_server.conftest import settings as server_settings
from tests.journeys.bundles import NIK, Json, bundle, contents, entry, observation, patient

BOUND = with_context("siti", "a")
SECRET = "RAHASIA"


def request(method: str, url: str, body: object = None, **headers: str) -> FhirRequest:
    path, _, query = url.partition("?")
    pairs = tuple((name, value) for name, _, value in (part.partition("=") for part in query.split("&") if part))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return FhirRequest(method, tuple(path.split("/")) if path else (), pairs, named, body, "http://test/fhir")


async def ask(record: Record, method: str, url: str, body: object = None, **headers: str) -> FhirResponse:
    return await answer(request(method, url, body, **headers), record)


async def refused(asking: Awaitable[FhirResponse]) -> int:
    with pytest.raises(FhirError) as error:
        await asking
    assert SECRET not in str(error.value.issues)
    return error.value.status


@dataclass(frozen=True)
class Ward:
    """`all` sees everything, `bound` what is of patient a."""

    all: Record
    bound: Record
    database: Database[Json]


@asynccontextmanager
async def opened(uri: str, name: str) -> AsyncIterator[Ward]:
    configured = server_settings(uri, name)
    async with open_store(configured) as store:
        found = site(configured)
        with MongoClient[Json](uri) as client:
            yield Ward(Record(store, SYSTEM, found), Record(store, BOUND, found), client[name])
            client.drop_database(name)


@pytest.fixture(scope="module")
async def ward(mongodb_uri: str) -> AsyncIterator[Ward]:
    """For what changes nothing: one for all tests."""
    async with opened(mongodb_uri, "test_ward") as found:
        await fill(found.all)
        yield found


@pytest.fixture
async def own_ward(mongodb_uri: str) -> AsyncIterator[Ward]:
    """For what writes."""
    async with opened(mongodb_uri, "test_own_ward") as found:
        await fill(found.all)
        yield found


async def fill(record: Record) -> None:
    """Patients a and b, their observations; `pindah` was b's and is now a's, `kembali` the other way round."""
    nik = {"identifier": [{"system": NIK, "value": "6472019901019004"}]}
    for resource in (
        {"resourceType": "Organization", "id": "rs", "name": "RS Contoh"},
        {
            "resourceType": "Patient",
            "id": "a",
            "name": [{"text": "Siti"}],
            "managingOrganization": {"reference": "Organization/rs"},
        },
        {"resourceType": "Patient", "id": "b", "name": [{"text": SECRET}], **nik},
        observation("Patient/a", "milik a", id="oa"),
        observation("Patient/b", SECRET, id="ob"),
        observation("Patient/b", SECRET, id="pindah"),
        observation("Patient/a", "milik a", id="kembali"),
        observation("Patient/b", SECRET, id="terhapus"),
        observation("Patient/a", "menunjuk", id="menunjuk", derivedFrom=[{"reference": "Observation/ob"}]),
    ):
        await ask(record, "PUT", f"{resource['resourceType']}/{resource['id']}", resource)
    await ask(record, "PUT", "Observation/pindah", observation("Patient/a", "kini milik a", id="pindah"))
    await ask(record, "PUT", "Observation/kembali", observation("Patient/b", SECRET, id="kembali"))
    await ask(record, "DELETE", "Observation/terhapus")


READS = (
    ("Patient/b", 404),
    ("Observation/ob", 404),
    ("Observation/ob/_history/1", 404),
    ("Observation/pindah/_history/1", 404),
    ("Observation/kembali", 404),
    ("Observation/kembali/_history/2", 404),
    ("Observation/terhapus", 404),
    ("Observation/terhapus/_history/2", 404),
    ("Observation/ob/_history", 404),
    ("Observation/terhapus/_history", 404),
    ("Observation/ob/$validate", 404),
    ("Subscription", 403),
    ("Subscription/x", 403),
)


@pytest.mark.parametrize(("url", "status"), READS)
async def test_nothing_of_another_patient_is_read(ward: Ward, url: str, status: int) -> None:
    assert await refused(ask(ward.bound, "GET", url)) == status


OWN = (
    ("Patient/a", 0),
    ("Observation/oa", 0),
    ("Observation/pindah", 0),
    ("Observation/kembali/_history/1", 0),
    ("Organization/rs", 0),
    ("Observation/pindah/_history", 1),
    ("Observation/kembali/_history", 1),
    ("Observation", 3),
    ("Observation?subject=Patient/b", 0),
    ("Observation?_id=ob,kembali,terhapus", 0),
    ("Observation?_id:missing=false", 3),
    ("Patient?name=RAHASIA&_summary=count", 0),
    ("Observation?code:not=x", 3),
    ("Patient", 1),
    ("Patient?name=RAHASIA", 0),
    (f"Patient?identifier={NIK}|6472019901019004", 0),
    ("Patient?_sort=name&_count=1", 1),
    ("Observation?_sort=-_lastUpdated&_count=2&_total=accurate", 2),
    ("Observation?_include=Observation:subject", 4),
    ("Observation?_include=Observation:derived-from&_id=menunjuk", 1),
    ("Observation?_include=*", 4),
    ("Patient?_revinclude=Observation:subject", 4),
    ("Organization?_revinclude=Patient:organization&_revinclude:iterate=Observation:subject", 5),
    ("Patient/_history", 1),
    ("Observation/_history", 4),
    ("_history?_count=1000", 6),
)


@pytest.mark.parametrize(("url", "entries"), OWN)
async def test_only_the_own_is_found(ward: Ward, url: str, entries: int) -> None:
    resource = (await ask(ward.bound, "GET", url)).resource
    assert resource is not None
    assert SECRET not in str(resource.get("entry"))
    assert len(resource.get("entry", ())) == entries, resource
    if "total" in resource:
        assert resource["total"] in (entries, 3) or "include" in url


async def test_totals_and_pages_count_only_the_own(ward: Ward) -> None:
    first = (await ask(ward.bound, "GET", "Observation?_count=2")).resource
    assert first is not None
    assert first["total"] == 3
    following = next(link["url"] for link in first["link"] if link["relation"] == "next")
    second = (await ask(ward.bound, "GET", following.removeprefix("http://test/fhir/").replace("%3D", "="))).resource
    assert second is not None
    seen = {row["resource"]["id"] for page in (first, second) for row in page["entry"]}
    assert seen == {"oa", "pindah", "menunjuk"}


WRITES: tuple[tuple[str, str, Any, dict[str, str], int], ...] = (
    ("POST", "Observation", observation("Patient/b"), {}, 404),
    ("POST", "Observation", {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}, {}, 404),
    ("POST", "Patient", patient("baru"), {}, 404),
    ("POST", "Organization", {"resourceType": "Organization", "name": "x"}, {}, 403),
    ("POST", "Bundle", {"resourceType": "Bundle", "type": "collection"}, {}, 404),
    ("PUT", "Patient/b", {"resourceType": "Patient", "id": "b"}, {}, 404),
    ("PUT", "Patient/b", {"resourceType": "Patient", "id": "b"}, {"if_match": 'W/"9"'}, 404),
    ("PUT", "Patient/b", {"resourceType": "Patient", "id": "b"}, {"if_none_match": "*"}, 404),
    ("PUT", "Observation/ob", observation("Patient/a", id="ob"), {}, 404),
    ("PUT", "Observation/oa", observation("Patient/b", id="oa"), {}, 404),
    ("PUT", "Observation/terhapus", observation("Patient/a", id="terhapus"), {}, 404),
    ("PATCH", "Observation/ob", [{"op": "test", "path": "/status", "value": "final"}], {}, 404),
    ("PATCH", "Observation/terhapus", [{"op": "test", "path": "/status", "value": "final"}], {}, 404),
    ("PATCH", "Observation/oa", [{"op": "replace", "path": "/subject/reference", "value": "Patient/b"}], {}, 404),
    ("PATCH", "Observation?_id=ob", [{"op": "test", "path": "/status", "value": "final"}], {}, 404),
    ("POST", "Observation", observation("Patient/b"), {"if_none_exist": "_id=ob"}, 404),
    ("PUT", "Observation?_id=ob", observation("Patient/a", id="ob"), {}, 404),
)


@pytest.mark.parametrize(("method", "url", "body", "headers", "status"), WRITES)
async def test_nothing_of_another_patient_is_written(
    ward: Ward, method: str, url: str, body: Any, headers: dict[str, str], status: int
) -> None:
    before = contents(ward.database)
    assert await refused(ask(ward.bound, method, url, body, **headers)) == status
    if method != "POST":
        assert await refused(ask(ward.bound, "POST", "", in_bundle(method, url, body))) == status
    assert contents(ward.database) == before


@pytest.mark.parametrize("type", ["Observation", "Patient"])
async def test_to_delete_what_another_has_is_to_delete_nothing(ward: Ward, type: str) -> None:
    """The answer is that of an id that nobody has, so that it tells nothing."""
    before = contents(ward.database)
    for id in ("ob" if type == "Observation" else "b", "nobody"):
        assert (await ask(ward.bound, "DELETE", f"{type}/{id}")).status == 204
        assert await refused(ask(ward.bound, "DELETE", f"{type}/{id}", None, if_match='W/"1"')) == 412
    assert contents(ward.database) == before


def in_bundle(method: str, url: str, body: Any) -> Json:
    if method == "PATCH":
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {
                    "name": "operation",
                    "part": [
                        {"name": "type", "valueCode": "replace"},
                        {"name": "path", "valueString": "Observation.subject.reference"},
                        {"name": "value", "valueString": "Patient/b"},
                    ],
                }
            ],
        }
    return bundle(entry(method, url, body))


async def test_conditions_see_only_the_own(own_ward: Ward) -> None:
    """What another patient has does not match: a create makes a new one, a delete finds nothing."""
    created = await ask(own_ward.bound, "POST", "Observation", observation("Patient/a"), if_none_exist="_id=ob")
    assert created.status == 201
    assert (await ask(own_ward.bound, "DELETE", "Observation?_id=ob")).status == 204
    assert (await ask(own_ward.all, "GET", "Observation/ob")).version == 1
    reference = bundle(entry("POST", "Observation", observation("Patient?_id=b")))
    assert await refused(ask(own_ward.bound, "POST", "", reference)) == 412


async def test_a_batch_is_no_way_around(ward: Ward) -> None:
    entries = [entry("GET", url) for url, _ in READS]
    found = (await ask(ward.bound, "POST", "", bundle(*entries, type="batch"))).resource
    assert found is not None
    assert [part["response"]["status"][:3] for part in found["entry"]] == [str(status) for _, status in READS]
    assert SECRET not in str(found)


async def test_own_writes_work(own_ward: Ward) -> None:
    assert (await ask(own_ward.bound, "POST", "Observation", observation("Patient/a"))).status == 201
    assert (await ask(own_ward.bound, "PUT", "Observation/oa", observation("Patient/a", "ubah", id="oa"))).status == 200
    assert (await ask(own_ward.bound, "DELETE", "Observation/oa")).status == 204
    found = await ask(own_ward.bound, "POST", "", bundle(entry("POST", "Observation", observation("Patient/a"))))
    assert found.resource is not None
    assert found.resource["entry"][0]["response"]["status"] == "201 Created"


async def test_a_caller_of_no_patient_sees_none(store: Store, record: Record) -> None:
    await ask(record, "PUT", "Patient/b", {"resourceType": "Patient", "id": "b"})
    nobody = Record(store, ANONYMOUS, record.site)
    for url in ("Patient/b", "Patient", "Patient/_history", "Patient/b/_history"):
        assert await refused(ask(nobody, "GET", url)) == 403
    history = (await ask(nobody, "GET", "_history")).resource
    assert history is not None
    assert "entry" not in history
