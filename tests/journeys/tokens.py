"""Tokens as the server would have given them, without the way there."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.issuer import digest
from auth.models import Client, Grant, LaunchContext, Token
from auth.storage import tokens
from auth.users import User
from tests.journeys.smart import Smart

APP = Client("serangan", "Aplikasi", "none", ("authorization_code",), "user/*.cruds patient/*.cruds system/*.cruds")


def given(smart: Smart, scope: str, user: User | None, **changes: Any) -> str:
    """A token as the server would have given it. `patient`, `minutes`, `kind`."""
    now = datetime.now(UTC)
    until, text = now + timedelta(minutes=changes.get("minutes", 60)), secrets.token_urlsafe(32)
    context = LaunchContext(patient=changes.get("patient"))
    grant = Grant(
        secrets.token_hex(8), APP.client_id, scope, now, until, user.username if user else None, context=context
    )
    tokens.add_grant(smart.issuer.database, grant)
    kind = changes.get("kind", "access")
    tokens.add(smart.issuer.database, Token(digest(text), kind, grant.id, APP.client_id, scope, now, until))
    if changes.get("revoked"):
        tokens.revoke_grant(smart.issuer.database, grant.id)
    return text
