"""What apps read to find their way: discovery of SMART, OpenID Connect and OAuth.
https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html"""

from __future__ import annotations

from typing import Any

from auth.assertions import ALGORITHMS
from auth.keys import ALGORITHM
from auth.prompting import PROMPTS

CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-style",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "context-standalone-encounter",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
)
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
SCOPES = (
    "openid",
    "fhirUser",
    "profile",
    "launch",
    "launch/patient",
    "launch/encounter",
    "offline_access",
    "online_access",
    "patient/*.rs",
    "patient/*.cruds",
    "user/*.rs",
    "user/*.cruds",
    "system/*.rs",
    "system/*.cruds",
    "patient/*.read",
    "patient/*.write",
    "user/*.read",
    "user/*.write",
    "system/*.read",
)
STYLE = {
    "color_background": "#ffffff",
    "color_error": "#b3261e",
    "color_highlight": "#0b5c8a",
    "color_modal_backdrop": "rgba(23, 33, 43, 0.5)",
    "color_success": "#1b6e3c",
    "color_text": "#17212b",
    "dim_border_radius": "4px",
    "dim_font_size": "16px",
    "dim_spacing_size": "16px",
    "font_family_body": "system-ui, sans-serif",
    "font_family_heading": "system-ui, sans-serif",
}
"""What `smart_style_url` gives: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling"""


def oauth_server(url: str) -> dict[str, Any]:
    """RFC 8414. `url`: the issuer, without a slash at the end."""
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/auth/authorize",
        "token_endpoint": f"{url}/auth/token",
        "introspection_endpoint": f"{url}/auth/introspect",
        "revocation_endpoint": f"{url}/auth/revoke",
        "registration_endpoint": f"{url}/auth/register",
        "jwks_uri": f"{url}/auth/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [*AUTH_METHODS, "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": [*AUTH_METHODS, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
    }


def openid(url: str) -> dict[str, Any]:
    """OpenID Connect Discovery 1.0."""
    return {
        **oauth_server(url),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "fhirUser", "profile"],
        "prompt_values_supported": list(PROMPTS),
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def smart(url: str) -> dict[str, Any]:
    """`smart-configuration` of the FHIR base."""
    return {
        **oauth_server(url),
        "management_endpoint": f"{url}/auth/apps",
        "capabilities": list(CAPABILITIES),
    }


def oauth_uris(url: str) -> dict[str, Any]:
    """`CapabilityStatement.rest.security`, where apps of SMART 1 look."""
    names = {
        "authorize": "authorize",
        "token": "token",
        "introspect": "introspect",
        "revoke": "revoke",
        "manage": "apps",
        "register": "register",
    }
    return {
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [{"url": name, "valueUri": f"{url}/auth/{path}"} for name, path in names.items()],
            }
        ],
        "cors": True,
        "service": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                        "code": "SMART-on-FHIR",
                    }
                ],
                "text": "OAuth 2.0 (SMART on FHIR)",
            }
        ],
    }
