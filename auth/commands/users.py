"""`rsud user`: the hospital's accounts, from its own command line. Each answer is one JSON object on a line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from auth import passwords
from auth.commands.actions import Row, action
from auth.issuer import digest
from auth.one_time_codes import (
    PRINTED_LIVES,
    PRINTED_SYMBOLS,
    RESET_LIVES,
    RESET_SYMBOLS,
    OneTimeCode,
    as_issued,
    new_code,
)
from auth.storage import binds, sessions, tokens, users
from auth.storage.database import Documents
from auth.users import FHIR_USER, ROLES, Proxy, User, UserRefused, check, username_of


def flags(parser: argparse.ArgumentParser) -> None:
    """The actions of `rsud user` and their flags. The chosen action comes as `action`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = _named(actions, "add", "make an account", add)
    adding.add_argument("--role", required=True, choices=ROLES)
    adding.add_argument("--fhir-user", default=None, metavar="REFERENCE", help="such as Practitioner/1 or Patient/2")
    adding.add_argument(
        "--acts-for",
        type=_proxy,
        action="append",
        default=[],
        metavar="PATIENT=DATE",
        help="the account may open this patient's record until that day; may be given several times",
    )
    _password_flag(adding)
    action(actions, "list", "tell all accounts", everyone)
    _named(actions, "disable", "end an account's sessions and tokens, and let nobody sign in with it", disable)
    _named(actions, "enable", "let a disabled account sign in again", enable)
    resetting = _named(actions, "reset-password", "set a password, or print a code to choose one with", reset_password)
    resetting.add_argument(
        "--second-factor",
        action="store_true",
        default=False,
        help="forget the authenticator app too: the phone is lost",
    )
    _password_flag(resetting)
    acting = _named(actions, "act-for", "let an account open the record of a patient, such as a child's", act_for)
    acting.add_argument("--patient", required=True, metavar="ID", help="the id of the Patient")
    acting.add_argument("--until", required=True, type=date.fromisoformat, metavar="DATE", help="the last day")
    ending = _named(actions, "end-acting-for", "end that at once", end_acting_for)
    ending.add_argument("--patient", required=True, metavar="ID", help="the id of the Patient")
    binding = action(actions, "bind-code", "print a code with which a patient makes an account", bind_code)
    binding.add_argument("--patient", required=True, metavar="ID", help="the id of the Patient")


def add(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """Make an account, with the password of standard input, else with a code to choose one."""
    username = username_of(options.username)
    check(username, options.fhir_user)
    user = User(
        username,
        options.role,
        password_hash(username) if options.password_stdin else None,
        fhir_user=options.fhir_user,
        acts_for=tuple(options.acts_for),
    )
    if not users.add(database, user):
        raise UserRefused(f"There is an account {username} already.")
    yield _row(user) if options.password_stdin else {**_row(user), **_reset_code(database, username)}


def everyone(_: argparse.Namespace, database: Documents) -> Iterator[Row]:
    return map(_row, users.everyone(database))


def disable(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """Nothing that the account has open goes on."""
    username = username_of(options.username)
    _found(users.set_disabled(database, username, True), username)
    _end_everything(database, username)
    yield {"username": username, "disabled": True}


def enable(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    username = username_of(options.username)
    _found(users.set_disabled(database, username, False), username)
    yield {"username": username, "disabled": False}


def reset_password(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """Set the password of standard input, else print a code. Sessions and apps end: the old password may be known."""
    username = username_of(options.username)
    chosen = password_hash(username) if options.password_stdin else None
    _found(users.set_password(database, username, chosen), username)
    if options.second_factor:
        users.end_totp(database, username)
    _end_everything(database, username)
    yield (
        {"username": username} if options.password_stdin else {"username": username, **_reset_code(database, username)}
    )


def act_for(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """After the desk has seen the papers of both. Where the account may open that record already, until another day."""
    username, proxy = username_of(options.username), Proxy(_patient(options), options.until)
    _found(users.act_for(database, username, proxy), username)
    yield {"username": username, "patient": proxy.patient, "until": proxy.until.isoformat()}


def end_acting_for(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """What the account has opened for this patient ends too."""
    username, patient = username_of(options.username), _patient(options)
    if not users.end_acting_for(database, username, patient):
        raise UserRefused(f"{username} does not act for {patient}.")
    tokens.revoke_grants_for_patient(database, username, patient)
    yield {"username": username, "patient": patient, "until": None}


def bind_code(options: argparse.Namespace, database: Documents) -> Iterator[Row]:
    """A code for the patient's own hands, after the desk has seen an identity card."""
    code, expires = new_code(PRINTED_SYMBOLS), datetime.now(UTC) + PRINTED_LIVES
    patient = _patient(options)
    binds.add(database, digest(as_issued(code)), OneTimeCode(expires, patient=patient))
    yield {"patient": patient, "code": code, "expires": expires.isoformat(timespec="seconds")}


def _patient(options: argparse.Namespace) -> str:
    """Raises UserRefused."""
    patient: str = options.patient.removeprefix("Patient/")
    if not FHIR_USER.fullmatch(f"Patient/{patient}"):
        raise UserRefused("--patient is the id of a Patient.")
    return patient


def _named(actions: Any, name: str, summary: str, run: object) -> argparse.ArgumentParser:
    """An action on one account."""
    parser = action(actions, name, summary, run)
    parser.add_argument("--username", required=True)
    return parser


def _password_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        default=False,
        help="read the password from standard input; without this flag a code to choose one is printed",
    )


def password_hash(username: str) -> str:
    """Of the password on standard input. Raises UserRefused."""
    password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    refusal = passwords.refusal(password, username)
    if refusal is not None:
        raise UserRefused(f"This password is refused. {refusal.en}")
    return passwords.hashed(password)


def _reset_code(database: Documents, username: str) -> Row:
    code, expires = new_code(RESET_SYMBOLS), datetime.now(UTC) + RESET_LIVES
    binds.revoke_all(database, username=username)
    binds.add(database, digest(as_issued(code)), OneTimeCode(expires, username=username))
    return {"code": code, "expires": expires.isoformat(timespec="seconds")}


def _end_everything(database: Documents, username: str) -> None:
    sessions.end_all(database, username)
    tokens.revoke_grants_of_user(database, username)
    binds.revoke_all(database, username=username)


def _found(found: bool, username: str) -> None:
    if not found:
        raise UserRefused(f"There is no account {username}.")


def _proxy(text: str) -> Proxy:
    patient, separator, until = text.removeprefix("Patient/").partition("=")
    if not separator:
        raise argparse.ArgumentTypeError("write PATIENT=DATE, such as Patient/12=2027-06-30")
    return Proxy(patient, date.fromisoformat(until))


def _row(user: User) -> Row:
    return {
        "username": user.username,
        "role": user.role,
        "fhir_user": user.fhir_user,
        "disabled": user.disabled,
        "second_factor": user.totp_secret is not None,
        "acts_for": [{"patient": proxy.patient, "until": proxy.until.isoformat()} for proxy in user.acts_for],
    }
