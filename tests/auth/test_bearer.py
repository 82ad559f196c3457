"""From a token to its caller: quickly, and not longer than the token is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from anyio import CapacityLimiter

from auth.bearer import Bearer
from auth.caller import Caller
from auth.issuer import Issuer, digest
from auth.known_callers import KEPT, MOST, KnownCallers
from auth.live import InUse
from auth.protocol import server_of
from auth.revocation import revoke_grant
from auth.server import Server
from auth.storage import tokens, users
from tests.auth.apps import app, approved, body, exchange, person, system, system_token

START = datetime(2026, 11, 24, tzinfo=UTC)
SOMEONE = Caller("someone")


class Looking:
    """A bearer check that counts how often the database was asked, with a clock that can be moved on."""

    def __init__(self, issuer: Issuer) -> None:
        self.asked, self.passed = 0, timedelta()
        self.issuer = replace(issuer, clock=lambda: issuer.clock() + self.passed, known=KnownCallers())
        self.server = server_of(self.issuer)
        self.bearer = Bearer(self.issuer, self._caller_of, CapacityLimiter(4))

    def _caller_of(self, used: InUse) -> Caller | None:
        self.asked += 1
        subject = used.user.username if used.user else used.client.client_id
        return None if subject.startswith("nobody") else Caller(subject)

    async def subject(self, text: str) -> str | None:
        caller = await self.bearer.caller(text)
        return None if caller is None else caller.subject


@pytest.fixture
def looking(issuer: Issuer) -> Looking:
    return Looking(issuer)


def token_of(server: Server, username: str = "") -> tuple[str, str]:
    """(access token, the person's name)"""
    user, made = person(server.issuer, username), app(server.issuer)
    return body(exchange(server, made, approved(server, made.id, user)["code"]))["access_token"], user.username


async def test_a_token_is_its_person_s_or_its_system_s(looking: Looking) -> None:
    text, username = token_of(looking.server)
    assert await looking.subject(text) == username
    made = system(looking.issuer)
    assert await looking.subject(body(system_token(looking.server, made))["access_token"]) == made.id


@pytest.mark.parametrize("text", ["", "unknown", "ü", "x" * 100_000])
async def test_what_is_no_token_is_nobody_s(looking: Looking, text: str) -> None:
    assert await looking.subject(text) is None


async def test_neither_a_refresh_token_nor_an_id_token_nor_a_code_opens_anything(looking: Looking) -> None:
    user, made = person(looking.issuer), app(looking.issuer)
    code = approved(looking.server, made.id, user)["code"]
    assert await looking.subject(code) is None
    found = body(exchange(looking.server, made, code))
    for name in ("refresh_token", "id_token"):
        assert await looking.subject(found[name]) is None


async def test_the_database_is_asked_every_five_seconds(looking: Looking) -> None:
    text, username = token_of(looking.server)
    for seconds, times in ((0, 1), (4, 1), (2, 2), (4, 2), (2, 3)):
        looking.passed += timedelta(seconds=seconds)
        assert await looking.subject(text) == username
        assert looking.asked == times


async def test_a_revocation_here_counts_at_once(looking: Looking) -> None:
    text, username = token_of(looking.server)
    assert await looking.subject(text) == username
    (grant,) = tokens.grants_of(looking.issuer.database, username)
    revoke_grant(looking.issuer, grant.id)
    assert await looking.subject(text) is None


async def test_a_revocation_elsewhere_counts_within_five_seconds(looking: Looking) -> None:
    text, username = token_of(looking.server)
    assert await looking.subject(text) == username
    users.set_disabled(looking.issuer.database, username, True)
    looking.passed += KEPT
    assert await looking.subject(text) is None


async def test_nothing_is_remembered_longer_than_it_is_good(looking: Looking) -> None:
    text, username = token_of(looking.server)
    looking.passed += timedelta(minutes=59, seconds=58)
    assert await looking.subject(text) == username
    looking.passed += timedelta(seconds=3)
    assert await looking.subject(text) is None


async def test_whom_the_policy_lets_do_nothing_is_nobody(looking: Looking) -> None:
    text, _ = token_of(looking.server, "nobody-at-all")
    assert await looking.subject(text) is None


def test_a_lookup_that_a_revocation_overtakes_is_not_remembered() -> None:
    known = KnownCallers()
    generation = known.generation
    known.forget()
    known.remember("hash", SOMEONE, START + KEPT, generation=generation)
    assert known.find("hash", START) is None
    known.remember("hash", SOMEONE, START + KEPT, generation=known.generation)
    assert known.find("hash", START) == SOMEONE
    assert known.find("hash", START + KEPT) is None


def test_what_is_remembered_is_bounded() -> None:
    known = KnownCallers()
    for number in range(MOST + 1):
        known.remember(digest(str(number)), SOMEONE, START + KEPT, generation=known.generation)
    assert known.find(digest("0"), START) is None
    assert known.find(digest(str(MOST)), START) == SOMEONE
