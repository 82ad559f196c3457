"""Bodies meant to break: refused with an OperationOutcome, quickly, without a fault of ours; over real sockets.

https://hl7.org/fhir/R4/security.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bench.servers import cpu_seconds
from fhir_server.changes import Change
from fhir_server.errors import TooLarge
from fhir_server.record import Record
from tests.journeys.bundles import bundle, entry, observation, patient
from tests.journeys.hostile import FHIR, JSON_PATCH, XML, ask
from tests.journeys.servers import Running

BIG_BYTES = 10 * 1024 * 1024 - 1
MOST_CPU_SECONDS = 0.4
"""Twice the goal for an answer, since processors that are shared count for more."""


def field(text: bytes) -> bytes:
    """A Patient with this JSON text as one more member."""
    return b'{"resourceType":"Patient",' + text + b"}"


BODIES: dict[str, bytes] = {
    "empty": b"",
    "no-json": b"{",
    "list": b"[]",
    "null": b"null",
    "text": b'"Patient"',
    "number": b"1",
    "no-type": b"{}",
    "type-number": b'{"resourceType":1}',
    "type-list": b'{"resourceType":["Patient"]}',
    "deep-lists": b"[" * 100_000,
    "deep-objects": b'{"a":' * 100_000,
    "deep-closed": field(b'"extension":' + b'[{"url":"http://example.org/x","extension":' * 70 + b"[]" + b"}]" * 70),
    "nan": field(b'"multipleBirthInteger":NaN'),
    "infinity": field(b'"multipleBirthInteger":Infinity'),
    "1e999": field(b'"multipleBirthInteger":1e999'),
    "1e999999999": field(b'"multipleBirthInteger":1e999999999'),
    "huge-integer": field(b'"multipleBirthInteger":' + b"9" * 5000),
    "2^31": field(b'"multipleBirthInteger":2147483648'),
    "2^63": field(b'"multipleBirthInteger":9223372036854775808'),
    "2^64": field(b'"multipleBirthInteger":18446744073709551616'),
    "digits": field(b'"extension":[{"url":"http://example.org/x","valueDecimal":1.' + b"1" * 40 + b"}]"),
    "exponent": field(b'"extension":[{"url":"http://example.org/x","valueDecimal":1e7000}]'),
    "minus-exponent": field(b'"extension":[{"url":"http://example.org/x","valueDecimal":1e-7000}]'),
    "twice": field(b'"gender":"male","gender":"female"'),
    "type-twice": field(b'"resourceType":"Observation"'),
    "surrogate": field(b'"language":"\\ud800"'),
    "nul": field(b'"language":"a\\u0000b"'),
    "control": field(b'"name":[{"text":"a\\u0007b"}]'),
    "nul-key": field(b'"a\\u0000b":1'),
    "dollar-key": field(b'"$where":"1"'),
    "dotted-key": field(b'"name.text":"x"'),
    "operator-id": field(b'"id":{"$gt":""}'),
    "operator-value": field(b'"gender":{"$ne":"male"}'),
    "proto": field(b'"__proto__":{"admin":true}'),
    "unknown": field(b'"admin":true'),
    "empty-object": field(b'"name":[{}]'),
    "empty-list": field(b'"name":[]'),
    "null-member": field(b'"name":null'),
    "latin-1": field('"name":[{"text":"é"}]'.encode("latin-1")),
    "utf-16": field(b"").decode()[:-2].encode("utf-16"),
    "overlong": field(b'"name":[{"text":"\xc0\xaf"}]'),
    "comment": b'/* x */ {"resourceType":"Patient"}',
    "two": b'{"resourceType":"Patient"} {"resourceType":"Patient"}',
    "script": field(
        b'"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><script>1</script></div>"}'
    ),
    "entity": field(
        b'"text":{"status":"generated","div":"<!DOCTYPE a [<!ENTITY b SYSTEM \\"file:///etc/passwd\\">]><div>&b;</div>"}'
    ),
    "id-path": field(b'"id":"../../etc/passwd"'),
    "contained-escape": field(b'"managingOrganization":{"reference":"#ada"}'),
    "date": field(b'"birthDate":"2024-13-40"'),
    "birthday-list": field(b'"birthDate":["2024-01-01"]'),
}


@pytest.mark.parametrize("name", BODIES)
async def test_bodies(besieged_client: httpx.AsyncClient, name: str) -> None:
    body, nothing = BODIES[name], (200,) if name == "list" else ()
    allowed = (201,) if name in ("id-path", "operator-id") else ()  # a create takes no id from the client
    await ask(besieged_client, ("POST", "Patient", body, FHIR), allowed)
    await ask(besieged_client, ("PUT", "Patient/ada", body, FHIR))
    await ask(besieged_client, ("POST", "", body, FHIR))
    await ask(
        besieged_client,
        ("POST", "", b'{"resourceType":"Bundle","type":"transaction","entry":' + body + b"}", FHIR),
        nothing,
    )
    await ask(besieged_client, ("PATCH", "Patient/ada", body, FHIR))
    await ask(besieged_client, ("PATCH", "Patient/ada", body, JSON_PATCH))
    checked = await besieged_client.post("Patient/$validate", content=body, headers=FHIR)
    assert checked.status_code in (200, 400), checked.text
    if name not in ("id-path",):
        assert any(issue["severity"] in ("error", "fatal") for issue in checked.json()["issue"]), checked.text


def many(head: bytes, unit: bytes, tail: bytes, most: int = BIG_BYTES) -> bytes:
    """As much of this as fits into a body that is read, or that many of the unit."""
    times = most if most < 1_000_000 else (most - len(head) - len(tail)) // len(unit)
    return head + unit * times + tail


NAMES, DIV = (
    b'{"resourceType":"Patient","foo":1,"name":[',
    b'{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">',
)
BIG: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    name: ("POST", "Patient", body)
    for name, body in {
        "open-lists": lambda: many(b"", b"[", b""),
        "open-objects": lambda: many(b"", b'{"a":', b""),
        "64-levels": lambda: many(NAMES, b"[" * 60 + b"]" * 60 + b",", b"[]]}"),
        "64-levels-4000": lambda: many(NAMES, b"[" * 60 + b"]" * 60 + b",", b"[]]}", 4_000),
        "nan": lambda: many(NAMES, b"1,", b"NaN]}"),
        "nan-200000": lambda: many(NAMES, b"1,", b"NaN]}", 200_000),
        "1e999": lambda: many(NAMES, b"1.5,", b"1e999]}"),
        "1e999-200000": lambda: many(NAMES, b"1.5,", b"1e999]}", 200_000),
        "exponents-200000": lambda: many(NAMES, b"1E-5,", b"1]}", 200_000),
        "digits": lambda: many(NAMES, b"1", b"]}"),
        "decimals-200000": lambda: many(NAMES, b"0.1234567890123456789012345678901234,", b"1]}", 200_000),
        "one-key": lambda: many(b'{"resourceType":"Patient",', b'"a":1,', b'"a":1}'),
        "key-twice": lambda: b'{%s,"7":1}' % b",".join(b'"%d":1' % key for key in range(200_000)),
        "unknown": lambda: b'{"resourceType":"Patient",%s}' % b",".join(b'"k%d":1' % key for key in range(200_000)),
        "unknown-text": lambda: many(NAMES, b"a", b""),
        "spaces": lambda: many(b"", b" ", b"{}"),
        "escapes": lambda: many(b'{"resourceType":"Patient","foo":"', b"\\u0041", b'"}'),
        "control": lambda: many(b'{"resourceType":"Patient","language":"', b"\\t", b'\\u0007"}'),
        "quotes": lambda: many(b"", b'"', b""),
        "names": lambda: many(NAMES, b'{"family":"abc"},', b"{}]}"),
        "names-100000": lambda: many(NAMES, b'{"family": "abc"}, ', b"{}]}", 100_000),
        "empties": lambda: many(NAMES, b"{},", b"{}]}"),
        "contained-80000": lambda: many(
            b'{"resourceType":"Patient","foo":1,"contained":[', b'{"resourceType":"Patient","id":"a"},', b"{}]}", 80_000
        ),
        "narrative": lambda: many(DIV, b"<p>a</p>", b'</div>"}}'),
        "narrative-deep": lambda: many(DIV, b"<p>", b'</div>"}}'),
        "narrative-attributes": lambda: DIV + b"<p %s/>" % b" ".join(b"a%d='1'" % n for n in range(500_000)) + b'"}}',
        "not-utf-8": lambda: many(b'{"resourceType":"Patient","language":"', b"x", b'\xe9"}'),
    }.items()
} | {
    "bundle": ("POST", "", lambda: many(b'{"resourceType":"Bundle","type":"batch","entry":[', b"{},", b"{}]}")),
    "bundle-80000": (
        "POST",
        "",
        lambda: many(b'{"resourceType":"Bundle","type":"batch","entry":[', b"{},", b"{}]}", 80_000),
    ),
    "pointer": ("PATCH", "Patient/ada", lambda: many(b'[{"op":"add","path":"', b"/a", b'","value":1}]')),
    "operations": ("PATCH", "Patient/ada", lambda: many(b"[", b'{"op":"test","path":"/a","value":1},', b"{}]")),
}


@pytest.mark.parametrize("name", BIG)
async def test_big_bodies_cost_little(besieged_server: Running, besieged_client: httpx.AsyncClient, name: str) -> None:
    """What counts is the processor's time: others wait for it, and neighbours of this test do not count."""
    method, url, body = BIG[name]
    headers, content, spent = JSON_PATCH if method == "PATCH" else FHIR, body(), []
    for _ in range(2):
        began = cpu_seconds(besieged_server.process.pid)
        answer = await besieged_client.request(method, url, content=content, headers=headers)
        spent.append(cpu_seconds(besieged_server.process.pid) - began)
        assert 400 <= answer.status_code < 500, answer.text[:400]
    assert min(spent) < MOST_CPU_SECONDS


