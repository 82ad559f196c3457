"""Registering clients: what is stored, and that an initial access token is good for one client within its scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auth.client_metadata import ClientRefused
from auth.issuer import Issuer, digest
from auth.registration import invite, register, register_with
from auth.storage import clients
from tests.auth.apps import EC, key_set

APP: dict[str, Any] = {
    "client_name": "Aplikasi",
    "token_endpoint_auth_method": "none",
    "redirect_uris": ["https://one.example/callback", "id.rsud.app:/cb"],
    "scope": "patient/*.rs",
}


@pytest.mark.parametrize(
    "metadata",
    [
        APP,
        {**APP, "token_endpoint_auth_method": "client_secret_basic", "launch_uri": "https://one.example/launch"},
        {**APP, "token_endpoint_auth_method": "private_key_jwt", "jwks": key_set(EC)},
        {**APP, "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://one.example/keys"},
    ],
)
def test_a_client_is_found_as_it_was_registered(issuer: Issuer, metadata: dict[str, Any]) -> None:
    client, secret = register(issuer, metadata)
    assert clients.find(issuer.database, client.client_id) == client
    assert client in list(clients.everyone(issuer.database))
    assert client.secret_hash == (None if secret is None else digest(secret))
    assert (secret is None) == (metadata["token_endpoint_auth_method"] != "client_secret_basic")


def test_two_clients_are_two(issuer: Issuer) -> None:
    assert register(issuer, APP)[0].client_id != register(issuer, APP)[0].client_id


@pytest.mark.parametrize(
    ("origin", "known"),
    [
        ("https://one.example", True),
        ("https://one.example/", False),
        ("http://one.example", False),
        ("https://two.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_the_origins_of_its_pages_are_known(issuer: Issuer, origin: str, known: bool) -> None:
    register(issuer, APP)
    assert clients.with_origin(issuer.database, origin) is known


def test_a_removed_client_is_gone(issuer: Issuer) -> None:
    client, _ = register(issuer, APP)
    assert clients.remove(issuer.database, client.client_id)
    assert not clients.remove(issuer.database, client.client_id)
    assert clients.find(issuer.database, client.client_id) is None


def test_an_invitation_is_good_for_one_client(issuer: Issuer) -> None:
    token = invite(issuer, "patient/*.rs")
    register_with(issuer, token, APP)
    with pytest.raises(ClientRefused) as refusal:
        register_with(issuer, token, APP)
    assert refusal.value.error == "invalid_token"


def test_a_wrong_client_does_not_use_it_up(issuer: Issuer) -> None:
    token = invite(issuer, "patient/*.rs")
    with pytest.raises(ClientRefused) as refusal:
        register_with(issuer, token, {**APP, "redirect_uris": []})
    assert refusal.value.error == "invalid_redirect_uri"
    register_with(issuer, token, APP)


def test_an_invitation_is_good_for_a_week(issuer: Issuer) -> None:
    token, start = invite(issuer, "patient/*.rs"), issuer.clock()
    with pytest.raises(ClientRefused):
        register_with(replace(issuer, clock=lambda: start + timedelta(days=8)), token, APP)
    register_with(replace(issuer, clock=lambda: start + timedelta(days=6)), token, APP)


@pytest.mark.parametrize(
    ("most", "asked", "granted"),
    [
        ("patient/*.rs", "patient/*.rs", "patient/*.rs"),
        ("patient/*.rs", "patient/*.cruds", "patient/*.rs"),
        ("patient/*.rs openid", "openid patient/Observation.rs user/*.rs", "openid patient/Observation.rs"),
        ("patient/*.rs openid", None, "patient/*.rs openid"),
        ("patient/*.rs", "system/*.rs", None),
        ("patient/*.rs", "everything", None),
        ("patient/*.rs", 7, None),
    ],
)
def test_an_invitation_bounds_the_scope(issuer: Issuer, most: str, asked: Any, granted: str | None) -> None:
    metadata = {name: value for name, value in {**APP, "scope": asked}.items() if value is not None}
    if granted is None:
        with pytest.raises(ClientRefused):
            register_with(issuer, invite(issuer, most), metadata)
    else:
        assert register_with(issuer, invite(issuer, most), metadata)[0].scope == granted


@pytest.mark.parametrize("scope", ["", "openid", "everything", "patient/*.sr"])
def test_an_invitation_names_what_it_is_for(issuer: Issuer, scope: str) -> None:
    with pytest.raises(ClientRefused):
        invite(issuer, scope)
