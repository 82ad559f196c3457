"""What a client may be: a table of what is taken and what is refused, and with which word of RFC 7591."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey

from auth.client_metadata import ClientRefused, client_of, described, is_redirect_uri
from tests.auth.apps import EC, RSA, key_set

APP: dict[str, Any] = {
    "client_name": "Aplikasi",
    "token_endpoint_auth_method": "none",
    "redirect_uris": ["https://app.example/callback"],
    "scope": "launch/patient openid patient/*.rs",
}
SYSTEM: dict[str, Any] = {
    "client_name": "Sistem",
    "grant_types": ["client_credentials"],
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": key_set(RSA, EC),
    "scope": "system/*.rs",
}
P256 = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)


@pytest.mark.parametrize(
    "metadata",
    [
        APP,
        {**APP, "grant_types": ["authorization_code", "refresh_token"]},
        {**APP, "launch_uri": "https://app.example/launch", "logo_uri": "https://app.example/logo.png"},
        {**APP, "token_endpoint_auth_method": "client_secret_post"},
        {**APP, "redirect_uris": ["http://127.0.0.1:3000/", "http://[::1]/", "http://localhost/cb", "id.rsud.app:/cb"]},
        {**APP, "response_types": ["code"], "contacts": ["nobody@example.org"], "unknown": {"a": 1}},
        SYSTEM,
        {**SYSTEM, "jwks": None, "jwks_uri": "https://lab.example/keys"},
        {**SYSTEM, "token_endpoint_auth_method": "client_secret_basic", "jwks": None},
        {**SYSTEM, **{"grant_types": ["client_credentials", "authorization_code"]}, "redirect_uris": ["https://a.b/"]},
    ],
)
def test_what_fits_together_is_taken(metadata: dict[str, Any]) -> None:
    client = client_of(metadata, "id")
    told = described(client)
    assert told["client_id"] == "id"
    assert client_of(told, "id") == client


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_name": None}, "invalid_client_metadata"),
        ({"client_name": ""}, "invalid_client_metadata"),
        ({"client_name": "  "}, "invalid_client_metadata"),
        ({"client_name": "a\nb"}, "invalid_client_metadata"),
        ({"client_name": "a\u202eb"}, "invalid_client_metadata"),
        ({"client_name": "x" * 201}, "invalid_client_metadata"),
        ({"client_name": ["x"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": ["none"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": None}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
        ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
        ({"grant_types": [["authorization_code"]]}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://app.example/"}, "invalid_client_metadata"),
        ({"redirect_uris": ["http://app.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/" + str(n) for n in range(21)]}, "invalid_redirect_uri"),
        ({"scope": None}, "invalid_client_metadata"),
        ({"scope": "everything"}, "invalid_client_metadata"),
        ({"scope": "patient/*.sr"}, "invalid_client_metadata"),
        ({"scope": 1}, "invalid_client_metadata"),
        ({"launch_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
        ({"launch_uri": "id.rsud.app:/launch"}, "invalid_client_metadata"),
        ({"logo_uri": "data:image/png;base64,AA"}, "invalid_client_metadata"),
    ],
)
def test_an_app_that_cannot_be(changes: dict[str, Any], error: str) -> None:
    with pytest.raises(ClientRefused) as refusal:
        client_of({**APP, **changes}, "id")
    assert refusal.value.error == error
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "patient/*.rs"},
        {"scope": ""},
        {"token_endpoint_auth_method": "none"},
        {"jwks": None},
        {"jwks": key_set(RSA), "jwks_uri": "https://lab.example/keys"},
        {"jwks": {}},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": ["a"]}},
        {"jwks": "text"},
        {"jwks": [1]},
        {"jwks": key_set(RSA, RSA)},
        {"jwks": {"keys": [dict(RSA.as_dict(private=True))]}},
        {"jwks": {"keys": [dict(EC.as_dict(private=True))]}},
        {"jwks": {"keys": [OctKey.generate_key(256).as_dict()]}},
        {"jwks": {"keys": [{**key_set(RSA)["keys"][0], "n": "u" * 171}]}},
        {"jwks": {"keys": [{**key_set(RSA)["keys"][0], "n": "A" * 200 + "u" * 171}]}},
        {"jwks": key_set(P256)},
        {"jwks": {"keys": [{**key_set(EC)["keys"][0], "kid": 1}]}},
        {"jwks": {"keys": [{**key_set(EC)["keys"][0], "x": "AAAA"}]}},
        {"jwks": {"keys": [{**key_set(RSA)["keys"][0], "n": "!"}]}},
        {"jwks": {"keys": [{**key_set(RSA)["keys"][0], "n": 7}]}},
        {"jwks": {"keys": [{**key_set(RSA)["keys"][0], "e": "AA"}]}},
        {"jwks": {"keys": [{"kty": "RSA", "kid": "a"}]}},
        {"jwks": {"keys": [{**key_set(RSA)["keys"][0], "kid": str(n)} for n in range(21)]}},
        {"jwks": None, "jwks_uri": "ftp://lab.example/keys"},
    ],
)
def test_a_system_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(ClientRefused):
        client_of({**SYSTEM, **changes}, "id")


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://app.example/callback", True),
        ("https://app.example:8443/callback?tenant=1", True),
        ("http://127.0.0.1:5000/", True),
        ("http://[::1]:5000/", True),
        ("http://localhost/", True),
        ("com.example.app:/callback", True),
        ("com.example.app://callback", True),
        ("http://app.example/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("https://app.example/#fragment", False),
        ("https://app.example/#", False),
        ("https://user@app.example/", False),
        ("https://user:pass@app.example/", False),
        ("https://app.example/*", False),
        ("https://*.example/", False),
        ("https:///callback", False),
        ("https://", False),
        ("https://app.example:99999/", False),
        ("https://app.example/a b", False),
        ("https://app.example/\r\nX: y", False),
        ("https://app.example/é", False),
        ("https://app.example/\\evil", False),
        ('https://app.example/"', False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("myapp:/callback", False),
        ("urn:ietf:wg:oauth:2.0:oob", False),
        ("//app.example/", False),
        ("/callback", False),
        ("app.example", False),
        ("", False),
        ("https://app.example/" + "x" * 2000, False),
        ("https://[::1", False),
    ],
)
def test_where_a_code_may_be_sent(uri: str, good: bool) -> None:
    assert is_redirect_uri(uri) is good
