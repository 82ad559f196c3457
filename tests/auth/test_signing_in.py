"""Signing in on a real database: sessions, lockout, second factor."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from auth.issuer import Issuer, digest
from auth.sessions import ABSOLUTE, IDLE_PATIENT, IDLE_STAFF, UNFINISHED, Session
from auth.signing_in import (
    SignedIn,
    TooManyAttempts,
    WrongCredentials,
    renew,
    resume,
    second_factor,
    setting_up,
    sign_in,
    sign_out,
)
from auth.storage import sessions, users
from auth.users import User
from tests.auth.accounts import PASSWORD, Clock, somebody

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(issuer: Issuer, clock: Clock) -> Issuer:
    return replace(issuer, clock=clock)


def session_of(issuer: Issuer, secret: str) -> tuple[Session, User]:
    found = resume(issuer, secret)
    assert found is not None
    return found


def attempt(issuer: Issuer, username: str, password: str, address: str = "") -> SignedIn | timedelta | None:
    """The session, how long to wait, or None: wrong."""
    try:
        return sign_in(issuer, username, password, address or username)
    except TooManyAttempts as problem:
        return problem.wait
    except WrongCredentials:
        return None


def test_a_patient_is_in_with_a_password(issuer: Issuer) -> None:
    user = somebody(issuer)
    signed_in = attempt(issuer, f" {user.username.upper()} ", PASSWORD)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.complete
    session, found = session_of(issuer, signed_in.secret)
    assert (session.username, found) == (user.username, user)


def test_the_cookies_value_is_not_stored(issuer: Issuer) -> None:
    signed_in = attempt(issuer, somebody(issuer).username, PASSWORD)
    assert isinstance(signed_in, SignedIn)
    assert issuer.database["auth_sessions"].find_one({"_id": signed_in.secret}) is None
    assert issuer.database["auth_sessions"].find_one({"_id": digest(signed_in.secret)}) is not None


@pytest.mark.parametrize("password", ["", PASSWORD[:-1], f"{PASSWORD} ", PASSWORD.upper(), "x" * 100_000])
def test_nobody_is_in_without_the_password(issuer: Issuer, password: str) -> None:
    assert attempt(issuer, somebody(issuer).username, password) is None


@pytest.mark.parametrize("username", ["", "$ne", "nobody.here", "a\0b", "\ud800", "x" * 10_000])
def test_names_that_nobody_has(issuer: Issuer, username: str) -> None:
    assert attempt(issuer, username, PASSWORD, "strange") is None


def test_a_disabled_account_is_out_at_once(issuer: Issuer) -> None:
    user = somebody(issuer)
    signed_in = attempt(issuer, user.username, PASSWORD)
    assert isinstance(signed_in, SignedIn)
    users.set_disabled(issuer.database, user.username, True)
    assert resume(issuer, signed_in.secret) is None
    assert attempt(issuer, user.username, PASSWORD) is None


def test_a_thousand_wrong_tries_lock_nobody_out_for_good(issuer: Issuer, clock: Clock) -> None:
    user = somebody(issuer)
    outcomes = []
    for _ in range(1000):
        outcomes.append(attempt(issuer, user.username, "wrong wrong wrong"))
        clock.move(seconds=1)
    tried = outcomes.count(None)
    assert 5 < tried < 15
    assert outcomes[:5] == [None] * 5
    longest = max(outcome for outcome in outcomes if isinstance(outcome, timedelta))
    assert longest <= timedelta(minutes=15)
    waiting = attempt(issuer, user.username, PASSWORD)
    assert isinstance(waiting, timedelta)
    clock.moment += waiting
    assert isinstance(attempt(issuer, user.username, PASSWORD), SignedIn)
    assert attempt(issuer, user.username, "wrong wrong wrong") is None, "the failures before are forgotten"


def test_an_unknown_name_waits_as_a_known_one(issuer: Issuer) -> None:
    known, unknown = somebody(issuer).username, f"{somebody(issuer).username}x"
    told = [[attempt(issuer, name, "wrong wrong wrong") for _ in range(8)] for name in (known, unknown)]
    assert told[0] == told[1]
    assert told[0][-1] == timedelta(seconds=30)


def test_an_unknown_name_takes_as_long_as_a_known_one(issuer: Issuer, clock: Clock) -> None:
    """By the processor's clock, which a busy machine disturbs less; best of five rounds."""
    known = somebody(issuer).username

    def seconds(username: str) -> float:
        clock.move(days=1)
        began = time.thread_time()
        assert attempt(issuer, username, "wrong wrong wrong", "one") is None
        return time.thread_time() - began

    ratios: list[float] = []
    while len(ratios) < 5 and min(ratios, default=1.0) >= 0.1:
        times = [(seconds(known), seconds(f"{known}x")) for _ in range(11)]
        one, other = (statistics.median(row) for row in zip(*times, strict=True))
        ratios.append(abs(one - other) / max(one, other))
    assert min(ratios) < 0.1, ratios


