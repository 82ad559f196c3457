"""`rsud client`: what each action prints and changes, and what it refuses in one line."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from auth.client_metadata import ClientRefused
from auth.commands.actions import printed
from auth.commands.clients import flags
from auth.issuer import Issuer, digest
from auth.live import in_use
from auth.registration import register_with
from auth.server import Server
from auth.storage import clients
from tests.auth.apps import EC, App, body, key_set, system_token

SYSTEM = ("--name", "Lab", "--grant", "client_credentials", "--scope", "system/*.rs")
APP = (
    *("--name", "Aplikasi", "--grant", "authorization_code", "--scope", "patient/*.rs launch"),
    *("--redirect-uri", "https://app.example/callback", "--launch-uri", "https://app.example/launch"),
)


@pytest.fixture
def run(issuer: Issuer, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `rsud client` with these arguments: the objects that it prints."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        parser = argparse.ArgumentParser()
        flags(parser)
        options = parser.parse_args(arguments)
        assert printed(options.action(options, issuer)) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_a_system_with_a_secret(server: Server, run: Any) -> None:
    (told,) = run("add", *SYSTEM, "--secret")
    client = clients.find(server.issuer.database, told["client_id"])
    assert client is not None
    assert client.secret_hash == digest(told["client_secret"])
    assert (told["client_name"], told["scope"], told["grant_types"]) == ("Lab", "system/*.rs", ["client_credentials"])
    body(system_token(server, App(client, told["client_secret"])))


def test_the_secret_is_told_once(run: Any) -> None:
    (told,) = run("add", *SYSTEM, "--secret")
    (listed,) = [row for row in run("list") if row["client_id"] == told["client_id"]]
    assert "client_secret" not in listed
    assert told["client_secret"] not in json.dumps(listed)


def test_a_system_with_keys(server: Server, run: Any, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(key_set(EC)))
    (told,) = run("add", *SYSTEM, "--jwks", str(file))
    assert (told["token_endpoint_auth_method"], "client_secret" in told) == ("private_key_jwt", False)
    client = clients.find(server.issuer.database, told["client_id"])
    assert client is not None
    body(system_token(server, App(client, key=EC)))


def test_a_system_with_keys_at_a_url(run: Any) -> None:
    (told,) = run("add", *SYSTEM, "--jwks-uri", "https://lab.example/keys")
    assert told["jwks_uri"] == "https://lab.example/keys"


def test_a_public_app(run: Any) -> None:
    (told,) = run("add", *APP, "--public", "--redirect-uri", "http://127.0.0.1:3000/")
    assert (told["token_endpoint_auth_method"], "client_secret" in told) == ("none", False)
    assert told["redirect_uris"] == ["https://app.example/callback", "http://127.0.0.1:3000/"]
    assert told["launch_uri"] == "https://app.example/launch"


def test_a_removed_client_s_tokens_end(server: Server, run: Any) -> None:
    (told,) = run("add", *SYSTEM, "--secret")
    client = clients.find(server.issuer.database, told["client_id"])
    assert client is not None
    text = body(system_token(server, App(client, told["client_secret"])))["access_token"]
    assert run("remove", "--client-id", told["client_id"]) == [{"client_id": told["client_id"], "removed": True}]
    assert in_use(server.issuer, text) is None
    with pytest.raises(ClientRefused, match="There is no client"):
        run("remove", "--client-id", told["client_id"])


def test_an_invitation(issuer: Issuer, run: Any) -> None:
    (told,) = run("invite", "--scope", "patient/*.rs")
    metadata = {"client_name": "App", "redirect_uris": ["https://app.example/"], "token_endpoint_auth_method": "none"}
    client, _ = register_with(issuer, told["initial_access_token"], metadata)
    assert client.scope == told["scope"] == "patient/*.rs"


@pytest.mark.parametrize(
    "arguments",
    [
        (*SYSTEM, "--public"),
        (*SYSTEM, "--jwks", "missing.json"),
        (*SYSTEM, "--jwks-uri", "ftp://lab.example/"),
        (*SYSTEM[:-1], "everything", "--secret"),
        (*SYSTEM[:-1], "patient/*.rs", "--secret"),
        (*APP[:-4], "--public"),
        (*APP, "--public", "--redirect-uri", "http://app.example/"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(run: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(ClientRefused) as refusal:
        run("add", *arguments)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("arguments", [SYSTEM, (*SYSTEM, "--secret", "--public"), ("--secret",)])
def test_what_is_not_understood_is_told_by_the_command_line(run: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        run("add", *arguments)
