"""Whether a person must sign in anew for an app's request, or may not be asked anything at all.
https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import ConsentRequiredError, LoginRequiredError

from auth.models import AuthorizationRequest
from auth.sessions import Session

PROMPTS = ("none", "login", "consent", "select_account")
ANEW = {"login", "select_account"}
SECONDS = re.compile(r"[0-9]{1,9}")


def signed_in_after(asked: Mapping[str, str], now: datetime) -> datetime | None:
    """When the person must have signed in at the earliest, None where any session will do.

    `asked`: the parameters of the request, of which `prompt` and `max_age` are read. Raises InvalidRequestError."""
    prompts, age = asked.get("prompt", "").split(), asked.get("max_age", "")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError("The prompt none stands alone.")
    if age and not SECONDS.fullmatch(age):
        raise InvalidRequestError("The max_age is a number of seconds.")
    if not ANEW.isdisjoint(prompts):
        return now
    return now - timedelta(seconds=int(age)) if age else None


def refuse_to_ask(asked: Mapping[str, str], session: Session | None, earliest: datetime | None) -> None:
    """Where nothing may be asked (prompt=none) the answer is always no, for consent is asked for each time; it tells
    whether the person has signed in. `earliest`: as `signed_in_after` gives it.

    Raises LoginRequiredError, ConsentRequiredError."""
    if asked.get("prompt", "").split() != ["none"]:
        return
    if session is None or not _since(session, earliest):
        raise LoginRequiredError
    raise ConsentRequiredError


def is_recent(session: Session, request: AuthorizationRequest) -> bool:
    """Whether the person signed in as late as the app wants it."""
    return _since(session, request.signed_in_after)


def _since(session: Session, earliest: datetime | None) -> bool:
    return earliest is None or session.since >= earliest
