"""Discovery: whoever reads the documents finds everything, and everything that they promise is there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import KeySet

from auth import scopes
from auth.launch import launch
from auth.metadata import CAPABILITIES, SCOPES, STYLE
from auth.models import Launch, LaunchContext
from tests.auth.apps import app, asking, query, system
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.smart import URL
from tests.journeys.smart_world import Hospital

SMART = "/fhir/.well-known/smart-configuration"
OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
NEEDED = {
    SMART: (
        *("issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "grant_types_supported", "capabilities"),
        *("code_challenge_methods_supported", "token_endpoint_auth_methods_supported", "scopes_supported"),
        *("token_endpoint_auth_signing_alg_values_supported", "response_types_supported", "introspection_endpoint"),
        *("revocation_endpoint", "management_endpoint", "registration_endpoint"),
    ),
    OPENID: (
        *("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported"),
        *("subject_types_supported", "id_token_signing_alg_values_supported"),
    ),
    OAUTH: ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported"),
}
OF_THE_FOUR_SETS = {
    *("launch-standalone", "launch-ehr", "client-public", "client-confidential-symmetric"),
    *("client-confidential-asymmetric", "sso-openid-connect", "context-standalone-patient", "context-ehr-patient"),
    *("context-banner", "context-style", "permission-offline", "permission-patient", "permission-user"),
    *("authorize-post", "permission-v1", "permission-v2"),
}


async def document(world: Hospital, path: str) -> dict[str, Any]:
    answer = await world.smart.client.get(path)
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.mark.parametrize("accept", [None, "*/*", "text/html", "application/xml", "application/fhir+json", "image/png"])
@pytest.mark.parametrize("path", [SMART, OPENID, OAUTH, "/auth/jwks", "/auth/style.json"])
async def test_a_document_is_json_for_everyone(world: Hospital, path: str, accept: str | None) -> None:
    headers = {"Origin": "https://anywhere.example", **({"Accept": accept} if accept else {})}
    answer = await world.smart.client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("path", NEEDED)
async def test_it_says_what_is_needed_with_whole_addresses(world: Hospital, path: str) -> None:
    found = await document(world, path)
    assert [name for name in NEEDED[path] if name not in found] == []
    addresses = [value for name, value in found.items() if name.endswith(("_endpoint", "_uri"))]
    assert addresses
    assert all(str(address).startswith(f"{URL}/") for address in addresses)
    assert found["issuer"] == URL


@pytest.mark.parametrize("path", NEEDED)
async def test_pkce_is_s256_alone_and_codes_are_the_only_answer(world: Hospital, path: str) -> None:
    found = await document(world, path)
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["response_types_supported"] == ["code"]
    assert {"authorization_code", "client_credentials"} <= set(found["grant_types_supported"])
    assert {"RS384", "ES384"} == set(found["token_endpoint_auth_signing_alg_values_supported"])
    proofs = {"client_secret_post", "client_secret_basic", "private_key_jwt"}
    assert proofs <= set(found["token_endpoint_auth_methods_supported"])


async def test_every_address_is_there(world: Hospital) -> None:
    found = await document(world, SMART)
    for name, address in found.items():
        if name.endswith(("_endpoint", "_uri")):
            answer = await world.smart.client.get(urlsplit(str(address)).path)
            assert answer.status_code in (200, 303, 400, 405), name


async def test_what_it_can_do_is_one_list_of_words(world: Hospital) -> None:
    found = (await document(world, SMART))["capabilities"]
    assert found == list(CAPABILITIES)
    assert set(found) >= OF_THE_FOUR_SETS
    assert all(isinstance(word, str) for word in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if not scope.startswith("system/")])
async def test_every_scope_that_is_listed_can_be_asked_of_a_person(world: Hospital, scope: str) -> None:
    smart = world.smart
    made = app(smart.issuer, scope=f"{scope} patient/Patient.rs launch")
    asked = f"{scope} patient/Patient.rs"
    more = await _launch(world, made.id) if scope == "launch" else {}
    async with smart.browser(world.doctor if more else world.ani) as browser:
        told = await browser.allows(asking(smart.issuer, made.id, scope=asked, **more))
    found = (await smart.exchange(made, told["code"])).json()
    assert set(scopes.words(found["scope"])) == set(scopes.words(asked))


async def _launch(world: Hospital, client_id: str) -> dict[str, str | None]:
    told = launch(world.smart.issuer, Launch(client_id, world.doctor.username, LaunchContext("ani")))
    return {"launch": query(told)["launch"]}


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if scope.startswith("system/")])
async def test_every_scope_that_is_listed_can_be_asked_by_a_system(world: Hospital, scope: str) -> None:
    made = system(world.smart.issuer, scope=scope)
    answer = await world.smart.post("token", made, grant_type="client_credentials", scope=scope)
    assert answer.json()["scope"] == scope


async def test_the_keys_can_be_used(world: Hospital) -> None:
    found = await document(world, "/auth/jwks")
    assert (await document(world, OPENID))["id_token_signing_alg_values_supported"] == ["RS256"]
    for row in found["keys"]:
        assert {"kty", "n", "e", "kid"} <= set(row)
        assert not {"d", "p", "q"} & set(row)
    assert KeySet.import_key_set(found).keys  # type: ignore[arg-type]


async def test_the_capability_statement_tells_apps_of_smart_1(world: Hospital) -> None:
    answer = await world.smart.client.get("/fhir/metadata", headers={"Origin": "https://anywhere.example"})
    security = answer.json()["rest"][0]["security"]
    assert security["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"
    (extension,) = security["extension"]
    told = {row["url"]: row["valueUri"] for row in extension["extension"]}
    found = await document(world, SMART)
    assert told == {
        "authorize": found["authorization_endpoint"],
        "token": found["token_endpoint"],
        "introspect": found["introspection_endpoint"],
        "revoke": found["revocation_endpoint"],
        "manage": found["management_endpoint"],
        "register": found["registration_endpoint"],
    }


async def test_the_statement_is_a_valid_resource(world: Hospital) -> None:
    token = (await world.smart.post("token", system(world.smart.issuer), grant_type="client_credentials")).json()
    statement = (await world.smart.client.get("/fhir/metadata")).json()
    answer = await world.smart.fhir("CapabilityStatement/$validate", token["access_token"], "POST", json=statement)
    issues = [issue for issue in answer.json()["issue"] if issue["severity"] in ("error", "fatal")]
    assert (answer.status_code, issues) == (200, [])


async def test_the_style_has_the_names_of_the_specification(world: Hospital) -> None:
    found = await document(world, "/auth/style.json")
    assert found == STYLE
    assert {"color_background", "color_error", "color_highlight", "color_success", "color_text"} <= set(found)


async def test_an_open_server_promises_nothing(mongodb_uri: str, database_name: str) -> None:
    async with client_of(settings(mongodb_uri, database_name)) as client:
        assert "security" not in (await client.get("metadata")).json()["rest"][0]
        assert (await client.get(SMART)).status_code == 404
        assert (await client.get("/auth/login")).status_code == 404