def test_an_address_that_tries_many_names_must_wait(issuer: Issuer, clock: Clock) -> None:
    address = somebody(issuer).username
    outcomes = [attempt(issuer, f"name{number}.{address}", "wrong", address) for number in range(62)]
    assert outcomes[:60] == [None] * 60
    assert outcomes[61] == timedelta(seconds=10)
    other = somebody(issuer)
    assert isinstance(attempt(issuer, other.username, PASSWORD, address), timedelta)
    assert isinstance(attempt(issuer, other.username, PASSWORD, "elsewhere"), SignedIn)
    clock.move(seconds=10)
    assert isinstance(attempt(issuer, other.username, PASSWORD, address), SignedIn)


@pytest.mark.parametrize(("role", "idle"), [("pasien", IDLE_PATIENT), ("wali", IDLE_PATIENT)])
def test_a_session_ends_when_nobody_clicks(issuer: Issuer, clock: Clock, role: str, idle: timedelta) -> None:
    signed_in = attempt(issuer, somebody(issuer, role).username, PASSWORD)
    assert isinstance(signed_in, SignedIn)
    clock.moment += idle - MINUTE
    session_of(issuer, signed_in.secret)
    clock.moment += idle - MINUTE
    session, _ = session_of(issuer, signed_in.secret)
    clock.moment += idle
    assert resume(issuer, signed_in.secret) is None
    assert sessions.lives(issuer.database, session.hash, clock()), "online access goes on"


def test_a_session_ends_after_twelve_hours(issuer: Issuer, clock: Clock) -> None:
    signed_in = attempt(issuer, somebody(issuer).username, PASSWORD)
    assert isinstance(signed_in, SignedIn)
    session, _ = session_of(issuer, signed_in.secret)
    for _ in range(int(ABSOLUTE / (20 * MINUTE)) - 1):
        clock.move(minutes=20)
        session_of(issuer, signed_in.secret)
    clock.move(minutes=20)
    assert resume(issuer, signed_in.secret) is None
    assert not sessions.lives(issuer.database, session.hash, clock())


def test_signing_out_ends_every_session(issuer: Issuer) -> None:
    user = somebody(issuer)
    first, second = (attempt(issuer, user.username, PASSWORD) for _ in range(2))
    assert isinstance(first, SignedIn)
    assert isinstance(second, SignedIn)
    assert first.secret != second.secret
    sign_out(issuer, session_of(issuer, first.secret)[0])
    assert resume(issuer, first.secret) is None
    assert resume(issuer, second.secret) is None


def half_in(issuer: Issuer, user: User) -> tuple[Session, User, str]:
    """After the password of someone who needs a second factor."""
    signed_in = attempt(issuer, user.username, PASSWORD)
    assert isinstance(signed_in, SignedIn)
    assert not signed_in.complete
    return *session_of(issuer, signed_in.secret), signed_in.secret


def enrolled(issuer: Issuer, clock: Clock) -> tuple[User, pyotp.TOTP]:
    """A nurse whose authenticator app is set up."""
    session, user, _ = half_in(issuer, somebody(issuer, "perawat"))
    app = pyotp.TOTP(setting_up(issuer, session))
    session, user, _ = half_in(issuer, user)
    assert app.secret == setting_up(issuer, replace(session, new_totp=app.secret))
    second_factor(issuer, replace(session, new_totp=app.secret), user, code=app.at(clock()), address="here")
    clock.move(seconds=30)
    return user, app


