"""Introspection and revocation: who may ask about which token, what is told, and what ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auth.live import in_use
from auth.models import LaunchContext
from auth.revocation import revoke_grant, revoke_grants_of
from auth.server import Answer, Server, WebRequest
from auth.storage import tokens
from tests.auth.apps import (
    EC,
    App,
    app,
    approved,
    body,
    exchange,
    later,
    person,
    refresh,
    secret_app,
    signing_app,
    system,
    system_token,
)


def asked(server: Server, name: str, made: App | None, header: str = "", **form: str) -> Answer:
    proof, proving = made.proof(server.issuer) if made else ({}, "")
    request = WebRequest("POST", server.issuer.endpoint(name), {**proof, **form}, header or proving)
    answer: Answer = server.create_endpoint_response(
        {"introspect": "introspection", "revoke": "revocation"}[name], request
    )
    return answer


def given(server: Server, made: App, **changes: str | None) -> dict[str, Any]:
    user, context = person(server.issuer), LaunchContext("p1", "e1")
    return body(exchange(server, made, approved(server, made.id, user, context, **changes)["code"]))


DEAD = {"active": False}


def test_a_token_is_told_as_it_was_given(server: Server) -> None:
    found = given(server, made := secret_app(server.issuer))
    told = body(asked(server, "introspect", made, token=found["access_token"]))
    assert told["active"] is True
    assert set(told["scope"].split()) == set(found["scope"].split())
    assert (told["client_id"], told["token_type"]) == (made.id, "Bearer")
    for name in ("patient", "encounter", "need_patient_banner", "smart_style_url"):
        assert told[name] == found[name]
    assert abs(told["exp"] - told["iat"] - found["expires_in"]) <= 1
    assert (told["iss"], told["sub"]) == ("https://ehr.test", told["username"])
    assert told["fhirUser"] == "https://ehr.test/fhir/Practitioner/1"


def test_without_openid_nothing_is_told_of_the_person_s_identity(server: Server) -> None:
    found = given(server, made := secret_app(server.issuer), scope="patient/*.rs")
    told = body(asked(server, "introspect", made, token=found["access_token"]))
    assert {"iss", "sub", "fhirUser"}.isdisjoint(told)


def test_a_refresh_token_is_told_too(server: Server) -> None:
    found = given(server, made := secret_app(server.issuer))
    told = body(asked(server, "introspect", made, token=found["refresh_token"], token_type_hint="access_token"))
    assert told["active"] is True


def test_a_token_of_a_system_has_no_person(server: Server) -> None:
    made = system(server.issuer)
    text = body(system_token(server, made))["access_token"]
    told = body(asked(server, "introspect", made, token=text))
    assert (told["active"], told["scope"]) == (True, "system/*.cruds")
    assert {"sub", "username", "patient", "fhirUser"}.isdisjoint(told)


@pytest.mark.parametrize("text", ["unknown", "", "ü", "x" * 10_000])
def test_of_what_is_no_token_nothing_is_told(server: Server, text: str) -> None:
    assert body(asked(server, "introspect", system(server.issuer), token=text)) == DEAD


def test_of_a_dead_token_nothing_is_told(server: Server) -> None:
    found = given(server, made := secret_app(server.issuer))
    assert body(asked(later(server, timedelta(hours=2)), "introspect", made, token=found["access_token"])) == DEAD
    body(refresh(server, made, found["refresh_token"]))
    assert body(asked(server, "introspect", made, token=found["refresh_token"])) == DEAD
    body(asked(server, "revoke", made, token=found["access_token"]))
    assert body(asked(server, "introspect", made, token=found["access_token"])) == DEAD


def test_a_system_may_ask_about_every_token_an_app_about_its_own(server: Server) -> None:
    text = given(server, secret_app(server.issuer))["access_token"]
    for made in (system(server.issuer), system(server.issuer, EC)):
        assert body(asked(server, "introspect", made, token=text))["active"] is True
    for made in (secret_app(server.issuer), signing_app(server.issuer)):
        assert body(asked(server, "introspect", made, token=text)) == DEAD


def test_a_bearer_token_is_a_proof_as_well(server: Server) -> None:
    first, second = given(server, app(server.issuer)), given(server, app(server.issuer))
    bearer = f"Bearer {first['access_token']}"
    assert body(asked(server, "introspect", None, bearer, token=first["access_token"]))["active"] is True
    assert body(asked(server, "introspect", None, bearer, token=second["access_token"])) == DEAD
    bearer = f"Bearer {body(system_token(server, system(server.issuer)))['access_token']}"
    assert body(asked(server, "introspect", None, bearer, token=second["access_token"]))["active"] is True


def test_nobody_asks_without_a_proof(server: Server) -> None:
    found = given(server, made := app(server.issuer))
    dead = f"Bearer {found['refresh_token']}"
    for asking in (
        asked(server, "introspect", None, token=found["access_token"]),
        asked(server, "introspect", made, token=found["access_token"]),
        asked(server, "introspect", None, dead, token=found["access_token"]),
        asked(server, "introspect", None, "Bearer", token=found["access_token"]),
        asked(server, "introspect", None, "Basic !", token=found["access_token"]),
    ):
        assert body(asking, 401)["error"] == "invalid_client"
        assert dict(asking.headers)["WWW-Authenticate"]


@pytest.mark.parametrize("name", ["introspect", "revoke"])
def test_the_token_is_needed_and_the_hint_is_not(server: Server, name: str) -> None:
    made = system(server.issuer)
    assert body(asked(server, name, made), 400)["error"] == "invalid_request"
    body(asked(server, name, made, token="t", token_type_hint="id_token"))


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("make", [app, secret_app, signing_app])
def test_a_revocation_ends_the_whole_grant(server: Server, make: Any, kind: str) -> None:
    found = given(server, made := make(server.issuer))
    assert body(asked(server, "revoke", made, token=found[kind])) == {}
    assert in_use(server.issuer, found["access_token"]) is None
    assert body(refresh(server, made, found["refresh_token"]), 400)["error"] == "invalid_grant"


def test_an_unknown_token_is_revoked_already(server: Server) -> None:
    assert asked(server, "revoke", app(server.issuer), token="unknown").status == 200


def test_another_app_revokes_nothing(server: Server) -> None:
    found = given(server, app(server.issuer))
    assert body(asked(server, "revoke", app(server.issuer), token=found["access_token"]), 400)["error"] == (
        "invalid_grant"
    )
    assert in_use(server.issuer, found["access_token"])


def test_a_person_ends_one_grant_or_all(server: Server) -> None:
    issuer, user, made = server.issuer, person(server.issuer), app(server.issuer)
    found = [body(exchange(server, made, approved(server, made.id, user)["code"])) for _ in range(3)]
    first, *_ = tokens.grants_of(issuer.database, user.username)
    generation = issuer.known.generation
    assert revoke_grant(issuer, first.id)
    assert revoke_grants_of(issuer, user.username) == 2
    assert issuer.known.generation == generation + 2
    assert [in_use(issuer, row["access_token"]) for row in found] == [None] * 3
