"""What the hospital's own apps say of themselves when they are registered, in the words of RFC 7591.
https://www.rfc-editor.org/rfc/rfc7591#section-2"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLINIC, GROWTH = "rsud-clinic", "rsud-growth"


def apps(url: str) -> Mapping[str, Mapping[str, Any]]:
    """client_id -> metadata. `url`: the public root of the server, without a slash at the end."""
    return {
        CLINIC: _app(
            "Klinik",
            f"{url}/clinic",
            "launch openid fhirUser online_access user/*.rs",
            "authorization_code refresh_token",
        ),
        GROWTH: _app(
            "Kurva pertumbuhan dan tanda vital",
            f"{url}/clinic/growth",
            "launch launch/patient openid fhirUser patient/Patient.rs patient/Observation.rs",
            "authorization_code",
        ),
    }


def _app(name: str, url: str, scope: str, grants: str) -> Mapping[str, Any]:
    return {
        "client_name": name,
        "token_endpoint_auth_method": "none",
        "grant_types": grants.split(),
        "redirect_uris": [f"{url}/"],
        "launch_uri": f"{url}/launch.html",
        "scope": scope,
    }
