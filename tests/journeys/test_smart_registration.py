"""An app registers itself (RFC 7591), web pages of registered apps read the answers, and headers are as they should."""

from __future__ import annotations

from typing import Any

import pytest

from auth.registration import invite
from tests.auth.apps import REDIRECT, VERIFIER, app, asking, basic, query, system
from tests.journeys.smart_world import Hospital

METADATA: dict[str, Any] = {
    "client_name": "Aplikasi baru",
    "redirect_uris": [REDIRECT],
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "launch/patient openid offline_access patient/*.rs",
}


async def registered(world: Hospital, metadata: Any, token: str | None = None) -> Any:
    issuer = world.smart.issuer
    token = invite(issuer, "launch/patient openid offline_access patient/*.rs") if token is None else token
    headers = {"Authorization": f"Bearer {token}"}
    return await world.smart.client.post("/auth/register", json=metadata, headers=headers)


@pytest.mark.parametrize("method", ["none", "client_secret_basic", "client_secret_post"])
async def test_an_app_registers_itself_and_is_launched(world: Hospital, method: str) -> None:
    smart = world.smart
    answer = await registered(world, {**METADATA, "token_endpoint_auth_method": method})
    found = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert ("client_secret" in found) == (method != "none")
    assert found.get("client_secret_expires_at", 0) == 0
    assert {name: found[name] for name in METADATA if name != "token_endpoint_auth_method"} == {
        name: METADATA[name] for name in METADATA if name != "token_endpoint_auth_method"
    }
    async with smart.browser(world.ani) as browser:
        told = await browser.allows(asking(smart.issuer, found["client_id"]))
    code = {
        "grant_type": "authorization_code",
        "code": told["code"],
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    answer = await smart.client.post("/auth/token", **proved(found, method, code))
    assert answer.status_code == 200, answer.text


def proved(found: dict[str, Any], method: str, form: dict[str, str]) -> dict[str, Any]:
    """A form with the proof that the method asks for, as arguments of a request."""
    id, secret = found["client_id"], found.get("client_secret", "")
    if method == "client_secret_basic":
        return {"data": form, "headers": {"Authorization": basic(id, secret)}}
    return {"data": {**form, "client_id": id, **({"client_secret": secret} if secret else {})}}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://app.example/"]}, "invalid_redirect_uri"),
        ({"client_name": None}, "invalid_client_metadata"),
        ({"scope": "system/*.rs"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"], "scope": "system/*.rs"}, "invalid_client_metadata"),
        ({"jwks_uri": "ftp://x"}, "invalid_client_metadata"),
    ],
)
async def test_an_app_that_cannot_be(world: Hospital, changes: dict[str, Any], error: str) -> None:
    answer = await registered(world, {**METADATA, **changes})
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("metadata", [[], "text", None, 1])
async def test_what_is_no_metadata(world: Hospital, metadata: Any) -> None:
    answer = await registered(world, metadata)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_nobody_registers_without_an_invitation(world: Hospital) -> None:
    used = invite(world.smart.issuer, "patient/*.rs")
    assert (await registered(world, METADATA, used)).status_code == 201
    for token in ("", "unknown", used):
        answer = await registered(world, METADATA, token)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert (await world.smart.client.post("/auth/register", json=METADATA)).status_code == 401


async def test_an_access_token_is_no_invitation(world: Hospital) -> None:
    smart = world.smart
    token = (await smart.post("token", system(smart.issuer), grant_type="client_credentials")).json()["access_token"]
    assert (await registered(world, METADATA, token)).status_code == 401


@pytest.mark.parametrize("path", ["/auth/token", "/auth/introspect", "/auth/revoke"])
async def test_pages_of_registered_apps_read_the_answers(world: Hospital, path: str) -> None:
    client = world.smart.client
    app(world.smart.issuer)
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for origin, known in (("https://app.example", True), ("https://evil.example", False), ("null", False)):
        for answer in (
            await client.options(path, headers={"Origin": origin, **asks}),
            await client.post(path, data={"a": "b"}, headers={"Origin": origin}),
        ):
            assert answer.headers.get("access-control-allow-origin") == (origin if known else None)
            assert "access-control-allow-credentials" not in answer.headers
            assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/fhir/.well-known/smart-configuration"),
        ("GET", "/.well-known/openid-configuration"),
        ("GET", "/auth/jwks"),
        ("GET", "/auth/style.json"),
        ("GET", "/auth/authorize"),
        ("POST", "/auth/authorize"),
        ("POST", "/auth/token"),
        ("POST", "/auth/introspect"),
        ("POST", "/auth/revoke"),
        ("POST", "/auth/register"),
        ("GET", "/auth/launch"),
    ],
)
async def test_every_answer_has_the_headers_that_browsers_heed(world: Hospital, method: str, path: str) -> None:
    answer = await world.smart.client.request(method, path)
    assert answer.status_code < 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_no_request_of_a_stranger_is_a_fault_of_ours(world: Hospital) -> None:
    """Each parameter in turn is something strange."""
    smart, made = world.smart, app(world.smart.issuer)
    strange = [
        "",
        " ",
        "\x00",
        "ü",
        '"',
        "\\",
        "%",
        "a" * 10_000,
        "$gt",
        "[]",
        "\r\nX: y",
        "\u202e",
        "<script>",
        "${7*7}",
    ]
    for name in asking(smart.issuer, made.id):
        for value in strange:
            parameters = {**asking(smart.issuer, made.id), name: value}
            answer = await smart.client.get("/auth/authorize", params=parameters)
            assert answer.status_code in (303, 400), (name, value)
            assert "<script>" not in answer.text
            if answer.status_code == 303 and answer.headers["location"].startswith(REDIRECT):
                assert "error" in query(answer.headers["location"])
