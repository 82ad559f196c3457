"""Signing in: password, second factor, and the session that comes of it. All of it waits for MongoDB and argon2id, and
runs in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from auth import passwords, totp
from auth.issuer import Issuer, digest
from auth.sessions import Session, begun, idle
from auth.storage import attempts, sessions, users
from auth.users import User, username_of


class WrongCredentials(Exception):
    """The name, the password or the code is not right: nobody is told which."""


class TooManyAttempts(Exception):
    """The next attempt must wait. `wait`: how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`secret`: the cookie's value; `complete`: False where the second factor is to come."""

    secret: str
    user: User
    complete: bool


def sign_in(issuer: Issuer, username: str, password: str, address: str) -> SignedIn:
    """Begin a session. An unknown name takes the same steps and the same time as a wrong password.

    Raises WrongCredentials, TooManyAttempts."""
    name = username_of(username)
    user = users.find(issuer.database, name)
    if not password_is(issuer, user, password, account=digest(name), address=address) or user is None:
        raise WrongCredentials
    if user.password_hash and passwords.is_outdated(user.password_hash):
        users.set_password(issuer.database, name, passwords.hashed(password))
    complete = user.totp_secret is None and not user.is_staff
    return SignedIn(begin(issuer, user, complete=complete), user, complete)


def password_is(issuer: Issuer, user: User | None, password: str, *, account: str, address: str) -> bool:
    """Whether this is the password of an account that may be used; a failure counts. Raises TooManyAttempts."""
    wait_for_turn(issuer, account, address)
    right = passwords.matches(user.password_hash if user else None, password[: passwords.LONGEST + 1])
    if not right or user is None or user.disabled:
        attempts.fail(issuer.database, account, address, issuer.clock())
        return False
    attempts.clear(issuer.database, account)
    return True


def second_factor(issuer: Issuer, session: Session, user: User, *, code: str, address: str) -> str:
    """Complete a session with the code of the authenticator app, and return its new secret.

    While the app is being set up its code proves that it was. Raises WrongCredentials, TooManyAttempts."""
    account = f"code:{digest(user.username)}"
    wait_for_turn(issuer, account, address)
    new = session.new_totp if user.totp_secret is None else None
    step = totp.step_of(user.totp_secret or new or "", code, issuer.clock()) if user.totp_secret or new else None
    if step is None or not users.claim_step(issuer.database, user.username, step):
        attempts.fail(issuer.database, account, address, issuer.clock())
        raise WrongCredentials
    attempts.clear(issuer.database, account)
    if new is not None and not users.begin_totp(issuer.database, user.username, new):
        raise WrongCredentials
    return renew(issuer, session, user)


def setting_up(issuer: Issuer, session: Session) -> str:
    """The secret of an authenticator app that is being set up in this session, base32."""
    if session.new_totp is not None:
        return session.new_totp
    secret = totp.new_secret()
    sessions.set_new_totp(issuer.database, session.hash, secret)
    return secret


def begin(issuer: Issuer, user: User, *, complete: bool) -> str:
    """Start a session and return its secret, which goes into the cookie and nowhere else."""
    secret, now = issuer.secret(), issuer.clock()
    sessions.add(issuer.database, begun(user, digest(secret), now, since=now, complete=complete))
    return secret


def resume(issuer: Issuer, secret: str) -> tuple[Session, User] | None:
    """The session of a cookie and its user, None where it has ended. Every call puts off its idle end."""
    now = issuer.clock()
    session = sessions.find(issuer.database, digest(secret), now)
    user = None if session is None else users.find(issuer.database, session.username)
    if session is None or user is None or user.disabled:
        return None
    sessions.extend(issuer.database, session.hash, min(now + idle(user), session.expires))
    return session, user


def renew(issuer: Issuer, session: Session, user: User) -> str:
    """The same session, complete, under a new secret: a secret that was seen earlier is worth nothing.

    Raises WrongCredentials where it has ended meanwhile."""
    if not sessions.end(issuer.database, session.hash):
        raise WrongCredentials
    secret, now = issuer.secret(), issuer.clock()
    sessions.add(issuer.database, begun(user, digest(secret), now, since=session.since, complete=True))
    return secret


def sign_out(issuer: Issuer, session: Session) -> None:
    """End every session of the person, wherever they signed in."""
    sessions.end_all(issuer.database, session.username)


def wait_for_turn(issuer: Issuer, account: str | None, address: str) -> None:
    """Raise TooManyAttempts where too many failed before. `account`: None for guesses at no account."""
    wait = attempts.wait(issuer.database, account, address, issuer.clock())
    if wait > timedelta(0):
        raise TooManyAttempts(wait)
