"""private_key_jwt: a client proves who it is with a JWT signed by its own key.
https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import urlsafe_b64decode

from auth.issuer import Issuer, digest
from auth.models import Client
from auth.server import RegisteredClient, WebRequest
from auth.storage import jti

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Mapping[str, str] = {"RS384": "RSA", "ES384": "EC"}
LONGEST = 300
SKEW = 30
MOST_CHARACTERS = 8192
FEWEST_RSA_BITS = 2048

Keys = Callable[[Client, str], list[Mapping[str, Any]]]
"""(client, kid) -> the client's keys as JWKs, those of its URL too; raises InvalidClientError."""


class PrivateKeyJwt:
    """The way to authenticate, as authlib calls it."""

    def __init__(self, issuer: Issuer, keys: Keys) -> None:
        self._issuer = issuer
        self._keys = keys

    def __call__(self, find: Callable[[str], RegisteredClient | None], request: WebRequest) -> RegisteredClient | None:
        """None where the request holds no assertion; raises InvalidClientError where it holds a wrong one."""
        assertion = request.form.get("client_assertion")
        if assertion is None:
            return None
        if request.form.get("client_assertion_type") != BEARER or len(assertion) > MOST_CHARACTERS:
            raise InvalidClientError(f"client_assertion_type is {BEARER}.")
        header, claimed = _unverified(assertion)
        client = find(claimed["sub"]) if isinstance(claimed.get("sub"), str) else None
        if client is None or client.client.auth_method != "private_key_jwt":
            raise InvalidClientError("The sub of the assertion is no client that signs.")
        claims = self._verified(assertion, header, client.client)
        self._check(claims, client.client)
        return client

    def _verified(self, assertion: str, header: Mapping[str, Any], client: Client) -> dict[str, Any]:
        kid, key_type = header.get("kid"), ALGORITHMS.get(str(header.get("alg")))
        if not isinstance(kid, str) or key_type is None:
            raise InvalidClientError("The assertion needs a kid, and RS384 or ES384 as its alg.")
        if "jku" in header and header["jku"] != client.jwks_uri:
            raise InvalidClientError("The jku is not the registered JWKS URL.")
        try:
            key = _the_one(self._keys(client, kid), kid, key_type)
            return jwt.decode(assertion, key, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError) as error:
            raise InvalidClientError("The signature of the assertion is not the client's.") from error

    def _check(self, claims: Mapping[str, Any], client: Client) -> None:
        now = self._issuer.clock().timestamp()
        if claims.get("iss") != client.client_id:
            raise InvalidClientError("The iss and the sub of the assertion are both the client_id.")
        audience = claims.get("aud")
        if self._issuer.endpoint("token") not in (audience if isinstance(audience, list) else [audience]):
            raise InvalidClientError("The aud of the assertion is the URL of the token endpoint.")
        expires, not_before = _moment(claims, "exp", None), _moment(claims, "nbf", now)
        if not now - SKEW < expires <= now + LONGEST + SKEW:
            raise InvalidClientError("The assertion must expire within the next 5 minutes.")
        if max(not_before, _moment(claims, "iat", now)) > now + SKEW:
            raise InvalidClientError("The assertion is not valid yet.")
        self._claim_jti(claims, client, expires)

    def _claim_jti(self, claims: Mapping[str, Any], client: Client, expires: float) -> None:
        once = claims.get("jti")
        if not isinstance(once, str) or not once:
            raise InvalidClientError("The assertion needs a jti.")
        until = datetime.fromtimestamp(expires + SKEW, UTC)
        if not jti.claim(self._issuer.database, digest(f"{client.client_id}\0{once}"), expires=until):
            raise InvalidClientError("The jti of the assertion was used before.")


def _unverified(assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The header and the claims, to find out whose key to check them with."""
    try:
        found = jws.extract_compact(assertion.encode())
        claims = json.loads(found.payload)
    except (JoseError, ValueError, RecursionError) as error:
        raise InvalidClientError("The client_assertion is no signed JWT.") from error
    if not isinstance(claims, dict):
        raise InvalidClientError("The client_assertion is no signed JWT.")
    return found.headers(), claims


def _the_one(keys: list[Mapping[str, Any]], kid: str, key_type: str) -> RSAKey | ECKey:
    """The single key of this kid and type. Raises InvalidClientError where there is none or more."""
    fitting = [key for key in keys if key.get("kid") == kid and key.get("kty") == key_type]
    if len(fitting) != 1 or fitting[0].get("use", "sig") != "sig":
        raise InvalidClientError("The client has no single key for signatures with this kid.")
    return public_key(fitting[0])


def public_key(jwk: Mapping[str, Any]) -> RSAKey | ECKey:
    """A client's public key. Raises ValueError or JoseError where it is none that RS384 or ES384 can use."""
    names = ("kty", "kid", "n", "e", "crv", "x", "y")
    parts: dict[str, str | list[str]] = {
        name: value for name, value in jwk.items() if name in names and isinstance(value, str)
    }
    if parts.get("kty") == "EC" and parts.get("crv") == "P-384":
        return ECKey.import_key(parts)
    if parts.get("kty") != "RSA":
        raise ValueError("a key is RSA, or EC with P-384")
    modulus = int.from_bytes(urlsafe_b64decode(str(parts.get("n", "")).encode()))
    if modulus.bit_length() < FEWEST_RSA_BITS:
        raise ValueError(f"an RSA key has {FEWEST_RSA_BITS} bits or more")
    return RSAKey.import_key(parts)


def _moment(claims: Mapping[str, Any], name: str, default: float | None) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e11:
        raise InvalidClientError(f"The {name} of the assertion is a number of seconds since 1970.")
    return value
