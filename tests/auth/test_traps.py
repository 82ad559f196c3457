"""Twelve ways in which a server made with authlib goes wrong when its documentation is followed, each shut here.

The first, the race of parallel redemptions, is in test_races.py."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from joserfc import jwt

from auth.authorize import Asked, NotTheApp, begin
from auth.client_metadata import ClientRefused
from auth.issuer import Issuer, digest
from auth.registration import invite, register_with
from auth.server import RegisteredClient, Server, WebRequest
from auth.storage.database import INDEXES
from tests.auth.apps import (
    CHALLENGE,
    EC,
    RSA,
    App,
    app,
    approved,
    ask,
    asking,
    assertion,
    basic,
    body,
    claims,
    exchange,
    person,
    query,
    refresh,
    secret_app,
    signing_app,
    system,
    system_token,
)


@pytest.mark.parametrize("make", [app, secret_app, signing_app])
@pytest.mark.parametrize("method", [None, "plain"])
def test_2_pkce_is_s256_for_every_client(server: Server, make: Any, method: str | None) -> None:
    asked: Asked = {
        name: [value]
        for name, value in asking(server.issuer, make(server.issuer).id, code_challenge_method=method).items()
    }
    assert query(begin(server, "GET", asked))["error"] == "invalid_request"


@pytest.mark.parametrize("make", [app, secret_app, signing_app])
@pytest.mark.parametrize("verifier", [None, "", CHALLENGE], ids=["missing", "empty", "challenge"])
def test_2_and_the_verifier_is_needed_from_every_client(server: Server, make: Any, verifier: str | None) -> None:
    made = make(server.issuer)
    code = approved(server, made.id, person(server.issuer))["code"]
    assert exchange(server, made, code, code_verifier=verifier).status == 400


def test_3_no_token_lives_for_ten_days(server: Server) -> None:
    made = app(server.issuer)
    first = body(exchange(server, made, approved(server, made.id, person(server.issuer))["code"]))
    assert first["expires_in"] == 3600
    assert body(refresh(server, made, first["refresh_token"]))["expires_in"] == 3600
    assert body(system_token(server, system(server.issuer)))["expires_in"] == 300


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS384"), (EC, "ES384")])
def test_4_the_algorithms_of_smart_are_taken(server: Server, key: Any, algorithm: str) -> None:
    assert jwt.decode(assertion(server.issuer, "x", key), key, algorithms=[algorithm]).header["alg"] == algorithm
    body(system_token(server, system(server.issuer, key)))


def test_5_an_assertion_is_short_and_names_one_registered_key(server: Server) -> None:
    made = system(server.issuer, EC)
    for changes in ({"exp": claims(server.issuer, made.id)["exp"] + 60}, {"exp": None}):
        form = {**made.proof(server.issuer)[0], "client_assertion": assertion(server.issuer, made.id, EC, **changes)}
        answer = ask(server, App(made.client), grant_type="client_credentials", **{**form, "client_id": None})
        assert body(answer, 400)["error"] == "invalid_client"


@pytest.mark.parametrize("scope", ["", " ", "nothing", "user/*.cruds"])
def test_6_nothing_allowed_is_a_refusal_and_not_an_empty_scope(issuer: Issuer, scope: str) -> None:
    assert RegisteredClient(system(issuer).client).get_allowed_scope(scope) is None


def test_7_no_token_code_or_secret_is_in_any_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = secret_app(server.issuer)
    code = approved(server, made.id, person(server.issuer))["code"]
    first = body(exchange(server, made, code))
    second = body(refresh(server, made, first["refresh_token"]))
    body(system_token(server, one := system(server.issuer)))
    secrets = [code, made.secret, one.secret]
    secrets += [found[name] for found in (first, second) for name in ("access_token", "refresh_token")]
    assert len([record for record in caplog.records if record.name.startswith("pymongo")]) > 10
    logged = "".join(record.getMessage() for record in caplog.records)
    assert [secret for secret in secrets if secret and secret in logged] == []


def test_8_the_query_of_the_token_endpoint_counts_for_nothing(server: Server) -> None:
    made = app(server.issuer)
    url = f"{server.issuer.endpoint('token')}?grant_type=client_credentials&client_id={made.id}"
    answer = server.create_token_response(WebRequest("POST", url, {}))
    assert (answer.status, answer.body["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("name", ["aud", "state", "code_challenge"])
def test_9_what_authlib_leaves_to_us_is_asked_for(server: Server, name: str) -> None:
    asked: Asked = {key: [value] for key, value in asking(server.issuer, app(server.issuer).id, **{name: None}).items()}
    assert query(begin(server, "GET", asked))["error"] == "invalid_request"


def test_9_and_so_is_the_redirect(server: Server) -> None:
    with pytest.raises(NotTheApp):
        begin(server, "GET", {"client_id": [app(server.issuer).id]})


def test_10_what_expires_is_a_date_that_mongodb_understands(server: Server) -> None:
    made = system(server.issuer, EC)
    body(system_token(server, made))
    for collection, field in (("auth_jti", "expires"), ("auth_tokens", "expires"), ("auth_grants", "until")):
        assert (field, True) in INDEXES[collection]
        row = server.issuer.database[collection].find_one()
        assert row is not None
        assert row[field].tzinfo is not None
        indexes = server.issuer.database[collection].index_information()
        assert indexes[f"{field}_1"]["expireAfterSeconds"] == 0


@pytest.mark.parametrize("make", [secret_app, signing_app, system])
def test_11_a_client_with_a_proof_never_passes_without_it(server: Server, make: Any) -> None:
    made = make(server.issuer)
    for grant in ("authorization_code", "refresh_token", "client_credentials"):
        answer = ask(server, App(made.client), grant_type=grant, code="c", refresh_token="r")
        assert body(answer, 401)["error"] == "invalid_client" if grant != "client_credentials" else answer.status >= 400
    for header in (
        basic(made.id, ""),
        basic(made.id, "wrong"),
        "Basic",
        "Basic !",
        "Basic /w==",
        "Basic " + "A" * 9000,
    ):
        fields = {"grant_type": "client_credentials"}
        answer = server.create_token_response(WebRequest("POST", server.issuer.endpoint("token"), fields, header))
        assert (answer.status in (400, 401), answer.body["error"]) == (True, "invalid_client")


def test_12_a_public_client_registers_without_a_secret_and_only_with_an_invitation(issuer: Issuer) -> None:
    metadata = {
        "client_name": "App",
        "redirect_uris": ["https://app.example/"],
        "token_endpoint_auth_method": "none",
        "scope": "patient/*.rs",
    }
    client, secret = register_with(issuer, invite(issuer, "patient/*.rs"), metadata)
    assert (secret, client.secret_hash) == (None, None)
    with pytest.raises(ClientRefused):
        register_with(issuer, "no-invitation", metadata)
    with pytest.raises(ClientRefused):
        register_with(issuer, digest("no-invitation"), metadata)
