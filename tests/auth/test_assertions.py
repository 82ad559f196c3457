"""private_key_jwt: what a right assertion is, and every way in which one is wrong."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.util import urlsafe_b64encode

from auth.assertions import BEARER
from auth.issuer import Issuer
from auth.server import Server, WebRequest
from tests.auth.apps import EC, RSA, App, assertion, body, claims, later, secret_app, system, system_token

OTHER = ECKey.generate_key("P-384", {"use": "sig"}, auto_kid=True)
P256 = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)

Make = Callable[[Issuer, App], str]


def answered(server: Server, text: str | None, **form: str | None) -> tuple[int, str | None]:
    """The status and the error of a request for a system's token with this assertion."""
    plain = {"grant_type": "client_credentials", "client_assertion_type": BEARER, "client_assertion": text}
    fields = {name: value for name, value in {**plain, **form}.items() if value is not None}
    answer = server.create_token_response(WebRequest("POST", server.issuer.endpoint("token"), fields))
    return answer.status, (answer.body or {}).get("error")


def changed(**changes: Any) -> Make:
    return lambda issuer, made: assertion(issuer, made.id, EC, **changes)


def signed(key: Any, algorithm: str, **header: Any) -> Make:
    """Signed with another key or algorithm; a header of None is left out."""

    def make(issuer: Issuer, made: App) -> str:
        plain = {"alg": algorithm, "kid": EC.kid, **header}
        kept = {name: value for name, value in plain.items() if value is not None}
        return jwt.encode(kept, claims(issuer, made.id), key, algorithms=[algorithm])

    return make


def unsigned(issuer: Issuer, made: App) -> str:
    header = urlsafe_b64encode(json.dumps({"alg": "none", "kid": EC.kid}).encode()).decode()
    return f"{header}.{urlsafe_b64encode(json.dumps(claims(issuer, made.id)).encode()).decode()}."


def of_public_key(issuer: Issuer, made: App) -> str:
    """HS256 with the public key as the secret: the old confusion of key kinds."""
    secret = OctKey.import_key(json.dumps(EC.as_dict(private=False)).encode())
    header = {"alg": "HS256", "kid": EC.kid}
    return jws.serialize_compact(header, json.dumps(claims(issuer, made.id)), secret, algorithms=["HS256"])


def tampered(issuer: Issuer, made: App) -> str:
    header, _, signature = assertion(issuer, made.id, EC).split(".")
    wanted = json.dumps({**claims(issuer, made.id), "exp": claims(issuer, made.id)["exp"] - 1})
    return f"{header}.{urlsafe_b64encode(wanted.encode()).decode()}.{signature}"


def text(words: str) -> Make:
    return lambda issuer, made: words