HARMLESS: dict[str, bytes] = {
    "bom": b"\xef\xbb\xbf" + field(b'"active":true'),
    "rtl-override": field('"name":[{"text":"\u202eitiS"}]'.encode()),
    "combining": field(b'"name":[{"text":"' + ("a" + "\u0301" * 10_000).encode() + b'"}]'),
    "markup": field(b'"name":[{"text":"<img src=x onerror=alert(1)>"}]'),
    "attachment": field(b'"photo":[{"url":"http://169.254.169.254/latest"}]'),
    "deep-extensions": field(
        b'"extension":'
        + b'[{"url":"http://example.org/x","extension":' * 25
        + b'[{"url":"http://example.org/y","valueBoolean":true}]'
        + b"}]" * 25
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
async def test_odd_but_legal_bodies_are_kept_as_data(besieged_client: httpx.AsyncClient, name: str) -> None:
    answer = await ask(besieged_client, ("POST", "Patient", HARMLESS[name], FHIR), (201,))
    if answer.status_code == 201:
        read = await besieged_client.get(f"Patient/{answer.json()['id']}")
        assert read.json() == answer.json()


XML_BODIES: dict[str, bytes] = {
    "empty": b"<Patient/>",
    "external-entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    b'<Patient xmlns="http://hl7.org/fhir"><language value="&b;"/></Patient>',
    "laughs": b'<!DOCTYPE a [<!ENTITY b "'
    + b"ha" * 1000
    + b'"><!ENTITY c "'
    + b"&b;" * 1000
    + b'">]><Patient xmlns="http://hl7.org/fhir"><language value="&c;"/></Patient>',
    "deep": b'<Patient xmlns="http://hl7.org/fhir">' + b'<extension url="x">' * 5000,
    "unknown": b'<Patient xmlns="http://hl7.org/fhir"><admin value="true"/></Patient>',
    "text": b'<Patient xmlns="http://hl7.org/fhir">text</Patient>',
    "instruction": b'<?xml-stylesheet href="x"?><Patient xmlns="http://hl7.org/fhir"><gender value="x"/></Patient>',
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?><Patient xmlns="http://hl7.org/fhir"/>',
    "xinclude": b'<Patient xmlns="http://hl7.org/fhir" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></Patient>',
    "nul": b"<Patient\x00/>",
    "no-xml": b"{}",
    "number": b'<Patient xmlns="http://hl7.org/fhir"><multipleBirthInteger value="1e999"/></Patient>',
    "script": b'<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><script>1</script></div></text></Patient>',
}


@pytest.mark.parametrize("name", XML_BODIES)
async def test_xml_bodies(besieged_client: httpx.AsyncClient, name: str) -> None:
    answer = await ask(besieged_client, ("POST", "Patient", XML_BODIES[name], XML))
    assert "root:" not in answer.text


PATCHES: dict[str, Any] = {
    "id": [{"op": "replace", "path": "/id", "value": "lain"}],
    "version": [{"op": "replace", "path": "/meta/versionId", "value": "9"}],
    "type": [{"op": "replace", "path": "/resourceType", "value": "Observation"}],
    "proto": [{"op": "add", "path": "/__proto__", "value": {"admin": True}}],
    "escape": [{"op": "add", "path": "/~0~1", "value": 1}],
    "whole": [{"op": "replace", "path": "", "value": {"resourceType": "Patient"}}],
    "many": [{"op": "test", "path": "/gender", "value": "male"}] * 100_000,
    "probe": [{"op": "test", "path": "/identifier/0/value", "value": "lain"}],
    "bomb": [{"op": "copy", "from": "/identifier", "path": "/identifier/-"}] * 40,
    "index": [{"op": "add", "path": "/name/99999999999999999999", "value": {}}],
    "no-op": [{"op": "hapus", "path": "/name"}],
    "no-list": {"op": "add"},
    "fhirpath-empty": {"resourceType": "Parameters"},
    "fhirpath-expression": {
        "resourceType": "Parameters",
        "parameter": [
            {
                "name": "operation",
                "part": [
                    {"name": "type", "valueCode": "delete"},
                    {"name": "path", "valueString": "Patient.repeat(repeat(repeat(children())))" + ".where(1=1)" * 200},
                ],
            }
        ],
    },
}


@pytest.mark.parametrize("name", PATCHES)
async def test_patches(besieged_client: httpx.AsyncClient, name: str) -> None:
    headers = JSON_PATCH if isinstance(PATCHES[name], list) else FHIR
    await ask(besieged_client, ("PATCH", "Patient/ada", PATCHES[name], headers))
    assert (await besieged_client.get("Patient/ada")).json()["meta"]["versionId"] == "1"


IBU = "urn:uuid:6a1d0a6e-1111-4c3a-8d6e-000000000001"
BUNDLES: dict[str, Any] = {
    "100000": bundle(*[entry("GET", "Patient/ada")] * 100_000),
    "elsewhere": bundle(entry("POST", "http://evil.example/fhir/Patient", patient("x"))),
    "file": bundle(entry("GET", "file:///etc/passwd")),
    "operator": bundle(entry("DELETE", "Patient?identifier[$ne]=x")),
    "dots": bundle(entry("GET", "../../etc/passwd")),
    "admin-collection": bundle(entry("DELETE", "system.users/x")),
    "no-request": bundle({"resource": patient("x")}),
    "entry-number": bundle(1),
    "entry-list": bundle([]),
    "request-list": bundle({"request": []}),
    "method-object": bundle({"request": {"method": {"$ne": 1}, "url": "Patient"}}),
    "method-number": bundle({"request": {"method": 1, "url": "Patient"}}),
    "url-object": bundle({"request": {"method": "GET", "url": {"$ne": 1}}}),
    "if-match-object": bundle(
        entry("PUT", "Patient/ada", patient("x", id="ada"))
        | {"request": {"method": "PUT", "url": "Patient/ada", "ifMatch": {"$gt": 0}}}
    ),
    "same-name": bundle(entry("POST", "Patient", patient("x"), IBU), entry("POST", "Patient", patient("x"), IBU)),
    "type-object": {"resourceType": "Bundle", "type": {"$ne": 1}},
    "entries-object": {"resourceType": "Bundle", "type": "batch", "entry": {"length": 3}},
    "searchset": {"resourceType": "Bundle", "type": "searchset"},
    "conditional": bundle(entry("POST", "Observation", observation("Patient?identifier[$ne]=x"))),
    "nested": bundle(entry("POST", "", bundle(entry("POST", "", bundle(type="batch")), type="batch"))),
    "binary-patch": bundle(entry("PATCH", "Patient/ada", {"resourceType": "Binary", "data": "!!"})),
    "binary-list": bundle(entry("PATCH", "Patient/ada", {"resourceType": "Binary", "data": [1]})),
    "resource-text": bundle(entry("POST", "Patient", "Patient")),
    "surrogate-url": bundle(entry("GET", "Patient/%ed%a0%80")),
    "nul-url": bundle(entry("PUT", "Patient?identifier=%00", patient("x"))),
}


@pytest.mark.parametrize("name", BUNDLES)
async def test_bundles(besieged_client: httpx.AsyncClient, name: str) -> None:
    await ask(besieged_client, ("POST", "", BUNDLES[name], FHIR), (200,) if name in ("100000x",) else ())
    if isinstance(BUNDLES[name]["type"], str) and BUNDLES[name]["type"] == "transaction":
        await ask(besieged_client, ("POST", "", {**BUNDLES[name], "type": "batch"}, FHIR), (200,))


async def test_a_giant_among_small_ones_is_refused_alone(record: Record) -> None:
    """Concurrent creates go to the database together: one beyond its limit of 16 MB must not take others with it."""
    giant = {"resourceType": "Patient", "name": [{"given": ["a"] * 1_200_000}]}
    small = {"resourceType": "Patient", "active": True}
    changes = [Change.create(giant if turn == 10 else small) for turn in range(20)]
    results = await asyncio.gather(*(record.commit([change]) for change in changes), return_exceptions=True)
    assert [turn for turn, result in enumerate(results) if isinstance(result, BaseException)] == [10]
    assert isinstance(results[10], TooLarge)
