"""The ways to a token: what each gives, what it refuses, and that nothing can be used twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auth.issuer import digest
from auth.live import in_use
from auth.models import LaunchContext
from auth.server import Server
from auth.storage import clients, sessions, tokens, users
from tests.auth.apps import (
    CHALLENGE,
    EC,
    RSA,
    App,
    app,
    approved,
    body,
    exchange,
    later,
    person,
    pkce,
    refresh,
    secret_app,
    signed_in,
    signing_app,
    system,
    system_token,
)


def tokens_of(server: Server, made: App, **changes: str | None) -> dict[str, Any]:
    """What the app gets for a code."""
    return body(exchange(server, made, approved(server, made.id, person(server.issuer), **changes)["code"]))


@pytest.mark.parametrize("make", [app, secret_app, signing_app])
def test_a_code_gives_tokens_and_the_context(server: Server, make: Any) -> None:
    answer = exchange(
        server,
        made := make(server.issuer),
        approved(server, made.id, person(server.issuer), LaunchContext(patient="p1", encounter="e1"))["code"],
    )
    found = body(answer)
    assert dict(answer.headers) == {"Cache-Control": "no-store", "Pragma": "no-cache"}
    assert (found["token_type"], found["expires_in"]) == ("Bearer", 3600)
    assert found["scope"] == "launch/patient openid fhirUser offline_access patient/*.rs"
    assert (found["patient"], found["encounter"], found["need_patient_banner"]) == ("p1", "e1", True)
    assert found["smart_style_url"] == "https://ehr.test/auth/style.json"
    assert set(found) == {
        *("access_token", "refresh_token", "id_token", "token_type", "expires_in", "scope"),
        *("patient", "encounter", "need_patient_banner", "smart_style_url"),
    }


def test_what_is_stored_of_a_token_is_its_hash(server: Server) -> None:
    found = tokens_of(server, app(server.issuer))
    names = [name for name in server.issuer.database.list_collection_names() if name.startswith("auth_")]
    stored = "".join(str(list(server.issuer.database[name].find())) for name in names)
    assert digest(found["access_token"]) in stored
    assert found["access_token"] not in stored
    assert found["refresh_token"] not in stored


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code": "unknown"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": "https://app.example/other"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": CHALLENGE}, "invalid_grant"),
        ({"code_verifier": pkce()[0]}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": "ü" * 50}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": 'wrong" grant ü\\'}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
    ],
)
def test_a_code_is_bound_to_everything_it_was_asked_for_with(
    server: Server, wrong: dict[str, str | None], error: str
) -> None:
    made = app(server.issuer)
    code = approved(server, made.id, person(server.issuer))["code"]
    answer = exchange(server, made, wrong.get("code", code), **wrong)
    assert answer.status in (400, 401)
    assert body(answer, answer.status)["error"] == error


def test_a_confidential_app_needs_its_verifier_too(server: Server) -> None:
    made = secret_app(server.issuer)
    code = approved(server, made.id, person(server.issuer))["code"]
    assert body(exchange(server, made, code, code_verifier=None), 400)["error"] == "invalid_request"


def test_a_code_of_another_app_is_nothing_and_stays_good(server: Server) -> None:
    made, thief = app(server.issuer), app(server.issuer)
    code = approved(server, made.id, person(server.issuer))["code"]
    assert body(exchange(server, thief, code), 400)["error"] == "invalid_grant"
    body(exchange(server, made, code))


def test_a_code_is_good_for_a_minute(server: Server) -> None:
    made, user = app(server.issuer), person(server.issuer)
    code = approved(server, made.id, user)["code"]
    assert body(exchange(later(server, timedelta(seconds=61)), made, code), 400)["error"] == "invalid_grant"
    body(exchange(later(server, timedelta(seconds=59)), made, approved(server, made.id, user)["code"]))


def test_the_second_use_of_a_code_ends_what_the_first_gave(server: Server) -> None:
    made = app(server.issuer)
    code = approved(server, made.id, person(server.issuer))["code"]
    found = body(exchange(server, made, code))
    assert in_use(server.issuer, found["access_token"])
    body(exchange(server, made, code), 400)
    assert in_use(server.issuer, found["access_token"]) is None
    assert body(refresh(server, made, found["refresh_token"]), 400)["error"] == "invalid_grant"


@pytest.mark.parametrize("make", [app, secret_app, signing_app])
def test_a_refresh_gives_new_tokens_and_the_same_context(server: Server, make: Any) -> None:
    first = tokens_of(server, made := make(server.issuer))
    second = body(refresh(server, made, first["refresh_token"]))
    assert {second["access_token"], second["refresh_token"]}.isdisjoint(first.values())
    assert {name: second[name] for name in ("scope", "patient", "need_patient_banner", "expires_in")} == {
        name: first[name] for name in ("scope", "patient", "need_patient_banner", "expires_in")
    }
    assert in_use(server.issuer, first["access_token"])
    assert in_use(server.issuer, second["access_token"])


def test_the_second_use_of_a_refresh_token_ends_the_grant(server: Server) -> None:
    first = tokens_of(server, made := app(server.issuer))
    second = body(refresh(server, made, first["refresh_token"]))
    assert body(refresh(server, made, first["refresh_token"]), 400)["error"] == "invalid_grant"
    assert in_use(server.issuer, second["access_token"]) is None
    assert body(refresh(server, made, second["refresh_token"]), 400)["error"] == "invalid_grant"


@pytest.mark.parametrize("scope", ["patient/Observation.rs openid", "patient/*.r", "offline_access patient/*.rs"])
def test_a_refresh_may_ask_for_less_and_later_for_all_again(server: Server, scope: str) -> None:
    first = tokens_of(server, made := app(server.issuer))
    second = body(refresh(server, made, first["refresh_token"], scope=scope))
    assert second["scope"] == scope
    assert body(refresh(server, made, second["refresh_token"]))["scope"] == first["scope"]


@pytest.mark.parametrize(
    "scope", ["patient/*.cruds", "user/*.rs", "patient/*.rs system/*.rs", "launch", "patient/*.sr", 'a"b']
)
def test_a_refresh_for_more_is_refused_and_uses_nothing_up(server: Server, scope: str) -> None:
    first = tokens_of(server, made := app(server.issuer))
    assert body(refresh(server, made, first["refresh_token"], scope=scope), 400)["error"] == "invalid_scope"
    body(refresh(server, made, first["refresh_token"]))


def test_a_refresh_token_of_another_app_is_nothing_and_stays_good(server: Server) -> None:
    first = tokens_of(server, made := app(server.issuer))
    assert body(refresh(server, app(server.issuer), first["refresh_token"]), 400)["error"] == "invalid_grant"
    body(refresh(server, made, first["refresh_token"]))


def test_an_access_token_refreshes_nothing(server: Server) -> None:
    first = tokens_of(server, made := app(server.issuer))
    assert body(refresh(server, made, first["access_token"]), 400)["error"] == "invalid_grant"


def test_a_refresh_token_waits_three_months_and_each_use_gives_three_more(server: Server) -> None:
    first = tokens_of(server, made := app(server.issuer))
    in_time = later(server, timedelta(days=95))
    second = body(refresh(in_time, made, first["refresh_token"]))
    third = body(refresh(later(server, timedelta(days=190)), made, second["refresh_token"]))
    assert body(refresh(later(server, timedelta(days=300)), made, third["refresh_token"]), 400)["error"] == (
        "invalid_grant"
    )


def test_a_grant_ends_after_two_years_whatever_happens(server: Server) -> None:
    found = tokens_of(server, made := app(server.issuer))
    for day in range(90, 730, 90):
        found = body(refresh(later(server, timedelta(days=day)), made, found["refresh_token"]))
    body(refresh(later(server, timedelta(days=731)), made, found["refresh_token"]), 400)


def test_without_offline_or_online_access_there_is_no_refresh_token(server: Server) -> None:
    assert "refresh_token" not in tokens_of(server, app(server.issuer), scope="launch/patient patient/*.rs")


def test_online_access_ends_with_the_session(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    code = approved(server, made.id, user, scope="online_access patient/*.rs")["code"]
    found = body(refresh(server, made, body(exchange(server, made, code))["refresh_token"]))
    sessions.end_all(issuer.database, user.username)
    assert body(refresh(server, made, found["refresh_token"]), 400)["error"] == "invalid_grant"


def test_offline_access_does_not(server: Server) -> None:
    made, user = app(server.issuer), person(server.issuer)
    found = body(exchange(server, made, approved(server, made.id, user)["code"]))
    sessions.end_all(server.issuer.database, user.username)
    body(refresh(server, made, found["refresh_token"]))


def test_a_disabled_person_gets_nothing_and_uses_nothing(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    code = approved(server, made.id, user)["code"]
    found = body(exchange(server, made, approved(server, made.id, user)["code"]))
    users.set_disabled(issuer.database, user.username, True)
    assert body(exchange(server, made, code), 400)["error"] == "invalid_grant"
    assert body(refresh(server, made, found["refresh_token"]), 400)["error"] == "invalid_grant"
    assert in_use(issuer, found["access_token"]) is None


def test_a_removed_client_gets_nothing_and_uses_nothing(server: Server) -> None:
    issuer = server.issuer
    found = tokens_of(server, made := app(issuer))
    assert clients.remove(issuer.database, made.id)
    assert in_use(issuer, found["access_token"]) is None
    assert body(refresh(server, made, found["refresh_token"]), 400)["error"] == "invalid_client"


def test_an_access_token_lives_for_an_hour(server: Server) -> None:
    found = tokens_of(server, app(server.issuer))
    assert in_use(later(server, timedelta(minutes=59)).issuer, found["access_token"])
    assert in_use(later(server, timedelta(minutes=61)).issuer, found["access_token"]) is None


@pytest.mark.parametrize("key", [None, RSA, EC])
def test_a_system_gets_a_token_for_five_minutes(server: Server, key: Any) -> None:
    answer = system_token(server, system(server.issuer, key), scope="system/Patient.rs system/Observation.rs")
    found = body(answer)
    assert set(found) == {"access_token", "token_type", "expires_in", "scope"}
    assert (found["expires_in"], found["scope"]) == (300, "system/Patient.rs system/Observation.rs")
    used = in_use(server.issuer, found["access_token"])
    assert used is not None
    assert used.user is None
    assert in_use(later(server, timedelta(seconds=301)).issuer, found["access_token"]) is None


def test_a_system_may_send_its_secret_in_the_form(server: Server) -> None:
    made = system(server.issuer)
    public = App(made.client)
    body(system_token(server, public, client_secret=made.secret))
    assert body(system_token(server, public, client_secret="wrong"), 401)["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("registered", "asked", "granted"),
    [
        ("system/*.cruds", None, "system/*.cruds"),
        ("system/*.cruds", "system/*.rs", "system/*.rs"),
        ("system/*.rs", "system/*.cruds", "system/*.rs"),
        ("system/Patient.rs", "system/Patient.rs system/Observation.rs", "system/Patient.rs"),
        ("system/Patient.rs", "system/Observation.rs", None),
        ("system/*.read", "system/*.read", "system/*.read"),
        ("system/*.rs", "user/*.rs", None),
        ("system/*.rs", "patient/*.rs", None),
        ("system/*.rs user/*.rs", "user/*.rs", None),
        ("system/*.rs user/*.rs", "user/*.rs system/*.rs", "system/*.rs"),
        ("system/*.rs", "openid", None),
        ("system/*.rs", "system/*.sr", None),
        ("system/*.rs", "system/*.", None),
        ("system/*.rs", "system/Nothing.rs", None),
    ],
)
def test_a_system_gets_of_its_scope_what_it_asks_for(
    server: Server, registered: str, asked: str | None, granted: str | None
) -> None:
    answer = system_token(server, system(server.issuer, scope=registered), scope=asked)
    if granted is None:
        assert body(answer, 400)["error"] == "invalid_scope"
    else:
        assert body(answer)["scope"] == granted


@pytest.mark.parametrize("make", [app, secret_app, signing_app])
def test_an_app_for_people_is_no_system(server: Server, make: Any) -> None:
    answer = system_token(server, make(server.issuer), scope="system/*.rs")
    assert answer.status in (400, 401)
    assert body(answer, answer.status)["error"] in ("invalid_client", "unauthorized_client")


def test_a_system_is_no_app_for_people(server: Server) -> None:
    made = system(server.issuer)
    assert body(exchange(server, made, "code"), 400)["error"] == "unauthorized_client"
    assert body(refresh(server, made, "token"), 400)["error"] == "unauthorized_client"


def test_two_proofs_are_one_too_many(server: Server) -> None:
    made = system(server.issuer)
    assert body(system_token(server, made, client_secret=made.secret), 400)["error"] == "invalid_request"
    assert body(system_token(server, made, client_assertion="x"), 400)["error"] == "invalid_request"


def test_the_client_id_of_the_form_is_the_one_that_is_proved(server: Server) -> None:
    made, other = system(server.issuer), system(server.issuer)
    body(system_token(server, made, client_id=made.id))
    assert body(system_token(server, made, client_id=other.id), 400)["error"] == "invalid_client"


def test_what_a_person_has_granted_is_listed_until_it_is_revoked(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    found = body(exchange(server, made, approved(server, made.id, user)["code"]))
    (grant,) = tokens.grants_of(issuer.database, user.username)
    assert (grant.client_id, grant.context.patient, grant.fhir_user) == (made.id, "1", "Practitioner/1")
    assert tokens.revoke_grant(issuer.database, grant.id)
    assert not tokens.revoke_grant(issuer.database, grant.id)
    assert tokens.grants_of(issuer.database, user.username) == []
    assert in_use(issuer, found["access_token"]) is None


def test_what_was_taken_back_before_the_code_was_used_gives_nothing(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    code = approved(server, made.id, user)["code"]
    assert tokens.revoke_grants_of_user(issuer.database, user.username) == 1
    assert body(exchange(server, made, code), 400)["error"] == "invalid_grant"


def test_a_session_that_is_idle_keeps_online_access(server: Server) -> None:
    made, user = app(server.issuer), person(server.issuer)
    signed_in(server.issuer, user)
    code = approved(server, made.id, user, scope="online_access patient/*.rs")["code"]
    found = body(exchange(server, made, code))
    body(refresh(later(server, timedelta(minutes=40)), made, found["refresh_token"]))
