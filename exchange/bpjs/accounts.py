"""How BPJS Kesehatan signs in to the web services Antrean RS: name and password for a token that lives a short time.

All of it waits for MongoDB and argon2id, and runs in a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from auth import passwords
from auth.caller import Caller
from auth.issuer import Issuer, digest
from auth.policy import Role
from auth.scopes import parse
from auth.signing_in import WrongCredentials, wait_for_turn
from auth.storage import attempts, bpjs
from auth.users import username_of

CLIENT = "bpjs"
SCOPES = parse("system/*.cruds")


class TokenExpired(Exception):
    """The token is old, somebody else's or none."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """`role`: what the hospital's policy lets systems do; `lives`: how long a token is good."""

    issuer: Issuer
    role: Role
    lives: timedelta

    def sign_in(self, username: str, password: str, address: str) -> str:
        """A new token. An unknown name takes the same steps and the same time as a wrong password. Raises
        WrongCredentials, TooManyAttempts."""
        name, database = username_of(username), self.issuer.database
        account = f"bpjs:{digest(name)}"
        wait_for_turn(self.issuer, account, address)
        known = bpjs.password_hash(database, name)
        if not passwords.matches(known, password[: passwords.LONGEST + 1]):
            attempts.fail(database, account, address, self.issuer.clock())
            raise WrongCredentials
        attempts.clear(database, account)
        token = self.issuer.secret()
        bpjs.add_token(database, digest(token), name, self.issuer.clock() + self.lives)
        return token

    def caller(self, username: str, token: str) -> Caller:
        """Whoever holds the token. Raises TokenExpired."""
        name, database = username_of(username), self.issuer.database
        lives = bpjs.lives(database, digest(token), name, self.issuer.clock())
        if not lives or bpjs.password_hash(database, name) is None:
            raise TokenExpired
        return caller_of(name, self.role)


def caller_of(name: str, role: Role) -> Caller:
    """A system that books for all patients, within the time limits of patients."""
    patients = None if role.patients == "all" else frozenset[str]()
    return Caller(f"bpjs:{name}", SCOPES, role, patients=patients, purpose=role.purpose, client=CLIENT)
