"""prompt and max_age: what they ask of the person's session, and what is refused without asking anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from authlib.oauth2 import OAuth2Error

from auth.authorize import Approval, approve, pending
from auth.models import LaunchContext
from auth.prompting import refuse_to_ask, signed_in_after
from auth.server import Server
from auth.sessions import Session, begun
from auth.storage import tokens
from auth.users import User
from tests.auth.apps import app, asking, begin, later, person, query, signed_in

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def since(seconds: int) -> Session:
    """Of somebody who signed in so many seconds ago."""
    moment = NOW - timedelta(seconds=seconds)
    return begun(User("siti", "pasien", None), "hash", NOW, since=moment, complete=True)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({}, None),
        ({"prompt": "consent"}, None),
        ({"prompt": "none"}, None),
        ({"prompt": "something"}, None),
        ({"prompt": "login"}, 0),
        ({"prompt": "select_account"}, 0),
        ({"prompt": "consent login"}, 0),
        ({"prompt": "login", "max_age": "600"}, 0),
        ({"max_age": ""}, None),
        ({"max_age": "0"}, 0),
        ({"max_age": "600"}, 600),
        ({"max_age": "999999999"}, 999_999_999),
    ],
)
def test_how_long_ago_the_person_may_have_signed_in(asked: dict[str, str], seconds: int | None) -> None:
    assert signed_in_after(asked, NOW) == (None if seconds is None else NOW - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "asked",
    [{"prompt": "none login"}, *({"max_age": age} for age in ("-1", "1.5", "ten", "9999999999", "\u0661"))],
)
def test_what_cannot_be_asked(asked: dict[str, str]) -> None:
    with pytest.raises(OAuth2Error) as refused:
        signed_in_after(asked, NOW)
    assert refused.value.error == "invalid_request"


@pytest.mark.parametrize(
    ("session", "earliest", "error"),
    [
        (None, None, "login_required"),
        (since(60), None, "consent_required"),
        (since(60), NOW - timedelta(seconds=60), "consent_required"),
        (since(61), NOW - timedelta(seconds=60), "login_required"),
    ],
)
def test_nobody_is_asked(session: Session | None, earliest: datetime | None, error: str) -> None:
    with pytest.raises(OAuth2Error) as refused:
        refuse_to_ask({"prompt": "none"}, session, earliest)
    assert refused.value.error == error
    refuse_to_ask({"prompt": "consent"}, session, earliest)
    refuse_to_ask({}, session, earliest)


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "30"}])
def test_an_earlier_session_approves_nothing(server: Server, asked: dict[str, str]) -> None:
    issuer, user = server.issuer, person(server.issuer)
    made = app(issuer)
    old, ahead = signed_in(issuer, user), later(server, timedelta(minutes=1))
    told = []
    for session in (old, None):
        id = query(begin(ahead, asking(issuer, made.id, **asked)))["request"]
        scope, session = pending(issuer, id).scope, session or signed_in(ahead.issuer, user)
        told.append(query(approve(ahead.issuer, id, Approval(user, session, scope, LaunchContext(patient="1")))))
    assert told[0]["error"] == "login_required"
    assert "code" in told[1]
    assert len(tokens.grants_of(issuer.database, user.username)) == 1
