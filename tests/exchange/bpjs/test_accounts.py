"""Accounts and tokens of BPJS: what lives, for how long, and what guessing costs; and the command that keeps them."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from auth import passwords
from auth.issuer import Issuer, digest
from auth.lockout import FREE_FAILURES
from auth.signing_in import TooManyAttempts, WrongCredentials
from auth.storage import bpjs
from auth.storage.database import Documents, connected
from auth.users import UserRefused
from exchange.bpjs.accounts import Accounts, TokenExpired
from exchange.bpjs.commands import flags
from tests.auth.accounts import PASSWORD, PASSWORD_HASH, Clock
from tests.exchange.bpjs.world import ROLE
from tests.processes import ROOT

ADDRESS = "192.0.2.7"


@pytest.fixture(scope="session")
def database(mongodb_uri: str) -> Iterator[Documents]:
    with connected(mongodb_uri, "test_bpjs") as found:
        yield found
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        client.drop_database("test_bpjs")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(database: Documents, clock: Clock) -> Accounts:
    return Accounts(Issuer("https://ehr.test", "https://ehr.test/fhir", database, clock), ROLE, timedelta(minutes=60))


@pytest.fixture
def name(database: Documents) -> str:
    """Of an account whose password is PASSWORD."""
    found = f"bpjs.{uuid.uuid4().hex[:12]}"
    assert bpjs.add_user(database, found, PASSWORD_HASH)
    return found


def test_a_token_lives_an_hour(accounts: Accounts, clock: Clock, name: str) -> None:
    token = accounts.sign_in(name, PASSWORD, ADDRESS)
    caller = accounts.caller(name.upper(), token)
    assert (caller.subject, caller.client, caller.everything) == (f"bpjs:{name}", "bpjs", False)
    clock.move(minutes=59)
    assert accounts.caller(name, token) == caller
    clock.move(minutes=1)
    with pytest.raises(TokenExpired):
        accounts.caller(name, token)


def test_another_token_does_not_end_the_first(accounts: Accounts, name: str) -> None:
    tokens = {accounts.sign_in(name, PASSWORD, ADDRESS) for _ in range(2)}
    assert len(tokens) == 2
    for token in tokens:
        accounts.caller(name, token)


def test_a_token_of_somebody_else_is_none(accounts: Accounts, database: Documents, name: str) -> None:
    other = f"{name}.2"
    assert bpjs.add_user(database, other, PASSWORD_HASH)
    token = accounts.sign_in(name, PASSWORD, ADDRESS)
    for username, text in ((other, token), (name, token[:-1]), (name, ""), ("", token), (name, digest(token))):
        with pytest.raises(TokenExpired):
            accounts.caller(username, text)


def test_neither_password_nor_token_is_stored(accounts: Accounts, database: Documents, name: str) -> None:
    token = accounts.sign_in(name, PASSWORD, ADDRESS)
    stored = str([list(database[collection].find()) for collection in (bpjs.USERS, bpjs.TOKENS)])
    assert token not in stored
    assert PASSWORD not in stored


@pytest.mark.parametrize(("known", "password"), [(True, "salah sekali ini"), (True, ""), (False, PASSWORD)])
def test_what_is_not_right(accounts: Accounts, name: str, known: bool, password: str) -> None:
    with pytest.raises(WrongCredentials):
        accounts.sign_in(name if known else f"{name}.nobody", password, ADDRESS)


def test_guessing_is_slowed_down(accounts: Accounts, clock: Clock, name: str) -> None:
    for _ in range(FREE_FAILURES):
        with pytest.raises(WrongCredentials):
            accounts.sign_in(name, "salah", ADDRESS)
    with pytest.raises(TooManyAttempts):
        accounts.sign_in(name, PASSWORD, ADDRESS)
    clock.move(seconds=31)
    accounts.sign_in(name, PASSWORD, ADDRESS)


Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def run(database: Documents) -> Run:
    """What `rsud bpjs-user` with these arguments answers."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        parser = argparse.ArgumentParser()
        flags(parser)
        options = parser.parse_args(arguments)
        return list(options.action(options, database))

    return run


def test_the_command_makes_lists_and_removes(accounts: Accounts, run: Run) -> None:
    name = f"bpjs.{uuid.uuid4().hex[:12]}"
    (told,) = run("add", "--username", name)
    token = accounts.sign_in(name, told["password"], ADDRESS)
    assert {"username": name} in run("list")
    assert told["password"] not in json.dumps(run("list"))
    with pytest.raises(UserRefused, match="already"):
        run("add", "--username", name)
    assert run("remove", "--username", name) == [{"username": name, "removed": True}]
    with pytest.raises(TokenExpired):
        accounts.caller(name, token)
    with pytest.raises(WrongCredentials):
        accounts.sign_in(name, told["password"], ADDRESS)
    with pytest.raises(UserRefused, match="no account"):
        run("remove", "--username", name)


def test_a_password_comes_by_standard_input(tmp_path: Path, mongodb_uri: str, database_name: str) -> None:
    def rsud(typed: str) -> tuple[int, str, str]:
        variables = {"RSUD_MONGODB_URI": mongodb_uri, "RSUD_MONGODB_DATABASE": database_name}
        command = [sys.executable, "-m", "cli", "bpjs-user", "add", "--username", "BPJS.rsud", "--password-stdin"]
        environment = {"PYTHONPATH": str(ROOT), **variables}
        done = subprocess.run(command, input=typed, env=environment, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    status, output, errors = rsud("pendek")
    assert (status, output) == (2, "")
    assert errors.startswith("rsud: This password is refused.")
    assert rsud(f"{PASSWORD}\n") == (0, '{"username": "bpjs.rsud"}\n', "")
    with connected(mongodb_uri, database_name) as database:
        assert passwords.matches(bpjs.password_hash(database, "bpjs.rsud"), PASSWORD)


def test_a_token_that_was_made_while_its_account_ended_is_none(accounts: Accounts, name: str, clock: Clock) -> None:
    database = accounts.issuer.database
    bpjs.remove_user(database, name)
    bpjs.add_token(database, digest("late"), name, clock() + timedelta(minutes=5))
    with pytest.raises(TokenExpired):
        accounts.caller(name, "late")


@pytest.mark.parametrize("name", ["x", "dengan spasi", "a" * 65])
def test_names_that_cannot_be(run: Run, name: str) -> None:
    with pytest.raises(UserRefused, match="user name"):
        run("add", "--username", name)
