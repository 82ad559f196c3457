"""The id_token: signed by us for the app, and saying who the person is as far as was allowed."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from auth.keys import public_keys, rotate, signing_key
from auth.server import Server
from tests.auth.apps import RSA, app, approved, body, exchange, person


def id_token(server: Server, scope: str, fhir_user: str | None = "Practitioner/1", **asked: str | None) -> Any:
    """(header, claims, the whole answer), the signature checked with the published keys; None without a token."""
    made = app(server.issuer, scope=f"{scope} patient/*.rs profile")
    user = person(server.issuer, fhir_user=fhir_user)
    found = body(exchange(server, made, approved(server, made.id, user, scope=scope, **asked)["code"]))
    if "id_token" not in found:
        return None
    token = jwt.decode(found["id_token"], KeySet.import_key_set(public_keys(server.issuer)), algorithms=["RS256"])  # type: ignore[arg-type]
    return token.header, token.claims, made.id, user.username


def test_it_is_signed_by_a_published_key_and_says_who_it_is_for(server: Server) -> None:
    header, claims, client_id, username = id_token(server, "openid fhirUser patient/*.rs")
    assert header["alg"] == "RS256"
    assert header["kid"] in [row["kid"] for row in public_keys(server.issuer)["keys"]]
    assert (claims["iss"], claims["sub"], claims["nonce"]) == ("https://ehr.test", username, "a-nonce")
    assert claims["aud"] == client_id
    assert claims["exp"] - claims["iat"] == 3600
    assert abs(claims["iat"] - server.issuer.clock().timestamp()) < 60
    assert claims["auth_time"] <= claims["iat"]
    assert claims["fhirUser"] == "https://ehr.test/fhir/Practitioner/1"


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid patient/*.rs", set()),
        ("openid fhirUser patient/*.rs", {"fhirUser"}),
        ("openid profile patient/*.rs", {"profile"}),
    ],
)
def test_it_says_no_more_than_was_allowed(server: Server, scope: str, claims: set[str]) -> None:
    _, found, _, _ = id_token(server, scope)
    assert set(found) & {"fhirUser", "profile"} == claims


def test_without_openid_there_is_none(server: Server) -> None:
    assert id_token(server, "fhirUser patient/*.rs") is None


def test_without_a_nonce_none_is_told(server: Server) -> None:
    assert "nonce" not in id_token(server, "openid patient/*.rs", nonce=None)[1]


@pytest.mark.parametrize("reference", ["Patient/1", "RelatedPerson/2", "Practitioner/3", None])
def test_whoever_it_is(server: Server, reference: str | None) -> None:
    _, claims, _, _ = id_token(server, "openid fhirUser patient/*.rs", reference)
    assert claims.get("fhirUser") == (None if reference is None else f"https://ehr.test/fhir/{reference}")


def test_of_two_keys_the_one_that_is_known_by_now_signs(server: Server) -> None:
    public_keys(server.issuer)
    rotate(server.issuer, lambda: dict(RSA.as_dict(private=True)))
    signing = signing_key(server.issuer).kid
    assert [id_token(server, "openid patient/*.rs")[0]["kid"] for _ in range(8)] == [signing] * 8
