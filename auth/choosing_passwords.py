"""Choosing a password: the signed-in person's own, or with a code that is used once."""

from __future__ import annotations

from auth import passwords
from auth.issuer import Issuer, digest
from auth.one_time_codes import as_issued
from auth.revocation import revoke_grants_of
from auth.signing_in import WrongCredentials, begin, password_is, wait_for_turn
from auth.storage import attempts, binds, sessions, users
from auth.users import User
from resources.issues import Text

UNEQUAL = Text("The two new passwords are not the same.", "Kedua kata sandi baru tidak sama.")


class PasswordRefused(Exception):
    """This password may not be chosen. `text`: why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class CodeRefused(Exception):
    """The code was used, is too old, or never was."""


def check(username: str, password: str, again: str) -> None:
    """Raises PasswordRefused."""
    refusal = passwords.refusal(password, username) or (UNEQUAL if password != again else None)
    if refusal is not None:
        raise PasswordRefused(refusal)


def change(issuer: Issuer, user: User, *, old: str, new: str, address: str, end_apps: bool) -> str:
    """Change the password, end every session, and return the secret of the new one.

    Raises WrongCredentials, TooManyAttempts; `new` must have been checked."""
    if not password_is(issuer, user, old, account=digest(user.username), address=address):
        raise WrongCredentials
    set_password(issuer, user.username, new)
    if end_apps:
        revoke_grants_of(issuer, user.username)
    return begin(issuer, user, complete=True)


def with_code(issuer: Issuer, code: str, *, password: str, again: str, address: str) -> None:
    """Set the password of the account that the code was made for.

    Raises PasswordRefused, CodeRefused, TooManyAttempts."""
    wait_for_turn(issuer, None, address)
    code_hash, now = digest(as_issued(code)), issuer.clock()
    allowed = binds.find(issuer.database, code_hash, now)
    if allowed is None or allowed.username is None:
        attempts.fail(issuer.database, None, address, now)
        raise CodeRefused
    check(allowed.username, password, again)
    if binds.claim(issuer.database, code_hash, now) is None:
        raise CodeRefused
    set_password(issuer, allowed.username, password)


def set_password(issuer: Issuer, username: str, password: str) -> None:
    """End what the old password began: sessions, and codes to change it with."""
    users.set_password(issuer.database, username, passwords.hashed(password))
    sessions.end_all(issuer.database, username)
    binds.revoke_all(issuer.database, username=username)
