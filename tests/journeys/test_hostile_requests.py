"""Addresses, searches and headers meant to break: refused quickly, without a fault of ours; over real sockets.

https://hl7.org/fhir/R4/security.html
"""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import httpx
import pytest
from pymongo import MongoClient

from tests.journeys.bundles import Json, bundle, entry, patient
from tests.journeys.hostile import BOUND_SECONDS, DATABASE, FHIR, LEAKS, Case, ask, slowest
from tests.journeys.raw_http import exchange
from tests.journeys.servers import Running

OWN_COLLECTIONS = frozenset(
    "answers audit_blocks audit_heads audit_progress claims contents.chunks contents.files emergencies keys parameters"
    " jobs reindex system.views".split()
)

SEARCHES = (
    "identifier[$ne]=x",
    'name={"$gt":""}',
    "_id[$regex]=.*",
    "$where=1",
    "name:contains=((((((((((((((",
    "name=(a+)+$",
    "name:exact=[[[[",
    "_filter=((((((((((((((((((((",
    "_sort=" + ",".join(["name"] * 50),
    "_sort=-$natural",
    "_count=-1",
    "_count=1e9",
    "_count=abc",
    "_count=\u0661\u0660",
    "_count=99999999999999999999",
    "birthdate=eq2024-13-40",
    "birthdate=gt",
    "birthdate=10000-01-01",
    "birthdate=2024-01-01T00:00:00." + "1" * 400,
    "birthdate=ge2024-02-30",
    "_lastUpdated=ge",
    "gender=a|b|c",
    "gender=" + ",".join(str(number) for number in range(10_000)),
    "_include=*:*",
    "_include=Patient",
    "_include=Patient:name",
    "_has:" + "Observation:patient:_has:" * 20 + "code=x",
    "general-practitioner" + ".organization" * 20 + "=x",
    "_summary=count&_elements=$where",
    "_summary=alles",
    "_cursor=AAAA",
    "_cursor=" + "A" * 5000,
    "_format=text/html;<script>",
    "_format=",
    "nama=x",
    "name:tidak-ada=x",
    "name=",
    "name=,,",
    "name=a%00b",
    "name=%ff%fe",
    "name=%ed%a0%80",
    "_id=" + "a" * 3000,
    "_elements=" + ",".join(["a"] * 1000),
    "_total=banyak",
    "name=" + "a" * 60_000,
    "organization=Patient/1/2/3|x",
)
HARMLESS_SEARCHES = (
    "name=(a+)+$",
    "gender=a|b|c",
    "_id=",
    "name:contains=",
    "name:exact=[[[[",
    "organization=",
    "_include=Patient",
    "birthdate=ge2024-02-30",
    "_cursor=",
    'name={"$gt":""}',
    "birthdate=2024-01-01T",
)


@pytest.mark.parametrize("query", SEARCHES, ids=lambda text: text[:30])
async def test_searches(besieged_client: httpx.AsyncClient, query: str) -> None:
    allowed = (200,) if query.startswith(HARMLESS_SEARCHES) else ()
    encoded = quote(query, safe="=&%,|:")
    answer = await ask(besieged_client, ("GET", f"Patient?{encoded}", None, {}), allowed)
    if answer.status_code == 200:
        assert answer.json()["total"] == 0
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    await ask(besieged_client, ("POST", "Patient/_search", encoded.encode(), form), allowed)


