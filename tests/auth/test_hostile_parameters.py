"""Whatever is sent to the endpoints is answered: never an exception, never a token."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.assertions import BEARER
from auth.authorize import NotTheApp, begin
from auth.client_metadata import ClientRefused, client_of
from auth.issuer import Issuer
from auth.server import Server, WebRequest
from tests.auth.apps import CHALLENGE, REDIRECT, app, query, secret_app

NAMES = (
    *("grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret", "refresh_token", "scope"),
    *("client_assertion", "client_assertion_type", "token", "token_type_hint", "response_type", "state", "aud"),
    *("launch", "nonce", "prompt", "code_challenge", "code_challenge_method", "max_age", "request", "claims"),
)
LIKELY = (
    *("authorization_code", "refresh_token", "client_credentials", BEARER, "code", "S256", CHALLENGE, REDIRECT),
    *("a.b.c", "e30.e30.e30", "openid", "patient/*.rs", "none", "login consent", "https://ehr.test/fhir", "launch"),
)
VALUES = st.one_of(st.sampled_from(LIKELY), st.text(max_size=40))
FORMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=9)
HEADERS = st.one_of(st.just(""), st.text(max_size=30), st.binary(max_size=30).map(lambda raw: f"Basic {raw!r}"))
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(form=FORMS, header=HEADERS, path=st.sampled_from(("token", "introspection", "revocation")))
def test_the_endpoints_that_read_a_form(server: Server, form: dict[str, str], header: str, path: str) -> None:
    request = WebRequest("POST", server.issuer.endpoint("token"), form, header)
    run = server.create_token_response if path == "token" else lambda web: server.create_endpoint_response(path, web)
    answer = run(request)
    assert answer.status in (400, 401)
    assert isinstance(answer.body["error"], str)


@QUICK
@given(form=FORMS, confidential=st.booleans())
def test_the_authorization_endpoint(server: Server, form: dict[str, str], confidential: bool) -> None:
    made = _registered(server.issuer, confidential)
    asked = {name: [value] for name, value in {**form, "client_id": made, "redirect_uri": REDIRECT}.items()}
    try:
        told = query(begin(server, "GET", asked))
    except NotTheApp:
        told = {"error": "told to the person"}
    assert ("error" in told) != ("request" in told)


_made: dict[bool, str] = {}


def _registered(issuer: Issuer, confidential: bool) -> str:
    if confidential not in _made:
        _made[confidential] = (secret_app if confidential else app)(issuer).id
    return _made[confidential]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(LIKELY)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
METADATA = (
    *("client_name", "token_endpoint_auth_method", "grant_types", "scope", "redirect_uris", "launch_uri", "jwks"),
    *("jwks_uri", "logo_uri"),
)


@settings(max_examples=300, deadline=None)
@given(metadata=st.dictionaries(st.sampled_from(METADATA), JSON, max_size=9))
def test_the_registration(metadata: dict[str, Any]) -> None:
    try:
        told = client_of(metadata, "id").name
    except ClientRefused as refusal:
        told = str(refusal)
    assert "\n" not in told
    assert told
