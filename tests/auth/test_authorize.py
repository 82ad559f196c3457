"""The authorization endpoint without a browser: what it refuses, what it leads on to, and what an answer does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auth import authorize
from auth.authorize import Approval, NotTheApp, RequestGone
from auth.issuer import Issuer
from auth.launch import NotLaunchable, launch
from auth.models import Launch, LaunchContext
from auth.scopes import InvalidScope
from auth.server import Server
from auth.storage import tokens
from tests.auth.apps import (
    LAUNCH,
    REDIRECT,
    app,
    approved,
    asking,
    begin,
    body,
    exchange,
    later,
    person,
    query,
    secret_app,
    signed_in,
    system,
)


def refused(server: Server, **changes: str | None) -> dict[str, str]:
    """What the app is told."""
    where = begin(server, asking(server.issuer, app(server.issuer).id, **changes))
    assert where.startswith(f"{REDIRECT}?")
    return query(where)


def opened(issuer: Issuer, client_id: str, username: str, **context: Any) -> str:
    """The `launch` of an app that the hospital's own system opens."""
    where = launch(issuer, Launch(client_id, username, LaunchContext(**context)))
    assert where.startswith(f"{LAUNCH}?")
    told = query(where)
    assert told["iss"] == issuer.fhir_base
    return told["launch"]


def approval(issuer: Issuer, scope: str, patient: str | None = "1", username: str = "") -> Approval:
    user = person(issuer, username)
    return Approval(user, signed_in(issuer, user), scope, LaunchContext(patient=patient))


@pytest.mark.parametrize("make", [app, secret_app])
def test_a_right_request_leads_on_to_the_consent_page(server: Server, make: Any) -> None:
    made = make(server.issuer)
    where = begin(server, asking(server.issuer, made.id))
    assert where.startswith("https://ehr.test/auth/consent?request=")
    found = authorize.pending(server.issuer, query(where)["request"])
    assert (found.client_id, found.redirect_uri, found.state, found.nonce) == (made.id, REDIRECT, "a-state", "a-nonce")
    assert found.scope == "launch/patient openid fhirUser offline_access patient/*.rs"
    assert (found.context, found.launched_by) == (None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": "x" * 5000},
        {"client_id": "\x00"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": REDIRECT + "?more=1"},
        {"redirect_uri": REDIRECT.upper()},
        {"redirect_uri": REDIRECT + "#part"},
        {"redirect_uri": "https://app.example:443/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": None},
    ],
)
def test_nothing_is_sent_to_where_nobody_is_registered(server: Server, changes: dict[str, str | None]) -> None:
    with pytest.raises(NotTheApp):
        begin(server, asking(server.issuer, app(server.issuer).id, **changes))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'ü"'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"aud": "https://inferno.healthit.gov/invalid_aud"}, "invalid_request"),
        ({"aud": "https://ehr.test"}, "invalid_request"),
        ({"aud": "https://ehr.test/fhir/Patient"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "ü" * 43}, "invalid_request"),
        ({"code_challenge": "a" * 129}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "system/*.rs"}, "invalid_scope"),
        ({"scope": "patient/*.sr"}, "invalid_scope"),
        ({"scope": "patient/Nothing.rs"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "patient/*.rs " * 1000}, "invalid_scope"),
        ({"scope": 'patient/"*.rs'}, "invalid_scope"),
        ({"scope": "launch"}, "invalid_scope"),
        ({"launch": "unknown"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"state": "x" * 3000}, "invalid_request"),
    ],
)
def test_the_app_is_told_what_is_wrong(server: Server, changes: dict[str, str | None], error: str) -> None:
    told = refused(server, **changes)
    kept = {"a-state"} if "state" not in changes else set()
    assert (told["error"], told["iss"]) == (error, "https://ehr.test")
    assert {told[name] for name in told if name == "state"} == kept
    assert "code" not in told