WRONG: dict[str, Make] = {
    "no jti": changed(jti=None),
    "empty jti": changed(jti=""),
    "jti is a number": changed(jti=7),
    "jti is a list": changed(jti=["a"]),
    "no exp": changed(exp=None),
    "exp is a text": changed(exp="soon"),
    "exp is true": changed(exp=True),
    "exp is infinite": changed(exp=1e400),
    "exp is enormous": changed(exp=10**30),
    "expired": lambda issuer, made: assertion(issuer, made.id, EC, exp=int(issuer.clock().timestamp()) - 31),
    "an hour": lambda issuer, made: assertion(issuer, made.id, EC, exp=int(issuer.clock().timestamp()) + 3600),
    "331 seconds": lambda issuer, made: assertion(issuer, made.id, EC, exp=int(issuer.clock().timestamp()) + 332),
    "not yet": lambda issuer, made: assertion(issuer, made.id, EC, nbf=int(issuer.clock().timestamp()) + 60),
    "of the future": lambda issuer, made: assertion(issuer, made.id, EC, iat=int(issuer.clock().timestamp()) + 60),
    "no aud": changed(aud=None),
    "another aud": changed(aud="https://elsewhere.example/auth/token"),
    "the issuer as aud": changed(aud="https://ehr.test"),
    "aud with a slash": changed(aud="https://ehr.test/auth/token/"),
    "aud is a number": changed(aud=1),
    "aud is an object": changed(aud={"a": 1}),
    "no iss": changed(iss=None),
    "iss is not sub": changed(iss="another"),
    "iss is a list": changed(iss=["another"]),
    "no sub": changed(sub=None),
    "unknown sub": changed(sub="unknown", iss="unknown"),
    "sub is an object": changed(sub={"$gt": ""}),
    "no kid": signed(EC, "ES384", kid=None),
    "unknown kid": signed(EC, "ES384", kid="unknown"),
    "kid of a list": signed(EC, "ES384", kid="['x']"),
    "jku elsewhere": signed(EC, "ES384", jku="https://elsewhere.example/keys"),
    "another key under the same kid": signed(OTHER, "ES384"),
    "RS384 of an RSA key under the kid of an EC one": signed(RSA, "RS384"),
    "RS256": signed(RSA, "RS256"),
    "ES256": signed(P256, "ES256"),
    "none": unsigned,
    "HS256 with the public key": of_public_key,
    "tampered": tampered,
    "no JWT": text("abc"),
    "three dots": text("a.b.c"),
    "five parts": text("a.b.c.d.e"),
    "not ASCII": text("ü.ü.ü"),
    "a list": lambda issuer, made: jws.serialize_compact(
        {"alg": "ES384", "kid": EC.kid}, "[]", EC, algorithms=["ES384"]
    ),
    "nested deep": lambda issuer, made: jws.serialize_compact(
        {"alg": "ES384", "kid": EC.kid}, "[" * 5000, EC, algorithms=["ES384"]
    ),
    "not UTF-8": lambda issuer, made: jws.serialize_compact(
        {"alg": "ES384", "kid": EC.kid}, b"\xff{}", EC, algorithms=["ES384"]
    ),
    "huge": changed(more="x" * 9000),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_assertion_is_refused(server: Server, case: str) -> None:
    made = system(server.issuer, EC)
    status, error = answered(server, WRONG[case](server.issuer, made))
    assert (status in (400, 401), error) == (True, "invalid_client")


@pytest.mark.parametrize(
    "make",
    [
        changed(),
        changed(aud=["https://ehr.test/auth/token", "https://elsewhere.example"]),
        lambda issuer, made: assertion(issuer, made.id, EC, exp=int(issuer.clock().timestamp()) - 20),
        lambda issuer, made: assertion(issuer, made.id, EC, exp=int(issuer.clock().timestamp()) + 325),
        lambda issuer, made: assertion(issuer, made.id, EC, iat=int(issuer.clock().timestamp()), nbf=0),
        lambda issuer, made: assertion(issuer, made.id, EC, exp=issuer.clock().timestamp() + 100.5),
    ],
)
def test_a_right_assertion_is_taken(server: Server, make: Make) -> None:
    assert answered(server, make(server.issuer, system(server.issuer, EC))) == (200, None)


@pytest.mark.parametrize(
    "form",
    [
        {"client_assertion_type": None},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion": None},
    ],
)
def test_the_type_and_the_assertion_belong_together(server: Server, form: dict[str, str | None]) -> None:
    made = system(server.issuer, EC)
    status, error = answered(server, assertion(server.issuer, made.id, EC), **form)
    assert (status in (400, 401), error) == (True, "invalid_client")


def test_an_assertion_is_good_once_until_it_ends(server: Server) -> None:
    made = system(server.issuer, EC)
    once = assertion(server.issuer, made.id, EC)
    assert answered(server, once) == (200, None)
    assert answered(server, once)[1] == "invalid_client"
    assert answered(later(server, timedelta(minutes=6)), once)[1] == "invalid_client"


def test_two_clients_may_use_the_same_jti(server: Server) -> None:
    jti = secrets.token_hex()
    for made in (system(server.issuer, EC), system(server.issuer, EC)):
        assert answered(server, assertion(server.issuer, made.id, EC, jti=jti)) == (200, None)


def test_a_wrong_assertion_uses_no_jti_up(server: Server) -> None:
    made = system(server.issuer, EC)
    jti = secrets.token_hex()
    assert answered(server, assertion(server.issuer, made.id, EC, jti=jti, aud="x"))[0] == 400
    assert answered(server, assertion(server.issuer, made.id, EC, jti=jti)) == (200, None)


def test_a_client_with_a_secret_does_not_sign(server: Server) -> None:
    made = secret_app(server.issuer)
    assert answered(server, assertion(server.issuer, made.id, EC))[1] == "invalid_client"


def test_a_client_that_signs_has_no_other_way(server: Server) -> None:
    made = system(server.issuer, EC)
    answer = system_token(server, App(made.client), client_id=made.id)
    assert body(answer, answer.status)["error"] == "invalid_client"
    answer = system_token(server, App(made.client, secret=""), client_id=made.id)
    assert body(answer, answer.status)["error"] == "invalid_client"