def test_staff_set_up_an_app_first(issuer: Issuer, clock: Clock) -> None:
    session, user, secret = half_in(issuer, somebody(issuer, "dokter"))
    assert session.expires - session.since == UNFINISHED
    app = pyotp.TOTP(setting_up(issuer, session))
    session, user = session_of(issuer, secret)
    assert setting_up(issuer, session) == app.secret, "the same while it is being set up"
    with pytest.raises(WrongCredentials):
        second_factor(issuer, session, user, code="000000", address="here")
    complete = second_factor(issuer, session, user, code=app.at(clock()), address="here")
    assert complete != secret
    assert resume(issuer, secret) is None, "the secret from before is worth nothing"
    session, user = session_of(issuer, complete)
    assert session.complete
    assert user.totp_secret == app.secret
    assert session.idle_until - clock() == IDLE_STAFF
    assert session.expires - session.since == ABSOLUTE


def test_a_code_is_good_once(issuer: Issuer, clock: Clock) -> None:
    user, app = enrolled(issuer, clock)
    code = app.at(clock())
    session, user, _ = half_in(issuer, user)
    second_factor(issuer, session, user, code=code, address="here")
    session, user, _ = half_in(issuer, user)
    with pytest.raises(WrongCredentials):
        second_factor(issuer, session, user, code=code, address="here")
    with pytest.raises(WrongCredentials):
        second_factor(issuer, session, user, code=app.at(clock() - timedelta(seconds=30)), address="here")
    second_factor(issuer, session, user, code=app.at(clock() + timedelta(seconds=30)), address="here")


def test_of_twenty_at_once_one_is_good(issuer: Issuer, clock: Clock) -> None:
    user, app = enrolled(issuer, clock)
    code = app.at(clock())
    halves = [half_in(issuer, user) for _ in range(4)]

    def give(number: int) -> bool:
        session, known, _ = halves[number % 4]
        try:
            second_factor(issuer, session, known, code=code, address=f"place{number}")
        except (WrongCredentials, TooManyAttempts):
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(give, range(20))) == 1


def test_codes_cannot_be_guessed(issuer: Issuer, clock: Clock) -> None:
    user, app = enrolled(issuer, clock)
    session, user, _ = half_in(issuer, user)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            second_factor(issuer, session, user, code="000000", address="here")
    with pytest.raises(TooManyAttempts):
        second_factor(issuer, session, user, code=app.at(clock()), address="elsewhere")
    clock.move(seconds=30)
    second_factor(issuer, session, user, code=app.at(clock()), address="here")


def test_the_password_alone_sets_up_no_second_app(issuer: Issuer, clock: Clock) -> None:
    user, _ = enrolled(issuer, clock)
    session, user, _ = half_in(issuer, user)
    mine = pyotp.random_base32()
    sessions.set_new_totp(issuer.database, session.hash, mine)
    with pytest.raises(WrongCredentials):
        second_factor(issuer, replace(session, new_totp=mine), user, code=pyotp.TOTP(mine).at(clock()), address="x")


def test_an_ended_session_is_not_renewed(issuer: Issuer) -> None:
    signed_in = attempt(issuer, somebody(issuer).username, PASSWORD)
    assert isinstance(signed_in, SignedIn)
    session, user = session_of(issuer, signed_in.secret)
    sign_out(issuer, session)
    with pytest.raises(WrongCredentials):
        renew(issuer, session, user)


def test_a_hash_of_older_parameters_is_made_anew(issuer: Issuer) -> None:
    user = somebody(issuer)
    users.set_password(issuer.database, user.username, weaker())
    assert isinstance(attempt(issuer, user.username, PASSWORD), SignedIn)
    found = users.find(issuer.database, user.username)
    assert found is not None
    assert found.password_hash is not None
    assert found.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def weaker() -> str:
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
