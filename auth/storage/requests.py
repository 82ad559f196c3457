"""Authorization requests that wait for a person's answer, in `auth_requests`: for ten minutes, answered once."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from auth.models import AuthorizationRequest
from auth.storage.database import Documents
from auth.storage.tokens import context_of

COLLECTION = "auth_requests"


def add(database: Documents, request_hash: str, request: AuthorizationRequest, *, expires: datetime) -> None:
    """The request's own id is a secret of the browser and is not stored."""
    document = dataclasses.asdict(request)
    del document["id"]
    database[COLLECTION].insert_one({"_id": request_hash, "expires": expires, **document})


def find(database: Documents, request_hash: str, request_id: str, now: datetime) -> AuthorizationRequest | None:
    document = database[COLLECTION].find_one({"_id": request_hash, "expires": {"$gt": now}})
    return None if document is None else _request(request_id, document)


def claim(database: Documents, request_hash: str, request_id: str, now: datetime) -> AuthorizationRequest | None:
    """Take the request away to answer it: of two answers, one finds it."""
    document = database[COLLECTION].find_one_and_delete({"_id": request_hash, "expires": {"$gt": now}})
    return None if document is None else _request(request_id, document)


def _request(request_id: str, document: dict[str, Any]) -> AuthorizationRequest:
    values = {name: value for name, value in document.items() if name not in ("_id", "expires", "context")}
    context = None if document["context"] is None else context_of(document["context"])
    return AuthorizationRequest(request_id, **values, context=context)