@pytest.mark.parametrize("name", ["response_type", "scope", "state", "aud", "code_challenge", "nonce", "anything"])
def test_a_parameter_twice_is_refused(server: Server, name: str) -> None:
    asked = {key: [value] for key, value in asking(server.issuer, app(server.issuer).id).items()}
    told = query(authorize.begin(server, "GET", {**asked, name: ["a", "b"]}))
    assert told["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_who_asks_twice_is_not_known(server: Server, name: str) -> None:
    asked = {key: [value] for key, value in asking(server.issuer, app(server.issuer).id).items()}
    with pytest.raises(NotTheApp):
        authorize.begin(server, "GET", {**asked, name: asked[name] * 2})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aud", "https://ehr.test/fhir/"),
        ("state", 'ü "quoted" & 100% \\ + #'),
        ("scope", "openid fhirUser"),
        (
            "scope",
            "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
        ),
        ("scope", "patient/*.read user/Patient.write"),
        ("prompt", "login"),
        ("unknown", "parameter"),
    ],
)
def test_what_else_is_right(server: Server, name: str, value: str) -> None:
    made, user = app(server.issuer), person(server.issuer)
    told = approved(server, made.id, user, **{name: value})
    assert told["state"] == (value if name == "state" else "a-state")
    granted = body(exchange(server, made, told["code"]))["scope"]
    assert name != "scope" or granted == value


def test_resource_is_another_name_of_the_audience(server: Server) -> None:
    told = approved(server, app(server.issuer).id, person(server.issuer), aud=None, resource=server.issuer.fhir_base)
    assert "code" in told


def test_an_app_gets_no_more_than_it_is_registered_for(server: Server) -> None:
    made = app(server.issuer, scope="patient/Observation.rs launch/patient openid")
    id = query(begin(server, asking(server.issuer, made.id, scope="openid fhirUser launch/patient patient/*.cruds")))
    assert authorize.pending(server.issuer, id["request"]).scope == "openid launch/patient patient/Observation.rs"


def test_a_system_cannot_ask_a_person(server: Server) -> None:
    made = system(server.issuer)
    with pytest.raises(NotTheApp):
        begin(server, asking(server.issuer, made.id))


def test_a_person_may_grant_less(server: Server) -> None:
    made = app(server.issuer)
    id = query(begin(server, asking(server.issuer, made.id)))["request"]
    where = authorize.approve(server.issuer, id, approval(server.issuer, "patient/Observation.r openid"))
    assert body(exchange(server, made, query(where)["code"]))["scope"] == "patient/Observation.r openid"


@pytest.mark.parametrize("scope", ["patient/*.cruds", "user/*.rs", "launch", "profile", "patient/*.rs system/*.rs"])
def test_a_person_cannot_grant_more_and_the_request_stays(server: Server, scope: str) -> None:
    id = query(begin(server, asking(server.issuer, app(server.issuer).id)))["request"]
    with pytest.raises(InvalidScope):
        authorize.approve(server.issuer, id, approval(server.issuer, scope))
    authorize.pending(server.issuer, id)


@pytest.mark.parametrize(("scope", "patient"), [("", "1"), ("patient/*.rs", None), ("launch/patient openid", None)])
def test_nothing_granted_or_nobody_to_grant_it_for_is_a_no(server: Server, scope: str, patient: str | None) -> None:
    issuer = server.issuer
    id = query(begin(server, asking(issuer, app(issuer).id)))["request"]
    told = query(authorize.approve(issuer, id, approval(issuer, scope, patient)))
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "a-state", "https://ehr.test")


def test_without_scopes_on_a_patient_none_is_needed(server: Server) -> None:
    issuer = server.issuer
    id = query(begin(server, asking(issuer, app(issuer).id, scope="openid user/*.rs")))["request"]
    assert not authorize.needs_patient(authorize.pending(issuer, id))
    assert "code" in query(authorize.approve(issuer, id, approval(issuer, "openid user/*.rs", None)))


@pytest.mark.parametrize(
    ("scope", "patient", "encounter"),
    [
        ("openid user/*.rs", False, False),
        ("launch/patient openid", True, False),
        ("patient/Observation.rs", True, False),
        ("user/*.rs launch/encounter", False, True),
        ("patient/*.read launch/encounter", True, True),
    ],
)
def test_what_the_person_has_to_choose(server: Server, scope: str, patient: bool, encounter: bool) -> None:
    id = query(begin(server, asking(server.issuer, app(server.issuer).id, scope=scope)))["request"]
    found = authorize.pending(server.issuer, id)
    assert (authorize.needs_patient(found), authorize.needs_encounter(found)) == (patient, encounter)


