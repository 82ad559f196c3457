"""Grants, in `auth_grants`, and the tokens that come from them, in `auth_tokens`, found by the SHA-256 of their text.

A token lives while its grant does: a revocation is one write, which no token that is just being made escapes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from auth.models import Grant, LaunchContext, LiveToken, Token
from auth.storage.database import Documents

TOKENS = "auth_tokens"
GRANTS = "auth_grants"


def add_grant(database: Documents, grant: Grant) -> None:
    document = dataclasses.asdict(grant)
    database[GRANTS].insert_one({"_id": document.pop("id"), "revoked": False, **document})


def find_grant(database: Documents, grant_id: str) -> Grant | None:
    """The grant, None where it was revoked or never was."""
    document = database[GRANTS].find_one({"_id": grant_id, "revoked": False})
    return None if document is None else _grant(document)


def grants_of(database: Documents, username: str) -> list[Grant]:
    """What a person has allowed and not taken back: the newest first. MongoDB removes what has come to its end."""
    found = database[GRANTS].find({"username": username, "revoked": False}, sort=[("since", -1), ("_id", 1)])
    return [_grant(document) for document in found]


def revoke_grant(database: Documents, grant_id: str) -> bool:
    """End a grant and all its tokens; False where it had ended before."""
    return _revoke(database, {"_id": grant_id}) == 1


def revoke_grants_of_user(database: Documents, username: str) -> int:
    """End everything that a person has granted; the number of grants."""
    return _revoke(database, {"username": username})


def revoke_grants_for_patient(database: Documents, username: str, patient: str) -> int:
    """End what a person has granted for the record of this patient; the number of grants."""
    return _revoke(database, {"username": username, "context.patient": patient})


def add(database: Documents, *tokens: Token) -> None:
    documents = [dataclasses.asdict(token) for token in tokens]
    database[TOKENS].insert_many([{"_id": row.pop("hash"), "used": 0, **row} for row in documents])


def find(database: Documents, token_hash: str, now: datetime) -> LiveToken | None:
    """The token, if it may be used now: not expired, not used up, its grant not revoked."""
    document = database[TOKENS].find_one({"_id": token_hash, "expires": {"$gt": now}, "used": 0})
    return None if document is None else _live(database, document)


def claim_refresh(database: Documents, token_hash: str, client_id: str) -> tuple[str, bool] | None:
    """Use the client's refresh token: its grant, and whether this is its first use; None where there is no such token.

    One atomic write: of many at the same moment, exactly one is the first. Another client's token stays untouched."""
    document = database[TOKENS].find_one_and_update(
        {"_id": token_hash, "kind": "refresh", "client_id": client_id}, {"$inc": {"used": 1}}
    )
    return None if document is None else (document["grant_id"], document["used"] == 0)


def _revoke(database: Documents, which: Mapping[str, Any]) -> int:
    revoked = database[GRANTS].update_many({**which, "revoked": False}, {"$set": {"revoked": True}})
    return revoked.modified_count


def _live(database: Documents, document: dict[str, Any]) -> LiveToken | None:
    token = _token(document)
    grant = find_grant(database, token.grant_id)
    return None if grant is None else LiveToken(token, grant)


def _token(document: dict[str, Any]) -> Token:
    values = {name: document[name] for name in ("kind", "grant_id", "client_id", "scope", "issued", "expires")}
    return Token(document["_id"], **values)


def _grant(document: dict[str, Any]) -> Grant:
    values = {name: value for name, value in document.items() if name not in ("_id", "revoked", "context")}
    return Grant(document["_id"], **values, context=context_of(document["context"]))


def context_of(document: dict[str, Any]) -> LaunchContext:
    """A launch context as it was stored."""
    return LaunchContext(**{**document, "fhir_context": tuple(document["fhir_context"])})
