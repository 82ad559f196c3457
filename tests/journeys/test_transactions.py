"""Bundles: one order, references between entries, all or nothing. https://hl7.org/fhir/R4/http.html#transaction"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pymongo.database import Database

from tests.journeys.bundles import NIK, SYSTEM, Json, bundle, contents, entry, observation, patient, places, statuses

OURS = "http://test/fhir"
IBU = "urn:uuid:6a1d0a6e-1111-4c3a-8d6e-000000000001"
ANAK = "urn:uuid:6a1d0a6e-1111-4c3a-8d6e-000000000002"
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


async def send(client: httpx.AsyncClient, *entries: Json, type: str = "transaction") -> httpx.Response:
    return await client.post("", json=bundle(*entries, type=type), headers={"Accept-Language": "en"})


async def put(client: httpx.AsyncClient, *resources: Json) -> None:
    for resource in resources:
        answer = await client.put(f"{resource['resourceType']}/{resource['id']}", json=resource)
        assert answer.status_code in (200, 201), answer.text


async def test_deletes_come_first_then_creates_then_updates_then_reads(client: httpx.AsyncClient) -> None:
    nik = [{"system": NIK, "value": "6472019901019001"}]
    await put(client, {"resourceType": "Patient", "id": "lama", "identifier": nik})
    answer = await send(
        client,
        entry("GET", f"Patient?identifier={NIK}|6472019901019001"),
        entry("PUT", "Observation/hasil", {**observation("Patient/lama"), "id": "hasil"}),
        entry("POST", "Patient", {"resourceType": "Patient", "identifier": nik}),
        entry("DELETE", "Patient/lama"),
        entry("GET", "Patient/lama/_history"),
    )
    assert statuses(answer) == [200, 201, 201, 204, 200], answer.text
    first, _, created, _, history = answer.json()["entry"]
    assert [found["resource"]["id"] for found in first["resource"]["entry"]] == [created["resource"]["id"]]
    assert [row["request"]["method"] for row in history["resource"]["entry"]] == ["DELETE", "PUT"]


async def test_an_update_may_take_the_nik_that_a_delete_sets_free(client: httpx.AsyncClient) -> None:
    """Whatever the order in the Bundle: deletes come before updates."""
    nik = [{"system": NIK, "value": "6499999999990042"}]
    first, second = {"resourceType": "Patient", "id": "frees"}, {"resourceType": "Patient", "id": "takes"}
    await put(client, {**first, "identifier": nik}, second)
    taken = entry("PUT", "Patient/takes", {**second, "identifier": nik})
    assert (await send(client, taken, entry("DELETE", "Patient/frees"))).status_code == 200
    assert (await client.get("Patient/takes")).json()["identifier"] == nik


async def test_names_of_entries_become_references_everywhere(client: httpx.AsyncClient) -> None:
    mother = patient(
        "ibu",
        link=[{"other": {"reference": ANAK}, "type": "seealso"}],
        text={"status": "generated", "div": f'<div {XHTML}><a href="{ANAK}">anak</a> {ANAK}</div>'},
        extension=[{"url": "http://example.org/tautan", "valueUri": ANAK}],
    )
    child = patient("anak", link=[{"other": {"reference": IBU}, "type": "seealso"}])
    answer = await send(client, entry("POST", "Patient", mother, IBU), entry("POST", "Patient", child, ANAK))
    assert statuses(answer) == [201, 201], answer.text
    stored_mother, stored_child = (part["resource"] for part in answer.json()["entry"])
    to_mother, to_child = f"Patient/{stored_mother['id']}", f"Patient/{stored_child['id']}"
    assert stored_mother["link"][0]["other"] == {"reference": to_child}
    assert stored_child["link"][0]["other"] == {"reference": to_mother}
    assert stored_mother["extension"][0]["valueUri"] == to_child
    assert f'href="{to_child}"' in stored_mother["text"]["div"]
    assert f"</a> {ANAK}</div>" in stored_mother["text"]["div"]
    assert (await client.get(to_mother)).json() == stored_mother
    found = await client.get("Patient", params={"link": to_child})
    assert [row["resource"]["id"] for row in found.json()["entry"]] == [stored_mother["id"]]


async def test_references_to_a_conditional_create_reach_what_was_there(client: httpx.AsyncClient) -> None:
    await put(client, patient("sudah-ada", id="ada"))
    answer = await send(
        client,
        entry("POST", "Observation", observation(IBU)),
        entry("POST", "Patient", patient("sudah-ada"), IBU, ifNoneExist=f"identifier={SYSTEM}|sudah-ada"),
    )
    assert statuses(answer) == [201, 200], answer.text
    assert answer.json()["entry"][0]["resource"]["subject"] == {"reference": "Patient/ada"}


async def test_conditional_references_are_resolved_inside(client: httpx.AsyncClient) -> None:
    await put(client, patient("rujukan", id="dirujuk"))
    answer = await send(client, entry("POST", "Observation", observation(f"Patient?identifier={SYSTEM}|rujukan")))
    assert answer.json()["entry"][0]["resource"]["subject"] == {"reference": "Patient/dirujuk"}


@pytest.mark.parametrize(("value", "code"), [("tak-ada", "not-found"), ("kembar", "multiple-matches")])
async def test_a_conditional_reference_needs_one_match(client: httpx.AsyncClient, value: str, code: str) -> None:
    await put(client, patient("kembar", id="kembar-1"), patient("kembar", id="kembar-2"))
    answer = await send(
        client,
        entry("POST", "Patient", patient("ikut")),
        entry("POST", "Observation", observation(f"Patient?identifier={SYSTEM}|{value}")),
    )
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (412, code)
    assert places(answer)[0].startswith("Bundle.entry[1]")
    assert (await client.get(f"Patient?identifier={SYSTEM}|ikut")).json()["total"] == 0


async def test_conditional_update_patch_and_delete(client: httpx.AsyncClient) -> None:
    await put(client, *(patient(name, id=name) for name in ("ubah", "tambal", "hapus")))
    patch = [{"op": "add", "path": "/gender", "value": "male"}]
    answer = await send(
        client,
        entry("PUT", f"Patient?identifier={SYSTEM}|ubah", patient("ubah", gender="female")),
        entry("PUT", f"Patient?identifier={SYSTEM}|baru", patient("baru")),
        entry("PATCH", f"Patient?identifier={SYSTEM}|tambal", binary(patch)),
        entry("DELETE", f"Patient?identifier={SYSTEM}|hapus"),
        entry("DELETE", f"Patient?identifier={SYSTEM}|tak-ada"),
    )
    assert statuses(answer) == [200, 201, 200, 204, 204], answer.text
    assert (await client.get("Patient/ubah")).json()["gender"] == "female"
    assert (await client.get("Patient/tambal")).json()["gender"] == "male"
    assert (await client.get("Patient/hapus")).status_code == 410


def binary(patch: list[Json]) -> Json:
    import base64
    import json

    data = base64.b64encode(json.dumps(patch).encode()).decode()
    return {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}


def twenty() -> list[Json]:
    """Entries that succeed together: every kind of write."""
    patch = binary([{"op": "replace", "path": "/gender", "value": "female"}])
    return [
        *(entry("DELETE", f"Patient/d{number}") for number in range(4)),
        *(entry("POST", "Patient", patient(f"new{number}"), f"{IBU[:-1]}{number}") for number in range(4)),
        *(entry("POST", "Observation", observation(f"{IBU[:-1]}{number}")) for number in range(4)),
        *(entry("PUT", f"Patient/u{number}", patient("u", id=f"u{number}", gender="male")) for number in range(4)),
        *(entry("PUT", f"Patient/c{number}", patient("c", id=f"c{number}")) for number in range(2)),
        *(entry("PATCH", f"Patient/p{number}", patch, ifMatch='W/"1"') for number in range(2)),
    ]


FAILURES = {
    "invalid": (422, entry("POST", "Patient", {"resourceType": "Patient", "gender": "salah"})),
    "version": (412, entry("PUT", "Patient/x", patient("x", id="x"), ifMatch='W/"99"')),
    "several": (412, entry("PUT", f"Patient?identifier={SYSTEM}|kembar", patient("kembar"))),
    "several-deleted": (412, entry("DELETE", f"Patient?identifier={SYSTEM}|kembar")),
    "several-created": (412, entry("POST", "Patient", patient("k"), ifNoneExist=f"identifier={SYSTEM}|kembar")),
    "duplicate": (
        409,
        entry(
            "POST", "Patient", {"resourceType": "Patient", "identifier": [{"system": NIK, "value": "6472019901019002"}]}
        ),
    ),
    "duplicate-update": (
        409,
        entry(
            "PUT",
            "Patient/x",
            {"resourceType": "Patient", "id": "x", "identifier": [{"system": NIK, "value": "6472019901019002"}]},
        ),
    ),
    "reference": (412, entry("POST", "Observation", observation(f"Patient?identifier={SYSTEM}|tak-ada"))),
    "patch": (422, entry("PATCH", "Patient/x", binary([{"op": "test", "path": "/gender", "value": "other"}]))),
    "absent": (404, entry("PATCH", "Patient/tak-ada", binary([{"op": "add", "path": "/active", "value": True}]))),
    "type": (404, entry("DELETE", "Patien/x")),
    "method": (400, entry("TRACE", "Patient/x")),
    "body": (400, entry("PUT", "Patient/x", observation("Patient/x", id="x"))),
}


async def prepare(client: httpx.AsyncClient) -> None:
    names = [f"{letter}{number}" for letter in "dup" for number in range(4)]
    await put(client, *(patient("awal", id=name, gender="male") for name in names))
    await put(client, *(patient("kembar", id=f"kembar-{number}") for number in range(2)), patient("x", id="x"))
    await put(
        client, {"resourceType": "Patient", "id": "nik", "identifier": [{"system": NIK, "value": "6472019901019002"}]}
    )
    await put(client, observation("Patient/x", id="ada"))


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_at_any_entry_leaves_nothing(
    client: httpx.AsyncClient, database: Database[Json], failure: str
) -> None:
    await prepare(client)
    status, failing = FAILURES[failure]
    before = contents(database)
    for position in range(20):
        entries = twenty()
        entries[position] = failing
        answer = await send(client, *entries)
        assert (position, answer.status_code) == (position, status), answer.text
        assert places(answer)[0].startswith(f"Bundle.entry[{position}]"), (failure, position, answer.text)
        assert contents(database) == before
    assert all(code < 300 for code in statuses(await send(client, *twenty())))


async def test_a_read_that_finds_nothing_undoes_no_write(client: httpx.AsyncClient) -> None:
    """What is answered must be true: the writes are there, and the read says for itself that it failed."""
    answer = await send(client, entry("GET", "Patient/tak-ada"), entry("PUT", "Patient/ikut", patient("i", id="ikut")))
    assert statuses(answer) == [404, 201], answer.text
    assert (await client.get("Patient/ikut")).status_code == 200


async def test_a_read_that_cannot_be_understood_stops_the_writes(client: httpx.AsyncClient) -> None:
    urls = ("Patien/1", "Patient?tidak-dikenal=1", "Patient/a/b/c", "Patient/_history?_since=kemarin")
    for number, url in enumerate(urls):
        id = f"ikut-{number}"
        answer = await send(client, entry("PUT", f"Patient/{id}", patient("i", id=id)), entry("GET", url))
        written = (await client.get(f"Patient/{id}")).status_code == 200
        assert written == (answer.status_code == 200), (url, answer.text)


TWICE: dict[str, tuple[Json, Json]] = {
    "update-update": (entry("PUT", "Patient/x", patient("x", id="x")), entry("PUT", "Patient/x", patient("x", id="x"))),
    "update-delete": (entry("PUT", "Patient/x", patient("x", id="x")), entry("DELETE", "Patient/x")),
    "by-condition": (
        entry("PUT", "Patient/x", patient("x", id="x")),
        entry("DELETE", f"Patient?identifier={SYSTEM}|x"),
    ),
    "same-name": (entry("POST", "Patient", patient("a"), IBU), entry("POST", "Patient", patient("b"), IBU)),
    "same-condition": (
        entry("POST", "Patient", patient("sama"), ifNoneExist=f"identifier={SYSTEM}|sama"),
        entry("POST", "Patient", patient("sama"), ifNoneExist=f"identifier={SYSTEM}|sama"),
    ),
}


@pytest.mark.parametrize("kind", TWICE)
async def test_the_same_thing_twice_is_refused(client: httpx.AsyncClient, database: Database[Json], kind: str) -> None:
    await put(client, patient("x", id="x"))
    before = contents(database)
    answer = await send(client, *TWICE[kind])
    assert answer.status_code == 400, answer.text
    assert places(answer)[0].startswith("Bundle.entry[")
    assert contents(database) == before


async def test_two_creates_of_one_nik_in_one_bundle(client: httpx.AsyncClient, database: Database[Json]) -> None:
    person = {"resourceType": "Patient", "identifier": [{"system": NIK, "value": "6472019901019003"}]}
    answer = await send(client, entry("POST", "Patient", person), entry("POST", "Patient", person))
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (409, "duplicate")
    assert places(answer) == ["Bundle.entry[1].resource.identifier"] or places(answer) == ["Bundle.entry[1]"]
    assert contents(database) == {}


@pytest.mark.parametrize("type", ["transaction", "batch"])
async def test_5001_entries_are_too_many(client: httpx.AsyncClient, database: Database[Json], type: str) -> None:
    entries = [entry("POST", "Basic", {"resourceType": "Basic", "code": {"text": "x"}})] * 5001
    assert (await send(client, *entries, type=type)).status_code == 413
    assert contents(database) == {}


async def test_5000_entries_are_not(client: httpx.AsyncClient) -> None:
    entries = [entry("POST", "Basic", {"resourceType": "Basic", "code": {"text": "x"}})] * 5000
    answer = await send(client, *entries)
    assert answer.status_code == 200
    assert (await client.get("Basic?_summary=count")).json()["total"] == 5000


@pytest.mark.parametrize("type", ["transaction", "batch"])
async def test_a_bundle_inside_a_bundle_is_no_request(client: httpx.AsyncClient, type: str) -> None:
    inner = bundle(entry("POST", "Patient", patient("dalam")), type="batch")
    answer = await send(client, entry("POST", "", inner), type=type)
    refused = [answer.status_code] if type == "transaction" else statuses(answer)
    assert refused == [400], answer.text
    assert (await client.get(f"Patient?identifier={SYSTEM}|dalam")).json()["total"] == 0


async def test_the_entries_of_a_batch_are_independent(client: httpx.AsyncClient) -> None:
    await prepare(client)
    failing: list[Any] = [failing for _, failing in FAILURES.values()]
    expected: list[int] = [status for status, _ in FAILURES.values()]
    position = list(FAILURES).index("reference")
    del failing[position], expected[position]
    good = twenty()[:4] + twenty()[12:18]
    answer = await send(client, *failing, *good, entry("GET", "Patient/tak-ada"), "salah", type="batch")  # type: ignore[arg-type]
    found = statuses(answer)
    assert found[: len(failing)] == expected, answer.text
    assert all(status < 300 for status in found[len(failing) : -2])
    assert found[-2:] == [404, 400]
    for number, part in enumerate(answer.json()["entry"]):
        if found[number] >= 400:
            issue = part["response"]["outcome"]["issue"][0]
            assert issue.get("expression", [f"Bundle.entry[{number}]"])[0].startswith(f"Bundle.entry[{number}]")


async def test_an_empty_transaction_does_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post("", json={"resourceType": "Bundle", "type": "transaction"})
    assert (answer.status_code, answer.json()) == (200, {"resourceType": "Bundle", "type": "transaction-response"})
