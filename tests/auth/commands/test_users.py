"""`rsud user`, as the hospital's IT department uses it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from auth import passwords
from auth.commands.users import flags
from auth.issuer import Issuer
from auth.protocol import server_of
from auth.signing_in import resume, sign_in
from auth.storage import tokens, users
from auth.storage.database import connected
from auth.users import Proxy, UserRefused
from tests.auth import apps
from tests.auth.accounts import PASSWORD, somebody
from tests.processes import ROOT

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(issuer: Issuer) -> Ask:
    """What `rsud user` with these arguments answers."""

    def ask(*arguments: str) -> list[dict[str, Any]]:
        parser = argparse.ArgumentParser()
        flags(parser)
        options = parser.parse_args(arguments)
        return list(options.action(options, issuer.database))

    return ask


@pytest.fixture
def name() -> str:
    return f"budi.{uuid.uuid4().hex}"


def test_a_password_comes_by_standard_input(tmp_path: Path, mongodb_uri: str, database_name: str) -> None:
    def rsud(*arguments: str, typed: str) -> tuple[int, str, str]:
        variables = {"RSUD_MONGODB_URI": mongodb_uri, "RSUD_MONGODB_DATABASE": database_name}
        command = [sys.executable, "-m", "cli", "user", *arguments]
        environment = {"PYTHONPATH": str(ROOT), **variables}
        done = subprocess.run(command, input=typed, env=environment, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    adding = ("add", "--username", "Dr.Agus", "--role", "dokter", "--fhir-user", "Practitioner/1", "--password-stdin")
    status, output, errors = rsud(*adding, typed="rumahsakit2026\n")
    assert (status, output) == (2, "")
    assert errors.startswith("rsud: This password is refused. Too easy to guess.")
    status, output, errors = rsud(*adding, typed=f"{PASSWORD} \r\n")
    assert (status, errors) == (0, "")
    assert json.loads(output) == {
        "username": "dr.agus",
        "role": "dokter",
        "fhir_user": "Practitioner/1",
        "disabled": False,
        "second_factor": False,
        "acts_for": [],
    }
    assert rsud("list", typed="") == (0, output, "")
    with connected(mongodb_uri, database_name) as database:
        found = users.find(database, "dr.agus")
        assert found is not None
        assert passwords.matches(found.password_hash, f"{PASSWORD} "), "a space at the end belongs to it"


def test_without_a_password_there_is_a_code(ask: Ask, issuer: Issuer, name: str) -> None:
    days = ("--acts-for", "Patient/1=2027-06-30", "--acts-for", "2=2026-12-31")
    (row,) = ask("add", "--username", name.upper(), "--role", "wali", "--fhir-user", "RelatedPerson/9", *days)
    assert row["username"] == name
    assert row["acts_for"] == [{"patient": "1", "until": "2027-06-30"}, {"patient": "2", "until": "2026-12-31"}]
    assert len(row["code"]) == 39
    assert row["code"] not in str(list(issuer.database["auth_binds"].find()))
    assert name in [row["username"] for row in ask("list")]
    with pytest.raises(UserRefused, match="already"):
        ask("add", "--username", name, "--role", "wali")


def test_an_account_acts_for_a_patient_until_a_day_or_no_longer(ask: Ask, issuer: Issuer) -> None:
    user = somebody(issuer)
    for day in ("2027-06-30", "2027-12-31"):
        (row,) = ask("act-for", "--username", user.username, "--patient", "Patient/9", "--until", day)
        assert row == {"username": user.username, "patient": "9", "until": day}
    found = users.find(issuer.database, user.username)
    assert found is not None
    assert found.acts_for == (Proxy("9", date(2027, 12, 31)),)
    (row,) = ask("end-acting-for", "--username", user.username, "--patient", "9")
    assert row["until"] is None
    for arguments in (("end-acting-for",), ("act-for", "--until", "2027-01-01")):
        with pytest.raises(UserRefused, match=r"no account|does not act"):
            ask(*arguments, "--username", "tidak.ada", "--patient", "9")
    with pytest.raises(UserRefused, match="--patient"):
        ask("act-for", "--username", user.username, "--patient", "Budi Santoso", "--until", "2027-01-01")


@pytest.mark.parametrize("action", ["disable", "reset-password"])
def test_sessions_and_apps_end(ask: Ask, issuer: Issuer, action: str) -> None:
    user = somebody(issuer, fhir_user="Patient/1")
    secret = sign_in(issuer, user.username, PASSWORD, user.username).secret
    apps.approved(server_of(issuer), apps.app(issuer).id, user)
    ask(action, "--username", user.username)
    assert resume(issuer, secret) is None
    assert tokens.grants_of(issuer.database, user.username) == []
    ask("enable", "--username", user.username)
    assert resume(issuer, secret) is None, "it does not come back"


def test_a_reset_may_forget_the_lost_telephone(ask: Ask, issuer: Issuer) -> None:
    user = somebody(issuer, "dokter", totp_secret="JBSWY3DPEHPK3PXP")
    ask("reset-password", "--username", user.username)
    found = users.find(issuer.database, user.username)
    assert found is not None
    assert (found.password_hash, found.totp_secret) == (None, "JBSWY3DPEHPK3PXP")
    (row,) = ask("reset-password", "--username", user.username, "--second-factor")
    assert set(row) == {"username", "code", "expires"}
    found = users.find(issuer.database, user.username)
    assert found is not None
    assert found.totp_secret is None


def test_the_desk_prints_a_code(ask: Ask) -> None:
    (row,) = ask("bind-code", "--patient", "Patient/7")
    assert row["patient"] == "7"
    assert len(row["code"]) == 19


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "--username", "siti rahma", "--role", "pasien"], "A user name has"),
        (["add", "--username", "siti", "--role", "pasien", "--fhir-user", "Observation/1"], "--fhir-user is"),
        (["bind-code", "--patient", "a/../b"], "--patient is"),
        (["disable", "--username", "nobody.here"], "There is no account nobody.here"),
        (["enable", "--username", "\udcff"], "There is no account"),
        (["reset-password", "--username", "nobody.here"], "There is no account"),
    ],
)
def test_what_is_refused(ask: Ask, arguments: list[str], told: str) -> None:
    with pytest.raises(UserRefused, match=told):
        ask(*arguments)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "--username", "siti", "--role", "raja"], "invalid choice"),
        (["add", "--username", "siti", "--role", "wali", "--acts-for", "1"], "PATIENT=DATE"),
        (["add", "--username", "siti", "--role", "wali", "--acts-for", "1=2026-02-30"], "--acts-for"),
        (["add", "--role", "pasien"], "--username"),
        ([], "ACTION"),
    ],
)
def test_what_is_not_understood(ask: Ask, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ask(*arguments)
    assert told in capsys.readouterr().err