async def test_ten_megabytes_of_query_and_50000_parameters(besieged_client: httpx.AsyncClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for size in (9_000_000, 11_000_000):
        await ask(besieged_client, ("POST", "Patient/_search", b"name=" + b"a" * size, form))
    await ask(
        besieged_client, ("POST", "Patient/_search", b"&".join(b"a=%d" % number for number in range(50_000)), form)
    )


PATHS = (
    "Patient/..%2f..%2fetc%2fpasswd",
    "Patient/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "Patient/a%00b",
    "Patient/a%2fb",
    "Patient/" + "a" * 65,
    "Patient/%20",
    "Patient/a%0d%0aSet-Cookie:x",
    "Patient/%ff%fe",
    "Patient/\u00e9",
    "Patient/a|b",
    "Patient/ada/_history/0",
    "Patient/ada/_history/-1",
    "Patient/ada/_history/99999999999999999999",
    "Patient/ada/_history/%00",
    "Patient/ada/_history/1/2",
    "Patient/ada/name",
    "patient/ada",
    "Patien/ada",
    "Patient_history/ada",
    "system.users/ada",
    "claims/ada",
    "$where",
    "Patient/$everything-else",
    "Patient/ada/$" + "x" * 5000,
    "_search",
    "/".join(["Patient"] * 500),
)


@pytest.mark.parametrize("path", PATHS, ids=lambda text: text[:40])
async def test_paths(besieged_client: httpx.AsyncClient, path: str) -> None:
    await ask(besieged_client, ("GET", path, None, {}))
    await ask(besieged_client, ("DELETE", path, None, {}), (204,) if path == "Patient/" + "a" * 64 else ())
    await ask(
        besieged_client,
        ("PUT", path, json.dumps({"resourceType": "Patient", "id": path.partition("/")[2]}).encode(), FHIR),
    )
    await ask(besieged_client, ("POST", "", bundle(entry("DELETE", path)), FHIR))
    await ask(besieged_client, ("POST", "", bundle(entry("PUT", path, {"resourceType": "Patient", "id": "x"})), FHIR))


HEADERS: tuple[Case, ...] = (
    ("PUT", "Patient/ada", patient("x", id="ada"), {**FHIR, "If-Match": "*"}),
    ("PUT", "Patient/ada", patient("x", id="ada"), {**FHIR, "If-Match": 'W/"'}),
    ("PUT", "Patient/ada", patient("x", id="ada"), {**FHIR, "If-Match": 'W/"1", W/"2"'}),
    ("PUT", "Patient/ada", patient("x", id="ada"), {**FHIR, "If-Match": 'W/"99999999999999999999"'}),
    ("PUT", "Patient/ada", patient("x", id="ada"), {**FHIR, "If-Match": ""}),
    ("POST", "Patient", patient("x"), {**FHIR, "If-None-Exist": "identifier=" + "x" * 3000}),
    ("POST", "Patient", patient("x"), {**FHIR, "If-None-Exist": "identifier[$ne]=1"}),
    ("POST", "Patient", patient("x"), {**FHIR, "If-None-Exist": "_sort=name"}),
    ("POST", "Patient", patient("x"), {"Content-Type": "text/plain"}),
    ("POST", "Patient", patient("x"), {"Content-Type": "application/fhir+json; charset=utf-16"}),
    ("POST", "Patient", patient("x"), {"Content-Type": "application/fhir+json; fhirVersion=3.0"}),
    ("POST", "Patient", b"x=1", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("POST", "Patient", patient("x"), {**FHIR, "Content-Encoding": "gzip"}),
    ("GET", "Patient/ada", None, {"Accept": "image/png"}),
    ("GET", "Patient/ada", None, {"Accept": "application/fhir+json; fhirVersion=5.0"}),
    ("POST", "Patient/ada", patient("x"), FHIR),
    ("PUT", "Patient", patient("x"), FHIR),
    ("DELETE", "Patient", None, {}),
    ("DELETE", "Patient?nama=x", None, {}),
    ("DELETE", "Patient?_count=1", None, {}),
    ("DELETE", "metadata", None, {}),
)
HARMLESS_HEADERS: tuple[Case, ...] = (
    ("GET", "Patient/ada", None, {"Accept": "," * 1000}),
    ("GET", "Patient/ada", None, {"If-None-Match": "x" * 5000}),
    ("GET", "Patient/ada", None, {"If-Modified-Since": "kemarin"}),
    ("GET", "Patient/ada", None, {"Prefer": "respond-async; return=;;;=,handling"}),
    ("GET", "Patient/ada", None, {"Accept-Language": ";q=x,," * 100}),
    ("GET", "Patient/ada", None, {"If-None-Match": ""}),
)


@pytest.mark.parametrize("case", HEADERS, ids=lambda case: f"{case[0]} {list(case[3].items())[-1:]}"[:60])
async def test_headers(besieged_client: httpx.AsyncClient, case: Case) -> None:
    await ask(besieged_client, case)


@pytest.mark.parametrize("case", HARMLESS_HEADERS, ids=lambda case: f"{case[3]}"[:40])
async def test_odd_headers_do_no_harm(besieged_client: httpx.AsyncClient, case: Case) -> None:
    await ask(besieged_client, case, (200,))


POST = b"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POSTED = POST + b"Content-Type: application/fhir+json\r\n"
RAW: dict[str, tuple[bytes, ...]] = {
    "content-length-too-long": (POSTED + b"Content-Length: 99999999\r\n\r\n{}",),
    "content-length-text": (POST + b"Content-Length: banyak\r\n\r\n{}",),
    "content-length-negative": (POST + b"Content-Length: -1\r\n\r\n{}",),
    "content-length-twice": (POST + b"Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}",),
    "smuggling": (POSTED + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",),
    "huge-header": (
        b"GET /fhir/Patient/ada HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Besar: " + b"a" * 2_000_000 + b"\r\n\r\n",
    ),
    "many-headers": (
        b"GET /fhir/Patient/ada HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + b"".join(b"X-%d: 1\r\n" % number for number in range(5000))
        + b"\r\n",
    ),
    "long-line": (b"GET /fhir/Patient?name=" + b"a" * 10_000_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",),
    "many-parameters": (
        b"GET /fhir/Patient?"
        + b"&".join(b"a=%d" % number for number in range(50_000))
        + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ),
    "dots": (b"GET /fhir/Patient/../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",),
    "nul-path": (b"GET /fhir/Patient/a\x00b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",),
    "absolute": (b"GET http://evil.example/fhir/Patien HTTP/1.1\r\nHost: evil.example\r\n\r\n",),
    "no-host": (b"GET /fhir/Patien HTTP/1.1\r\n\r\n",),
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",),
    "bad-chunk": (POSTED + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",),
    "many-chunks": (
        POSTED + b"Transfer-Encoding: chunked\r\n\r\n",
        *[b"100000\r\n" + b" " * 0x100000 + b"\r\n"] * 30,
        b"0\r\n\r\n",
    ),
    "endless-chunks": (
        POSTED + b"Transfer-Encoding: chunked\r\n\r\n",
        *[b"100000\r\n" + b" " * 0x100000 + b"\r\n"] * 60,
    ),
    "trace": (b"TRACE /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",),
    "made-up": (b"HAPUS /fhir/Patient/ada HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",),
    "query-nul": (b"GET /fhir/Patient?name=\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",),
    "query-latin": (b"GET /fhir/Patient?name=\xe9 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",),
}


STATUSES = {
    "content-length-too-long": 413,
    "huge-header": 431,
    "many-headers": 431,
    "long-line": 431,
    "many-parameters": 414,
    "dots": 404,
    "many-chunks": 413,
    "endless-chunks": 413,
    "trace": 405,
    "made-up": 405,
}
"""All others are a 400. What the HTTP library refuses by itself has no OperationOutcome."""

MAY_BE_CUT_OFF = frozenset({"endless-chunks"})
"""Who does not stop sending is hung up on; whether the answer still gets there is TCP's affair."""


@pytest.mark.parametrize("name", RAW)
async def test_raw_requests(besieged_server: Running, besieged_client: httpx.AsyncClient, name: str) -> None:
    start = time.perf_counter()
    answer = await exchange(besieged_server.port, RAW[name])
    slowest[time.perf_counter() - start] = f"raw {name}"
    cut_off = answer == b"" and name in MAY_BE_CUT_OFF
    assert cut_off or answer.startswith(b"HTTP/1.1 %d " % STATUSES.get(name, 400)), answer[:500]
    assert not any(leak.encode() in answer for leak in LEAKS), answer[:500]
    assert time.perf_counter() - start < BOUND_SECONDS
    assert (await besieged_client.get("Patient/ada")).status_code == 200


async def test_after_all_this_the_server_is_well(besieged_client: httpx.AsyncClient, mongodb_uri: str) -> None:
    assert (await besieged_client.get("Patient/ada")).json()["meta"]["versionId"] == "1"
    with MongoClient[Json](mongodb_uri) as mongodb:
        names = set(mongodb[DATABASE].list_collection_names())
    assert all(name.removesuffix("_history").isalpha() for name in names if name[0].isupper()), names
    assert {name for name in names if not name[0].isupper()} <= OWN_COLLECTIONS
