"""OpenID Connect: the id_token that says who the person is, with SMART's `fhirUser`.
https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-identity-data"""

from __future__ import annotations

from typing import Any

from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import KeySet

from auth import keys, scopes
from auth.issuer import Issuer
from auth.models import Grant
from auth.server import ACCESS, RegisteredClient
from auth.users import User


class IdToken(OpenIDCode):
    """Adds the id_token to an answer, where `openid` was granted."""

    id_token_signed_response_alg = None

    def __init__(self, issuer: Issuer) -> None:
        super().__init__(require_nonce=False)
        self.issuer = issuer

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """The nonce protects the app, which alone can tell whether it has seen it."""
        return False

    def get_encode_header(self, client: RegisteredClient) -> dict[str, str]:
        return {"alg": keys.ALGORITHM, "kid": str(keys.signing_key(self.issuer).kid)}

    def resolve_client_private_key(self, client: RegisteredClient) -> KeySet:
        """All of them: the header says which."""
        return keys.private_keys(self.issuer)

    def get_client_claims(self, client: RegisteredClient) -> dict[str, Any]:
        now = int(self.issuer.clock().timestamp())
        return {
            "iss": self.issuer.url,
            "aud": client.get_client_id(),
            "iat": now,
            "exp": now + int(ACCESS.total_seconds()),
        }

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        return UserInfo(identity(self.issuer, user.username, user.fhir_user, scope))


def identity(issuer: Issuer, username: str, fhir_user: str | None, scope: str) -> dict[str, str]:
    """The claims on who a person is, as far as the scope lets them out: `sub`, `fhirUser` and `profile`."""
    asked = scopes.words(scope)
    claims = {"sub": username}
    if fhir_user is not None:
        claims |= {name: f"{issuer.fhir_base}/{fhir_user}" for name in ("fhirUser", "profile") if name in asked}
    return claims


def identity_of(issuer: Issuer, grant: Grant) -> dict[str, str]:
    """The same for an introspected token; nothing without `openid`, nor for a system."""
    if grant.username is None or "openid" not in scopes.words(grant.scope):
        return {}
    return {"iss": issuer.url, **identity(issuer, grant.username, grant.fhir_user, grant.scope)}
