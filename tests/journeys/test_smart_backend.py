"""SMART Backend Services from outside: a facility's system gets a token with its key and uses it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auth.assertions import BEARER
from tests.auth.apps import EC, RSA, App, assertion, claims, system
from tests.auth.test_assertions import WRONG
from tests.journeys.smart_world import ANI, BUDI, Hospital


def asked(text: str, **form: str | None) -> dict[str, str]:
    plain: dict[str, str | None] = {
        "grant_type": "client_credentials",
        "scope": "system/*.rs",
        "client_assertion_type": BEARER,
        "client_assertion": text,
    }
    return {name: value for name, value in {**plain, **form}.items() if value is not None}


@pytest.mark.parametrize("key", [RSA, EC])
async def test_a_system_gets_a_token_and_uses_it(world: Hospital, key: Any) -> None:
    smart, made = world.smart, system(world.smart.issuer, key)
    answer = await smart.client.post("/auth/token", data=asked(assertion(smart.issuer, made.id, key)))
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    found = answer.json()
    assert found["expires_in"] <= 300
    assert {name: found[name] for name in ("token_type", "scope")} == {"token_type": "Bearer", "scope": "system/*.rs"}
    for id in (ANI, BUDI):
        assert (await smart.fhir(f"Patient/{id}", found["access_token"])).status_code == 200
    patient = {"resourceType": "Patient", "name": [{"text": "Baru"}]}
    assert (await smart.fhir("Patient", found["access_token"], "POST", json=patient)).status_code == 403


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "not_a_grant_type"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"client_assertion_type": "not_an_assertion_type"}, "invalid_client"),
        ({"client_assertion": "not_an_assertion"}, "invalid_client"),
        ({"scope": "system/Nothing.rs"}, "invalid_scope"),
        ({"scope": "patient/*.rs"}, "invalid_scope"),
    ],
)
async def test_a_wrong_request(world: Hospital, form: dict[str, str | None], error: str) -> None:
    smart, made = world.smart, system(world.smart.issuer, EC)
    answer = await smart.client.post("/auth/token", data=asked(assertion(smart.issuer, made.id, EC), **form))
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


@pytest.mark.parametrize("case", [name for name in WRONG if name != "not ASCII"])
async def test_a_wrong_assertion(world: Hospital, case: str) -> None:
    smart, made = world.smart, system(world.smart.issuer, EC)
    answer = await smart.client.post("/auth/token", data=asked(WRONG[case](smart.issuer, made)))
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == "invalid_client"


async def test_a_scope_is_never_widened(world: Hospital) -> None:
    smart, made = world.smart, system(world.smart.issuer, EC, scope="system/Observation.rs")
    answer = await smart.client.post(
        "/auth/token", data=asked(assertion(smart.issuer, made.id, EC), scope="system/*.cruds")
    )
    assert answer.json()["scope"] == "system/Observation.rs"
    token = answer.json()["access_token"]
    assert (await smart.fhir("Observation", token)).status_code == 200
    assert (await smart.fhir("Patient", token)).status_code == 403


@pytest.mark.parametrize(
    ("path", "content", "content_type", "status"),
    [
        ("token", b"", "application/x-www-form-urlencoded", 400),
        ("token", b"grant_type=client_credentials", "text/plain", 400),
        ("token", b"grant_type=client_credentials", "application/json", 400),
        ("token", json.dumps({"grant_type": "client_credentials"}).encode(), "application/json", 400),
        ("token", b"grant_type=%ff", "application/x-www-form-urlencoded", 400),
        ("token", b"grant_type=\xff", "application/x-www-form-urlencoded", 400),
        ("token", b"a=b&" * 200, "application/x-www-form-urlencoded", 400),
        ("token", b"x=" + b"a" * 70_000, "application/x-www-form-urlencoded", 400),
        ("token", b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded", 400),
        ("token", b"grant_type=client_credentials&client_id=%00", "application/x-www-form-urlencoded", 401),
        ("token", b"grant_type=refresh_token&refresh_token[$ne]=x", "application/x-www-form-urlencoded", 401),
        ("token", b"client_id[$gt]=&grant_type=client_credentials", "application/x-www-form-urlencoded", 401),
        ("introspect", b"token=x", "application/x-www-form-urlencoded", 401),
        ("introspect", b"", "application/x-www-form-urlencoded", 401),
        ("revoke", b"token=x", "application/x-www-form-urlencoded", 401),
        ("revoke", b"\x00", "application/x-www-form-urlencoded", 401),
    ],
)
async def test_a_body_that_is_no_request(
    world: Hospital, path: str, content: bytes, content_type: str, status: int
) -> None:
    answer = await world.smart.client.post(f"/auth/{path}", content=content, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error"] in ("invalid_request", "invalid_client", "unsupported_grant_type")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic !!!", "Basic /w==", "Basic Og==", "basic YTpi", "Bearer x", "Digest x", "x" * 8000],
)
@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
async def test_a_header_that_is_no_proof(world: Hospital, path: str, header: str) -> None:
    form = {"grant_type": "client_credentials", "token": "x"}
    answer = await world.smart.client.post(f"/auth/{path}", data=form, headers={"Authorization": header})
    assert (answer.status_code in (400, 401), answer.json()["error"]) == (True, "invalid_client")


async def test_parameters_in_the_query_count_for_nothing(world: Hospital) -> None:
    smart, made = world.smart, system(world.smart.issuer)
    query = {"grant_type": "client_credentials", "client_id": made.id, "client_secret": made.secret or ""}
    answer = await smart.client.post("/auth/token", params=query, data={"grant_type": "client_credentials"})
    assert answer.json()["error"] == "invalid_client"
    answer = await smart.client.post("/auth/token", params=query, data={"a": "b"})
    assert answer.json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("path", ["token", "introspect", "revoke", "register"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_does_something(world: Hospital, path: str, method: str) -> None:
    assert (await world.smart.client.request(method, f"/auth/{path}")).status_code == 405


async def test_an_assertion_for_another_server_is_worth_nothing(world: Hospital) -> None:
    smart, made = world.smart, system(world.smart.issuer, EC)
    wrong = {"aud": "https://elsewhere.example/auth/token", **{"sub": made.id}}
    text = assertion(smart.issuer, made.id, EC, **wrong)
    assert claims(smart.issuer, made.id)["aud"] == smart.issuer.endpoint("token")
    assert (await smart.client.post("/auth/token", data=asked(text))).json()["error"] == "invalid_client"


async def test_a_removed_client_s_token_ends(world: Hospital) -> None:
    smart, made = world.smart, system(world.smart.issuer)
    token = (await smart.post("token", made, grant_type="client_credentials")).json()["access_token"]
    smart.issuer.database["auth_clients"].delete_one({"_id": made.id})
    assert (await smart.fhir("Patient", token)).status_code == 401
    answer = await smart.post("token", App(made.client, made.secret), grant_type="client_credentials")
    assert answer.json()["error"] == "invalid_client"