def test_a_request_is_answered_once(server: Server) -> None:
    issuer = server.issuer
    id = query(begin(server, asking(issuer, app(issuer).id)))["request"]
    assert query(authorize.deny(issuer, id))["error"] == "access_denied"
    for again in (lambda: authorize.deny(issuer, id), lambda: authorize.pending(issuer, id)):
        with pytest.raises(RequestGone):
            again()
    with pytest.raises(RequestGone):
        authorize.approve(issuer, id, approval(issuer, "openid"))


def test_a_request_waits_for_ten_minutes(server: Server) -> None:
    id = query(begin(server, asking(server.issuer, app(server.issuer).id)))["request"]
    authorize.pending(later(server, timedelta(minutes=9)).issuer, id)
    with pytest.raises(RequestGone):
        authorize.pending(later(server, timedelta(minutes=11)).issuer, id)


def test_a_redirect_with_a_query_keeps_it(server: Server) -> None:
    address = "https://app.example/callback?tenant=a%20b"
    made = app(server.issuer, redirect_uris=[address])
    where = begin(server, asking(server.issuer, made.id, redirect_uri=address, aud=None))
    assert where.startswith(f"{address}&error=invalid_request&")


def test_an_ehr_launch_tells_patient_and_encounter(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    context = {
        "patient": "p9",
        "encounter": "e9",
        "need_patient_banner": False,
        "intent": "reconcile",
        "fhir_context": ({"reference": "ImagingStudy/3"},),
    }
    scope = "launch openid fhirUser patient/*.rs"
    told = opened(issuer, made.id, user.username, **context)
    found = body(
        exchange(
            server,
            made,
            approved(server, made.id, user, LaunchContext("other", "other"), launch=told, scope=scope)["code"],
        )
    )
    assert found["scope"] == scope
    assert {name: found[name] for name in ("patient", "encounter", "need_patient_banner", "intent", "fhirContext")} == {
        "patient": "p9",
        "encounter": "e9",
        "need_patient_banner": False,
        "intent": "reconcile",
        "fhirContext": [{"reference": "ImagingStudy/3"}],
    }


def test_a_launch_leaves_to_the_person_what_it_does_not_tell(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    told = opened(issuer, made.id, user.username, patient="p9")
    asked = asking(issuer, made.id, launch=told, scope="launch launch/encounter patient/*.rs")
    found = authorize.pending(issuer, query(begin(server, asked))["request"])
    assert (authorize.needs_patient(found), authorize.needs_encounter(found)) == (False, True)


def test_a_launch_is_good_once(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    told = opened(issuer, made.id, user.username, patient="p9")
    assert "request" in query(begin(server, asking(issuer, made.id, launch=told)))
    assert query(begin(server, asking(issuer, made.id, launch=told)))["error"] == "invalid_request"


def test_a_launch_is_good_for_five_minutes(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    told = opened(issuer, made.id, user.username, patient="p9")
    late = later(server, timedelta(minutes=6))
    assert query(begin(late, asking(issuer, made.id, launch=told)))["error"] == "invalid_request"


def test_a_launch_of_another_app_is_nothing_and_stays_good(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    told = opened(issuer, made.id, user.username, patient="p9")
    assert query(begin(server, asking(issuer, app(issuer).id, launch=told)))["error"] == "invalid_request"
    assert "request" in query(begin(server, asking(issuer, made.id, launch=told)))


def test_a_launch_of_another_person_is_a_no(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    told = opened(issuer, made.id, user.username, patient="p9")
    assert approved(server, made.id, person(issuer), launch=told)["error"] == "access_denied"


def test_only_an_app_with_a_launch_address_is_launched(server: Server) -> None:
    issuer = server.issuer
    for client_id in ("unknown", system(issuer).id):
        with pytest.raises(NotLaunchable):
            launch(issuer, Launch(client_id, "user", LaunchContext()))


def test_the_grant_says_who_allowed_what_and_when(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    before = issuer.clock()
    approved(server, made.id, user)
    (grant,) = tokens.grants_of(issuer.database, user.username)
    assert before - timedelta(milliseconds=1) <= grant.since <= issuer.clock()
    assert grant.until == grant.since + timedelta(days=730)
    assert grant.session is not None
    assert replace(grant.context, smart_style_url=None) == LaunchContext("1", need_patient_banner=True)
